/* numbering.h -- one numbering of groups and reasons for many ledgers, each of which has its own: values and reasons are told by their bytes, once for each
 * ledger, and by numbers from then on. Ledgers together may know more texts than one table holds; those count under the empty one.
 * Ownership: the definition is borrowed; texts live as long as the numbering. Threads: one thread at a time. */
#ifndef FUNNELD_CORE_NUMBERING_H
#define FUNNELD_CORE_NUMBERING_H

#include "groups.h"
#include "ledger.h"

struct numbering;

struct numbering *numbering_new(const struct ledger_definition *definition, int ledger_count);
void numbering_free(struct numbering *numbering);

/* The number of a group with these values, given one if it is new; numbers go up by one. */
uint32_t numbering_group(struct numbering *numbering, int funnel, int breakdown, const struct text *values);

/* The same of a group that ledger number `index` (0 .. ledger_count - 1) calls `theirs`. */
uint32_t numbering_group_of(struct numbering *numbering, int index, const struct ledger *ledger, uint32_t theirs);

/* Which group has the number: its funnel, breakdown and values (room for FUNNEL_DIMENSIONS_MAX). */
const struct group *numbering_tell(const struct numbering *numbering, uint32_t number, struct text *values);

/* Bring a delta of the ledger to this numbering's reasons; first, before its deltas are, learn those that are new to it. */
void numbering_learn_reasons(struct numbering *numbering, int index, const struct ledger *ledger);
void numbering_map_reasons(const struct numbering *numbering, int index, struct tally *delta);

struct text numbering_reason(const struct numbering *numbering, uint32_t reason);

#endif
