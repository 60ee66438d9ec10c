/* deltas.h -- what has been added to the counts since the sums were last taken, by (group, slice), and to the amounts of open leads by (group, step). A
 * table that is filled, read as a whole and cleared again and again; its memory stays.  Threads: one thread at a time. */
#ifndef FUNNELD_CORE_DELTAS_H
#define FUNNELD_CORE_DELTAS_H

#include "funnel.h"
#include "tally.h"

struct delta {
    uint32_t group;
    int32_t slice;       /* number: floor(moment / slice_s) */
    struct tally tally;
};

struct delta_standing { /* of a group's open leads */
    struct tally_sum amounts[FUNNEL_STEPS_MAX];
    bool stays_changed;  /* some lead came, left, or stands since another moment, even where the counts come out the same: who stands longest is named */
};

struct deltas { /* zeroed and then deltas_init; the first `count` of the list are in use */
    struct delta *list;
    size_t count, capacity;
    uint32_t *slots;     /* place in the list + 1; 0: free */
    uint32_t slot_mask;
    struct delta_standing **standing; /* by group; NULL: nothing of the group */
    size_t standing_groups, standing_capacity;
};

void deltas_init(struct deltas *deltas);
void deltas_free(struct deltas *deltas);

uint32_t deltas_place(struct deltas *deltas, uint32_t group, int32_t slice); /* in the list; made if it is not there */

void deltas_add_standing(struct deltas *deltas, uint32_t group, int step, int64_t minor);
void deltas_note_stay(struct deltas *deltas, uint32_t group);
void deltas_settle(struct deltas *deltas); /* so that reading the tallies finds them in order */
void deltas_clear(struct deltas *deltas);

#endif
