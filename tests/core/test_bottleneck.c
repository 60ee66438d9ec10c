/* Goal: semantics, section 7: which transitions are bottlenecks, why, and in what rank. Method: tables of what was reached -> the bottlenecks in words; the
 * worked example to the digits worked out apart from this program in exact fractions and decimals of 60 digits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/bottleneck.h"
#include "story_support.h"

static const struct { unsigned bit; const char *word; } words[] = {
    {BOTTLENECK_MOST_LOST, "most lost"},
    {BOTTLENECK_BELOW_TARGET, "below target"},
    {BOTTLENECK_BELOW_BASELINE, "below baseline"},
    {BOTTLENECK_LOWEST_CONVERSION, "lowest conversion"},
};

/* "b->c: most lost, below target; a->b: ..." in rank order. */
static void print_bottlenecks(struct story_text *out, const struct funnel *funnel, const struct bottleneck *list, int count)
{
    for (int i = 0; i < count; i++) {
        story_print(out, "%s%s->%s:", i > 0 ? "; " : "", funnel->steps[list[i].from].id, funnel->steps[list[i].to].id);
        for (int w = 0, said = 0; w < COUNT_OF(words); w++)
            if (list[i].reasons & words[w].bit)
                story_print(out, "%s %s", said++ > 0 ? "," : "", words[w].word);
    }
}

#define ALONE {0}, 0, 0 /* no baseline, no target, nothing won */

struct row {
    const char *why;
    int64_t reached[8];
    const char *expected;
    int64_t baseline[8]; /* 0 at the first: no baseline */
    double target_of_b;  /* 0: none */
    int64_t won;
};

static void check(const char *steps, const struct row *rows, int count)
{
    for (int i = 0; i < count; i++) {
        struct story_funnel funnel;
        story_funnel(&funnel, PROGRESS_FURTHEST, steps);
        if (rows[i].target_of_b > 0)
            funnel.steps[1].target = rows[i].target_of_b;
        struct bottleneck_input input = {rows[i].reached, rows[i].baseline[0] > 0 ? rows[i].baseline : NULL, rows[i].won, rows[i].won * 10000};
        struct bottleneck list[FUNNEL_STEPS_MAX];
        int length = bottleneck_rank(&funnel.funnel, &input, list);
        struct story_text found = {.length = 0};
        print_bottlenecks(&found, &funnel.funnel, list, length);
        if (strcmp(found.data, rows[i].expected) != 0)
            print_error("%s\n", rows[i].why);
        assert_string_equal(found.data, rows[i].expected);
    }
}

static void near(double found, double expected, double within)
{
    if (!(fabs(found - expected) <= within))
        print_error("%.12f is not %.12f\n", found, expected);
    assert_true(fabs(found - expected) <= within);
}

static void the_worked_example__to_the_digit(void **state)
{
    (void)state;
    static const int64_t reached[] = {60, 50, 40, 30, 20, 10, 5, 3};
    static const struct { int from; int64_t left; double conversion, share, low, high, extra_wins, extra_amount; bool most_lost, lowest; } rows[] = {
        {4, 10, 0.5,      0.175438596, 0.299298, 0.700702, 0.911018069, 136652.71, true,  true},
        {5, 5,  0.5,      0.087719298, 0.236593, 0.763407, 0.911018069, 136652.71, false, true},
        {6, 2,  0.6,      0.035087719, 0.230724, 0.882379, 0.259181724, 38877.26,  false, true},
        {0, 10, 0.833333, 0.175438596, 0.719684, 0.906868, 0,           0,         true,  false},
        {1, 10, 0.8,      0.175438596, 0.669629, 0.887562, 0,           0,         true,  false},
        {2, 10, 0.75,     0.175438596, 0.598060, 0.858129, 0,           0,         true,  false},
        {3, 10, 0.666667, 0.175438596, 0.487801, 0.807695, 0,           0,         true,  false},
    };
    struct story_funnel funnel;
    story_funnel(&funnel, PROGRESS_FURTHEST, "application answered brief offer agreed contract paid served");
    struct bottleneck_input input = {reached, NULL, 3, 45000000}; /* three deals of 150 000.00 */
    struct bottleneck list[FUNNEL_STEPS_MAX];
    assert_int_equal(bottleneck_rank(&funnel.funnel, &input, list), COUNT_OF(rows));
    for (int i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(list[i].from, rows[i].from);
        assert_int_equal(list[i].to, rows[i].from + 1);
        assert_int_equal(list[i].left, rows[i].left);
        near(list[i].conversion, rows[i].conversion, 1e-6);
        near(list[i].share, rows[i].share, 1e-9);
        near(list[i].low, rows[i].low, 1e-6);
        near(list[i].high, rows[i].high, 1e-6);
        near(list[i].extra_wins, rows[i].extra_wins, 1e-9);
        near(list[i].extra_amount, rows[i].extra_amount, 0.005);
        near(list[i].reference, rows[i].lowest ? 0.651836344868839 : list[i].conversion, 1e-12); /* G = (3/60)^(1/7) */
        assert_true(isnan(list[i].target) && isnan(list[i].baseline));
        assert_int_equal(list[i].reasons, (rows[i].most_lost ? BOTTLENECK_MOST_LOST : 0) | (rows[i].lowest ? BOTTLENECK_LOWEST_CONVERSION : 0));
    }
}

