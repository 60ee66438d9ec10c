/* standing.h -- the open leads that stand at one step now: how many, since which slices, with which amounts. They belong to no interval.
 * Source: semantics, sections 6 and 11 (ages are taken by slice). Threads: one thread at a time. */
#ifndef FUNNELD_CORE_STANDING_H
#define FUNNELD_CORE_STANDING_H

#include "tally.h"

struct standing_stay { int32_t slice; int64_t leads; }; /* leads whose stay began in the slice */

struct standing { /* zeroed: nobody; open for reading */
    struct standing_stay *stays; /* ascending, leads > 0 */
    size_t count, capacity;
    int64_t leads;               /* of all stays */
    struct tally_sum amount;
};

void standing_add(struct standing *standing, int32_t slice, int64_t leads); /* or take back, where they are negative */
void standing_free(struct standing *standing);

/* The ceil(q * n)-th smallest age at the tick, seconds since the start of the stay's slice, never below 0; -1 where nobody stands. */
int64_t standing_age_quantile(const struct standing *standing, int64_t slice_s, int64_t tick, double q);

#endif
