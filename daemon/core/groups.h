/* groups.h -- the groups that leads fall into: all leads of a funnel, or those with given values of a breakdown's dimensions, as small numbers in
 * order of first sight. Group f is "all leads" of funnel f. Numbers mean nothing outside the table that gave them.
 * Threads: one thread at a time. */
#ifndef FUNNELD_CORE_GROUPS_H
#define FUNNELD_CORE_GROUPS_H

#include <stdint.h>

#include "funnel.h"

struct group {
    int funnel;
    int breakdown;                           /* -1: all leads */
    int value_count;                         /* the breakdown's dimension_count; 0 for all leads */
    uint32_t values[FUNNEL_DIMENSIONS_MAX];  /* numbers of values (lead.h), in the breakdown's order */
};

struct groups;

struct groups *groups_new(int funnel_count);
void groups_free(struct groups *groups);
uint32_t groups_number(struct groups *groups, const struct group *group); /* given one if it is new */
const struct group *groups_get(const struct groups *groups, uint32_t number); /* valid until the next groups_number */

#endif
