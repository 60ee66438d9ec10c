/* tallies.h -- many tallies added up at once: a window of a month is hundreds of slices. Bases, fields and steps are gone through one after another, in all tallies
 * side by side, with a plain array of counts by detail.
 * Memory: scratch of 4 bytes a detail and 16 a tally.  Pure. */
#ifndef FUNNELD_CORE_TALLIES_H
#define FUNNELD_CORE_TALLIES_H

#include "tally.h"

/* sum += sign * all of the list */
void tallies_add_up(const struct tally *const *list, size_t count, int sign, struct tally *sum);

#endif
