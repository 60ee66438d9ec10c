/* Goal: durations keep their order and their size within 2 % in buckets, and quantiles are those of the sorted list within 2 %.
 * Method: every edge of a power of two; random lists beside their sorted copies, from a printed seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/sketch.h"
#include "../../daemon/core/tally.h"
#include "random_support.h"
#include "story_support.h"

static const int64_t LONGEST_S = (INT64_C(1) << 40) - 1;

static void check_bucket(int64_t duration_s)
{
    uint32_t bucket = sketch_bucket(duration_s);
    assert_true(bucket < SKETCH_BUCKETS);
    if (duration_s > 0) {
        assert_true(sketch_bucket(duration_s - 1) <= bucket);
        assert_true(sketch_bucket_coarse(duration_s - 1) <= sketch_bucket_coarse(duration_s));
    }
    double fine = fabs(sketch_value(bucket) - (double)duration_s), coarse = fabs(sketch_value(sketch_bucket_coarse(duration_s)) - (double)duration_s);
    assert_true(fine <= 0.002 * (double)duration_s && coarse <= 0.018 * (double)duration_s);
    assert_true(!sketch_is_exact(bucket) || sketch_value(bucket) == (double)duration_s);
}

static void check_fine(int64_t duration_s, int64_t slice_s)
{
    uint32_t fine = sketch_fine(duration_s, slice_s);
    int64_t least = sketch_fine_least(fine, slice_s);
    assert_int_equal(sketch_fine_bucket(fine), sketch_bucket(duration_s));
    assert_true(least <= duration_s && sketch_fine(least, slice_s) == fine && (least == 0 || sketch_fine(least - 1, slice_s) < fine));
    int64_t same_least;
    if (duration_s > 0)
        assert_true(sketch_fine_and_least(duration_s, (duration_s - 1) / slice_s * slice_s, slice_s, &same_least) == fine && same_least == least);
    assert_int_equal(sketch_fine_beyond(duration_s, slice_s, duration_s), fine);
    uint32_t beyond = sketch_fine_beyond(duration_s + 1, slice_s, duration_s);
    assert_int_equal(beyond, sketch_fine(duration_s + 1, slice_s) + SKETCH_BEYOND);
    assert_int_equal(sketch_fine_bucket(beyond), sketch_bucket(duration_s + 1));
}

/* An age that is a whole number of slices stands apart from longer durations, as far as the header says. */
static void multiples_of_the_slice__are_edges(void **state)
{
    (void)state;
    static const struct { int64_t slice_s, up_to_s; } slices[] = {{3600, 1 << 22}, {1800, 1 << 21}, {900, 1 << 20}};
    for (int i = 0; i < COUNT_OF(slices); i++) {
        int64_t slice_s = slices[i].slice_s;
        for (int64_t multiple = slice_s; multiple < slices[i].up_to_s; multiple += slice_s) {
            assert_true(sketch_fine(multiple, slice_s) < sketch_fine(multiple + 1, slice_s));
            check_fine(multiple, slice_s);
            check_fine(multiple + 1, slice_s);
        }
        for (int64_t duration_s = 0; duration_s < 70000; duration_s++)
            check_fine(duration_s, slice_s);
        for (int exponent = 10; exponent < 39; exponent++)
            for (int64_t step = -3; step <= 3; step++)
                check_fine((INT64_C(1) << exponent) + step, slice_s);
        assert_int_equal(sketch_fine_bucket(sketch_fine(LONGEST_S, slice_s)), SKETCH_BUCKETS - 1);
    }
}

static void buckets__keep_order_and_size(void **state)
{
    (void)state;
    for (int64_t duration_s = 0; duration_s < 70000; duration_s++)
        check_bucket(duration_s);
    for (int exponent = 10; exponent < 40; exponent++)
        for (int64_t step = -3; step <= 3; step++)
            check_bucket((INT64_C(1) << exponent) + step);
    assert_int_equal(sketch_bucket(LONGEST_S), SKETCH_BUCKETS - 1);
}

static void short_durations__are_exact(void **state)
{
    (void)state;
    for (int64_t duration_s = 0; duration_s < 64; duration_s++) {
        assert_true(sketch_value(sketch_bucket(duration_s)) == (double)duration_s);
        assert_true(sketch_value(sketch_bucket_coarse(duration_s)) == (double)duration_s);
    }
}

