/* Goal: semantics, section 10: the matured conversion, its variance and its bounds. Method: small courses whose figures were worked out apart from this
 * program in exact fractions, straight from the formulas. Exits are of one known second (`equal`), but for the last test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/matured.h"
#include "../../daemon/core/sketch.h"
#include "random_support.h"
#include "story_support.h"

enum { ROOM = 8 };

#define NO_EXITS {{0, 0, 0, 0}}
#define NO_AGES {{0, 0}}

struct row {
    const char *course;
    int64_t leads, mature;
    struct matured_exit exits[ROOM]; /* leads 0: the end */
    struct matured_age ages[ROOM];
    double conversion, variance, low, high; /* NAN: null */
};

static void near(double found, double expected)
{
    bool same = isnan(expected) ? isnan(found) : fabs(found - expected) <= 1e-12;
    if (!same)
        print_error("%.15f is not %.15f\n", found, expected);
    assert_true(same);
}

static void check(const struct row *rows, int count)
{
    for (int i = 0; i < count; i++) {
        struct matured_exit exits[ROOM];
        size_t exit_count = 0, age_count = 0;
        for (; exit_count < ROOM && rows[i].exits[exit_count].advanced + rows[i].exits[exit_count].left > 0; exit_count++) {
            exits[exit_count] = rows[i].exits[exit_count];
            exits[exit_count].equal = true;
        }
        while (age_count < ROOM && rows[i].ages[age_count].leads > 0)
            age_count++;
        struct matured matured = {.leads = rows[i].leads, .mature = rows[i].mature};
        matured_estimate(&matured, exits, exit_count, rows[i].ages, age_count);
        if (isnan(matured.conversion) != isnan(rows[i].conversion))
            print_error("%s\n", rows[i].course);
        near(matured.conversion, rows[i].conversion);
        if (!isnan(rows[i].conversion))
            near(matured.variance, rows[i].variance);
        near(matured.low, rows[i].low);
        near(matured.high, rows[i].high);
    }
}

static void courses_of_few_leads(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* F = 1/5 + 3/5 * 1/2: at 30 two of the three are still watched. */
        {"on after 10 s, lost after 20 s, still on its way at 25 s, on after 30 s",
         5, 1, {{10, 1, 0, 0}, {20, 0, 1, 0}, {30, 1, 0, 0}}, {{25, 1}},
         1.0 / 2, 37.0 / 320, 0.008720168526727, 0.903647298574316},
        {"all were watched to the end: F is what passed, 4 of 10",
         10, 10, {{100, 1, 0, 0}, {200, 1, 1, 0}, {300, 2, 0, 0}, {400, 0, 1, 0}}, NO_AGES,
         2.0 / 5, 169.0 / 6300, 0.110811121093708, 0.682738272410567},
        /* Of those still on their way at 200 s one was at risk when another went on at 200 s: exits come first. */
        {"some are still on their way",
         10, 6, {{100, 2, 1, 0}, {200, 1, 0, 0}, {300, 1, 1, 0}}, {{150, 1}, {200, 1}, {250, 1}, {400, 1}},
         23.0 / 45, 4903.0 / 97200, 0.088768632591142, 0.830264484558642},
        {"of one age three are on their way and one goes on: 1 of 4",
         4, 1, {{100, 1, 0, 0}}, {{100, 3}},
         1.0 / 4, 1.0 / 16, 0.003346285011047, 0.713790584454640},
    };
    check(rows, COUNT_OF(rows));
}

static void edges(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"nobody came",                             0, 0, NO_EXITS, NO_AGES, NAN, 0, NAN, NAN},
        {"nobody is mature, nobody has left",       3, 0, NO_EXITS, {{10, 3}}, NAN, 0, NAN, NAN},
        {"nobody is mature, one went on",           3, 0, {{5, 1, 0, 0}}, {{10, 2}}, NAN, 0, NAN, NAN},
        {"nobody is mature, but all have left",     2, 0, {{5, 1, 0, 0}, {6, 0, 1, 0}}, NO_AGES, 0.5, 0.25, 0.000008146698465, 0.959827556943866},
        {"one is mature, one went on",              3, 1, {{5, 1, 0, 0}}, {{10, 2}}, 1.0 / 3, 1.0 / 9, 0.001443102592967, 0.831501906337984},
        {"one is mature, none went on",             3, 1, NO_EXITS, {{10, 2}}, 0, 0, NAN, NAN},
        {"all were lost",                           3, 3, {{5, 0, 2, 0}, {7, 0, 1, 0}}, NO_AGES, 0, 0, NAN, NAN},
        {"all went on",                             3, 3, {{5, 1, 0, 0}, {7, 2, 0, 0}}, NO_AGES, 1, 0, NAN, NAN},
        {"all that were watched long enough went on", 3, 1, {{5, 1, 0, 0}, {7, 1, 0, 0}}, {{1, 1}}, 1, 0, NAN, NAN},
    };
    check(rows, COUNT_OF(rows));
}

