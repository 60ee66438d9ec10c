/* Goal: semantics, sections 6, 10 and 11: what a window's record says of leads that a sales manager could follow. Method: stories of a few leads in one window
 * -> the views, in words, line by line:
 *
 *     entered 3, won 1, lost 1, open 1, returned 0; won for 100.00, lost for 0.00
 *     new: 3, of whom skipped 1; left lost 1 open 0 won 0; lost 1 (price 1)
 *
 * `left` is `-` where it is null. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world_support.h"

struct told { const char *lead, *line; };

enum { ON_ACTIVITY = TALLY_ACTIVITY, ON_COHORT = TALLY_COHORT, LEADS_MAX = 40 };

static void print_view(struct story_text *out, const struct funnel *funnel, const struct snapshot_view *view)
{
    story_print(out, "entered %lld, won %lld, lost %lld", (long long)view->entered, (long long)view->won, (long long)view->lost);
    if (view->open >= 0)
        story_print(out, ", open %lld, returned %lld", (long long)view->open, (long long)view->returned);
    story_print(out, "; won for %.2f, lost for %.2f\n", (double)view->won_amount / 100, (double)view->lost_amount / 100);
    for (int k = 0; k < funnel->step_count; k++) {
        const struct snapshot_step *step = &view->steps[k];
        story_print(out, "%s: %lld, of whom skipped %lld; left", funnel->steps[k].id, (long long)step->reached, (long long)step->skipped);
        if (step->has_left)
            story_print(out, " lost %lld open %lld won %lld", (long long)step->left_lost, (long long)step->left_open, (long long)step->left_won);
        else
            story_print(out, " -");
        story_print(out, "; lost %lld", (long long)step->lost_total);
        for (int i = 0; i < step->reason_count; i++)
            story_print(out, "%s%.*s %lld", i == 0 ? " (" : ", ", (int)step->reasons[i].reason.length, step->reasons[i].reason.data, (long long)step->reasons[i].count);
        story_print(out, "%s\n", step->reason_count > 0 ? ")" : "");
    }
}

/* The books of a cohort close: who came to k and not to k' is lost, open or won. */
static void check_books(const struct funnel *funnel, const struct snapshot_view *cohort)
{
    assert_int_equal(cohort->entered, cohort->won + cohort->lost + cohort->open);
    for (int k = 0; k < funnel->step_count; k++) {
        int next = funnel->next_required[k];
        const struct snapshot_step *step = &cohort->steps[k];
        if (funnel->steps[k].optional || next < 0 || funnel->progress == PROGRESS_ANY)
            continue;
        assert_int_equal(step->reached - cohort->steps[next].reached, step->left_lost + step->left_open + step->left_won);
    }
}

struct scene { /* told in one funnel whose windows are day, rolling 3 hours and month */
    struct world_plan plan;
    struct world world;
};

static void scene_open(struct scene *scene, enum progress progress, const char *steps)
{
    world_plan(&scene->plan, &world_utc, "day rolling 3 month");
    world_add_funnel(&scene->plan, progress, steps, 1);
}

static void scene_tell(struct scene *scene, const struct told *told, int64_t tick)
{
    world_open(&scene->world, &scene->plan, 1);
    for (; told->lead != NULL; told++)
        world_tell(&scene->world, 0, told->lead, told->line);
    world_tick(&scene->world, tick, TIME_NONE);
}

enum { DAY, ROLLING, MONTH };

static void check(enum progress progress, const char *steps, const struct told *told, int window, int day, int basis, const char *expected)
{
    static struct scene scene;
    scene_open(&scene, progress, steps);
    int64_t tick = DAY_1 + 20 * STORY_DAY_S;
    scene_tell(&scene, told, tick);
    const struct snapshot *snapshot = world_snapshot(&scene.world, 0, -1, NULL, window, DAY_1 + (day - 1) * STORY_DAY_S, tick);
    static struct story_text found;
    found.length = 0;
    print_view(&found, &scene.plan.funnels[0], &snapshot->views[basis]);
    assert_string_equal(found.data, expected);
    check_books(&scene.plan.funnels[0], &snapshot->views[TALLY_COHORT]);
    world_close(&scene.world);
}

