/* measure.h -- conversions as alert rules measure them: over a window, and over what it is compared with.
 * Source: semantics, sections 9 and 10. */
#ifndef FUNNELD_CORE_MEASURE_H
#define FUNNELD_CORE_MEASURE_H

#include "maturing.h"

struct measure { /* one conversion into a step from the required step before it */
    int64_t reached, passed;
    double conversion;       /* NAN: null */
    double low, high;        /* interval at the rule's confidence, 95 % where it has none; NAN: null */
    double variance;         /* matured: of the conversion */
};

/* The window that the rule looks at at a tick (a multiple of the slice), the same as a snapshot's: a calendar window is the one that holds the slice that has just
 * ended, whole, with whatever events later than the tick have been counted. */
struct span measure_window(const struct alert_rule *rule, const struct zone *zone, int64_t tick);

/* What it is compared with: the window before; the given length before it; or a year ago, the same days of the calendar (of a week, the week of that year's same
 * Thursday). */
struct span measure_compared(const struct alert_rule *rule, const struct zone *zone, int64_t tick);

/* The conversion into a step in a group, as the board has summed it up under the watch at the tick. z: of the interval. `maturing` NULL: raw; else matured, and
 * maturing_collect was called for the group and the watch. `passed` then counts those that have gone on within the horizon so far. */
struct measure measure_conversion(struct maturing *maturing, const struct board *board, struct board_group *group, int watch, int step, double z);

#endif