static void reasons__each_at_its_edge(void **state)
{
    (void)state;
    static const struct row rows[] = { /* a  b  c  d */
        {"nobody came",                       {0,  0,  0,  0},  "", ALONE},
        {"nobody left",                       {9,  9,  9,  9},  "", ALONE},
        {"fewer than min_leads at b",         {8,  4,  2,  2},  "a->b: most lost, lowest conversion", ALONE},
        {"min_leads exactly",                 {8,  5,  2,  2},  "a->b: most lost, lowest conversion; b->c: most lost, lowest conversion", ALONE},
        {"a share of exactly a third counts", {30, 20, 10, 0},  "a->b: most lost; b->c: most lost, lowest conversion; c->d: most lost, lowest conversion", ALONE},
        {"just under a third does not",       {100, 67, 34, 0}, "c->d: most lost, lowest conversion; b->c: lowest conversion", ALONE},
        {"all conversions are the same",      {80, 40, 20, 10}, "a->b: most lost", ALONE},
        {"all the same, no exact ratios",     {27, 9, 3, 1},    "a->b: most lost", ALONE},
        {"more came to d than to c",          {20, 10, 5, 9},   "a->b: most lost, lowest conversion; b->c: most lost, lowest conversion", ALONE},
        {"a conversion of 0",                 {20, 20, 0, 0},   "b->c: most lost, lowest conversion", ALONE},
    };
    check("a b c d", rows, COUNT_OF(rows));
}

static void below_target__when_the_interval_ends_below_it(void **state)
{
    (void)state;
    static const struct row rows[] = { /* Wilson of 10 of 20 ends at 0.700702 */
        {"the interval ends above the target", {20, 10, 10, 10}, "a->b: most lost, lowest conversion",               {0}, 0.7007, 3},
        {"the interval ends below the target", {20, 10, 10, 10}, "a->b: most lost, below target, lowest conversion", {0}, 0.7008, 3},
        {"more than 1 is below no target",     {20, 30, 30, 30}, "b->c: lowest conversion; c->d: lowest conversion",                                            {0}, 0.99,   3},
        {"a target that is met",               {20, 20, 20, 20}, "",                                                 {0}, 0.5,    3},
        {"target 1: everybody came",           {20, 20, 20, 20}, "",                                                 {0}, 1,      3},
    };
    check("a b c d", rows, COUNT_OF(rows));
}

static void below_baseline__by_the_pooled_test(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* p = 0.00715 < 0.05, see test_statistics.c */
        {"10 of 50 after 40 of 100",        {50, 10, 10, 10}, "a->b: most lost, below baseline, lowest conversion", {100, 40, 40, 40}, 0, 3},
        {"3 of 10 after a half: p = 0.103", {10, 3, 3, 3},    "a->b: most lost, lowest conversion",                 {1000000, 500000, 500000, 500000}, 0, 3},
        {"better than before",              {50, 45, 45, 45}, "a->b: most lost, lowest conversion",                 {100, 40, 40, 40}, 0, 3},
        {"nobody came to a before",         {50, 10, 10, 10}, "a->b: most lost, lowest conversion",                 {0, 40, 40, 40}, 0, 3},
        {"before it was above 1",           {50, 10, 10, 10}, "a->b: most lost, lowest conversion",                 {100, 140, 140, 140}, 0, 3},
        {"nobody passed on either side",    {50, 0, 0, 0},    "a->b: most lost",                                    {100, 0, 0, 0}, 0, 0},
    };
    check("a b c d", rows, COUNT_OF(rows));
}

