/* snapshot_set.h -- the last snapshot under each key, from lines of a file (as `replay` or a consumer of the topic writes them) or from the topic itself.
 * Tombstones take keys back, and a snapshot in which nothing counts is as if it were not there. Threads: one. */
#ifndef FUNNELD_COMMAND_SNAPSHOT_SET_H
#define FUNNELD_COMMAND_SNAPSHOT_SET_H

#include "../log/history.h"
#include "../wire/json_write.h"

struct snapshot_entry { struct text key, value; }; /* in the set */

struct snapshot_set;

struct snapshot_set *snapshot_set_new(void);
void snapshot_set_free(struct snapshot_set *set);

/* Add all that a history has, in its order. NULL, or what is wrong, for people: it lives in the set or the history. */
const char *snapshot_set_read(struct snapshot_set *set, struct history *history);

/* All entries by key, ascending. They live until the set changes. Returns how many. */
size_t snapshot_set_entries(struct snapshot_set *set, const struct snapshot_entry **out);

#endif
