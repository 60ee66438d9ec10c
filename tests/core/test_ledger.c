/* Goal: what a ledger keeps of leads: removal, forgetting, the changes that go to the changelog, and who stands longest. Sums are in test_recount.c.
 * Method: stories (story_support.h) in two funnels, then what the ledger says of its leads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world_support.h"

static struct world_plan plan;

static int set_up(void **state)
{
    (void)state;
    world_plan(&plan, &world_utc, "day");
    world_add_funnel(&plan, PROGRESS_FURTHEST, "new call paid", 2);
    world_add_funnel(&plan, PROGRESS_FURTHEST, "order served", 0);
    plan.definition.forgets = true;
    return 0;
}

static void tell_from(struct ledger *ledger, int funnel, const char *lead, const char *line, int64_t bound)
{
    static struct story story;
    story_read(&story, line, lead, &plan.funnels[funnel], funnel, STORY_DIMENSIONS_MAX, plan.dimensions);
    for (int i = 0; i < story.count; i++)
        ledger_apply(ledger, &story.events[i].event, bound);
}

static void tell(struct ledger *ledger, int funnel, const char *lead, const char *line)
{
    tell_from(ledger, funnel, lead, line, TIME_NONE);
}

static struct ledger_lead find(struct ledger *ledger, const char *lead)
{
    return ledger_find(ledger, text_of(lead), story_hash(text_of(lead)));
}

/* "A: f0 2, f1 1; B: removed; C: forgotten": each changed lead with its funnels and the number of elements there, sorted. */
struct changes { char *lines[64]; int count; };

static void note_change(void *context, const struct ledger_lead *lead)
{
    struct changes *changes = context;
    struct story_text text = {.length = 0};
    story_print(&text, "%.*s:", (int)lead->id.length, lead->id.data);
    if (lead->removed)
        story_print(&text, " removed");
    if (lead->forgotten)
        story_print(&text, " forgotten");
    for (int s = 0; s < lead->section_count; s++)
        story_print(&text, " f%d %u", lead->sections[s].funnel, lead->sections[s].set.count);
    assert_true(changes->count < COUNT_OF(changes->lines));
    changes->lines[changes->count++] = memory_string(text.data, text.length);
}

static void pass_over(void *context, const struct ledger_lead *lead)
{
    (void)context;
    (void)lead;
}

static void check_changes(struct ledger *ledger, const char *expected)
{
    struct changes changes = {.count = 0};
    ledger_each_changed(ledger, SIZE_MAX, note_change, &changes);
    qsort(changes.lines, (size_t)changes.count, sizeof *changes.lines, world_by_text);
    struct story_text found = {.length = 0};
    story_print(&found, "%s", "");
    for (int i = 0; i < changes.count; i++) {
        story_print(&found, "%s%s", i > 0 ? "; " : "", changes.lines[i]);
        free(changes.lines[i]);
    }
    assert_string_equal(found.data, expected);
}

static void changes__each_lead_once_with_all_its_funnels(void **state)
{
    (void)state;
    struct ledger *ledger = ledger_new(&plan.definition);
    check_changes(ledger, "");
    tell(ledger, 0, "A", "10:00 new | 11:00 call");
    tell(ledger, 1, "A", "12:00 order");
    tell(ledger, 0, "B", "10:00 new amount 5 score 7 manager Anna created 09:00");
    check_changes(ledger, "A: f0 2 f1 1; B: f0 5");
    check_changes(ledger, "");
    tell(ledger, 0, "A", "10:00 new");
    tell(ledger, 0, "B", "09:30 manager Boris | 10:00 amount 4"); /* earlier, so a closing dimension keeps both; the lesser amount of one second says nothing */
    check_changes(ledger, "B: f0 6");
    tell(ledger, 0, "A", "13:00 new"); /* known as the step, not at this time */
    ledger_each_changed(ledger, SIZE_MAX, pass_over, NULL);
    check_changes(ledger, "");
    ledger_free(ledger);
}

