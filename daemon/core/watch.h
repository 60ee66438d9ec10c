/* watch.h -- what an alert rule sums up in every group of a breakdown: one basis of the counts over a span that moves on. Slices that touch a
 * pause of the rule are left out.  Source: semantics, section 9. Pure. */
#ifndef FUNNELD_CORE_WATCH_H
#define FUNNELD_CORE_WATCH_H

#include "schedule.h"
#include "slices.h"
#include "tally.h"

struct watch {
    int funnel, breakdown;      /* breakdown -1: all leads */
    enum tally_basis basis;
    bool whole;                 /* every count of the basis; else only how many leads reached each step, under TALLY_REACHED */
    int pause_count;            /* borrowed from the rule */
    const struct pause *pauses;
    struct span span;           /* start TIME_NONE: none yet */
};

/* Does the slice that begins at `start` count? */
bool watch_takes(const struct watch *watch, int64_t start, int64_t slice_s);

/* sum += sign * what the watch is about in a slice's tally (or in a change of it) */
void watch_add(const struct watch *watch, struct tally *sum, const struct tally *slice, int sign);

/* Bring the watch's sum over a group's slices to another span; the caller then sets watch->span, once for all groups. */
void watch_move_sum(const struct watch *watch, struct span to, const struct slices *slices, int64_t slice_s, struct tally *sum);

/* Of the leads that reached the step in the watch's span, the greatest share that one slice holds; NAN where there are none. */
double watch_burst(const struct watch *watch, const struct slices *slices, int64_t slice_s, int step);

/* How many leads reached the step, by a sum of the watch; where it is `whole`, by any slice's tally. */
int64_t watch_reached(const struct watch *watch, const struct tally *sum, int step);

#endif
