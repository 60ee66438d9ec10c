/* Leads whose last row names what nobody has: against a plain list of last words, over random rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/unknowns.h"
#include "../core/random_support.h"

enum { LEADS = 500, ROWS = 4000, NAMES = 3 };

static void only_the_last_row_of_a_lead__counts(void **state)
{
    (void)state;
    static const char *const names[NAMES + 1] = {"", "a", "b", "c"};
    uint64_t seed = random_seed();
    struct random random = {seed};
    struct unknowns halves[2] = {0}, all = {0};
    int last[LEADS] = {0};
    uint64_t expected[NAMES + 1] = {0};
    for (int i = 0; i < ROWS; i++) {
        int lead = random_below(&random, LEADS), name = random_below(&random, 2) * random_below(&random, NAMES + 1);
        last[lead] = name;
        unknowns_see(&halves[lead % 2], (uint64_t)lead * 0x9e3779b97f4a7c15u, text_of(names[name]));
    }
    for (int i = 0; i < LEADS; i++)
        expected[last[i]]++;
    unknowns_merge(&all, &halves[0]);
    unknowns_merge(&all, &halves[1]);
    uint64_t found = 0;
    for (int i = 0; i < all.name_count; i++) {
        for (int name = 1; name <= NAMES; name++)
            if (strcmp(all.texts[i], names[name]) == 0 && unknowns_leads(&all, i) != expected[name])
                fail_msg("SEED=%llu: %s", (unsigned long long)seed, names[name]);
        found += unknowns_leads(&all, i);
    }
    assert_int_equal(found, LEADS - expected[0]);
    unknowns_free(&halves[0]);
    unknowns_free(&halves[1]);
    unknowns_free(&all);
}

static void more_names_than_are_told_apart__still_count(void **state)
{
    (void)state;
    struct unknowns unknowns = {0};
    char name[8];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "n%d", i);
        unknowns_see(&unknowns, (uint64_t)i + 1, text_of(name));
    }
    uint64_t found = 0;
    for (int i = 0; i < unknowns.name_count; i++)
        found += unknowns_leads(&unknowns, i);
    assert_int_equal(unknowns.name_count, UNKNOWNS_NAMES_MAX);
    assert_int_equal(found, 20);
    unknowns_free(&unknowns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_last_row_of_a_lead__counts),
        cmocka_unit_test(more_names_than_are_told_apart__still_count),
    };
    return cmocka_run_group_tests_name("unknowns", tests, NULL, NULL);
}
