/* Goal: calendar windows begin and end where the wall calendar of the zone says: semantics, sections 8 and 11. Method: dates against the C library's over
 * all years; tables of windows in three zones, given here as their offsets; and for every zone the windows of a kind cover time without a gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <time.h>

#include "../../daemon/core/calendar.h"
#include "../../daemon/core/event_time.h"
#include "random_support.h"
#include "story_support.h"

static struct zone_change none[] = {{INT64_MIN, 0}};
static struct zone_change moscow_changes[] = {{INT64_MIN, 10800}};
static struct zone_change kathmandu_changes[] = {{INT64_MIN, 20700}};
/* Berlin in 2024: summer time from 03-31T01:00Z to 10-27T01:00Z. */
static struct zone_change berlin_changes[] = {{INT64_MIN, 3600}, {1711846800, 7200}, {1729990800, 3600}};
/* Lord Howe in 2024: +11:00 until 04-06T15:00Z, then +10:30, from 10-05T15:30Z +11:00 again: half an hour of summer time. */
static struct zone_change lord_howe_changes[] = {{INT64_MIN, 39600}, {1712415600, 37800}, {1728142200, 39600}};

static const struct zone utc = {.name = "UTC", .change_count = 1, .changes = none, .end = INT64_MAX, .slice_s = 3600};
static const struct zone moscow = {.name = "Moscow", .change_count = 1, .changes = moscow_changes, .end = INT64_MAX, .slice_s = 3600};
static const struct zone kathmandu = {.name = "Kathmandu", .change_count = 1, .changes = kathmandu_changes, .end = INT64_MAX, .slice_s = 900};
static const struct zone berlin = {.name = "Berlin", .change_count = 3, .changes = berlin_changes, .end = INT64_MAX, .slice_s = 3600};
static const struct zone lord_howe = {.name = "Lord Howe", .change_count = 3, .changes = lord_howe_changes, .end = INT64_MAX, .slice_s = 1800};

/* "2024-03-31 02:30", of UTC. */
static int64_t moment_of(const char *text)
{
    struct tm tm = {0};
    assert_int_equal(sscanf(text, "%d-%d-%d %d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min), 5);
    tm.tm_year -= 1900;
    tm.tm_mon--;
    return timegm(&tm);
}

static void dates__are_those_of_the_c_library(void **state)
{
    (void)state;
    struct random random = {1};
    for (int i = 0; i < 100000; i++) {
        int64_t moment = TIME_LEAST + (int64_t)(random_next(&random) % (uint64_t)(TIME_GREATEST - TIME_LEAST + 1));
        if (i < 2)
            moment = i == 0 ? TIME_LEAST : TIME_GREATEST;
        time_t seconds = moment;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        struct date date = calendar_date(moment);
        assert_true(date.year == tm.tm_year + 1900 && date.month == tm.tm_mon + 1 && date.day == tm.tm_mday);
        assert_true(date.hour == tm.tm_hour && date.minute == tm.tm_min && date.second == tm.tm_sec);
        assert_true(calendar_local(date.year, date.month, date.day) == time_floor(moment, STORY_DAY_S));
        assert_true(calendar_local(date.year - 1, date.month + 12, date.day) == time_floor(moment, STORY_DAY_S));
        assert_true(calendar_local(date.year + 2, date.month - 24, date.day) == time_floor(moment, STORY_DAY_S));
    }
}

struct row { const char *moment; enum window_kind kind; const char *start, *end; }; /* all in UTC */

static void check(const struct zone *zone, const struct row *rows, int count)
{
    for (int i = 0; i < count; i++) {
        struct span span = calendar_window(rows[i].kind, zone, moment_of(rows[i].moment));
        if (span.start != moment_of(rows[i].start) || span.end != moment_of(rows[i].end))
            print_error("%s, window of kind %d at %s\n", zone->name, rows[i].kind, rows[i].moment);
        assert_true(span.start == moment_of(rows[i].start));
        assert_true(span.end == moment_of(rows[i].end));
    }
}

static void windows__in_a_zone_without_summer_time(void **state)
{
    (void)state;
    static const struct row rows[] = { /* Moscow is three hours ahead: its days begin at 21:00 of UTC */
        {"2024-02-29 20:59", WINDOW_HOUR,    "2024-02-29 20:00", "2024-02-29 21:00"},
        {"2024-02-29 20:59", WINDOW_DAY,     "2024-02-28 21:00", "2024-02-29 21:00"},
        {"2024-02-29 21:00", WINDOW_DAY,     "2024-02-29 21:00", "2024-03-01 21:00"},
        {"2024-02-29 20:59", WINDOW_WEEK,    "2024-02-25 21:00", "2024-03-03 21:00"}, /* Monday 26 February */
        {"2024-03-03 21:00", WINDOW_WEEK,    "2024-03-03 21:00", "2024-03-10 21:00"},
        {"2024-02-29 20:59", WINDOW_MONTH,   "2024-01-31 21:00", "2024-02-29 21:00"},
        {"2024-02-29 21:00", WINDOW_MONTH,   "2024-02-29 21:00", "2024-03-31 21:00"},
        {"2024-02-29 21:00", WINDOW_QUARTER, "2023-12-31 21:00", "2024-03-31 21:00"},
        {"2024-12-31 20:59", WINDOW_QUARTER, "2024-09-30 21:00", "2024-12-31 21:00"},
        {"2024-12-31 20:59", WINDOW_YEAR,    "2023-12-31 21:00", "2024-12-31 21:00"},
        {"2024-12-31 21:00", WINDOW_YEAR,    "2024-12-31 21:00", "2025-12-31 21:00"},
        {"1969-12-31 23:00", WINDOW_WEEK,    "1969-12-28 21:00", "1970-01-04 21:00"},
    };
    check(&moscow, rows, COUNT_OF(rows));
}

static void windows__over_a_change_of_the_clock(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"2024-03-31 12:00", WINDOW_DAY,   "2024-03-30 23:00", "2024-03-31 22:00"}, /* 23 hours */
        {"2024-10-27 12:00", WINDOW_DAY,   "2024-10-26 22:00", "2024-10-27 23:00"}, /* 25 hours */
        {"2024-03-15 12:00", WINDOW_MONTH, "2024-02-29 23:00", "2024-03-31 22:00"},
        {"2024-10-31 22:59", WINDOW_MONTH, "2024-09-30 22:00", "2024-10-31 23:00"},
        {"2024-03-31 00:59", WINDOW_HOUR,  "2024-03-31 00:00", "2024-03-31 01:00"},
        {"2024-03-31 01:00", WINDOW_HOUR,  "2024-03-31 01:00", "2024-03-31 02:00"}, /* 03:00, the hour 02:00 does not occur */
        {"2024-10-27 00:30", WINDOW_HOUR,  "2024-10-27 00:00", "2024-10-27 01:00"}, /* the first 02:00 */
        {"2024-10-27 01:30", WINDOW_HOUR,  "2024-10-27 01:00", "2024-10-27 02:00"}, /* the second */
    };
    check(&berlin, rows, COUNT_OF(rows));
}

