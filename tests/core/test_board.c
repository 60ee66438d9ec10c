/* Goal: which windows there are, when they hold the tick, become final, are dropped, and what stands before them as a baseline: semantics, sections 8 and 11.
 * Method: small stories, then tick after tick what the board says. That its sums are right is test_recount.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world_support.h"

enum { DAY, ROLLING, MONTH };

static struct world_plan plan;
static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_plan(&plan, &world_utc, "day rolling 48 month");
    world_add_funnel(&plan, PROGRESS_FURTHEST, "new paid", 1);
    plan.breakdowns[0] = world_by_manager;
    plan.funnels[0].lateness_s = STORY_DAY_S;
    world_open(&world, &plan, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static int64_t day(int number)
{
    return DAY_1 + (number - 1) * STORY_DAY_S;
}

/* Days of day windows of all leads, `*` the rolling, `m` the month: "1 3 *". */
static void print_windows(struct story_text *out, struct board_window *const *windows, size_t count)
{
    char *names[64];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        char name[32];
        if (windows[i]->group->breakdown >= 0)
            continue;
        if (windows[i]->window == DAY)
            snprintf(name, sizeof name, "%2d", (int)((windows[i]->span.start - DAY_1) / STORY_DAY_S) + 1);
        else
            snprintf(name, sizeof name, "%s", windows[i]->window == ROLLING ? "now" : "month");
        names[length++] = memory_string(name, strlen(name));
    }
    qsort(names, length, sizeof *names, world_by_text);
    story_print(out, "%s", "");
    for (size_t i = 0; i < length; i++) {
        story_print(out, "%s%s", i > 0 ? " " : "", names[i][0] == ' ' ? names[i] + 1 : names[i]);
        free(names[i]);
    }
}

static void check_due(const char *expected)
{
    struct board_window **windows;
    struct story_text found = {.length = 0};
    size_t count = board_due(world.board, false, &windows);
    print_windows(&found, windows, count);
    assert_string_equal(found.data, expected);
}

static void due__what_changed_what_holds_the_tick_and_what_becomes_final(void **state)
{
    (void)state;
    world_tell(&world, 0, "A", "10:00 new");
    world_tick(&world, day(1) + 11 * STORY_HOUR_S, TIME_NONE);
    check_due("1 month now");
    world_tick(&world, day(1) + 11 * STORY_HOUR_S + 600, TIME_NONE); /* nothing happened, and no slice ended */
    check_due("");
    world_tick(&world, day(1) + 12 * STORY_HOUR_S, TIME_NONE); /* the rolling one has moved on */
    check_due("now");
    world_tick(&world, day(2), TIME_NONE); /* the open lead stands in the next day's window from now on, and no longer in the first one's */
    check_due("1 2 now");
    world_tell(&world, 0, "A", "day2 10:00 lost");
    world_tick(&world, day(2) + 11 * STORY_HOUR_S, TIME_NONE);
    check_due("1 2 month now");
    world_tick(&world, day(3), TIME_NONE); /* day 1 becomes final */
    check_due("1 2 now");
    world_tell(&world, 0, "A", "11:00 paid"); /* late, but it counts; paid is in the first day */
    world_tick(&world, day(4), TIME_NONE);
    check_due("1 2 month now");
    struct board_window **windows;
    struct story_text found = {.length = 0};
    size_t count = board_due(world.board, true, &windows);
    print_windows(&found, windows, count);
    assert_string_equal(found.data, "1 2 month now");
}

static void final__when_the_tick_reaches_the_end_and_the_lateness(void **state)
{
    (void)state;
    world_tell(&world, 0, "A", "10:00 new");
    static const struct { int64_t tick; bool final; } rows[] = {{DAY_1 + STORY_DAY_S, false}, {DAY_1 + 2 * STORY_DAY_S - 1, false}, {DAY_1 + 2 * STORY_DAY_S, true}};
    for (int i = 0; i < COUNT_OF(rows); i++) {
        world_tick(&world, rows[i].tick, TIME_NONE);
        assert_int_equal(world_snapshot(&world, 0, -1, NULL, DAY, day(1), rows[i].tick)->final, rows[i].final);
        assert_false(world_snapshot(&world, 0, -1, NULL, ROLLING, day(1), rows[i].tick)->final);
    }
}

static void rolling__ends_with_the_slice_the_tick_lies_in(void **state)
{
    (void)state;
    world_tell(&world, 0, "A", "10:30 new");
    int64_t tick = day(1) + 10 * STORY_HOUR_S + 2400;
    world_tick(&world, tick, TIME_NONE);
    const struct snapshot *snapshot = world_snapshot(&world, 0, -1, NULL, ROLLING, day(1), tick);
    assert_true(snapshot->span.end == day(1) + 10 * STORY_HOUR_S && snapshot->span.start == snapshot->span.end - 2 * STORY_DAY_S);
    assert_int_equal(snapshot->views[TALLY_COHORT].entered, 0); /* the slice has not ended, */
    assert_int_equal(snapshot->open_count, 1);                  /* but the lead stands there */
    world_tick(&world, tick += 1200, TIME_NONE);
    assert_int_equal(world_snapshot(&world, 0, -1, NULL, ROLLING, day(1), tick)->views[TALLY_COHORT].entered, 1);
    world_tick(&world, tick += 2 * STORY_DAY_S - 1, TIME_NONE);
    assert_int_equal(world_snapshot(&world, 0, -1, NULL, ROLLING, day(1), tick)->views[TALLY_COHORT].entered, 1);
    world_tick(&world, tick += 1, TIME_NONE);
    assert_int_equal(world_snapshot(&world, 0, -1, NULL, ROLLING, day(1), tick)->views[TALLY_COHORT].entered, 0);
}