static const struct told a_week[] = {
    {"A", "10:00 new | 11:00 call | 13:00 offer | day2 10:00 paid amount 100"},        /* won the next day */
    {"B", "10:00 new | 10:30 call | 12:30 lost price"},
    {"C", "11:00 new amount 40 | day2 09:00 offer"},                                   /* call skipped */
    {"D", "12:00 new | 14:00 call | 15:00 new"},                                       /* went back */
    {"E", "day2 10:00 call amount 7 | day2 11:00 lost no answer"},                     /* new skipped */
    {"F", "day3 08:00 amount 9"},                                                      /* never entered */
    {NULL, NULL},
};

static void cohort__follows_the_leads_of_a_day_whenever_they_went_on(void **state)
{
    (void)state;
    check(PROGRESS_FURTHEST, "new call offer paid", a_week, DAY, 1, ON_COHORT,
          "entered 4, won 1, lost 1, open 2, returned 1; won for 100.00, lost for 0.00\n"
          "new: 4, of whom skipped 0; left lost 0 open 0 won 0; lost 0\n"
          "call: 4, of whom skipped 1; left lost 1 open 1 won 0; lost 1 (price 1)\n"
          "offer: 2, of whom skipped 0; left lost 0 open 1 won 0; lost 0\n"
          "paid: 1, of whom skipped 0; left -; lost 0\n");
    check(PROGRESS_FURTHEST, "new call offer paid", a_week, DAY, 2, ON_COHORT,
          "entered 1, won 0, lost 1, open 0, returned 0; won for 0.00, lost for 7.00\n"
          "new: 1, of whom skipped 1; left lost 0 open 0 won 0; lost 0\n"
          "call: 1, of whom skipped 0; left lost 1 open 0 won 0; lost 1 (no answer 1)\n"
          "offer: 0, of whom skipped 0; left lost 0 open 0 won 0; lost 0\n"
          "paid: 0, of whom skipped 0; left -; lost 0\n");
}

static void activity__counts_what_happened_that_day(void **state)
{
    (void)state;
    check(PROGRESS_FURTHEST, "new call offer paid", a_week, DAY, 1, ON_ACTIVITY,
          "entered 4, won 0, lost 1; won for 0.00, lost for 0.00\n"
          "new: 4, of whom skipped 0; left lost 0 open 0 won 0; lost 0\n"
          "call: 3, of whom skipped 0; left lost 1 open 1 won 0; lost 1 (price 1)\n"
          "offer: 1, of whom skipped 0; left lost 0 open 0 won 0; lost 0\n"
          "paid: 0, of whom skipped 0; left -; lost 0\n");
    check(PROGRESS_FURTHEST, "new call offer paid", a_week, DAY, 2, ON_ACTIVITY,
          "entered 1, won 1, lost 1; won for 100.00, lost for 7.00\n"
          "new: 1, of whom skipped 1; left lost 0 open 0 won 0; lost 0\n"
          "call: 2, of whom skipped 1; left lost 1 open 0 won 0; lost 1 (no answer 1)\n"
          "offer: 1, of whom skipped 0; left lost 0 open 1 won 0; lost 0\n"
          "paid: 1, of whom skipped 0; left -; lost 0\n");
}

static void optional_steps__have_the_next_required_one_as_their_next(void **state)
{
    (void)state;
    static const struct told told[] = {
        {"A", "10:00 new | 10:01 demo | 10:03 offer | 10:05 care"},
        {"B", "10:00 new | 10:02 offer"},
        {"C", "10:00 new | 10:01 demo | 10:10 lost"},
        {"D", "10:00 new | 10:01 offer | 10:02 demo"}, /* demo after its next */
        {NULL, NULL},
    };
    check(PROGRESS_FURTHEST, "new demo? offer* care?", told, DAY, 1, ON_COHORT,
          "entered 4, won 2, lost 1, open 1, returned 1; won for 0.00, lost for 0.00\n"
          "new: 4, of whom skipped 0; left lost 1 open 0 won 0; lost 0\n"
          "demo: 3, of whom skipped 0; left lost 1 open 0 won 0; lost 1 ( 1)\n"
          "offer: 3, of whom skipped 0; left -; lost 0\n"
          "care: 1, of whom skipped 0; left -; lost 0\n");
}

