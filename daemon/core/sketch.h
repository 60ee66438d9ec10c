/* sketch.h -- durations as buckets, so that histograms of them add up, can be taken back, and have quantiles within 2 % of the truth.
 * Log-linear: whole seconds below 512 have a bucket each; from there every power of two is cut into 256 equal buckets, so a bucket is at most 0.4 %
 * wide and its middle within 0.2 % of each of its values: finer than quantiles ask for, since the matured conversion also asks who left before whom. Source: HdrHistogram's bucket layout (Tene), error bound as DDSketch, Masson et al., VLDB 2019.
 *
 * A histogram itself is just counts by bucket (see tally.h). The matured conversion compares durations with ages and with a horizon H, so for it edges are added: H,
 * and the first three multiples of the slice in a bucket, which the ages of leads that came as a slice began are. No bucket holds more of them below 2^22 s (48 days)
 * where a slice has 3600 s, 2^21 s (24 days) where it has 1800 s, 2^20 s (12 days) where it has 900 s. Beyond, the later ones share a part with what is longer. */
#ifndef FUNNELD_CORE_SKETCH_H
#define FUNNELD_CORE_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SKETCH_EXACT_BITS = 9,
    SKETCH_CUTS = 1 << (SKETCH_EXACT_BITS - 1),                                           /* buckets to a power of two */
    SKETCH_BUCKETS = (1 << SKETCH_EXACT_BITS) + (40 - SKETCH_EXACT_BITS) * SKETCH_CUTS,   /* durations below 2^40 s; event times span less than 2^39 s */
    SKETCH_PARTS = 4,                                                                     /* fine buckets to a bucket */
    SKETCH_BEYOND = 65536,                                                                /* added to the fine bucket of a duration > H */
};

/* Bucket of a duration of 0 .. 2^40 - 1 seconds, 0 .. SKETCH_BUCKETS - 1; ascending. */
uint32_t sketch_bucket(int64_t duration_s);

/* One bucket for eight, so within 1.8 %: for histograms that only quantiles are asked of. Below 64 s still exact. */
uint32_t sketch_bucket_coarse(int64_t duration_s);

/* The duration that stands for a bucket: its middle, exact below 512 s. */
double sketch_value(uint32_t bucket);

/* SKETCH_PARTS for one bucket: SKETCH_PARTS * bucket + the number of multiples of slice_s in it that the duration is longer than, the last part for more.
 * 0 .. SKETCH_PARTS * SKETCH_BUCKETS - 1; ascending. */
uint32_t sketch_fine(int64_t duration_s, int64_t slice_s);

/* The same with SKETCH_BEYOND added where the duration is longer than the horizon. */
uint32_t sketch_fine_beyond(int64_t duration_s, int64_t slice_s, int64_t horizon_s);

/* The fine bucket, and the least duration of it, without a division: of a duration > 0 of which is known the greatest multiple of slice_s that it is longer than. */
uint32_t sketch_fine_and_least(int64_t duration_s, int64_t multiple_s, int64_t slice_s, int64_t *least_s);

/* The least duration of a fine bucket that is not empty. */
int64_t sketch_fine_least(uint32_t fine, int64_t slice_s);

/* The bucket that a fine one is a part of; SKETCH_BEYOND is ignored. */
static inline uint32_t sketch_fine_bucket(uint32_t fine)
{
    return (fine & (SKETCH_BEYOND - 1)) / SKETCH_PARTS;
}

/* Whether the bucket holds one duration only. */
static inline bool sketch_is_exact(uint32_t bucket)
{
    return bucket < 1 << SKETCH_EXACT_BITS;
}

struct sketch_count { /* one bucket of a histogram */
    uint32_t bucket;
    int64_t count;
};

/* The ceil(q * n)-th smallest of the n counted durations, rounded to whole seconds; -1 where n is 0. `counts` ascend by bucket; one may occur several times. */
int64_t sketch_quantile(const struct sketch_count *counts, int length, double q);

#endif
