/* Goal: conversions are measured over the right stretches of time, and young leads do not look lost. Method: tables of spans; and a stationary process whose true
 * conversion is known, seen at a moment at which most of the last days' leads have not had their time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/measure.h"
#include "random_support.h"
#include "story_support.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

static struct zone_change none[] = {{INT64_MIN, 0}};
static const struct zone utc = {.name = "UTC", .change_count = 1, .changes = none, .end = INT64_MAX, .slice_s = HOUR_S};
/* Berlin in 2024: summer time from 03-31T01:00Z to 10-27T01:00Z; in 2023 from 03-26T01:00Z to 10-29T01:00Z. */
static struct zone_change berlin_changes[] = {{INT64_MIN, 3600}, {1679792400, 7200}, {1698541200, 3600}, {1711846800, 7200}, {1729990800, 3600}};
static const struct zone berlin = {.name = "Berlin", .change_count = 5, .changes = berlin_changes, .end = INT64_MAX, .slice_s = HOUR_S};

/* ---- spans ---- */

static int64_t local(int year, int month, int day, int hour)
{
    return zone_moment(&berlin, calendar_local(year, month, day) + hour * HOUR_S);
}

static void check(const struct alert_rule *rule, int64_t tick, int64_t start, int64_t end, int64_t compared_start, int64_t compared_end)
{
    struct span window = measure_window(rule, &berlin, tick), compared = measure_compared(rule, &berlin, tick);
    assert_int_equal(window.start, start);
    assert_int_equal(window.end, end);
    assert_int_equal(compared.start, compared_start);
    assert_int_equal(compared.end, compared_end);
}

static void a_rolling_window__is_compared_with_what_lies_before_it(void **state)
{
    (void)state;
    int64_t tick = local(2024, 5, 8, 15);
    struct alert_rule rule = {.window = {WINDOW_ROLLING, "rolling-7d", 7 * DAY_S}, .compare = COMPARE_PREVIOUS};
    check(&rule, tick, tick - 7 * DAY_S, tick, tick - 14 * DAY_S, tick - 7 * DAY_S);
    rule.compare = COMPARE_PREVIOUS_LENGTH;
    rule.compare_s = 28 * DAY_S;
    check(&rule, tick, tick - 7 * DAY_S, tick, tick - 35 * DAY_S, tick - 7 * DAY_S);
    rule.compare = COMPARE_YEAR_AGO;
    check(&rule, tick, tick - 7 * DAY_S, tick, local(2023, 5, 8, 15) - 7 * DAY_S, local(2023, 5, 8, 15));
    tick = local(2024, 2, 29, 9); /* a day that 2023 does not have */
    check(&rule, tick, tick - 7 * DAY_S, tick, local(2023, 3, 1, 9) - 7 * DAY_S, local(2023, 3, 1, 9));
}

static void a_calendar_window__is_the_one_that_has_just_ended_or_is_under_way(void **state)
{
    (void)state;
    struct alert_rule rule = {.window = {WINDOW_MONTH, "month", 0}, .compare = COMPARE_PREVIOUS};
    check(&rule, local(2024, 4, 10, 12), local(2024, 4, 1, 0), local(2024, 5, 1, 0), local(2024, 3, 1, 0), local(2024, 4, 1, 0));
    check(&rule, local(2024, 4, 1, 0), local(2024, 3, 1, 0), local(2024, 4, 1, 0), local(2024, 2, 1, 0), local(2024, 3, 1, 0)); /* March is whole now */
    rule.compare = COMPARE_YEAR_AGO;
    check(&rule, local(2024, 4, 10, 12), local(2024, 4, 1, 0), local(2024, 5, 1, 0), local(2023, 4, 1, 0), local(2023, 5, 1, 0));
    rule.window = (struct window){WINDOW_WEEK, "week", 0}; /* from Monday, 6 May 2024; its Thursday's date was a Tuesday in 2023, in the week from 8 May */
    check(&rule, local(2024, 5, 8, 12), local(2024, 5, 6, 0), local(2024, 5, 13, 0), local(2023, 5, 8, 0), local(2023, 5, 15, 0));
}

/* ---- young leads ---- */