/* Quantiles are within 2 % of those of the sorted list; -1: null. */
static void check_time(int64_t found, int64_t expected)
{
    if (expected <= 0)
        assert_int_equal(found, expected);
    else
        assert_true(llabs(found - expected) * 50 <= expected);
}

static void time_to_next__of_those_who_skipped_neither_step(void **state)
{
    (void)state;
    static const struct told told[] = {
        {"A", "10:00 new | 11:00 call | 11:02 demo | 13:00 offer"},
        {"B", "10:00 new | 10:30 call | 12:30 offer"},
        {"C", "10:00 new | 10:00 call | 10:00 offer"},
        {"D", "10:00 new | 12:00 offer | 12:01 call"},  /* call is proven by the offer: skipped */
        {"E", "11:00 call | 11:30 offer"},              /* new is skipped, call and offer are not */
        {"F", "10:00 new | 12:00 call | 13:00 offer | 13:30 demo"}, /* demo after its next: no time */
        {"G", "10:00 new"},
        {NULL, NULL},
    };
    static const struct { int step; int64_t p50_s, p90_s; } rows[] = {
        {0, 1800, 7200},  /* 0, 1800, 3600, 7200 */
        {1, 3600, 7200},  /* 0, 1800, 3600, 7200, 7200 */
        {2, 7080, 7080},
        {3, -1, -1},
    };
    static struct scene scene;
    scene_open(&scene, PROGRESS_FURTHEST, "new call demo? offer");
    int64_t tick = DAY_1 + STORY_DAY_S;
    scene_tell(&scene, told, tick);
    for (int i = 0; i < COUNT_OF(rows); i++)
        for (int basis = 0; basis < TALLY_BASES; basis++) {
            const struct snapshot_step *step = &world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1, tick)->views[basis].steps[rows[i].step];
            check_time(step->to_next_p50_s, rows[i].p50_s);
            check_time(step->to_next_p90_s, rows[i].p90_s);
        }
    world_close(&scene.world);
}

static void any__stages_count_leads_that_reached_one_of_their_goals(void **state)
{
    (void)state;
    static const struct told told[] = {
        {"A", "10:00 call | 11:00 mail | 12:00 offer"},
        {"B", "day2 10:00 mail | 11:00 offer"},
        {"C", "day2 10:00 call"},
        {NULL, NULL},
    };
    static struct scene scene;
    scene_open(&scene, PROGRESS_ANY, "call +mail offer");
    int64_t tick = DAY_1 + 20 * STORY_DAY_S;
    scene_tell(&scene, told, tick);
    static const struct { int basis, window, day; int64_t contact, offer; double conversion; } rows[] = {
        {ON_ACTIVITY, DAY, 1, 1, 2, 2}, {ON_ACTIVITY, DAY, 2, 2, 0, 0}, {ON_COHORT, DAY, 1, 2, 2, 1}, {ON_COHORT, DAY, 2, 1, 0, 0}, {ON_COHORT, MONTH, 1, 3, 2, 2.0 / 3},
    };
    for (int i = 0; i < COUNT_OF(rows); i++) {
        const struct snapshot *snapshot = world_snapshot(&scene.world, 0, -1, NULL, rows[i].window, DAY_1 + (rows[i].day - 1) * STORY_DAY_S, tick);
        const struct snapshot_stage *stages = snapshot->views[rows[i].basis].stages;
        assert_int_equal(stages[0].reached, rows[i].contact);
        assert_int_equal(stages[1].reached, rows[i].offer);
        assert_true(isnan(stages[0].conversion) && stages[1].conversion == rows[i].conversion);
    }
    world_close(&scene.world);
}

static void furthest__a_stage_is_reached_with_its_first_goal(void **state)
{
    (void)state;
    static const struct told told[] = {{"A", "10:00 new | 11:00 offer"}, {"B", "10:00 new | 10:30 call"}, {NULL, NULL}};
    static struct scene scene;
    scene_open(&scene, PROGRESS_FURTHEST, "new call +mail offer");
    scene_tell(&scene, told, DAY_1 + STORY_DAY_S);
    const struct snapshot_stage *stages = world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1, DAY_1 + STORY_DAY_S)->views[ON_COHORT].stages;
    assert_int_equal(stages[0].reached, 2);
    assert_int_equal(stages[1].reached, 2);
    assert_int_equal(stages[2].reached, 1);
    assert_true(stages[1].conversion == 1 && stages[2].conversion == 0.5);
    world_close(&scene.world);
}

