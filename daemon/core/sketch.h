/* sketch.h -- durations as buckets, so that histograms of them add up, can be taken back, and have quantiles within 2 % of the truth.
 * Log-linear: whole seconds below 512 have a bucket each; from there every power of two is cut into 256 equal buckets, so a bucket is at most 0.4 %
 * wide and its middle within 0.2 % of each of its values: finer than quantiles ask for, since the matured conversion also asks who left before whom. Source: HdrHistogram's bucket layout (Tene), error bound as DDSketch, Masson et al., VLDB 2019.
 *
 * A histogram itself is just counts by bucket (see tally.h). Buckets carry one more bit: whether the duration lies beyond a horizon H,
 * so that H is an edge of the histogram wherever it falls. */
#ifndef FUNNELD_CORE_SKETCH_H
#define FUNNELD_CORE_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SKETCH_EXACT_BITS = 9,
    SKETCH_CUTS = 1 << (SKETCH_EXACT_BITS - 1),                                           /* buckets to a power of two */
    SKETCH_BUCKETS = (1 << SKETCH_EXACT_BITS) + (40 - SKETCH_EXACT_BITS) * SKETCH_CUTS,   /* durations below 2^40 s; event times span less than 2^39 s */
    SKETCH_BEYOND = 16384,                                                                /* added to the bucket of a duration > H */
};

/* Bucket of a duration of 0 .. 2^40 - 1 seconds, 0 .. SKETCH_BUCKETS - 1; ascending. */
uint32_t sketch_bucket(int64_t duration_s);

/* The same with SKETCH_BEYOND added where the duration is longer than the horizon. */
uint32_t sketch_bucket_beyond(int64_t duration_s, int64_t horizon_s);

/* One bucket for eight, so within 1.8 %: for histograms that only quantiles are asked of. Below 64 s still exact. */
uint32_t sketch_bucket_coarse(int64_t duration_s);

/* The least duration of a bucket (SKETCH_BEYOND is ignored). */
int64_t sketch_least(uint32_t bucket);

/* The duration that stands for a bucket (SKETCH_BEYOND is ignored): its middle, exact below 512 s. */
double sketch_value(uint32_t bucket);

/* Whether the bucket holds one duration only. */
static inline bool sketch_is_exact(uint32_t bucket)
{
    return (bucket & (SKETCH_BEYOND - 1)) < 1 << SKETCH_EXACT_BITS;
}

struct sketch_count { /* one bucket of a histogram */
    uint32_t bucket;
    int64_t count;
};

/* The ceil(q * n)-th smallest of the n counted durations, rounded to whole seconds; -1 where n is 0. `counts` ascend by bucket without SKETCH_BEYOND. */
int64_t sketch_quantile(const struct sketch_count *counts, int length, double q);

#endif