static void changes__come_a_few_at_a_time(void **state)
{
    (void)state;
    struct ledger *ledger = ledger_new(&plan.definition);
    tell(ledger, 0, "A", "10:00 new");
    tell(ledger, 0, "B", "10:00 new");
    tell(ledger, 0, "C", "10:00 new");
    assert_true(ledger_each_changed(ledger, 1, pass_over, NULL));
    assert_int_equal(ledger_changed_count(ledger), 2);
    tell(ledger, 0, "A", "11:00 call"); /* once more, behind the others */
    assert_true(ledger_each_changed(ledger, 2, pass_over, NULL));
    assert_int_equal(ledger_changed_count(ledger), 1);
    check_changes(ledger, "A: f0 2");
    assert_int_equal(ledger_changed_count(ledger), 0);
    ledger_free(ledger);
}

static void a_later_event_that_says_nothing_new__is_a_change_only_where_leads_are_forgotten(void **state)
{
    (void)state;
    for (int forgets = 0; forgets < 2; forgets++) {
        plan.definition.forgets = forgets == 1;
        struct ledger *ledger = ledger_new(&plan.definition);
        tell(ledger, 0, "A", "10:00 new");
        ledger_each_changed(ledger, SIZE_MAX, pass_over, NULL);
        tell(ledger, 0, "A", "20:00 moved 10:00 new");
        check_changes(ledger, forgets ? "A: f0 1" : "");
        assert_true(find(ledger, "A").last_at == DAY_1 + 20 * STORY_HOUR_S);
        ledger_free(ledger);
    }
}

static void removed__once_so_always_so_in_every_funnel(void **state)
{
    (void)state;
    struct ledger *ledger = ledger_new(&plan.definition);
    tell(ledger, 0, "A", "10:00 new");
    tell(ledger, 0, "B", "10:00 new");
    ledger_each_changed(ledger, SIZE_MAX, pass_over, NULL);
    tell(ledger, 0, "A", "12:00 removed | 13:00 removed");
    tell(ledger, 0, "C", "09:00 removed"); /* before anything else is known of it */
    check_changes(ledger, "A: removed; C: removed");
    tell(ledger, 0, "A", "14:00 call");
    tell(ledger, 1, "A", "14:00 order");
    tell(ledger, 1, "C", "08:00 order");
    struct ledger_lead lead = find(ledger, "A");
    assert_true(lead.removed && lead.section_count == 0 && !lead.forgotten);
    assert_true(lead.last_at == DAY_1 + 14 * STORY_HOUR_S);
    assert_true(find(ledger, "C").removed && find(ledger, "C").section_count == 0);
    assert_true(!find(ledger, "B").removed && find(ledger, "B").section_count == 1);
    struct ledger_open open;
    assert_int_equal(ledger_oldest(ledger, 0, 0, NULL, NULL, 1, &open), 1);
    assert_true(text_equal(open.lead, TEXT("B")));
    ledger_free(ledger);
}

static void forgotten__by_the_last_event_in_whatever_funnel(void **state)
{
    (void)state;
    struct ledger *ledger = ledger_new(&plan.definition);
    tell(ledger, 0, "A", "10:00 new");
    tell(ledger, 0, "B", "10:00 new");
    tell(ledger, 1, "B", "day3 10:00 order");
    tell(ledger, 0, "C", "10:00 removed");
    ledger_each_changed(ledger, SIZE_MAX, pass_over, NULL);
    assert_int_equal(ledger_lead_count(ledger), 5); /* a removal is kept in every funnel */
    ledger_forget(ledger, DAY_1 + 10 * STORY_HOUR_S); /* not before the bound: all stay */
    assert_int_equal(ledger_lead_count(ledger), 5);
    ledger_forget(ledger, DAY_1 + 10 * STORY_HOUR_S + 1);
    assert_true(find(ledger, "A").forgotten && find(ledger, "C").forgotten && !find(ledger, "C").removed);
    assert_int_equal(find(ledger, "B").section_count, 2);
    ledger_forget(ledger, DAY_1 + 5 * STORY_DAY_S);
    assert_true(find(ledger, "B").forgotten);
    assert_int_equal(ledger_lead_count(ledger), 0);
    struct ledger_open open;
    assert_int_equal(ledger_oldest(ledger, 0, 0, NULL, NULL, 1, &open), 0);
    ledger_free(ledger);
}