static void reasons__the_twenty_most_frequent_and_then_the_rest(void **state)
{
    (void)state;
    static struct scene scene;
    scene_open(&scene, PROGRESS_FURTHEST, "new paid");
    world_open(&scene.world, &scene.plan, 1);
    for (int i = 0; i < 25 + 3; i++) { /* r00 four times, the others once */
        char lead[8], line[64];
        snprintf(lead, sizeof lead, "L%d", i);
        snprintf(line, sizeof line, "10:00 new | 11:00 lost r%02d", i < 25 ? 24 - i : 0);
        world_tell(&scene.world, 0, lead, line);
    }
    world_tick(&scene.world, DAY_1 + STORY_DAY_S, TIME_NONE);
    const struct snapshot_step *step = &world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1, DAY_1 + STORY_DAY_S)->views[ON_ACTIVITY].steps[0];
    assert_int_equal(step->lost_total, 28);
    assert_int_equal(step->reason_count, SNAPSHOT_REASONS_MAX);
    assert_int_equal(step->lost_other, 5);
    for (int i = 0; i < SNAPSHOT_REASONS_MAX; i++) {
        char reason[8];
        snprintf(reason, sizeof reason, "r%02d", i);
        assert_true(text_equal(step->reasons[i].reason, text_of(reason)));
        assert_int_equal(step->reasons[i].count, i == 0 ? 4 : 1);
    }
    world_close(&scene.world);
}

static void open_leads__stand_where_they_are_now_with_ages_by_slice(void **state)
{
    (void)state;
    static const struct told told[] = {
        {"A", "10:59 new amount 5"},                    {"B", "10:00 new amount 6"},    {"C", "12:00 new | 12:30 lost"},
        {"D", "11:00 new | 13:10 offer | 14:10 offer"}, {"E", "09:00 new | 15:00 paid"}, {"F", "20:00 moved 18:59:59 new"}, {NULL, NULL},
    };
    static struct scene scene;
    scene_open(&scene, PROGRESS_FURTHEST, "new offer paid");
    int64_t tick = DAY_1 + 18 * STORY_HOUR_S + 600;
    scene_tell(&scene, told, tick);
    const struct snapshot *snapshot = world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1, tick);
    assert_int_equal(snapshot->open_count, 2);
    const struct snapshot_open *new = &snapshot->open[0], *offer = &snapshot->open[1];
    assert_int_equal(new->step, 0);
    assert_int_equal(new->leads, 3);
    assert_true(new->amount == 1100);
    assert_int_equal(new->age_p50_s, 8 * STORY_HOUR_S + 600); /* since the slice of 10:00 */
    assert_int_equal(new->age_p90_s, 8 * STORY_HOUR_S + 600);
    assert_int_equal(new->oldest_count, 3);
    assert_true(text_equal(new->oldest[0].lead, TEXT("B")) && text_equal(new->oldest[1].lead, TEXT("A")) && text_equal(new->oldest[2].lead, TEXT("F")));
    assert_true(new->oldest[1].since == DAY_1 + 10 * STORY_HOUR_S + 59 * 60);
    assert_int_equal(offer->leads, 1);
    assert_int_equal(offer->age_p50_s, 5 * STORY_HOUR_S + 600);
    /* yesterday's window does not hold the tick, and tomorrow's neither */
    assert_int_equal(world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1 - 1, tick)->open_count, -1);
    assert_int_equal(world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1 + STORY_DAY_S, tick)->open_count, -1);
    assert_int_equal(world_snapshot(&scene.world, 0, -1, NULL, ROLLING, DAY_1, tick)->open_count, 2);
    world_close(&scene.world);
}