static void optional_steps__are_passed_over(void **state)
{
    (void)state;
    static const struct row rows[] = { /* a b c? d */
        {"c says nothing", {40, 20, 1, 20}, "a->b: most lost, lowest conversion", ALONE},
        {"c says nothing", {40, 20, 39, 8}, "a->b: most lost; b->d: lowest conversion", ALONE},
    };
    check("a b c? d", rows, COUNT_OF(rows));
}

static void reference__is_the_first_of_target_baseline_and_mean_that_is_above(void **state)
{
    (void)state;
    static const struct { double target; int64_t baseline_b, won; double reference, extra_wins, extra_amount; } rows[] = {
        /* a 20, b 10, c 10, d 10: c = 0.5, G = 0.5^(1/3) = 0.793700525984100 */
        {NAN, 0,  4, 0.793700525984100, 2.349604207872798, 234.9604207872798},
        {0.6, 15, 4, 0.6,               0.8,               80},
        {0.4, 15, 4, 0.75,              2,                 200}, /* the target is met: the baseline, 15 of 20 */
        {0.4, 8,  4, 0.793700525984100, 2.349604207872798, 234.9604207872798},
        {0.5, 10, 4, 0.793700525984100, 2.349604207872798, 234.9604207872798}, /* as much is not above */
        {0.6, 15, 0, 0.6,               0,                 NAN},
    };
    for (int i = 0; i < COUNT_OF(rows); i++) {
        struct story_funnel funnel;
        story_funnel(&funnel, PROGRESS_FURTHEST, "a b c d");
        funnel.steps[1].target = rows[i].target;
        const int64_t reached[] = {20, 10, 10, 10}, baseline[] = {20, rows[i].baseline_b, 0, 0};
        struct bottleneck_input input = {reached, rows[i].baseline_b > 0 ? baseline : NULL, rows[i].won, rows[i].won * 10000};
        struct bottleneck list[FUNNEL_STEPS_MAX];
        assert_int_equal(bottleneck_rank(&funnel.funnel, &input, list), 1);
        near(list->reference, rows[i].reference, 1e-12);
        near(list->extra_wins, rows[i].extra_wins, 1e-12);
        if (isnan(rows[i].extra_amount))
            assert_true(isnan(list->extra_amount));
        else
            near(list->extra_amount, rows[i].extra_amount, 1e-9);
    }
}

static void a_conversion_of_0__has_no_extra_wins_and_ranks_as_0(void **state)
{
    (void)state;
    struct story_funnel funnel;
    story_funnel(&funnel, PROGRESS_ANY, "a b c d");
    static const int64_t reached[] = {20, 10, 0, 6};
    struct bottleneck_input input = {reached, NULL, 6, 60000};
    struct bottleneck list[FUNNEL_STEPS_MAX];
    assert_int_equal(bottleneck_rank(&funnel.funnel, &input, list), 2);
    /* G = 0.5: a->b is not below it and costs nothing either; both lost ten, so the order of the funnel decides. */
    assert_int_equal(list[0].from, 0);
    near(list[0].extra_wins, 0, 0);
    assert_int_equal(list[1].from, 1);
    assert_true(isnan(list[1].extra_wins) && isnan(list[1].extra_amount));
    near(list[1].reference, 0.5, 1e-12);
}

static void a_funnel_of_one_step__has_no_bottleneck(void **state)
{
    (void)state;
    static const struct row rows[] = {{"no transition", {20}, "", ALONE}};
    check("a", rows, COUNT_OF(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example__to_the_digit),
        cmocka_unit_test(reasons__each_at_its_edge),
        cmocka_unit_test(below_target__when_the_interval_ends_below_it),
        cmocka_unit_test(below_baseline__by_the_pooled_test),
        cmocka_unit_test(optional_steps__are_passed_over),
        cmocka_unit_test(reference__is_the_first_of_target_baseline_and_mean_that_is_above),
        cmocka_unit_test(a_conversion_of_0__has_no_extra_wins_and_ranks_as_0),
        cmocka_unit_test(a_funnel_of_one_step__has_no_bottleneck),
    };
    return cmocka_run_group_tests_name("core/bottleneck", tests, NULL, NULL);
}