static void forgotten_and_back__is_a_new_lead_and_its_slices_stay_counted(void **state)
{
    (void)state;
    for (int early = 0; early < 2; early++) { /* its memory is freed before it comes back, or not */
        struct world world;
        world_open(&world, &plan, 1);
        struct ledger *ledger = world.ledgers[0];
        int64_t bound = DAY_1 + 3 * STORY_DAY_S, tick = DAY_1 + 9 * STORY_DAY_S;
        tell(ledger, 0, "A", "10:00 new amount 5 | 11:00 call");
        tell(ledger, 1, "A", "12:00 order");
        world_tick(&world, DAY_1 + STORY_DAY_S, TIME_NONE);
        if (early)
            ledger_forget(ledger, bound);
        tell_from(ledger, 0, "A", "day8 10:00 call", bound);
        ledger_forget(ledger, bound);
        world_tick(&world, tick, TIME_NONE);
        assert_int_equal(find(ledger, "A").sections[0].set.count, 1);
        const struct snapshot *first = world_snapshot(&world, 0, -1, NULL, 0, DAY_1, tick);
        assert_true(first->views[TALLY_COHORT].entered == 1 && first->views[TALLY_COHORT].open == 1);
        const struct snapshot *later = world_snapshot(&world, 0, -1, NULL, 0, DAY_1 + 7 * STORY_DAY_S, tick);
        assert_true(later->views[TALLY_COHORT].entered == 1 && later->views[TALLY_COHORT].steps[0].skipped == 1);
        const struct snapshot *now = world_snapshot(&world, 0, -1, NULL, 0, tick, tick);
        assert_true(now->open_count == 1 && now->open[0].step == 1 && now->open[0].leads == 1 && now->open[0].amount == 0);
        assert_true(now->open[0].oldest[0].since == DAY_1 + 7 * STORY_DAY_S + 10 * STORY_HOUR_S);
        world_close(&world);
    }
}

static void removed_and_forgotten__may_come_back(void **state)
{
    (void)state;
    struct ledger *ledger = ledger_new(&plan.definition);
    tell(ledger, 0, "A", "10:00 removed");
    tell_from(ledger, 0, "A", "day8 10:00 new", DAY_1 + 3 * STORY_DAY_S);
    assert_true(!find(ledger, "A").removed);
    assert_int_equal(find(ledger, "A").sections[0].set.count, 1);
    ledger_free(ledger);
}

static void restored_leads__are_forgotten_in_their_time(void **state)
{
    (void)state;
    struct ledger *from = ledger_new(&plan.definition), *to = ledger_new(&plan.definition);
    tell(from, 0, "A", "10:00 new");
    tell(from, 0, "B", "day3 10:00 removed");
    static const char *const ids[] = {"A", "B"};
    for (int i = 0; i < COUNT_OF(ids); i++) {
        struct ledger_lead lead = find(from, ids[i]);
        ledger_restore(to, &lead, story_hash(text_of(ids[i])));
    }
    ledger_count_restored(to);
    check_changes(to, ""); /* what was read from the changelog need not be written there */
    ledger_forget(to, DAY_1 + STORY_DAY_S);
    assert_true(find(to, "A").forgotten && find(to, "B").removed);
    ledger_forget(to, DAY_1 + 4 * STORY_DAY_S);
    assert_true(find(to, "B").forgotten);
    ledger_free(from);
    ledger_free(to);
}

static void a_forgotten_row__deletes_what_an_earlier_one_said(void **state)
{
    (void)state;
    struct ledger *from = ledger_new(&plan.definition), *to = ledger_new(&plan.definition);
    tell(from, 0, "A", "10:00 new");
    struct ledger_lead lead = find(from, "A"), nothing = {.id = TEXT("A"), .forgotten = true};
    ledger_restore(to, &lead, story_hash(lead.id));
    ledger_restore(to, &nothing, story_hash(lead.id));
    assert_true(find(to, "A").forgotten);
    assert_int_equal(ledger_lead_count(to), 0);
    ledger_free(from);
    ledger_free(to);
}

/* ---- who stands longest ---- */

static void check_oldest(struct ledger *ledger, int step, int most, const char *expected)
{
    struct ledger_open open[8];
    struct story_text found = {.length = 0};
    story_print(&found, "%s", "");
    int count = ledger_oldest(ledger, 0, step, NULL, NULL, most, open);
    for (int i = 0; i < count; i++) {
        story_print(&found, "%s%.*s ", i > 0 ? ", " : "", (int)open[i].lead.length, open[i].lead.data);
        story_print_moment(&found, open[i].since);
    }
    assert_string_equal(found.data, expected);
}