static void nps__by_the_time_of_the_score_also_of_leads_that_never_entered(void **state)
{
    (void)state;
    static const struct told told[] = {
        {"A", "10:00 score 9"}, {"B", "10:00 score 10"}, {"C", "10:00 score 8"}, {"D", "10:00 score 6"}, {"E", "10:00 new | day2 10:00 score 0"},
        {"F", "10:00 score 3 | day2 09:00 score 9"}, {NULL, NULL},
    };
    static struct scene scene;
    scene_open(&scene, PROGRESS_FURTHEST, "new paid");
    int64_t tick = DAY_1 + 5 * STORY_DAY_S;
    scene_tell(&scene, told, tick);
    const struct snapshot *first = world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1, tick);
    assert_true(first->promoters == 2 && first->passives == 1 && first->detractors == 1 && first->score == 25);
    const struct snapshot *second = world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1 + STORY_DAY_S, tick);
    assert_true(second->promoters == 1 && second->passives == 0 && second->detractors == 1 && second->score == 0);
    const struct snapshot *third = world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1 + 2 * STORY_DAY_S, tick);
    assert_true(isnan(third->score));
    world_close(&scene.world);
}

static void groups__a_lead_is_in_the_group_of_its_value_as_of_now(void **state)
{
    (void)state;
    static const struct told told[] = {
        {"A", "10:00 new manager Anna | 11:00 manager Boris | 12:00 paid | 13:00 manager Anna"}, /* Boris closed it */
        {"B", "10:00 new manager Anna"}, {"C", "10:00 new manager Anna | 14:00 manager Boris"}, {"D", "10:00 new"}, {NULL, NULL},
    };
    static struct scene scene;
    scene_open(&scene, PROGRESS_FURTHEST, "new paid");
    scene.plan.breakdowns[0] = world_by_manager;
    int64_t tick = DAY_1 + STORY_DAY_S;
    scene_tell(&scene, told, tick);
    struct text anna = TEXT("Anna"), boris = TEXT("Boris");
    assert_int_equal(world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1, tick)->views[ON_COHORT].entered, 4);
    assert_int_equal(world_snapshot(&scene.world, 0, 0, &anna, DAY, DAY_1, tick)->views[ON_COHORT].entered, 1);
    const struct snapshot_view *cohort = &world_snapshot(&scene.world, 0, 0, &boris, DAY, DAY_1, tick)->views[ON_COHORT];
    assert_true(cohort->entered == 2 && cohort->won == 1);
    world_close(&scene.world);
}

static void amounts__may_be_corrected_after_the_win_and_exceed_64_bits_in_sum(void **state)
{
    (void)state;
    static struct scene scene;
    scene_open(&scene, PROGRESS_FURTHEST, "new paid");
    world_open(&scene.world, &scene.plan, 1);
    int64_t tick = DAY_1 + STORY_DAY_S;
    world_tell(&scene.world, 0, "A", "10:00 new | 11:00 paid amount 100");
    world_tick(&scene.world, tick, TIME_NONE);
    assert_true(world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1, tick)->views[ON_COHORT].won_amount == 10000);
    world_tell(&scene.world, 0, "A", "12:00 amount 250");
    world_tick(&scene.world, tick + 1, TIME_NONE);
    assert_true(world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1, tick + 1)->views[ON_COHORT].won_amount == 25000);
    assert_true(world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1, tick + 1)->views[ON_ACTIVITY].won_amount == 25000);
    world_tell(&scene.world, 0, "A", "13:00 amount 0");
    for (int i = 0; i < 4; i++) {
        char lead[8];
        snprintf(lead, sizeof lead, "B%d", i);
        struct move move = {.kind = MOVE_REACH, .step = 1, .amount_counts = true};
        struct text none[STORY_DIMENSIONS_MAX] = {{NULL, 0}};
        struct event event = {.lead = text_of(lead), .lead_hash = story_hash(text_of(lead)), .at = DAY_1, .stage_at = DAY_1, .created_at = TIME_NONE, .score = -1,
                              .has_amount = true, .amount_minor = INT64_MAX, .dimensions = none, .move_count = 1, .moves = &move};
        world_apply(&scene.world, &event, TIME_NONE);
    }
    world_tick(&scene.world, tick + 2, TIME_NONE);
    assert_true(world_snapshot(&scene.world, 0, -1, NULL, DAY, DAY_1, tick + 2)->views[ON_COHORT].won_amount == (tally_amount)INT64_MAX * 4);
    world_close(&scene.world);
}

