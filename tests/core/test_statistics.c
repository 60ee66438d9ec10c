/* Goal: the formulas of probability to 12 decimals. Method: figures worked out apart from this program in decimal arithmetic of 60 digits: Wilson's interval by
 * its formula, the normal distribution by its series 1/2 + phi(z) (z + z^3/3 + z^5/15 + ...), the pooled z-test from both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/statistics.h"
#include "story_support.h"

#define ROUNDING 1e-15

static void check(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-12))
        print_error("%.15f is not %.15f\n", found, expected);
    assert_true(fabs(found - expected) <= 1e-12);
}

static void wilson__at_95_percent(void **state)
{
    (void)state;
    static const struct { int64_t passed, total; double low, high; } rows[] = {
        {10,     20,      0.299298008198212, 0.700701991801788},
        {3,      60,      0.017149502164396, 0.137005164763485},
        {37,     1000,    0.026961180875555, 0.050582397482069},
        {999999, 1000000, 0.999994335088196, 0.999999823475423},
        {0,      5,       0.000000000000000, 0.434482464783175},
        {5,      5,       0.565517535216825, 1.000000000000000},
        {0,      1,       0.000000000000000, 0.793450685622763},
        {1,      1,       0.206549314377237, 1.000000000000000},
    };
    for (int i = 0; i < COUNT_OF(rows); i++) {
        struct interval interval = statistics_wilson(rows[i].passed, rows[i].total, STATISTICS_Z95);
        check(interval.low, rows[i].low);
        check(interval.high, rows[i].high);
    }
}

static void wilson__at_another_level(void **state)
{
    (void)state;
    struct interval interval = statistics_wilson(10, 20, 1);
    check(interval.low, 0.390891054882004);
    check(interval.high, 0.609108945117996);
}

static void wilson__never_leaves_0_to_1(void **state)
{
    (void)state;
    for (int64_t total = 1; total < 300; total++)
        for (int64_t passed = 0; passed <= total; passed++) {
            struct interval interval = statistics_wilson(passed, total, STATISTICS_Z95);
            double share = (double)passed / (double)total;
            assert_true(interval.low >= 0 && interval.high <= 1);
            assert_true(interval.low <= share + ROUNDING && share <= interval.high + ROUNDING);
            assert_true((passed > 0 || interval.low == 0) && (passed < total || interval.high == 1)); /* else a target of 1 is missed where everybody passed */
        }
}

static void normal__both_tails(void **state)
{
    (void)state;
    static const struct { double z, below; } rows[] = {
        {-6,                 9.865876450376981e-10}, {-3, 0.001349898031630095}, {-STATISTICS_Z95, 0.025}, {-1, 0.158655253931457051}, {-0.5, 0.308537538725986896},
        {0,                  0.5},                   {1,  0.841344746068542949}, {2.5, 0.993790334674223865}, {6, 0.999999999013412355},
    };
    for (int i = 0; i < COUNT_OF(rows); i++)
        check(statistics_normal(rows[i].z), rows[i].below);
    assert_true(fabs(statistics_normal(-6) / 9.865876450376981e-10 - 1) < 1e-12); /* the tail keeps its digits */
}

static void lower_p__is_the_chance_of_so_low_a_conversion_if_nothing_had_changed(void **state)
{
    (void)state;
    static const struct { int64_t passed1, total1, passed2, total2; double p; } rows[] = {
        {10,  50,  40,     100,     7.152939217714820e-3},
        {40,  100, 10,     50,      0.9928470607822852},
        {1,   10,  1,      10,      0.5},
        {0,   20,  5,      20,      8.413704741378424e-3},
        {25,  120, 200,    500,     4.403926326859269e-5},
        {3,   10,  500000, 1000000, 0.1029527390767747},
    };
    for (int i = 0; i < COUNT_OF(rows); i++)
        check(statistics_lower_p(rows[i].passed1, rows[i].total1, rows[i].passed2, rows[i].total2), rows[i].p);
}

static void lower_p__is_not_there_where_it_means_nothing(void **state)
{
    (void)state;
    assert_true(isnan(statistics_lower_p(0, 10, 0, 20)));   /* nobody passed on either side */
    assert_true(isnan(statistics_lower_p(10, 10, 20, 20))); /* everybody did */
    assert_true(isnan(statistics_lower_p(11, 10, 5, 20)));  /* a conversion above 1 is no proportion */
    assert_true(isnan(statistics_lower_p(5, 10, 21, 20)));
}

static void quantiles__undo_the_distribution(void **state)
{
    (void)state;
    check(statistics_normal_quantile(0.975), STATISTICS_Z95);
    check(statistics_normal_quantile(0.5), 0);
    for (double z = -6; z <= 6; z += 0.37)
        assert_true(fabs(statistics_normal_quantile(statistics_normal(z)) - z) < 1e-8);
}

/* The fifteen p-values of Benjamini and Hochberg's own example; adjusted by R's p.adjust(p, "BH"). */
static void false_discovery__is_that_of_the_paper(void **state)
{
    (void)state;
    static const double p[] = {0.0344, 0.0001, 0.0095, 0.0004, 0.0019, 0.0201, 0.0278, 0.0298, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    struct p_value family[COUNT_OF(p)];
    for (int i = 0; i < COUNT_OF(p); i++)
        family[i] = (struct p_value){.p = p[i], .place = i};
    statistics_false_discovery(family, COUNT_OF(p));
    static const double expected[] = {0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714285714286, 0.06385714285714286, 0.0645, 0.0765, 0.486};
    for (int i = 0; i < COUNT_OF(expected); i++)
        check(family[i].q, expected[i]);
    int rejected = 0;
    for (int i = 0; i < COUNT_OF(p); i++)
        rejected += family[i].q <= 0.05;
    assert_int_equal(rejected, 4); /* as the paper says */
    assert_int_equal(family[0].place, 1);
    statistics_false_discovery(family, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson__at_95_percent),
        cmocka_unit_test(wilson__at_another_level),
        cmocka_unit_test(wilson__never_leaves_0_to_1),
        cmocka_unit_test(normal__both_tails),
        cmocka_unit_test(lower_p__is_the_chance_of_so_low_a_conversion_if_nothing_had_changed),
        cmocka_unit_test(lower_p__is_not_there_where_it_means_nothing),
        cmocka_unit_test(quantiles__undo_the_distribution),
        cmocka_unit_test(false_discovery__is_that_of_the_paper),
    };
    return cmocka_run_group_tests_name("core/statistics", tests, NULL, NULL);
}
