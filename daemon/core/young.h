/* young.h -- what one slice says to the matured conversion: how many leads came to each step in it, and which of them are still on their way, by the second.
 * Read off the slice's tally once and kept until the tally changes, since every record of every window asks for it.  Source: semantics, section 10. */
#ifndef FUNNELD_CORE_YOUNG_H
#define FUNNELD_CORE_YOUNG_H

#include "funnel.h"
#include "tally.h"

struct young_on_way { /* leads that came to a step in the same second and have not gone on nor been lost */
    uint8_t step;
    uint16_t into_slice_s;
    int32_t leads;
};

struct young {
    int32_t came[FUNNEL_STEPS_MAX]; /* by step, without those that are left out (TALLY_EXCLUDED) */
    size_t count;
    struct young_on_way on_way[];   /* in no particular order */
};

/* Read a slice's tally. Given to the caller, who frees it with free(). Cost O(keys). */
struct young *young_read(const struct tally *slice);

#endif
