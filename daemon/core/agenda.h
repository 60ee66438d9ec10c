/* agenda.h -- what is due first: a heap of (moment, lead), least moment on top. Entries are not taken out when a lead changes; whoever pops one
 * asks the lead whether it still holds. Threads: one thread at a time. */
#ifndef FUNNELD_CORE_AGENDA_H
#define FUNNELD_CORE_AGENDA_H

#include <stddef.h>
#include <stdint.h>

struct agenda_entry {
    int64_t moment;
    uint64_t lead; /* hash of the lead's record */
};

struct agenda { /* zeroed: empty */
    struct agenda_entry *heap;
    size_t count, capacity;
};

void agenda_push(struct agenda *agenda, struct agenda_entry entry);                /* O(log count) */
struct agenda_entry agenda_pop(struct agenda *agenda);                             /* count > 0; O(log count) */
void agenda_order(struct agenda *agenda);                                          /* after the heap was filtered in place; O(count) */
void agenda_drop_twins(struct agenda *agenda);                                     /* of equal entries one stays, in order; O(count log count) */
void agenda_free(struct agenda *agenda);

#endif
