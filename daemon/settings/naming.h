/* naming.h -- what the words in an event's `stage` mean in one funnel: collected while the funnel is read, then sorted and checked.
 * Within a funnel no word means two things; that it means the same twice (the first goal has its stage's id) is fine.
 * Source: semantics, sections 2 and 11. Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_NAMING_H
#define FUNNELD_SETTINGS_NAMING_H

#include "check.h"
#include "settings.h"

struct naming_draft { /* zeroed: empty */
    struct naming_entry *entries; /* freed by naming_finish */
    size_t count, capacity;
};

/* `place` is where the name is written; a name may be added before it is known which step has which id. */
void naming_add(struct naming_draft *draft, const struct place *place, struct name name);

/* Sort the names into `naming`, report those that mean two things. */
void naming_finish(struct naming_draft *draft, const struct funnel *funnel, struct keep *keep, struct naming *naming);

/* The entry of a word, or NULL. */
const struct name *naming_find(const struct naming *naming, const char *word);

#endif
