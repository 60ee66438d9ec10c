/* Goal: drift is the CUSUM of semantics, section 9, with a limit that gives as many false alarms as were asked for. Method: outcomes of leads against a count
 * lead by lead; the evidence against the formula written down once more; run lengths against walks thrown by random numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/board.h"
#include "../../daemon/core/drift.h"
#include "../../daemon/core/drift_limit.h"
#include "random_support.h"
#include "story_support.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

static double uniform(struct random *random)
{
    return ((double)(random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

/* ---- outcomes ---- */

static struct zone_change none[] = {{INT64_MIN, 0}};
static const struct zone utc = {.name = "UTC", .change_count = 1, .changes = none, .end = INT64_MAX, .slice_s = HOUR_S};

struct outcome_row { const char *story; const char *expected; };

/* A lead of three steps, the horizon into the second is 10 hours, into the third 5. `1@3` came to step 1 at 3 o'clock; `lost@4`. Expected: `2+@5` it succeeded in coming to step 2, told
 * in the slice of 5 o'clock; `2-@13` it failed. */
static void outcomes__are_booked_when_they_are_known(void **state)
{
    (void)state;
    static const struct outcome_row rows[] = {
        {"1@3",              "2-@13"},                     /* nothing yet: a failure to come */
        {"1@3 2@5",          "2+@5 3-@10"},
        {"1@3 2@13",         "2+@13 3-@18"},               /* just within the horizon */
        {"1@3 2@14",         "2-@13 3-@19"},               /* too late: it failed at 13 */
        {"1@3 lost@6",       "2-@6"},
        {"1@3 lost@20",      "2-@13"},
        {"1@3 2@5 lost@6",   "2+@5 3-@6"},
        {"1@3 lost@4 2@6",   "2+@6 3-@11"},                /* it came back: the loss is none */
        {"1@3 3@5",          "2+@5 3+@5"},                 /* seen further on */
        {"1@3 2@5 3@8",      "2+@5 3+@8"},
    };
    struct step steps[3] = {{.id = "a", .target = NAN, .horizon_s = HOUR_S}, {.id = "b", .target = NAN, .horizon_s = 10 * HOUR_S}, {.id = "c", .target = NAN, .horizon_s = 5 * HOUR_S}};
    struct stage stage = {.id = "s", .step_count = 3};
    struct funnel funnel = {.id = "f", .step_count = 3, .steps = steps, .stage_count = 1, .stages = &stage, .won_step = 2, .within_s = -1, .trial_steps = 6};
    struct ledger_definition definition = {.funnel_count = 1, .funnels = &funnel, .slice_s = HOUR_S};
    funnel_link_steps(&funnel);
    for (int i = 0; i < COUNT_OF(rows); i++) {
        struct ledger *ledger = ledger_new(&definition);
        struct board *board = board_new(&definition, &utc, 1);
        board_ask_trials(board, 0, -1, 1);
        board_ask_trials(board, 0, -1, 2);
        struct text rest = text_of(rows[i].story);
        for (struct text word; (word = story_word(&rest)).length > 0;) {
            bool lost = word.data[0] == 'l';
            int64_t at = strtol(strchr(word.data, '@') + 1, NULL, 10) * HOUR_S;
            struct move move = {.kind = lost ? MOVE_LOSS : MOVE_REACH, .step = lost ? 0 : word.data[0] - '1'};
            struct event event = {.lead = TEXT("L"), .lead_hash = 1, .at = at, .stage_at = at, .created_at = TIME_NONE, .score = -1, .move_count = 1, .moves = &move};
            ledger_apply(ledger, &event, TIME_NONE);
            board_merge(board, 0, ledger); /* so that what was booked before is taken back on the board, too */
        }
        char found[64] = "";
        for (int step = 1; step <= 2; step++) {
            const struct trials *trials = &board_group_at(board, 0)->trials[step];
            for (size_t t = 0; t < trials->count; t++)
                snprintf(found + strlen(found), sizeof found - strlen(found), "%s%d%c@%d", *found != '\0' ? " " : "", step + 1,
                         trials->list[t].succeeded == 1 && trials->list[t].failed == 0 ? '+' : trials->list[t].succeeded == 0 && trials->list[t].failed == 1 ? '-' : '?',
                         trials->list[t].slice);
        }
        assert_string_equal(found, rows[i].expected);
        board_free(board);
        ledger_free(ledger);
    }
}

