/* What a lead and a dimension may grow to. Goal: a lead that some program moves to and fro by the thousand stays small and cheap, is still the same in any order
 * of its events, and stands where it stands; a value too many is as if there were none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/lead.h"
#include "../../daemon/core/memory.h"
#include "random_support.h"

enum { EVENTS = 5000, STEPS = 6, REASONS = 3 };

static struct step steps[STEPS];
static struct funnel funnel = {.id = "f", .step_count = STEPS, .steps = steps, .won_step = STEPS - 1, .within_s = -1};

static void define(enum progress progress)
{
    funnel.progress = progress;
    for (int k = 0; k < STEPS; k++) {
        funnel.next_required[k] = k + 1 < STEPS ? k + 1 : -1;
        funnel.previous_required[k] = k - 1;
    }
}

static struct lead_names names_of(const struct dimension *dimensions)
{
    struct lead_names names = {.reasons = names_new(LEAD_REASONS_MAX), .dimension_count = 1, .dimensions = dimensions};
    names.values[0] = names_new(4); /* the empty text, and three more */
    return names;
}

/* A lead moved at random, lost and found again. */
static uint64_t random_element(struct random *random, int64_t moment)
{
    int what = random_below(random, STEPS + 2);
    if (what < STEPS)
        return lead_element(moment, (uint32_t)what);
    return lead_element(moment, what == STEPS ? (uint32_t)LEAD_LOSS : LEAD_DIMENSION + (uint32_t)random_below(random, 3) + 1);
}

static void a_lead_of_thousands_of_events__is_bounded_and_the_same_in_any_order(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    struct random random = {seed};
    int order[EVENTS];
    uint64_t elements[EVENTS];
    struct lead_set first = {0};
    for (int i = 0; i < EVENTS; i++) {
        elements[i] = random_element(&random, 1000000 + i);
        order[i] = i;
    }
    for (int round = 0; round < 3; round++) {
        struct lead_set set = {0};
        for (int i = 0; i < EVENTS; i++) {
            lead_set_add_element(&set, elements[order[i]]);
            assert_true(set.count <= LEAD_ELEMENTS_MAX);
        }
        assert_false(lead_set_add_element(&set, elements[EVENTS / 2])); /* one that is long gone: nothing changes */
        assert_int_equal(set.count, LEAD_ELEMENTS_MAX);
        if (round > 0 && memcmp(set.elements, first.elements, set.count * sizeof *set.elements) != 0)
            fail_msg("SEED=%llu: another order, another set", (unsigned long long)seed);
        random_shuffle(&random, order, EVENTS);
        free(first.elements);
        first = set;
    }
    free(first.elements);
}

/* The unbounded truth, from the events themselves. */
static void its_state_and_first_reaches__stay_right(void **state)
{
    (void)state;
    static const struct dimension dimension = {"manager", TAKE_CLOSING};
    uint64_t seed = random_seed();
    struct lead_names names = names_of(&dimension);
    define(PROGRESS_ANY);
    for (int round = 0; round < 20; round++) {
        struct random random = {seed + (uint64_t)round};
        struct lead_set set = {0};
        struct facts facts;
        int64_t reached[STEPS], lost_at = TIME_NONE;
        int current = -1;
        for (int k = 0; k < STEPS; k++)
            reached[k] = TIME_NEVER;
        for (int i = 0; i < EVENTS; i++) {
            uint64_t element = random_element(&random, 1000000 + i);
            uint32_t what = lead_element_what(element);
            lead_set_add_element(&set, element);
            if (what < STEPS) {
                current = (int)what;
                lost_at = TIME_NONE;
                if (reached[what] == TIME_NEVER)
                    reached[what] = 1000000 + i;
            } else if (what == (uint32_t)LEAD_LOSS && lost_at == TIME_NONE) {
                lost_at = 1000000 + i;
            }
        }
        lead_facts(&set, &names, &funnel, &facts);
        if (facts.current != current || memcmp(facts.reached, reached, sizeof reached) != 0 || (facts.state == LEAD_LOST) != (lost_at != TIME_NONE) ||
            (facts.state == LEAD_LOST && facts.loss_at != lost_at) || !facts.returned)
            fail_msg("SEED=%llu: not where it stands", (unsigned long long)seed + (uint64_t)round);
        free(set.elements);
    }
    names_free(names.reasons);
    names_free(names.values[0]);
}

static void a_value_too_many__is_as_if_there_were_none(void **state)
{
    (void)state;
    static const struct dimension dimension = {"manager", TAKE_LAST};
    struct lead_names names = names_of(&dimension);
    define(PROGRESS_FURTHEST);
    for (int i = 0; i < 5; i++) {
        char value[8];
        struct lead_set set = {0};
        struct facts facts;
        snprintf(value, sizeof value, "m%d", i);
        lead_set_add_element(&set, lead_element(7, 0));
        lead_set_add_dimension(&set, &names, 0, 7, text_of(value));
        lead_facts(&set, &names, &funnel, &facts);
        assert_int_equal(facts.values[0], i < 3 ? i + 1 : 0);
        assert_int_equal(facts.state, LEAD_OPEN);
        free(set.elements);
    }
    names_free(names.reasons);
    names_free(names.values[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lead_of_thousands_of_events__is_bounded_and_the_same_in_any_order),
        cmocka_unit_test(its_state_and_first_reaches__stay_right),
        cmocka_unit_test(a_value_too_many__is_as_if_there_were_none),
    };
    return cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
