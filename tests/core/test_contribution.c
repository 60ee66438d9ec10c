/* Goal: what a changed lead takes back and adds is exactly the difference of what its old and its new facts count for: semantics, section 6. What that is in
 * figures, test_snapshot.c says. Method: random stories from a printed seed; whatever way the facts changed, the sums by (slice, key) must agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/contribution.h"
#include "random_support.h"
#include "story_support.h"

enum { SLICE_S = 1800, SETS = 6 };

static int by_place(const void *a, const void *b)
{
    const struct contribution *x = a, *y = b;
    return x->slice != y->slice ? (x->slice > y->slice) - (x->slice < y->slice) : (x->key > y->key) - (x->key < y->key);
}

/* Sum up what stands for the same, and leave out what is 0. */
static void settle(struct contributions *sums)
{
    if (sums->count > 1)
        qsort(sums->list, sums->count, sizeof *sums->list, by_place);
    size_t kept = 0;
    for (size_t i = 0; i < sums->count;) {
        struct contribution sum = sums->list[i];
        for (i++; i < sums->count && by_place(&sum, &sums->list[i]) == 0; i++)
            sum.count += sums->list[i].count;
        if (sum.count != 0)
            sums->list[kept++] = sum;
    }
    sums->count = kept;
}

/* The difference of two facts, behind what is there. */
static void add_difference(struct contributions *sums, const struct funnel *funnel, const struct facts *before, const struct facts *after)
{
    struct contributions part = {0};
    contribution_difference(&part, funnel, SLICE_S, before, after);
    if (part.count > 0) {
        sums->list = realloc(sums->list, (sums->count + part.count) * sizeof *sums->list);
        memcpy(sums->list + sums->count, part.list, part.count * sizeof *part.list);
        sums->count += part.count;
    }
    free(part.list);
}

static void check_same(struct contributions *a, struct contributions *b)
{
    settle(a);
    settle(b);
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(by_place(&a->list[i], &b->list[i]), 0);
        assert_true(a->list[i].count == b->list[i].count);
    }
    free(a->list);
    free(b->list);
}

static void random_facts(struct random *random, const struct funnel *funnel, struct facts *facts)
{
    struct lead_names names = {.reasons = names_new(8)};
    static const char *const reasons[] = {"", "price", "rival"};
    struct lead_set set = {0};
    for (int i = random_below(random, 7); i > 0; i--) {
        int64_t at = DAY_1 + random_below(random, 12) * SLICE_S + random_below(random, 3) - 1;
        struct move move = {.kind = (enum move_kind)random_below(random, 3), .step = random_below(random, funnel->step_count),
                            .reason = text_of(reasons[random_below(random, COUNT_OF(reasons))]), .amount_counts = true};
        struct event event = {.at = at, .stage_at = at, .created_at = random_one_in(random, 5) ? at - SLICE_S : TIME_NONE,
                              .score = random_one_in(random, 4) ? random_below(random, 11) : -1, .has_amount = random_one_in(random, 3), .amount_minor = random_below(random, 3) * 100};
        lead_set_add(&set, &names, &event, &move);
    }
    lead_facts(&set, &names, funnel, facts);
    free(set.elements);
    names_free(names.reasons);
}

static void differences__add_up_whatever_the_way(void **state)
{
    (void)state;
    static const char *const steps[] = {"a b c", "a b? +c d* e?", "a"};
    uint64_t seed = random_seed();
    int rounds = random_rounds(2000);
    print_message("SEED=%llu ROUNDS=%d\n", (unsigned long long)seed, rounds);
    for (int round = 0; round < rounds; round++) {
        struct random random = {seed + (uint64_t)round};
        struct story_funnel funnel;
        story_funnel(&funnel, (enum progress)random_below(&random, 3), steps[random_below(&random, COUNT_OF(steps))]);
        static struct facts facts[SETS];
        struct contributions way = {0}, direct = {0}, back = {0}, nothing = {0};
        for (int i = 0; i < SETS; i++) {
            random_facts(&random, &funnel.funnel, &facts[i]);
            add_difference(&way, &funnel.funnel, i > 0 ? &facts[i - 1] : NULL, &facts[i]);
            struct contributions same = {0};
            contribution_difference(&same, &funnel.funnel, SLICE_S, &facts[i], &facts[i]);
            assert_int_equal(same.count, 0); /* only what differs is emitted */
            free(same.list);
        }
        add_difference(&direct, &funnel.funnel, NULL, &facts[SETS - 1]);
        add_difference(&back, &funnel.funnel, NULL, &facts[0]);
        add_difference(&back, &funnel.funnel, &facts[0], NULL);
        check_same(&way, &direct);
        check_same(&back, &nothing);
    }
}

static void leave_standing__takes_only_the_open_lead_from_its_step(void **state)
{
    (void)state;
    static const struct { const char *line; size_t emitted; } rows[] = {
        {"10:00 a amount 5", 2}, {"10:00 a", 1}, {"10:00 a | 11:00 c", 0}, {"10:00 a | 11:00 lost", 0}, {"10:00 score 5", 0},
    };
    struct story_funnel funnel;
    story_funnel(&funnel, PROGRESS_FURTHEST, "a b c");
    for (int i = 0; i < COUNT_OF(rows); i++) {
        static struct story story;
        story_read(&story, rows[i].line, "L", &funnel.funnel, 0, 0, NULL);
        struct lead_names names = {.reasons = names_new(8)};
        struct lead_set set = {0};
        for (int e = 0; e < story.count; e++)
            lead_set_add(&set, &names, &story.events[e].event, &story.events[e].move);
        struct facts facts;
        lead_facts(&set, &names, &funnel.funnel, &facts);
        struct contributions out = {0};
        contribution_leave_standing(&out, SLICE_S, &facts);
        assert_int_equal(out.count, rows[i].emitted);
        for (size_t c = 0; c < out.count; c++) {
            enum tally_field field = tally_key_field(out.list[c].key);
            assert_true(field == TALLY_STANDING ? out.list[c].count == -1 : field == TALLY_STANDING_AMOUNT && out.list[c].count == -500);
        }
        free(out.list);
        free(set.elements);
        names_free(names.reasons);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences__add_up_whatever_the_way),
        cmocka_unit_test(leave_standing__takes_only_the_open_lead_from_its_step),
    };
    return cmocka_run_group_tests_name("core/contribution", tests, NULL, NULL);
}