static double baseline_of(int window, int64_t moment, int64_t tick)
{
    const struct snapshot_view *view = &world_snapshot(&world, 0, -1, NULL, window, moment, tick)->views[TALLY_COHORT];
    for (int i = 0; i < view->bottleneck_count; i++)
        if (view->bottlenecks[i].from == 0)
            return view->bottlenecks[i].baseline;
    return -1;
}

static void baseline__the_window_before(void **state)
{
    (void)state;
    plan.funnels[0].min_leads = 1;
    world_tell(&world, 0, "A", "10:00 new | 11:00 paid");
    world_tell(&world, 0, "B", "10:00 new");
    world_tell(&world, 0, "C", "day3 10:00 new");
    world_tell(&world, 0, "D", "day4 10:00 new");
    int64_t tick = day(5);
    world_tick(&world, tick, TIME_NONE);
    assert_true(isnan(baseline_of(DAY, day(1), tick)));
    assert_true(isnan(baseline_of(DAY, day(3), tick))); /* nothing counted on day 2 */
    assert_true(baseline_of(DAY, day(4), tick) == 0);
    assert_true(baseline_of(ROLLING, 0, tick) == 0.5); /* the two days before day 3 */
}

static void baseline__of_a_window_that_was_summed_before_the_one_before_it_came_to_be(void **state)
{
    (void)state;
    plan.funnels[0].min_leads = 1;
    world_tell(&world, 0, "C", "day3 10:00 new");
    world_tick(&world, day(5), TIME_NONE);
    assert_true(isnan(baseline_of(DAY, day(3), day(5))));
    world_tell(&world, 0, "B", "day2 10:00 new | day2 11:00 paid"); /* late */
    world_tick(&world, day(6), TIME_NONE);
    assert_true(baseline_of(DAY, day(3), day(6)) == 1);
}

static void dropped__when_the_first_slice_lies_before_the_bound(void **state)
{
    (void)state;
    world_tell(&world, 0, "A", "10:00 new | 11:00 lost");
    world_tell(&world, 0, "B", "day2 10:00 new | day2 11:00 lost");
    world_tick(&world, day(3), TIME_NONE);
    check_due("1 2 month now");
    world_tell(&world, 0, "A", "12:00 paid");
    struct board_window **dropped;
    world_tick(&world, day(4), day(1));
    assert_int_equal(board_dropped(world.board, &dropped), 0);
    free(dropped);
    world_tick(&world, day(5), day(1) + 1);
    check_due("2 now");
    size_t count = board_dropped(world.board, &dropped);
    struct story_text found = {.length = 0};
    print_windows(&found, dropped, count);
    assert_string_equal(found.data, "1 month");
    for (size_t i = 0; i < count; i++)
        board_window_free(dropped[i]);
    free(dropped);
    world_tell(&world, 0, "C", "12:00 new"); /* never published again */
    world_tick(&world, day(6), day(1) + 1);
    assert_null(board_known(world.board, 0, -1, NULL, DAY, day(1)));
    world_tick(&world, day(9), day(8));
    count = board_dropped(world.board, &dropped);
    for (size_t i = 0; i < count; i++)
        board_window_free(dropped[i]);
    free(dropped);
}

static void known__makes_the_window_that_was_published_before(void **state)
{
    (void)state;
    struct text anna = TEXT("Anna");
    struct board_window *window = board_known(world.board, 0, 0, &anna, DAY, day(3));
    assert_true(window->span.start == day(3) && window->span.end == day(4) && window->published == 0);
    assert_ptr_equal(board_known(world.board, 0, 0, &anna, DAY, day(3)), window);
    assert_true(text_equal(window->group->values[0], anna));
    world_tell(&world, 0, "A", "day3 10:00 new manager Anna");
    world_tick(&world, day(4), TIME_NONE);
    assert_ptr_equal(board_known(world.board, 0, 0, &anna, DAY, day(3)), window);
    board_sum(world.board, window);
    assert_true(board_window_counts(world.board, window, day(4)));
}

/* What it said then may be true no more, be it that nothing counts there now. */
static void known__is_due_and_stands_at_the_tick(void **state)
{
    (void)state;
    struct text anna = TEXT("Anna");
    struct board_window **due;
    world_tell(&world, 0, "A", "10:00 new");
    world_tick(&world, day(4), TIME_NONE);
    board_due(world.board, false, &due);
    struct board_window *window = board_known(world.board, 0, 0, &anna, ROLLING, TIME_NONE);
    assert_true(window->span.end == day(4) && window->span.start < day(4));
    struct board_window *other = board_known(world.board, 0, 0, &anna, DAY, day(3));
    assert_int_equal(board_due(world.board, false, &due), 2);
    assert_true((due[0] == window && due[1] == other) || (due[0] == other && due[1] == window));
}