static void windows__where_hours_do_not_begin_with_those_of_utc(void **state)
{
    (void)state;
    static const struct row quarter_hours[] = { /* +05:45 */
        {"2024-03-01 10:14", WINDOW_HOUR,  "2024-03-01 09:15", "2024-03-01 10:15"},
        {"2024-03-01 18:14", WINDOW_DAY,   "2024-02-29 18:15", "2024-03-01 18:15"},
        {"2024-03-01 18:15", WINDOW_DAY,   "2024-03-01 18:15", "2024-03-02 18:15"},
    };
    static const struct row half_an_hour[] = {
        /* At 02:00 the clock goes back to 01:30: from 01:30 to 02:00 there are two half hours, of two offsets. */
        {"2024-04-06 14:59", WINDOW_HOUR,  "2024-04-06 14:00", "2024-04-06 15:00"},
        {"2024-04-06 15:10", WINDOW_HOUR,  "2024-04-06 15:00", "2024-04-06 15:30"},
        {"2024-04-06 15:30", WINDOW_HOUR,  "2024-04-06 15:30", "2024-04-06 16:30"},
        /* At 02:00 it goes on to 02:30: that hour has 30 minutes. */
        {"2024-10-05 15:29", WINDOW_HOUR,  "2024-10-05 14:30", "2024-10-05 15:30"},
        {"2024-10-05 15:30", WINDOW_HOUR,  "2024-10-05 15:30", "2024-10-05 16:00"},
        {"2024-10-05 16:00", WINDOW_HOUR,  "2024-10-05 16:00", "2024-10-05 17:00"},
    };
    check(&kathmandu, quarter_hours, COUNT_OF(quarter_hours));
    check(&lord_howe, half_an_hour, COUNT_OF(half_an_hour));
}

static void windows__of_a_kind_follow_one_another_without_a_gap(void **state)
{
    (void)state;
    static const struct zone *const zones[] = {&utc, &moscow, &kathmandu, &berlin, &lord_howe};
    for (int z = 0; z < COUNT_OF(zones); z++)
        for (int kind = WINDOW_HOUR; kind < WINDOW_ROLLING; kind++) {
            int64_t moment = moment_of("2024-01-01 12:00");
            struct span before = calendar_window((enum window_kind)kind, zones[z], moment);
            while (before.end < moment_of("2025-02-01 00:00")) {
                struct span next = calendar_window((enum window_kind)kind, zones[z], before.end);
                struct span last = calendar_window((enum window_kind)kind, zones[z], before.end - 1);
                assert_true(next.start == before.end && next.end > next.start);
                assert_true(last.start == before.start && last.end == before.end);
                assert_true(next.start % zones[z]->slice_s == 0); /* so a window is a sum of slices */
                before = next;
            }
        }
}

static void time_floor__also_before_1970(void **state)
{
    (void)state;
    assert_true(time_floor(7199, 3600) == 3600 && time_floor(7200, 3600) == 7200);
    assert_true(time_floor(-1, 3600) == -3600 && time_floor(-3600, 3600) == -3600 && time_floor(-3601, 3600) == -7200);
    assert_true(time_floor(0, 3600) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates__are_those_of_the_c_library),
        cmocka_unit_test(windows__in_a_zone_without_summer_time),
        cmocka_unit_test(windows__over_a_change_of_the_clock),
        cmocka_unit_test(windows__where_hours_do_not_begin_with_those_of_utc),
        cmocka_unit_test(windows__of_a_kind_follow_one_another_without_a_gap),
        cmocka_unit_test(time_floor__also_before_1970),
    };
    return cmocka_run_group_tests_name("core/calendar", tests, NULL, NULL);
}
