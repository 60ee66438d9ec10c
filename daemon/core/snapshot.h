/* snapshot.h -- the state of one window of one funnel and group, all figures computed: what a record on the output topic says.
 * Made from the board's sums, written by wire/.  Source: semantics, sections 6, 7, 10 and 11; formats, "Snapshot". Pure.
 * Absent figures (null on the wire): -1 for counts and durations, NAN for ratios. */
#ifndef FUNNELD_CORE_SNAPSHOT_H
#define FUNNELD_CORE_SNAPSHOT_H

#include "board.h"
#include "bottleneck.h"
#include "maturing.h"

enum { SNAPSHOT_REASONS_MAX = 20, SNAPSHOT_OLDEST_MAX = 10 };

struct snapshot_reason { struct text reason; int64_t count; };

struct snapshot_step {
    int64_t reached, skipped;
    double conversion;                    /* from the required step before it */
    double from_start;
    bool has_left;                        /* there is a required step after it */
    int64_t left_lost, left_open, left_won;
    int64_t lost_total;
    int reason_count;                     /* the most frequent ones, by count and then by bytes */
    struct snapshot_reason reasons[SNAPSHOT_REASONS_MAX];
    int64_t lost_other;
    int64_t to_next_p50_s, to_next_p90_s;
    bool has_matured;
    struct matured matured;
};

struct snapshot_stage { int64_t reached; double conversion; };

struct snapshot_view {
    int64_t entered, won, lost, open, returned;
    double conversion;
    tally_amount won_amount, lost_amount;
    struct snapshot_step steps[FUNNEL_STEPS_MAX];
    struct snapshot_stage stages[FUNNEL_STEPS_MAX];
    int bottleneck_count;
    struct bottleneck bottlenecks[FUNNEL_STEPS_MAX];
};

struct snapshot_open { /* open leads at one step */
    int step;
    int64_t leads;
    tally_amount amount;
    int64_t age_p50_s, age_p90_s;
    int oldest_count;                     /* -1: not shown */
    struct ledger_open oldest[SNAPSHOT_OLDEST_MAX];
};

struct snapshot {
    const struct funnel *funnel;
    const struct window *window;
    const struct board_group *group;
    struct span span;
    int64_t as_of, last_event_at;         /* TIME_NONE: null */
    bool final;
    struct snapshot_view views[TALLY_BASES];
    int open_count;                       /* -1: the window does not hold the tick */
    struct snapshot_open open[FUNNEL_STEPS_MAX];
    int64_t promoters, passives, detractors;
    double score;                         /* NPS, -100..100 */
};

struct snapshot_maker; /* scratch memory, used again from record to record; one thread at a time */

struct snapshot_maker *snapshot_maker_new(void);
void snapshot_maker_free(struct snapshot_maker *maker);

/* The record of a window at the tick the board stands at. `oldest` names the open leads of a step that stand longest, or is NULL: not shown. The result lives in the maker until the next call. */
const struct snapshot *snapshot_make(struct snapshot_maker *maker, const struct board *board, const struct board_window *window, int64_t tick,
                                     int64_t last_event_at, int (*oldest)(void *context, int funnel, int step, struct ledger_open *out), void *context);

#endif