static void beyond__is_above_every_bucket_and_fits_beside_them(void **state)
{
    (void)state;
    assert_true(SKETCH_BEYOND >= SKETCH_PARTS * SKETCH_BUCKETS);
    assert_true(SKETCH_BEYOND + SKETCH_PARTS * SKETCH_BUCKETS <= TALLY_DETAIL_MAX + 1);
    assert_int_equal(SKETCH_BEYOND & (SKETCH_BEYOND - 1), 0);
}

static void quantiles__of_a_few(void **state)
{
    (void)state;
    static const struct sketch_count one[] = {{7, 1}}, four[] = {{0, 1}, {10, 2}, {20, 1}}, ten[] = {{5, 9}, {90, 1}};
    assert_int_equal(sketch_quantile(NULL, 0, 0.5), -1);
    assert_int_equal(sketch_quantile(one, 1, 0.5), 7);
    assert_int_equal(sketch_quantile(one, 1, 0.9), 7);
    assert_int_equal(sketch_quantile(four, 3, 0.25), 0);
    assert_int_equal(sketch_quantile(four, 3, 0.26), 10);
    assert_int_equal(sketch_quantile(four, 3, 0.5), 10);
    assert_int_equal(sketch_quantile(four, 3, 0.75), 10);
    assert_int_equal(sketch_quantile(four, 3, 0.9), 20);
    assert_int_equal(sketch_quantile(ten, 2, 0.9), 5); /* 0.9 of ten is the ninth, whatever 0.9 * 10 rounds to */
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void quantiles__are_within_2_percent_of_the_sorted_list(void **state)
{
    (void)state;
    static const struct { double q; int64_t numerator, denominator; } quantiles[] = {{0.5, 1, 2}, {0.9, 9, 10}};
    uint64_t seed = random_seed();
    int rounds = random_rounds(300);
    print_message("SEED=%llu ROUNDS=%d\n", (unsigned long long)seed, rounds);
    for (int round = 0; round < rounds; round++) {
        struct random random = {seed + (uint64_t)round};
        enum { MOST = 200 };
        int64_t durations[MOST];
        static struct sketch_count counts[MOST];
        int count = 1 + random_below(&random, MOST), length = 0, bits = 1 + random_below(&random, 39);
        for (int i = 0; i < count; i++)
            durations[i] = (int64_t)(random_next(&random) >> (64 - bits)) * (random_one_in(&random, 8) ? 0 : 1);
        qsort(durations, (size_t)count, sizeof *durations, ascending);
        bool coarse = random_one_in(&random, 2);
        for (int i = 0; i < count; i++) {
            uint32_t bucket = coarse ? sketch_bucket_coarse(durations[i]) : sketch_bucket(durations[i]);
            if (length == 0 || counts[length - 1].bucket != bucket)
                counts[length++] = (struct sketch_count){bucket, 0};
            counts[length - 1].count++;
        }
        for (int i = 0; i < COUNT_OF(quantiles); i++) {
            int64_t rank = (quantiles[i].numerator * count + quantiles[i].denominator - 1) / quantiles[i].denominator;
            double truth = (double)durations[rank - 1];
            double found = (double)sketch_quantile(counts, length, quantiles[i].q);
            if (!(fabs(found - truth) <= 0.02 * truth))
                print_error("SEED=%llu ROUNDS=1: p%g is %.0f, not %.0f\n", (unsigned long long)(seed + (uint64_t)round), quantiles[i].q, found, truth);
            assert_true(fabs(found - truth) <= 0.02 * truth);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets__keep_order_and_size),
        cmocka_unit_test(multiples_of_the_slice__are_edges),
        cmocka_unit_test(short_durations__are_exact),
        cmocka_unit_test(beyond__is_above_every_bucket_and_fits_beside_them),
        cmocka_unit_test(quantiles__of_a_few),
        cmocka_unit_test(quantiles__are_within_2_percent_of_the_sorted_list),
    };
    return cmocka_run_group_tests_name("core/sketch", tests, NULL, NULL);
}
