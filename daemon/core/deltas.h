/* deltas.h -- what has been added to the counts since the sums were last taken, by (group, slice), and to the amounts of open leads by (group, step). A
 * table that is filled, read as a whole and cleared again and again; its memory stays.  Threads: one thread at a time. */
#ifndef FUNNELD_CORE_DELTAS_H
#define FUNNELD_CORE_DELTAS_H

#include "tally.h"

struct delta {
    uint32_t group;
    int32_t slice;       /* number: floor(moment / slice_s) */
    struct tally tally;
};

struct deltas { /* zeroed and then deltas_init; the first `count` of the list are in use */
    struct delta *list;
    size_t count, capacity;
    uint32_t *slots;     /* place in the list + 1; 0: free */
    uint32_t slot_mask;
    struct tally_sum **standing; /* by group and step: amounts of open leads; NULL: none of the group */
    size_t standing_groups, standing_capacity;
};

void deltas_init(struct deltas *deltas);
void deltas_free(struct deltas *deltas);

struct tally *deltas_at(struct deltas *deltas, uint32_t group, int32_t slice); /* made if it is not there; valid until the next call */
void deltas_add_standing(struct deltas *deltas, uint32_t group, int step, int64_t minor);
void deltas_clear(struct deltas *deltas);

#endif
