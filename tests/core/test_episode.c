/* Goal: an alert's life is the one of semantics, section 9. Method: tables of ticks an hour apart, read like a strip chart: what the condition was
 * (x holds, . does not), and what came of it (. inactive, p pending, F firing, R resolved). Hours are told by the rule's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/episode.h"
#include "../../daemon/core/event_time.h"
#include "story_support.h"

static struct zone_change none[] = {{INT64_MIN, 0}};
static const struct zone utc = {.name = "UTC", .change_count = 1, .changes = none, .end = INT64_MAX, .slice_s = 3600};

enum { HOUR_S = 3600 };

/* Ticks at 01:00, 02:00 ... of Thursday, 1 January 1970. */
static void check(const struct alert_rule *rule, const char *conditions, const char *expected)
{
    struct episode episode = {0};
    char found[64] = "";
    for (int i = 0; conditions[i] != '\0'; i++) {
        int64_t tick = (i + 1) * HOUR_S;
        if (schedule_is_open(rule, &utc, tick - 1))
            episode_step(&episode, rule, &utc, tick, conditions[i] == 'x');
        found[i] = ".pFR"[episode.state];
    }
    assert_string_equal(found, expected);
}

static void an_episode__fires_at_once_and_ends_at_once_without_waiting(void **state)
{
    (void)state;
    struct alert_rule rule = {0};
    check(&rule, "..xx..x.",
                 "..FFRRFR");
}

static void an_episode__waits_for_its_for(void **state)
{
    (void)state;
    struct alert_rule rule = {.for_s = 2 * HOUR_S};
    check(&rule, ".xx.xxxx.",
                 ".pp.ppFFR");
}

static void an_episode__keeps_firing(void **state)
{
    (void)state;
    struct alert_rule rule = {.for_s = HOUR_S, .keep_firing_for_s = 2 * HOUR_S};
    check(&rule, "xx.x..xx...x",
                 "pFFFFRpFFRRp"); /* at 6 o'clock, and again at 10, it has not held for two hours */
}

static void an_episode__is_another_one_after_it_was_resolved(void **state)
{
    (void)state;
    struct alert_rule rule = {0};
    struct episode episode = {0};
    episode_step(&episode, &rule, &utc, HOUR_S, true);
    assert_int_equal(episode.active_at, HOUR_S);
    episode_step(&episode, &rule, &utc, 2 * HOUR_S, true);
    assert_int_equal(episode.active_at, HOUR_S);
    episode_step(&episode, &rule, &utc, 3 * HOUR_S, false);
    assert_int_equal(episode.state, EPISODE_RESOLVED);
    assert_int_equal(episode.ends_at, 3 * HOUR_S);
    assert_int_equal(episode.held_until, 2 * HOUR_S);
    episode_step(&episode, &rule, &utc, 4 * HOUR_S, true);
    assert_int_equal(episode.active_at, 4 * HOUR_S);
    assert_true(episode.ends_at == TIME_NONE);
}

static void an_episode__stands_still_outside_the_hours(void **state)
{
    (void)state;
    struct hours hours[] = {{0x7F, 2 * HOUR_S, 4 * HOUR_S}, {0x7F, 6 * HOUR_S, 8 * HOUR_S}}; /* so the ticks at 3, 4, 7 and 8 o'clock count */
    struct alert_rule rule = {.for_s = 2 * HOUR_S, .hours_count = 2, .hours = hours};
    check(&rule, "xxxx..xx..",
                 "..ppppFFFF"); /* from 3 to 4 and from 6 to 7: two hours; what lies between does not count */
    rule.for_s = 0;
    rule.keep_firing_for_s = 2 * HOUR_S;
    check(&rule, "..x.xx..",
                 "..FFFFRR"); /* from 3 to 4 and from 6 to 7, and what held in between was not looked at */
}

static void news__is_told_while_it_holds_and_when_it_ends(void **state)
{
    (void)state;
    struct alert_rule rule = {.for_s = HOUR_S, .keep_firing_for_s = HOUR_S};
    struct episode episode = {0};
    static const struct { bool holds; enum episode_news news; } rows[] = {
        {false, EPISODE_QUIET}, {true, EPISODE_TOLD}, {false, EPISODE_WITHDRAWN}, {false, EPISODE_QUIET}, {true, EPISODE_TOLD},
        {true, EPISODE_TOLD},   {true, EPISODE_TOLD}, {false, EPISODE_TOLD},      {false, EPISODE_QUIET},
    };
    for (int i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(episode_step(&episode, &rule, &utc, (i + 1) * HOUR_S, rows[i].holds), rows[i].news);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_episode__fires_at_once_and_ends_at_once_without_waiting),
        cmocka_unit_test(an_episode__waits_for_its_for),
        cmocka_unit_test(an_episode__keeps_firing),
        cmocka_unit_test(an_episode__is_another_one_after_it_was_resolved),
        cmocka_unit_test(an_episode__stands_still_outside_the_hours),
        cmocka_unit_test(news__is_told_while_it_holds_and_when_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
