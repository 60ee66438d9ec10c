/* Goal: whatever leads add, each of their groups gets it in the right slice, once. Method: random entries from a printed seed beside plain arrays that do the
 * same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "../../daemon/core/group_sets.h"
#include "../../daemon/core/journal.h"
#include "random_support.h"

enum { GROUPS = 7, SLICES = 9, KEYS = 90, AMOUNTS = 4, STEPS = 3 };

static struct expected { /* what one group should have */
    int64_t counts[SLICES][KEYS];
    tally_amount amounts[SLICES][AMOUNTS];
    tally_amount standing[STEPS];
} expected[GROUPS];

/* Three details of each basis, field and step: some keys differ in any of their bytes alone, and no byte by itself has them in order. */
static uint32_t key_of(int i)
{
    const uint32_t details[] = {(uint32_t)i + 100, (uint32_t)(i << 8 | i), (uint32_t)i * 7919};
    return tally_key((enum tally_basis)(i & 1), (enum tally_field)(i % 5), i % 3 * 31, details[i / 30]);
}

static uint32_t amount_key(int i)
{
    return tally_key((enum tally_basis)(i & 1), i < 2 ? TALLY_WON_AMOUNT : TALLY_LOST_AMOUNT, 0, 0);
}

/* Slices of all times, so that their numbers are far apart. */
static int32_t slice_of(int i)
{
    return (i - SLICES / 2) * (i % 2 == 0 ? 1 : 999983);
}

static int choose_groups(struct random *random, uint32_t *groups)
{
    int order[GROUPS], count = random_below(random, 4);
    for (int g = 0; g < GROUPS; g++)
        order[g] = g;
    random_shuffle(random, order, GROUPS);
    for (int i = 0; i < count; i++)
        groups[i] = (uint32_t)order[i];
    return count;
}

/* One contribution, and what every group should have of it. */
static struct contribution contribute(struct random *random, const uint32_t *groups, int group_count)
{
    int slice = random_below(random, SLICES), kind = random_below(random, 12);
    int key = random_below(random, 1 + random_below(random, KEYS)), amount = random_below(random, AMOUNTS);
    int64_t one = random_one_in(random, 3) ? -1 : 1, minor = (int64_t)random_next(random);
    for (int i = 0; i < group_count; i++) {
        struct expected *group = &expected[groups[i]];
        if (kind == 0)
            group->standing[amount % STEPS] += minor;
        else if (kind == 1)
            group->amounts[slice][amount] += minor;
        else
            group->counts[slice][key] += one;
    }
    if (kind == 0)
        return (struct contribution){slice_of(slice), tally_key(TALLY_ACTIVITY, TALLY_STANDING_AMOUNT, amount % STEPS, 0), minor};
    if (kind == 1)
        return (struct contribution){slice_of(slice), amount_key(amount), minor};
    return (struct contribution){slice_of(slice), key_of(key), one};
}

/* What the deltas hold is taken off what should be there; then nothing is left of it. */
static void check(const struct deltas *deltas)
{
    for (size_t i = 0; i < deltas->count; i++) {
        const struct delta *delta = &deltas->list[i];
        int slice = 0;
        while (slice_of(slice) != delta->slice)
            slice++;
        struct expected *group = &expected[delta->group];
        for (int k = 0; k < KEYS; k++)
            group->counts[slice][k] -= tally_get(&delta->tally, key_of(k));
        for (int a = 0; a < AMOUNTS; a++)
            group->amounts[slice][a] -= tally_get_amount(&delta->tally, amount_key(a));
        struct tally_entry entry, before = {0};
        for (uint32_t place = 0, first = 1; tally_next(&delta->tally, &place, &entry); first = 0, before = entry)
            assert_true(entry.count != 0 && (first || before.key < entry.key));
    }
    for (size_t g = 0; g < deltas->standing_groups; g++)
        for (int k = 0; deltas->standing[g] != NULL && k < STEPS; k++)
            expected[g].standing[k] -= tally_sum_of(deltas->standing[g]->amounts[k]);
    static const struct expected nothing[GROUPS];
    assert_memory_equal(expected, nothing, sizeof nothing);
}