static void figures__say_what_is_held(void **state)
{
    (void)state;
    world_tell(&world, 0, "A", "10:00 new manager Anna | 12:00 paid");
    world_tick(&world, day(2), TIME_NONE);
    struct board_figures figures = board_figures(world.board);
    assert_int_equal(figures.groups, 2);
    assert_int_equal(figures.windows, 6);
    assert_int_equal(figures.slices, 4);
    assert_int_equal(board_slice_s(world.board), 3600);
    assert_ptr_equal(board_zone(world.board), &world_utc);
}

/* Bytes of slices, once all windows were asked about at the tick. */
static uint64_t slice_bytes_after(int64_t tick)
{
    world_tick(&world, tick, TIME_NONE);
    free(world_text(&world, tick));
    return board_figures(world.board).slice_bytes;
}

/* What is read off a slice about young leads is kept while somebody there is young, and no slice is read in which nobody is. */
static void young__are_let_go_when_nobody_is_young(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++)
        plan.funnels[0].steps[k].horizon_s = 40 * STORY_DAY_S;
    world_tell(&world, 0, "A", "10:00 new | 12:00 paid");
    world_tell(&world, 0, "B", "day2 10:00 new");
    world_tick(&world, day(3), TIME_NONE);
    uint64_t unread = board_figures(world.board).slice_bytes, at_day_3 = slice_bytes_after(day(3) + STORY_HOUR_S);
    assert_true(at_day_3 > unread);
    assert_int_equal(slice_bytes_after(day(41) + 10 * STORY_HOUR_S), at_day_3);
    assert_true(slice_bytes_after(day(41) + 11 * STORY_HOUR_S) < at_day_3);
    assert_int_equal(slice_bytes_after(day(90)), unread);
    assert_int_equal(slice_bytes_after(day(91)), unread);
}

/* The group of all leads is added up from the groups of the first breakdown and the leads that are in none of them. */
static void all_leads__are_those_of_every_manager_and_of_none(void **state)
{
    (void)state;
    world_tell(&world, 0, "A", "10:00 new manager Anna amount 100");
    world_tell(&world, 0, "B", "11:00 new manager Boris amount 20");
    world_tell(&world, 0, "C", "12:00 new amount 3");
    world_tick(&world, day(2), TIME_NONE);
    const struct snapshot *all = world_snapshot(&world, 0, -1, NULL, ROLLING, day(1), day(2));
    assert_int_equal(all->views[TALLY_ACTIVITY].steps[0].reached, 3);
    assert_int_equal(all->views[TALLY_COHORT].entered, 3);
    assert_int_equal(all->open_count, 1);
    assert_int_equal(all->open[0].leads, 3);
    assert_true(all->open[0].amount == 12300);
    world_tell(&world, 0, "A", "day2 10:00 paid manager Boris");
    world_tick(&world, day(3), TIME_NONE);
    all = world_snapshot(&world, 0, -1, NULL, ROLLING, day(1), day(3));
    assert_int_equal(all->open[0].leads, 2);
    assert_true(all->open[0].amount == 2300 && all->views[TALLY_COHORT].won_amount == 10000);
}

/* A lead that is forgotten before the tick that would have counted it: the slices it counted in stay, and it stands open in its second life alone. */
static void forgotten_before_it_was_counted__counts_all_the_same(void **state)
{
    (void)state;
    static struct story story;
    world_tell(&world, 0, "A", "10:00 new manager Anna amount 100");
    story_read(&story, "day3 10:00 new manager Anna", "A", &plan.funnels[0], 0, STORY_DIMENSIONS_MAX, plan.dimensions);
    world_apply(&world, &story.events[0].event, day(2));
    world_tick(&world, day(4), TIME_NONE);
    const struct snapshot *month = world_snapshot(&world, 0, -1, NULL, MONTH, day(1), day(4));
    assert_int_equal(month->views[TALLY_ACTIVITY].steps[0].reached, 2);
    assert_int_equal(month->open[0].leads, 1);
    assert_true(month->open[0].amount == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(due__what_changed_what_holds_the_tick_and_what_becomes_final, set_up, tear_down),
        cmocka_unit_test_setup_teardown(final__when_the_tick_reaches_the_end_and_the_lateness, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rolling__ends_with_the_slice_the_tick_lies_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(baseline__the_window_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(baseline__of_a_window_that_was_summed_before_the_one_before_it_came_to_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dropped__when_the_first_slice_lies_before_the_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(known__makes_the_window_that_was_published_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(known__is_due_and_stands_at_the_tick, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_leads__are_those_of_every_manager_and_of_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forgotten_before_it_was_counted__counts_all_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(figures__say_what_is_held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(young__are_let_go_when_nobody_is_young, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("core/board", tests, NULL, NULL);
}