/* ---- evidence ---- */

static struct trials make_trials(struct random *random, int slices, double chance)
{
    struct trials trials = {0};
    for (int slice = 0; slice < slices; slice++)
        for (int i = random_below(random, 4); i > 0; i--) {
            bool success = uniform(random) < chance;
            trials_add(&trials, slice, success, !success);
        }
    return trials;
}

static void evidence__is_the_sum_of_the_formula(void **state)
{
    (void)state;
    struct random random = {random_seed()};
    struct alert_rule rule = {.drop = 0.4};
    for (int round = 0; round < 50; round++) {
        struct trials trials = make_trials(&random, 200, 0.3);
        struct drift drift = DRIFT_NEW;
        drift_watch(&drift, &(struct drift_baseline){.start = 20 * HOUR_S, .succeeded = 60, .failed = 60}, 5);
        double sum = 0;
        for (int slice = 20; slice < 200; slice++) {
            int succeeded = 0, failed = 0;
            for (size_t i = 0; i < trials.count; i++)
                if (trials.list[i].slice == slice) {
                    succeeded = trials.list[i].succeeded;
                    failed = trials.list[i].failed;
                }
            sum = fmin(10, fmax(0, sum + succeeded * log(0.3 / 0.5) + failed * log(0.7 / 0.5)));
            int64_t tick = (slice + 1) * HOUR_S;
            struct drift_evidence evidence = drift_weigh(&drift, &rule, &trials, HOUR_S, drift.anchored, drift.anchor, tick);
            assert_true(fabs(evidence.sum - sum) < 1e-9);
            if (random_one_in(&random, 30))
                drift_move_anchor(&drift, &rule, &trials, HOUR_S, tick); /* which changes nothing */
        }
        trials_free(&trials);
    }
}

static void a_series__begins_when_its_baseline_is_over(void **state)
{
    (void)state;
    struct alert_rule rule = {.drop = 0.4, .baseline_s = 10 * DAY_S};
    struct drift drift = DRIFT_NEW;
    struct drift_baseline baseline;
    struct trials trials = {0};
    for (int hour = 5; hour < 5 + 150; hour++) /* one an hour from 5 o'clock on, two of three succeed */
        trials_add(&trials, hour, hour % 3 != 0, hour % 3 == 0);
    assert_false(drift_baseline(&drift, &rule, &trials, HOUR_S, DAY_S, 5 * HOUR_S + 10 * DAY_S - HOUR_S, &baseline));
    assert_true(drift_baseline(&drift, &rule, &trials, HOUR_S, DAY_S, 5 * HOUR_S + 10 * DAY_S, &baseline)); /* 150 outcomes in six days, and ten days have passed */
    assert_int_equal(baseline.first, 5 * HOUR_S);
    assert_int_equal(baseline.start, 5 * HOUR_S + 10 * DAY_S);
    assert_int_equal(baseline.succeeded, 100);
    assert_int_equal(baseline.failed, 50);
    assert_int_equal(baseline.settled_succeeded + baseline.settled_failed, 126); /* without the first day, before the horizon could bring a failure */
    rule.baseline_s = 2 * DAY_S;
    assert_false(drift_baseline(&drift, &rule, &trials, HOUR_S, DAY_S, 104 * HOUR_S, &baseline)); /* 99 outcomes */
    assert_true(drift_baseline(&drift, &rule, &trials, HOUR_S, DAY_S, 105 * HOUR_S, &baseline));
    assert_int_equal(baseline.start, 105 * HOUR_S);
    drift.from = 50 * HOUR_S; /* an episode was resolved then: what was before does not count */
    assert_false(drift_baseline(&drift, &rule, &trials, HOUR_S, DAY_S, 149 * HOUR_S, &baseline));
    assert_true(drift_baseline(&drift, &rule, &trials, HOUR_S, DAY_S, 160 * HOUR_S, &baseline));
    assert_int_equal(baseline.start, 150 * HOUR_S);
    trials_free(&trials);
}