static void oldest__by_the_beginning_of_the_stay_and_then_by_bytes(void **state)
{
    (void)state;
    for (int asked_before = 0; asked_before < 2; asked_before++) { /* the list is kept from the first question on */
        struct ledger *ledger = ledger_new(&plan.definition);
        if (asked_before)
            check_oldest(ledger, 0, 3, "");
        tell(ledger, 0, "D", "12:00 new");
        tell(ledger, 0, "B", "11:00 new");
        tell(ledger, 0, "AB", "11:00 new");
        tell(ledger, 0, "A", "11:00 new");
        tell(ledger, 0, "E", "09:00 new | 10:00 lost");
        tell(ledger, 0, "F", "08:00 new | 10:00 call");
        check_oldest(ledger, 0, 8, "A 11:00, AB 11:00, B 11:00, D 12:00");
        check_oldest(ledger, 0, 2, "A 11:00, AB 11:00");
        check_oldest(ledger, 1, 2, "F 10:00");
        tell(ledger, 0, "A", "13:00 call");
        tell(ledger, 0, "E", "14:00 new"); /* back to where it was lost: the stay goes on */
        tell(ledger, 0, "D", "12:00 removed");
        check_oldest(ledger, 0, 8, "E 09:00, AB 11:00, B 11:00");
        tell(ledger, 0, "A", "15:00 new"); /* a new stay */
        check_oldest(ledger, 0, 8, "E 09:00, AB 11:00, B 11:00, A 15:00");
        tell(ledger, 0, "A", "10:30 moved 10:30 new"); /* known late, and before the call */
        check_oldest(ledger, 0, 8, "E 09:00, AB 11:00, B 11:00, A 15:00");
        ledger_free(ledger);
    }
}

static void oldest__stays_right_when_most_have_moved_on(void **state)
{
    (void)state;
    struct ledger *ledger = ledger_new(&plan.definition);
    check_oldest(ledger, 0, 1, "");
    for (int i = 0; i < 400; i++) {
        char lead[8], line[64];
        snprintf(lead, sizeof lead, "%03d", i);
        snprintf(line, sizeof line, "10:%02d new", i % 60);
        tell(ledger, 0, lead, line);
        snprintf(line, sizeof line, "11:%02d call | 12:%02d new | 13:%02d call", i % 60, i % 60, i % 60);
        if (i % 100 != 7)
            tell(ledger, 0, lead, line);
        if (i % 50 == 0)
            ledger_deltas(ledger); /* a tick: those who have moved on are weeded out */
    }
    ledger_deltas(ledger);
    check_oldest(ledger, 0, 8, "007 10:07, 307 10:07, 207 10:27, 107 10:47");
    check_oldest(ledger, 1, 2, "000 13:00, 060 13:00");
    ledger_free(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(changes__each_lead_once_with_all_its_funnels, set_up),
        cmocka_unit_test_setup(changes__come_a_few_at_a_time, set_up),
        cmocka_unit_test_setup(a_later_event_that_says_nothing_new__is_a_change_only_where_leads_are_forgotten, set_up),
        cmocka_unit_test_setup(removed__once_so_always_so_in_every_funnel, set_up),
        cmocka_unit_test_setup(forgotten__by_the_last_event_in_whatever_funnel, set_up),
        cmocka_unit_test_setup(forgotten_and_back__is_a_new_lead_and_its_slices_stay_counted, set_up),
        cmocka_unit_test_setup(removed_and_forgotten__may_come_back, set_up),
        cmocka_unit_test_setup(restored_leads__are_forgotten_in_their_time, set_up),
        cmocka_unit_test_setup(a_forgotten_row__deletes_what_an_earlier_one_said, set_up),
        cmocka_unit_test_setup(oldest__by_the_beginning_of_the_stay_and_then_by_bytes, set_up),
        cmocka_unit_test_setup(oldest__stays_right_when_most_have_moved_on, set_up),
    };
    return cmocka_run_group_tests_name("core/ledger", tests, NULL, NULL);
}