static double uniform(struct random *random)
{
    return ((double)(random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

/* Ten leads an hour; of them 60 % go on, after 30 hours in the mean, the others are lost after 60. */
static void a_stationary_process__looks_bad_raw_and_right_matured(void **state)
{
    (void)state;
    enum { ROUNDS = 40, DAYS = 20 };
    struct step steps[2] = {{.id = "a", .target = NAN, .horizon_s = 20 * DAY_S}, {.id = "b", .target = NAN, .horizon_s = 10 * DAY_S}};
    struct stage stage = {.id = "s", .step_count = 2};
    struct funnel funnel = {.id = "f", .step_count = 2, .steps = steps, .stage_count = 1, .stages = &stage, .won_step = 1, .within_s = -1};
    struct ledger_definition definition = {.funnel_count = 1, .funnels = &funnel, .slice_s = HOUR_S};
    struct alert_rule rule = {.window = {WINDOW_ROLLING, "rolling-2d", 2 * DAY_S}};
    funnel_link_steps(&funnel);
    int within = 0;
    double raw_sum = 0, matured_sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct random random = {(uint64_t)round + 1};
        struct ledger *ledger = ledger_new(&definition);
        struct board *board = board_new(&definition, &utc, 1);
        struct watch watch = {.breakdown = -1, .span = {TIME_NONE, TIME_NONE}};
        watch.basis = TALLY_COHORT;
        int raw = board_watch(board, &watch);
        watch.basis = TALLY_ACTIVITY;
        watch.whole = true;
        int matured = board_watch(board, &watch);
        int64_t now = DAYS * DAY_S;
        for (int lead = 0; lead < DAYS * 24 * 10; lead++) {
            bool goes_on = uniform(&random) < 0.6;
            int64_t came = (int64_t)(uniform(&random) * (double)now), then = came + (int64_t)(-log(uniform(&random)) * (goes_on ? 30 : 60) * HOUR_S);
            char id[16];
            snprintf(id, sizeof id, "%d", lead);
            for (int i = 0; i < 2; i++) {
                int64_t at = i == 0 ? came : then;
                struct move move = {.kind = i == 1 && !goes_on ? MOVE_LOSS : MOVE_REACH, .step = i == 1 && goes_on};
                struct event event = {.lead = text_of(id), .lead_hash = (uint64_t)lead * UINT64_C(0x9E3779B97F4A7C15), .at = at, .stage_at = at,
                                      .created_at = TIME_NONE, .score = -1, .move_count = 1, .moves = &move};
                if (at < now)
                    ledger_apply(ledger, &event, TIME_NONE);
            }
        }
        board_merge(board, 0, ledger);
        board_tick(board, now, TIME_NONE);
        struct span span = measure_window(&rule, &utc, now);
        board_watch_move(board, raw, span);
        board_watch_move(board, matured, span);
        struct maturing maturing = {0};
        struct board_group *group = board_group_at(board, 0);
        maturing_collect(&maturing, board, group, span, board_watch_of(board, matured), now);
        struct measure seen = measure_conversion(NULL, board, group, raw, 1, STATISTICS_Z95);
        struct measure right = measure_conversion(&maturing, board, group, matured, 1, STATISTICS_Z95);
        assert_int_equal(seen.reached, right.reached);
        assert_int_equal(seen.passed, right.passed);
        /* Nobody of the last two days is mature, so F is asked of what is known: null where the survival is not 0. Hence the window of twelve days. */
        assert_true(isnan(right.conversion));
        span.start = now - 12 * DAY_S;
        board_watch_move(board, matured, span);
        maturing_collect(&maturing, board, group, span, board_watch_of(board, matured), now);
        right = measure_conversion(&maturing, board, group, matured, 1, STATISTICS_Z95);
        raw_sum += seen.conversion;
        matured_sum += right.conversion;
        within += right.low <= 0.6 && 0.6 <= right.high;
        maturing_free(&maturing);
        board_free(board);
        ledger_free(ledger);
    }
    assert_true(raw_sum / ROUNDS < 0.33);                       /* of the last two days, so far */
    assert_true(fabs(matured_sum / ROUNDS - 0.6) < 0.01);
    assert_true(within >= ROUNDS * 85 / 100);                   /* of intervals at 95 % */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rolling_window__is_compared_with_what_lies_before_it),
        cmocka_unit_test(a_calendar_window__is_the_one_that_has_just_ended_or_is_under_way),
        cmocka_unit_test(a_stationary_process__looks_bad_raw_and_right_matured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