static void matured__in_the_step_that_is_reached_by_its_horizon(void **state)
{
    (void)state;
    /* The course of five leads in test_matured.c, in hours for seconds: on after 10 h, lost after 20 h, still on its way for 25 h, on after 30 h, and one that
     * came long ago and stands. Each begins with a slice. */
    static const struct told told[] = {
        {"A", "day3 00:00 new | day3 10:00 paid"}, {"B", "day3 00:00 new | day3 20:00 lost"}, {"C", "day9 23:00 new"}, {"D", "day3 00:00 new | day4 06:00 paid"},
        {"E", "day2 00:00 new"}, {NULL, NULL},
    };
    static struct scene scene;
    scene_open(&scene, PROGRESS_FURTHEST, "new paid");
    scene.plan.made[0].steps[1].horizon_s = 40 * STORY_HOUR_S;
    int64_t tick = DAY_1 + 10 * STORY_DAY_S; /* C is on its way for 25 hours */
    scene_tell(&scene, told, tick);
    const struct snapshot *snapshot = world_snapshot(&scene.world, 0, -1, NULL, MONTH, DAY_1, tick);
    const struct snapshot_step *paid = &snapshot->views[ON_ACTIVITY].steps[1];
    assert_true(paid->has_matured && !snapshot->views[ON_ACTIVITY].steps[0].has_matured && !snapshot->views[ON_COHORT].steps[1].has_matured);
    assert_int_equal(paid->matured.leads, 5);
    assert_int_equal(paid->matured.mature, 4);
    assert_true(fabs(paid->matured.conversion - 0.5) < 1e-12);
    assert_true(fabs(paid->matured.low - 0.008720168526727) < 1e-12 && fabs(paid->matured.high - 0.903647298574316) < 1e-12);
    world_close(&scene.world);
}

static void matured__an_exit_after_the_horizon_is_none(void **state)
{
    (void)state;
    static const struct told told[] = {
        {"A", "day3 00:00 new | day3 04:00 paid"}, {"B", "day3 00:00 new | day3 04:00:01 paid"}, {"C", "day3 00:00 new | day3 04:00:01 lost"},
        {"D", "day3 00:00 new"}, {NULL, NULL},
    };
    static struct scene scene;
    scene_open(&scene, PROGRESS_FURTHEST, "new paid");
    scene.plan.made[0].steps[1].horizon_s = 4 * STORY_HOUR_S;
    int64_t tick = DAY_1 + 10 * STORY_DAY_S;
    scene_tell(&scene, told, tick);
    const struct matured *matured = &world_snapshot(&scene.world, 0, -1, NULL, MONTH, DAY_1, tick)->views[ON_ACTIVITY].steps[1].matured;
    assert_true(matured->leads == 4 && matured->mature == 4 && fabs(matured->conversion - 0.25) < 1e-12);
    world_close(&scene.world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cohort__follows_the_leads_of_a_day_whenever_they_went_on),
        cmocka_unit_test(activity__counts_what_happened_that_day),
        cmocka_unit_test(optional_steps__have_the_next_required_one_as_their_next),
        cmocka_unit_test(time_to_next__of_those_who_skipped_neither_step),
        cmocka_unit_test(any__stages_count_leads_that_reached_one_of_their_goals),
        cmocka_unit_test(furthest__a_stage_is_reached_with_its_first_goal),
        cmocka_unit_test(reasons__the_twenty_most_frequent_and_then_the_rest),
        cmocka_unit_test(open_leads__stand_where_they_are_now_with_ages_by_slice),
        cmocka_unit_test(nps__by_the_time_of_the_score_also_of_leads_that_never_entered),
        cmocka_unit_test(groups__a_lead_is_in_the_group_of_its_value_as_of_now),
        cmocka_unit_test(amounts__may_be_corrected_after_the_win_and_exceed_64_bits_in_sum),
        cmocka_unit_test(matured__in_the_step_that_is_reached_by_its_horizon),
        cmocka_unit_test(matured__an_exit_after_the_horizon_is_none),
    };
    return cmocka_run_group_tests_name("core/snapshot", tests, NULL, NULL);
}
