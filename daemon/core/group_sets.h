/* group_sets.h -- the groups that a lead counts in, as one number: leads of the same values count in the same ones.
 * Threads: one thread at a time. */
#ifndef FUNNELD_CORE_GROUP_SETS_H
#define FUNNELD_CORE_GROUP_SETS_H

#include <stddef.h>
#include <stdint.h>

#define GROUP_SETS_END UINT32_MAX /* no group has this number */

struct group_sets { /* zeroed: none; groups one after another, each set up to GROUP_SETS_END; open for reading at a set's number */
    uint32_t *groups;
    size_t length, capacity;
    uint32_t *slots; /* number + 1; 0: free */
    uint32_t slot_mask, count;
};

/* The number of a set, given one if it is new. Sets are the same where their groups come in the same order. */
uint32_t group_sets_number(struct group_sets *sets, const uint32_t *groups, int count);

void group_sets_free(struct group_sets *sets);

#endif
