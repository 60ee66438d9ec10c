/* latest.h -- the last value under each key of a compacted topic, kept while the topic is read from its start: earlier values and tombstones may still lie
 * there. Threads: one thread at a time. */
#ifndef FUNNELD_ENGINE_LATEST_H
#define FUNNELD_ENGINE_LATEST_H

#include "../core/names.h"

struct latest { /* zeroed: empty */
    struct names *keys;
    struct text *values; /* by key's number, from 1; data NULL: a tombstone. Owned */
    size_t capacity;
};

void latest_put(struct latest *latest, struct text key, struct text value); /* both are copied; data NULL: gone */
void latest_each(const struct latest *latest, void (*each)(void *context, struct text key, struct text value), void *context); /* those that are there, in order of first sight */
void latest_free(struct latest *latest);

#endif
