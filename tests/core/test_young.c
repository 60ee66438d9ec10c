/* Goal: what is read off a slice about young leads is what its counts say, and who is younger than an age is found as by looking at one after another.
 * Method: random slices, from a printed seed, beside the counts they were made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/young.h"
#include "random_support.h"

enum { STEPS = 5, SLICE_S = 3600, ROUNDS = 300 };

struct counts { /* what went into the slice */
    int32_t came[STEPS];
    int32_t on_way[STEPS][SLICE_S];
};

static void fill(struct random *random, struct tally *tally, struct counts *counts)
{
    static const enum tally_field fields[] = {TALLY_ON_WAY, TALLY_LEFT_WON, TALLY_TO_LOSS, TALLY_TO_NEXT, TALLY_TO_NEXT_SKIPPED, TALLY_EXCLUDED, TALLY_SKIPPED, TALLY_WON};
    int seconds = 1 + random_below(random, SLICE_S);
    for (int i = random_below(random, 400); i > 0; i--) {
        enum tally_basis basis = random_one_in(random, 4) ? TALLY_COHORT : TALLY_ACTIVITY;
        enum tally_field field = fields[random_below(random, sizeof fields / sizeof *fields)];
        int step = random_below(random, STEPS), second = random_below(random, seconds);
        tally_add(tally, tally_key(basis, field, step, (uint32_t)second), 1);
        if (basis != TALLY_ACTIVITY || field > TALLY_TO_NEXT_SKIPPED)
            continue;
        counts->came[step]++;
        counts->on_way[step][second] += field == TALLY_ON_WAY || field == TALLY_LEFT_WON;
    }
}

static int32_t younger_by_counts(const struct counts *counts, int step, int64_t oldest_s, int64_t age_s)
{
    int32_t leads = 0;
    for (int second = 0; second < SLICE_S; second++)
        leads += oldest_s - second < age_s ? counts->on_way[step][second] : 0;
    return leads;
}

static int32_t younger(struct random *random, const struct young *young, int step, int64_t oldest_s, int64_t age_s)
{
    int32_t leads = 0;
    for (uint32_t r = 0; r < young->row_count; r++) {
        const struct young_row *row = &young->rows[r];
        if (row->step != step)
            continue;
        size_t place = young_younger(young, row, row->begin, oldest_s, age_s);
        size_t from = row->begin + (size_t)random_below(random, (int)(place - row->begin) + 1); /* from anywhere before it is the same */
        assert_int_equal(young_younger(young, row, from, oldest_s, age_s), place);
        leads += young->arrivals[row->end].before - young->arrivals[place].before;
    }
    return leads;
}

static int32_t came(const struct young *young, int step)
{
    int32_t leads = 0;
    for (uint32_t r = 0; r < young->row_count; r++)
        leads += young->rows[r].step == step ? young->rows[r].came : 0;
    return leads;
}

static void young_leads__are_those_of_the_counts(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = random_rounds(ROUNDS); round > 0; round--, seed++) {
        struct random random = {seed};
        struct tally tally = {0};
        static struct counts counts;
        counts = (struct counts){0};
        fill(&random, &tally, &counts);
        struct young *young = young_read(&tally);
        for (int step = 0; step < STEPS; step++) {
            int64_t oldest_s = random_below(&random, 2 * SLICE_S) - 10, age_s = random_below(&random, 2 * SLICE_S) - 10;
            assert_int_equal(came(young, step), counts.came[step]);
            assert_int_equal(younger(&random, young, step, oldest_s, age_s), younger_by_counts(&counts, step, oldest_s, age_s));
        }
        free(young);
        tally_free(&tally);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(young_leads__are_those_of_the_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
