/* counter.h -- what the leads of one ledger add to the counts, since the sums were last taken: a lead's facts before and after go in, deltas by (group, slice)
 * come out. A lead counts among all leads of its funnel and in the group of each breakdown for which it has values.
 * Ownership: definition and names are borrowed. Threads: one thread at a time. */
#ifndef FUNNELD_CORE_COUNTER_H
#define FUNNELD_CORE_COUNTER_H

#include "contribution.h"
#include "deltas.h"
#include "groups.h"
#include "journal.h"

struct ledger_definition;

struct counter { /* zeroed and then counter_init */
    const struct ledger_definition *definition;
    struct groups *groups;
    struct journal *journal; /* what the deltas do not hold yet */
    struct deltas deltas;
    struct contributions contributions; /* scratch, as is what follows: of the lead at hand */
    struct counter_groups { uint32_t *list; int count; } stayed, left, joined;
};

void counter_init(struct counter *counter, const struct ledger_definition *definition);
void counter_free(struct counter *counter);

/* Bring the counts of all groups of a lead from its old facts (NULL: none) to the new ones (NULL: none). */
void counter_recount(struct counter *counter, int funnel, const struct facts *before, const struct facts *after);

/* A lead with these facts stands open nowhere any more; the slices it counted in stay. */
void counter_leave_standing(struct counter *counter, int funnel, const struct facts *facts);

/* What has been added. */
struct deltas *counter_deltas(struct counter *counter);

#endif
