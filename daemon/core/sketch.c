#include "sketch.h"

#include <math.h>

uint32_t sketch_bucket(int64_t duration_s)
{
    if (duration_s < 1 << SKETCH_EXACT_BITS)
        return (uint32_t)duration_s;
    int exponent = 63 - __builtin_clzll((unsigned long long)duration_s); /* >= SKETCH_EXACT_BITS */
    int64_t cut = duration_s >> (exponent - SKETCH_EXACT_BITS + 1) & (SKETCH_CUTS - 1);
    return (uint32_t)((1 << SKETCH_EXACT_BITS) + (exponent - SKETCH_EXACT_BITS) * SKETCH_CUTS + cut);
}

uint32_t sketch_bucket_coarse(int64_t duration_s)
{
    uint32_t bucket = sketch_bucket(duration_s);
    /* Below 512 s buckets are seconds: eight of them are too many for the short ones. */
    if (bucket < 64)
        return bucket;
    uint32_t width = bucket < 128 ? 2 : bucket < 256 ? 4 : 8;
    return bucket - bucket % width + width / 2;
}

/* How many durations a bucket holds. */
static int64_t width_of(uint32_t bucket)
{
    return bucket < 1 << SKETCH_EXACT_BITS ? 1 : INT64_C(2) << (bucket - (1 << SKETCH_EXACT_BITS)) / SKETCH_CUTS;
}

static int64_t least_of(uint32_t bucket)
{
    return bucket < 1 << SKETCH_EXACT_BITS ? bucket : (SKETCH_CUTS + bucket % SKETCH_CUTS) * width_of(bucket);
}

double sketch_value(uint32_t bucket)
{
    return (double)least_of(bucket) + (double)(width_of(bucket) - 1) / 2;
}

uint32_t sketch_fine_and_least(int64_t duration_s, int64_t multiple_s, int64_t slice_s, int64_t *least_s)
{
    uint32_t bucket = sketch_bucket(duration_s), part = 0;
    int64_t least = least_of(bucket);
    *least_s = least;
    if (sketch_is_exact(bucket))
        return SKETCH_PARTS * bucket;
    for (int64_t multiple = multiple_s; multiple >= least && part < SKETCH_PARTS - 1; multiple -= slice_s)
        part++;
    uint32_t fine = SKETCH_PARTS * bucket + part;
    if (part > 0)
        *least_s = part < SKETCH_PARTS - 1 ? multiple_s + 1 : sketch_fine_least(fine, slice_s);
    return fine;
}

uint32_t sketch_fine(int64_t duration_s, int64_t slice_s)
{
    int64_t least_s;
    return sketch_fine_and_least(duration_s, (duration_s - 1) / slice_s * slice_s, slice_s, &least_s);
}

uint32_t sketch_fine_beyond(int64_t duration_s, int64_t slice_s, int64_t horizon_s)
{
    return sketch_fine(duration_s, slice_s) + (duration_s > horizon_s ? (uint32_t)SKETCH_BEYOND : 0);
}

int64_t sketch_fine_least(uint32_t fine, int64_t slice_s)
{
    int64_t least_s = least_of(sketch_fine_bucket(fine)), part = fine % SKETCH_PARTS;
    return part == 0 ? least_s : ((least_s - 1) / slice_s + part) * slice_s + 1;
}

int64_t sketch_quantile(const struct sketch_count *counts, int length, double q)
{
    int64_t total = 0;
    for (int i = 0; i < length; i++)
        total += counts[i].count;
    if (total <= 0)
        return -1;
    int64_t rank = (int64_t)ceil(q * (double)total - 1e-9);
    if (rank < 1)
        rank = 1;
    for (int i = 0; i < length; i++) {
        rank -= counts[i].count;
        if (rank <= 0)
            return (int64_t)floor(sketch_value(counts[i].bucket) + 0.5);
    }
    return -1; /* not reached: the ranks are within the total */
}
