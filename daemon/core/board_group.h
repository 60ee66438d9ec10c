/* board_group.h -- what the board keeps of one group of leads: who stands open now, what became of leads by slice, the sums by slice, and its windows.
 * Ownership: the values' texts are borrowed, everything else is the group's own. Threads: one thread at a time. */
#ifndef FUNNELD_CORE_BOARD_GROUP_H
#define FUNNELD_CORE_BOARD_GROUP_H

#include "board_window.h"
#include "deltas.h"
#include "slices.h"
#include "standing.h"
#include "text.h"
#include "trials.h"

struct board_group { /* open for reading */
    size_t number;             /* see board_group_at */
    int funnel;
    int breakdown;             /* -1: all leads */
    struct text values[FUNNEL_DIMENSIONS_MAX]; /* of the breakdown's dimensions */
    uint64_t trial_steps;      /* a bit for each step whose trials are kept */
    struct trials *trials;     /* by step; NULL: of none */
    struct standing *standing; /* by step */
    int64_t open_leads;
    bool standing_changed;     /* since the last tick */
    struct tally *watched;     /* by number of the watch (board_watch) */
    struct slices slices;
    struct board_series *series; /* by window of the funnel */
};

/* `identity` says everything down to the trials' steps; what a group holds is made for it. */
struct board_group *board_group_new(const struct board_group *identity, const struct funnel *funnel, size_t watch_count);
void board_group_free(struct board_group *group, const struct funnel *funnel, size_t watch_count);

/* Open leads, and the outcomes that drift rules ask for, some of which lie in slices to come, belong to no slice's sums: take them out of a slice's delta. */
void board_group_take_standing(struct board_group *group, int32_t slice, struct tally *delta);
void board_group_take_trials(struct board_group *group, int32_t slice, struct tally *delta);

/* Add what has changed of the open leads' amounts and stays. */
void board_group_take_amounts(struct board_group *group, const struct funnel *funnel, const struct delta_standing *delta);

#endif