/* ---- durations in buckets ---- */

enum { LEADS_MOST = 400, LONGEST_S = 3000, SLICE_S = 900 };

struct watched { int64_t duration_s; enum { GOES_ON, IS_LOST, ON_ITS_WAY } end; };

static int by_duration(const void *a, const void *b)
{
    const struct watched *x = a, *y = b;
    bool later = (x->end == ON_ITS_WAY) > (y->end == ON_ITS_WAY), earlier = (x->end == ON_ITS_WAY) < (y->end == ON_ITS_WAY);
    return x->duration_s != y->duration_s ? (x->duration_s > y->duration_s) - (x->duration_s < y->duration_s) : later - earlier;
}

/* The sum as the semantics write it, second by second. */
static double exact_conversion(const struct watched *leads, int count, int mature)
{
    double survival = 1, conversion = 0;
    for (int i = 0; i < count;) {
        int at_risk = mature + count - i, advanced = 0, left = 0;
        int64_t now = leads[i].duration_s;
        for (; i < count && leads[i].duration_s == now; i++) {
            advanced += leads[i].end == GOES_ON;
            left += leads[i].end == IS_LOST;
        }
        conversion += survival * advanced / at_risk;
        survival *= 1 - (double)(advanced + left) / at_risk;
    }
    return conversion;
}

/* At least two leads in five were watched to the end: where hardly anybody is, one lead more or less at risk decides, and
 * which of two in one bucket left first is not known. */
static void durations_in_buckets__change_little(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    int rounds = random_rounds(300);
    print_message("SEED=%llu ROUNDS=%d\n", (unsigned long long)seed, rounds);
    for (int round = 0; round < rounds; round++) {
        struct random random = {seed + (uint64_t)round};
        static struct watched leads[LEADS_MOST];
        static struct matured_exit exits[LEADS_MOST];
        static struct matured_age ages[LEADS_MOST];
        int count = 2 + random_below(&random, LEADS_MOST - 1), spread_s = 300 + random_below(&random, LONGEST_S - 300), on_way = 2 + random_below(&random, 5);
        int mature = count * 2 / 5 + 1; /* watched to the end without an exit: they are not listed */
        count -= mature;
        for (int i = 0; i < count; i++) {
            leads[i].duration_s = LONGEST_S - random_below(&random, spread_s);
            leads[i].end = random_one_in(&random, on_way) ? ON_ITS_WAY : random_one_in(&random, 2) ? GOES_ON : IS_LOST;
        }
        qsort(leads, (size_t)count, sizeof *leads, by_duration);
        size_t exit_count = 0, age_count = 0;
        uint32_t bucket = UINT32_MAX;
        for (int i = 0; i < count; i++) {
            if (leads[i].end == ON_ITS_WAY) {
                ages[age_count++] = (struct matured_age){sketch_fine(leads[i].duration_s, SLICE_S), 1};
                continue;
            }
            if (sketch_fine(leads[i].duration_s, SLICE_S) != bucket) {
                bucket = sketch_fine(leads[i].duration_s, SLICE_S);
                exits[exit_count++] = (struct matured_exit){.duration = bucket, .equal = sketch_is_exact(sketch_fine_bucket(bucket))};
            }
            *(leads[i].end == GOES_ON ? &exits[exit_count - 1].advanced : &exits[exit_count - 1].left) += 1;
        }
        struct matured matured = {.leads = count + mature, .mature = mature};
        matured_estimate(&matured, exits, exit_count, ages, age_count);
        double exact = exact_conversion(leads, count, mature), allowed = 0.01 + 1.0 / (count + mature);
        if (!(fabs(matured.conversion - exact) <= allowed))
            print_error("SEED=%llu ROUNDS=1: %f is not %f of %d leads\n", (unsigned long long)(seed + (uint64_t)round), matured.conversion, exact, count + mature);
        assert_true(fabs(matured.conversion - exact) <= allowed);
        assert_true(isnan(matured.low) || (0 <= matured.low && matured.low <= matured.conversion && matured.conversion <= matured.high && matured.high <= 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(courses_of_few_leads),
        cmocka_unit_test(edges),
        cmocka_unit_test(durations_in_buckets__change_little),
    };
    return cmocka_run_group_tests_name("core/matured", tests, NULL, NULL);
}