static void a_baseline__knows_how_many_outcomes_come_together(void **state)
{
    (void)state;
    struct alert_rule rule = {.drop = 0.4, .baseline_s = DAY_S};
    struct drift drift = DRIFT_NEW;
    struct drift_baseline baseline;
    struct trials trials = {0};
    trials_add(&trials, 0, 1, 0);
    trials_add(&trials, 1, 2, 3);
    trials_add(&trials, 4, 5, 0);
    trials_add(&trials, 6, 60, 41);
    assert_true(drift_baseline(&drift, &rule, &trials, HOUR_S, HOUR_S, DAY_S, &baseline));
    int64_t outcomes = 0;
    for (int n = 0; n <= DRIFT_BATCH_MOST; n++)
        outcomes += n * baseline.slices[n];
    assert_int_equal(outcomes, 112);
    assert_int_equal(baseline.slices[1], 1);
    assert_int_equal(baseline.slices[5], 3); /* 101 are six times 16, and 5 */
    assert_int_equal(baseline.slices[DRIFT_BATCH_MOST], 6);
    trials_free(&trials);
}

static void a_series_that_never_succeeds__is_not_watched(void **state)
{
    (void)state;
    struct alert_rule rule = {.drop = 0.4, .baseline_s = DAY_S};
    struct drift drift = DRIFT_NEW;
    struct drift_baseline baseline;
    struct trials trials = {0};
    for (int hour = 0; hour < 200; hour++)
        trials_add(&trials, hour, 0, 1);
    assert_false(drift_baseline(&drift, &rule, &trials, HOUR_S, DAY_S, 300 * HOUR_S, &baseline));
    trials_free(&trials);
}

/* ---- the limit ---- */

/* Outcomes until the sum is at the limit at the end of a slice; slices hold as many outcomes as one of those that the row has. */
static double walk_length(struct random *random, double p, double p0, double drop, double limit, const int64_t slices[])
{
    double success = log(1 - drop), failure = log((1 - p0 * (1 - drop)) / (1 - p0)), outcomes = 0;
    int64_t all = 0;
    for (int n = 0; n <= DRIFT_BATCH_MOST; n++)
        all += slices[n];
    for (double sum = 0; sum < limit;) {
        int64_t drawn = random_below(random, (int)all);
        int n = 0;
        while (drawn >= slices[n])
            drawn -= slices[n++];
        outcomes += n;
        for (int i = 0; i < n; i++)
            sum += uniform(random) < p ? success : failure;
        sum = fmax(0, sum);
    }
    return outcomes;
}

static void run_lengths__are_those_of_random_walks(void **state)
{
    (void)state;
    static const struct { double p, p0, drop, limit; int64_t slices[DRIFT_BATCH_MOST + 1]; } rows[] = {
        {0.5, 0.5, 0.4, 4, {[1] = 1}},
        {0.25, 0.5, 0.4, 6, {[1] = 1}},
        {0.9, 0.9, 0.3, 3.5, {[1] = 1}},
        {0.08, 0.1, 0.5, 2.5, {[1] = 1}},
        {0.35, 0.5, 0.4, 5, {[1] = 1}},
        {0.7, 0.7, 0.5, 3, {[1] = 1}},
        {0.5, 0.5, 0.4, 3, {[5] = 1}},
        {0.25, 0.5, 0.4, 6, {[12] = 1}},
        {0.83, 0.83, 0.4, 3, {[9] = 1}},
        {0.08, 0.1, 0.5, 2.5, {[16] = 1}},
        {0.5, 0.5, 0.4, 3, {[1] = 20, [2] = 9, [3] = 5, [7] = 2, [16] = 1}}, /* single ones, and now and then many */
        {0.8, 0.83, 0.4, 3.5, {[1] = 4, [6] = 5, [10] = 3}},
        {0.6, 0.6, 0.4, 0.3, {[4] = 1, [8] = 1}}, /* a limit below what one failure adds */
    };
    struct random random = {1};
    for (int i = 0; i < COUNT_OF(rows); i++) {
        enum { WALKS = 4000 };
        double outcomes = 0;
        for (int walk = 0; walk < WALKS; walk++)
            outcomes += walk_length(&random, rows[i].p, rows[i].p0, rows[i].drop, rows[i].limit, rows[i].slices);
        double found = drift_limit_run_length(rows[i].p, rows[i].p0, rows[i].drop, rows[i].limit, rows[i].slices), walked = outcomes / WALKS;
        if (fabs(found / walked - 1) > 0.08) /* a mean of so many lengths is within 1.6 % of the truth, mostly; the overshoot is the grid's */
            fail_msg("row %d: p %g, p0 %g, limit %g: %g outcomes, walks take %g", i, rows[i].p, rows[i].p0, rows[i].limit, found, walked);
    }
}

