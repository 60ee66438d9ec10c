/* bottleneck.h -- where most deals are lost: the transitions of a funnel in one interval, basis and group, judged and ranked by the wins they cost.
 * Source: semantics, section 7. Pure. */
#ifndef FUNNELD_CORE_BOTTLENECK_H
#define FUNNELD_CORE_BOTTLENECK_H

#include "funnel.h"
#include "tally.h"

enum bottleneck_reason { /* bits, in the order in which they are published */
    BOTTLENECK_MOST_LOST = 1,
    BOTTLENECK_BELOW_TARGET = 2,
    BOTTLENECK_BELOW_BASELINE = 4,
    BOTTLENECK_LOWEST_CONVERSION = 8,
};

struct bottleneck_input { /* by step; only required steps are looked at */
    const int64_t *reached;
    const int64_t *baseline_reached; /* NULL: no baseline */
    int64_t won;
    tally_amount won_amount;         /* minor units */
};

struct bottleneck { /* the transition from -> to, consecutive required steps */
    int from, to;
    int64_t reached, passed, left;
    double share;        /* of all that left; NAN: nothing was lost */
    double conversion;   /* NAN: nobody reached `from` */
    double low, high;    /* Wilson; NAN where the conversion is above 1 */
    double target;       /* NAN: none */
    double baseline;     /* NAN: none */
    double reference;
    double extra_wins;   /* NAN where the conversion is 0 */
    double extra_amount; /* major units; NAN where nothing was won or the conversion is 0 */
    unsigned reasons;    /* bits of bottleneck_reason, never 0 */
};

/* Fill `out` (room for step_count) with the bottlenecks in rank order. Returns how many. */
int bottleneck_rank(const struct funnel *funnel, const struct bottleneck_input *input, struct bottleneck *out);

#endif
