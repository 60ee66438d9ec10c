/* measure.h -- conversions as alert rules measure them: over a window, and over what it is compared with.
 * Source: semantics, sections 9 and 10. */
#ifndef FUNNELD_CORE_MEASURE_H
#define FUNNELD_CORE_MEASURE_H

#include "board.h"

struct measure { /* one conversion into a step from the required step before it */
    int64_t reached, passed;
    double conversion;       /* NAN: null */
    double low, high;        /* interval at the rule's confidence, 95 % where it has none; NAN: null */
    double variance;         /* matured: of the conversion */
};

/* The window that the rule looks at at a tick (a multiple of the slice), up to the tick: a calendar window is the one that holds the slice that has just ended. */
struct span measure_window(const struct alert_rule *rule, const struct zone *zone, int64_t tick);

/* What it is compared with: the window before; the given length before it; or a year ago, the same days of the calendar (of a week, the week of that year's same
 * Thursday). */
struct span measure_compared(const struct alert_rule *rule, const struct zone *zone, int64_t tick);

/* The conversion into a step in a group, as the board has summed it up under the watch at the tick. z: of the interval. */
struct measure measure_conversion(const struct board *board, struct board_group *group, int watch, int step, int64_t tick, double z);

#endif
