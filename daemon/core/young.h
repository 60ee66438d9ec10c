/* young.h -- what one slice says to the matured conversion: how many leads came to each step in it, and which of them are still on their way, by the second.
 * Read off the slice's tally once and kept until the tally changes or nobody in it is young, since every record of every window asks for it. Ages are asked for by bucket (sketch.h): the
 * older a slice, the fewer buckets its seconds fall into, so leads that have been on their way for long are counted many at a time.
 * Source: semantics, section 10. */
#ifndef FUNNELD_CORE_YOUNG_H
#define FUNNELD_CORE_YOUNG_H

#include "funnel.h"
#include "tally.h"

struct young_arrivals { /* leads that came to a step in the same second and have not gone on nor been lost */
    uint16_t into_slice_s;
    int32_t before;     /* how many leads stand before these in the list */
};

struct young_row { /* one outcome of one step (tally.h), in order of key */
    uint32_t begin, end; /* of the list, ascending by into_slice_s; empty where nobody is on the way */
    int32_t came;        /* leads that came to the step, without those that are left out (TALLY_EXCLUDED) */
    uint8_t step;
};

struct young {
    uint32_t row_count;
    struct young_row *rows;           /* behind the arrivals, in the same block */
    struct young_arrivals arrivals[]; /* behind the last row one more, before which all stand */
};

/* Read a slice's tally. Given to the caller, who frees it with free(). Cost O(keys). */
struct young *young_read(const struct tally *slice);

/* Bytes held, for figures on memory; NULL: none. */
size_t young_bytes(const struct young *young);

/* Whether the leads at a place are younger than age_s, where those who came as the slice began are of age oldest_s. */
static inline bool young_is_younger(const struct young *young, size_t place, int64_t oldest_s, int64_t age_s)
{
    return oldest_s - young->arrivals[place].into_slice_s < age_s;
}

size_t young_younger_far(const struct young *young, const struct young_row *row, size_t from, int64_t oldest_s, int64_t age_s); /* young_younger's slow way */

/* The first place of a row from `from` on whose leads are younger than age_s; its end if there is none. Cost O(log places passed). */
static inline size_t young_younger(const struct young *young, const struct young_row *row, size_t from, int64_t oldest_s, int64_t age_s)
{
    enum { NEAR = 8 }; /* mostly it is */
    for (size_t end = row->end - from < NEAR ? row->end : from + NEAR; from < end; from++)
        if (young_is_younger(young, from, oldest_s, age_s))
            return from;
    return from < row->end ? young_younger_far(young, row, from, oldest_s, age_s) : from;
}

#endif
