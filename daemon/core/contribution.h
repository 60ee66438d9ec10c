/* contribution.h -- what one lead adds to the counts of a group: a function of its facts. A changed lead takes back what its old facts gave and adds
 * what the new ones give; only what differs is emitted.  Source: semantics, section 6. Pure. */
#ifndef FUNNELD_CORE_CONTRIBUTION_H
#define FUNNELD_CORE_CONTRIBUTION_H

#include "lead.h"
#include "tally.h"

struct contribution {
    int32_t slice;    /* number of the slice: floor(moment / slice_s) */
    uint32_t key;     /* see tally.h */
    int64_t count;    /* +1 or -1; of an amount's key: minor units */
};

struct contributions { /* a growing list */
    struct contribution *list;
    size_t count, capacity;
};

/* Append what turns the counts of `before` into those of `after`; either may be NULL (nothing). In no particular order. */
void contribution_difference(struct contributions *out, const struct funnel *funnel, int64_t slice_s, const struct facts *before, const struct facts *after);

/* Append what takes an open lead out of those standing at its step and leaves its slices alone: a forgotten lead. */
void contribution_leave_standing(struct contributions *out, int64_t slice_s, const struct facts *facts);

#endif