static void journal__gives_each_group_what_its_leads_add(void **state)
{
    (void)state;
    struct random random = {random_seed()};
    print_message("SEED=%llu\n", (unsigned long long)random.state);
    struct journal *journal = journal_new();
    struct deltas deltas = {0};
    deltas_init(&deltas);
    struct contributions contributions = {.list = malloc(20 * sizeof *contributions.list), .capacity = 20};
    for (int round = 0; round < 60; round++) {
        int leads = round % 6 == 0 ? 3000 : random_below(&random, 30), post_every = 1 + random_below(&random, leads + 1);
        for (int lead = 0; lead < leads; lead++) {
            uint32_t groups[GROUPS];
            int group_count = choose_groups(&random, groups);
            contributions.count = (size_t)random_below(&random, 20);
            for (size_t i = 0; i < contributions.count; i++)
                contributions.list[i] = contribute(&random, groups, group_count);
            journal_add(journal, groups, group_count, &contributions);
            if (lead % post_every == 0)
                journal_post(journal, &deltas); /* the next one is added to what it has brought */
        }
        journal_post(journal, &deltas);
        check(&deltas);
        deltas_clear(&deltas);
    }
    deltas_free(&deltas);
    journal_free(journal);
    free(contributions.list);
}

static void journal__is_full_some_day(void **state)
{
    (void)state;
    struct journal *journal = journal_new();
    struct deltas deltas = {0};
    deltas_init(&deltas);
    struct contribution one = {7, tally_key(TALLY_COHORT, TALLY_OPEN, 0, 0), 1};
    struct contributions contributions = {.list = &one, .count = 1};
    const uint32_t group = 3;
    int32_t added = 0;
    for (; !journal_is_full(journal); added++)
        journal_add(journal, &group, 1, &contributions);
    journal_post(journal, &deltas);
    assert_false(journal_is_full(journal));
    journal_trim(journal);
    journal_add(journal, &group, 1, &contributions); /* it goes on all the same */
    journal_post(journal, &deltas);
    journal_trim(journal);
    added++;
    assert_int_equal(deltas.count, 1);
    assert_int_equal(tally_get(&deltas.list[0].tally, one.key), added);
    deltas_free(&deltas);
    journal_free(journal);
}

/* Left with something in it, nothing is lost of the memory. */
static void journal__is_freed_as_it_is(void **state)
{
    (void)state;
    struct journal *journal = journal_new();
    struct contribution list[] = {{7, tally_key(TALLY_COHORT, TALLY_OPEN, 0, 0), 1}, {7, tally_key(TALLY_COHORT, TALLY_WON_AMOUNT, 0, 0), 100}};
    journal_add(journal, &(uint32_t){2}, 1, &(struct contributions){.list = list, .count = 2});
    journal_free(journal);
    journal_free(NULL);
}

static void group_sets__number_each_set_once(void **state)
{
    (void)state;
    struct random random = {random_seed()};
    struct group_sets sets = {0};
    for (int i = 0; i < 5000; i++) {
        uint32_t groups[4];
        int count = random_below(&random, 4);
        for (int g = 0; g < count; g++)
            groups[g] = (uint32_t)random_below(&random, 5);
        uint32_t number = group_sets_number(&sets, groups, count);
        assert_memory_equal(sets.groups + number, groups, (size_t)count * sizeof *groups);
        assert_true(sets.groups[number + (uint32_t)count] == GROUP_SETS_END);
        assert_int_equal(group_sets_number(&sets, groups, count), number);
    }
    assert_int_equal(sets.count, 1 + 5 + 5 * 5 + 5 * 5 * 5);
    group_sets_free(&sets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(journal__gives_each_group_what_its_leads_add),
        cmocka_unit_test(journal__is_full_some_day),
        cmocka_unit_test(journal__is_freed_as_it_is),
        cmocka_unit_test(group_sets__number_each_set_once),
    };
    return cmocka_run_group_tests_name("core/journal", tests, NULL, NULL);
}