static double limit_of(int64_t succeeded, int64_t failed, int together, double outcomes)
{
    struct drift_baseline baseline = {.succeeded = succeeded, .failed = failed, .settled_succeeded = succeeded, .settled_failed = failed};
    baseline.slices[together] = (succeeded + failed) / together;
    return drift_limit(&baseline, 0.4, outcomes);
}

static void the_limit__grows_with_what_is_not_known_and_with_patience(void **state)
{
    (void)state;
    assert_true(limit_of(50, 50, 1, 10000) > limit_of(500, 500, 1, 10000)); /* a small baseline may be wrong */
    assert_true(limit_of(500, 500, 1, 100000) > limit_of(500, 500, 1, 10000) + 1.5);
    assert_true(limit_of(500000, 500000, 1, 10000) > 6.4 && limit_of(500000, 500000, 1, 10000) < 6.6);
    const struct drift_baseline new = {.succeeded = 540, .failed = 460, .settled_succeeded = 350, .settled_failed = 350, .slices = {[1] = 1000}};
    assert_true(drift_limit(&new, 0.4, 10000) > limit_of(540, 460, 1, 10000) + 0.5); /* the first weeks looked too good */
}

static void the_limit__falls_where_slices_hold_many(void **state)
{
    (void)state;
    static const int together[] = {1, 2, 4, 8, 16};
    for (int i = 1; i < COUNT_OF(together); i++)
        assert_true(limit_of(500, 500, together[i], 10000) < limit_of(500, 500, together[i - 1], 10000) - 0.15);
}

static void the_limit__holds_when_slices_shrink(void **state)
{
    (void)state;
    static const double chances[] = {0.1, 0.5, 0.83};
    for (int i = 0; i < COUNT_OF(chances); i++) {
        double limit = limit_of((int64_t)(chances[i] * 8000), (int64_t)((1 - chances[i]) * 8000), DRIFT_BATCH_MOST, 200000);
        for (int together = DRIFT_BATCH_MOST; together >= 1; together /= 2) { /* outcomes come so much more slowly, too */
            int64_t slices[DRIFT_BATCH_MOST + 1] = {0};
            slices[together] = 1;
            assert_true(drift_limit_run_length(chances[i], chances[i], 0.4, limit, slices) * DRIFT_BATCH_MOST / together > 200000 / 1.25);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes__are_booked_when_they_are_known),
        cmocka_unit_test(evidence__is_the_sum_of_the_formula),
        cmocka_unit_test(a_series__begins_when_its_baseline_is_over),
        cmocka_unit_test(a_baseline__knows_how_many_outcomes_come_together),
        cmocka_unit_test(a_series_that_never_succeeds__is_not_watched),
        cmocka_unit_test(run_lengths__are_those_of_random_walks),
        cmocka_unit_test(the_limit__grows_with_what_is_not_known_and_with_patience),
        cmocka_unit_test(the_limit__falls_where_slices_hold_many),
        cmocka_unit_test(the_limit__holds_when_slices_shrink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
