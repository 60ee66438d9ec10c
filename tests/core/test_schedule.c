/* Goal: a rule's hours are those of the wall clock of its zone. Method: tables in Moscow and over Berlin's changes of the clock; and a count second by second
 * of random hours, days off and pauses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/event_time.h"
#include "../../daemon/core/schedule.h"
#include "random_support.h"
#include "story_support.h"

enum { HOUR_S = 3600, DAY_S = 86400, WORKDAYS = 0x1F };

static struct zone_change moscow_changes[] = {{INT64_MIN, 10800}};
/* Berlin in 2024: summer time from 03-31T01:00Z to 10-27T01:00Z. */
static struct zone_change berlin_changes[] = {{INT64_MIN, 3600}, {1711846800, 7200}, {1729990800, 3600}};
static const struct zone moscow = {.name = "Moscow", .change_count = 1, .changes = moscow_changes, .end = INT64_MAX, .slice_s = 3600};
static const struct zone berlin = {.name = "Berlin", .change_count = 3, .changes = berlin_changes, .end = INT64_MAX, .slice_s = 3600};

static struct hours office[] = {{WORKDAYS, 9 * HOUR_S, 19 * HOUR_S}};

static int64_t local(const struct zone *zone, int month, int day, int hour)
{
    return zone_moment(zone, calendar_local(2024, month, day) + hour * HOUR_S);
}

static void office_hours__are_those_of_the_zone(void **state)
{
    (void)state;
    struct days march_8[] = {{calendar_local(2024, 3, 8) / DAY_S, calendar_local(2024, 3, 8) / DAY_S}};
    struct alert_rule rule = {.hours_count = 1, .hours = office, .days_off_count = 1, .days_off = march_8};
    static const struct { int day, hour; bool open; } rows[] = {
        {7, 8, false}, {7, 9, true}, {7, 18, true}, {7, 19, false}, {8, 12, false}, {9, 12, false}, {10, 12, false}, {11, 9, true}, /* the 7th is a Thursday */
    };
    for (int i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(schedule_is_open(&rule, &moscow, local(&moscow, 3, rows[i].day, rows[i].hour)), rows[i].open);
    struct span over_the_weekend = {local(&moscow, 3, 7, 18), local(&moscow, 3, 11, 10)};
    assert_int_equal(schedule_open_s(&rule, &moscow, over_the_weekend), 2 * HOUR_S);
    struct pause pause[] = {{local(&moscow, 3, 11, 9) + 600, local(&moscow, 3, 11, 9) + 1200}};
    rule.pause_count = 1;
    rule.pauses = pause;
    assert_int_equal(schedule_open_s(&rule, &moscow, over_the_weekend), 2 * HOUR_S);
    assert_int_equal(schedule_watched_s(&rule, &moscow, over_the_weekend), 2 * HOUR_S - 600);
}

static void a_day__has_23_or_25_hours_where_the_clock_changes(void **state)
{
    (void)state;
    struct hours nights[] = {{0x7F, 0, 6 * HOUR_S}};
    struct alert_rule rule = {.hours_count = 1, .hours = nights};
    assert_int_equal(schedule_open_s(&rule, &berlin, (struct span){local(&berlin, 3, 31, 0), local(&berlin, 4, 1, 0)}), 5 * HOUR_S);
    assert_int_equal(schedule_open_s(&rule, &berlin, (struct span){local(&berlin, 10, 27, 0), local(&berlin, 10, 28, 0)}), 7 * HOUR_S);
}

static void hours__that_overlap_count_once(void **state)
{
    (void)state;
    struct hours hours[] = {{0x7F, 9 * HOUR_S, 12 * HOUR_S}, {0x7F, 11 * HOUR_S, 13 * HOUR_S}, {0x7F, 8 * HOUR_S, 10 * HOUR_S}, {0x7F, 15 * HOUR_S, 16 * HOUR_S}};
    struct alert_rule rule = {.hours_count = 4, .hours = hours};
    assert_int_equal(schedule_open_s(&rule, &moscow, (struct span){local(&moscow, 3, 7, 0), local(&moscow, 3, 8, 0)}), 6 * HOUR_S);
}

/* What schedule_watched_s says, a minute at a time. */
static int64_t counted(const struct alert_rule *rule, const struct zone *zone, struct span span)
{
    int64_t sum_s = 0;
    for (int64_t moment = span.start; moment < span.end; moment += 60) {
        int64_t at = moment + zone_offset(zone, moment), day = time_floor(at, DAY_S) / DAY_S, second = at - day * DAY_S;
        bool open = rule->hours_count == 0, off = false;
        for (int i = 0; i < rule->hours_count; i++)
            open |= (rule->hours[i].weekdays >> ((day + 3) % 7) & 1) != 0 && rule->hours[i].from_s <= second && second < rule->hours[i].to_s;
        for (int i = 0; i < rule->days_off_count; i++)
            off |= rule->days_off[i].from_day <= day && day <= rule->days_off[i].to_day;
        for (int i = 0; i < rule->pause_count; i++)
            off |= rule->pauses[i].from <= moment && moment < rule->pauses[i].to;
        sum_s += open && !off ? 60 : 0;
    }
    return sum_s;
}

static void random_hours__are_what_a_count_by_minutes_says(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct random random = {seed};
        struct hours hours[3];
        struct pause pauses[3];
        struct days days_off[1];
        int64_t from = local(&berlin, 3, 28, 0) + (int64_t)(random_next(&random) % 1440) * 60;
        struct alert_rule rule = {.hours_count = (int)(random_next(&random) % 4), .hours = hours, .pause_count = (int)(random_next(&random) % 4), .pauses = pauses,
                                  .days_off_count = (int)(random_next(&random) % 2), .days_off = days_off};
        for (int i = 0; i < rule.hours_count; i++) {
            int start = (int)(random_next(&random) % 1439);
            hours[i] = (struct hours){(int)(random_next(&random) % 127) + 1, start * 60, (start + 1 + (int)(random_next(&random) % (uint64_t)(1440 - start))) * 60};
            if (hours[i].to_s > DAY_S)
                hours[i].to_s = DAY_S;
            if (hours[i].from_s < 4 * HOUR_S) /* what stands in the hour that does not occur is told by the table above */
                hours[i].from_s = 4 * HOUR_S;
            if (hours[i].to_s <= hours[i].from_s)
                hours[i].to_s = DAY_S;
        }
        for (int i = 0; i < rule.pause_count; i++) {
            pauses[i].from = from + (int64_t)(random_next(&random) % 7200) * 60;
            pauses[i].to = pauses[i].from + 60 + (int64_t)(random_next(&random) % 1440) * 60;
        }
        days_off[0].from_day = calendar_local(2024, 3, 29) / DAY_S + (int64_t)(random_next(&random) % 4);
        days_off[0].to_day = days_off[0].from_day + (int64_t)(random_next(&random) % 2);
        struct span span = {from, from + (int64_t)(random_next(&random) % 8640) * 60};
        if (schedule_watched_s(&rule, &berlin, span) != counted(&rule, &berlin, span))
            fail_msg("seed %llu: %lld, counted %lld", (unsigned long long)seed, (long long)schedule_watched_s(&rule, &berlin, span),
                     (long long)counted(&rule, &berlin, span));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(office_hours__are_those_of_the_zone),
        cmocka_unit_test(a_day__has_23_or_25_hours_where_the_clock_changes),
        cmocka_unit_test(hours__that_overlap_count_once),
        cmocka_unit_test(random_hours__are_what_a_count_by_minutes_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
