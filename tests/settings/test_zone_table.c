/* Goal: a zone's table says what the system's tzdata says, in every year, and local times are found in it as the semantics want.
 * Method: known offsets; comparison with the C library over three centuries; gaps and overlaps of summer time. */
#include "settings_support.h"

#include <time.h>

#include "../../daemon/core/calendar.h"
#include "../../daemon/settings/zone_table.h"

static struct keep *keep;

static int set_up(void **state)
{
    (void)state;
    keep = keep_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keep_free(keep);
    return 0;
}

static struct zone zone_of(const char *name)
{
    struct zone zone;
    if (!zone_table_build(name, keep, &zone))
        fail_msg("no zone %s", name);
    return zone;
}

static int64_t local(int year, int month, int day, int hour, int minute)
{
    return calendar_local(year, month, day) + hour * 3600 + minute * 60;
}

static void slices(void **state)
{
    (void)state;
    static const struct { const char *name; int64_t slice_s; } cases[] = {
        {"UTC", 3600}, {"Europe/Moscow", 3600}, {"America/New_York", 3600}, {"Asia/Kolkata", 1800}, {"Asia/Kathmandu", 900},
        {"Australia/Lord_Howe", 1800}, {"Asia/Pyongyang", 1800}, {"Etc/GMT+5", 3600},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(zone_of(cases[i].name).slice_s, cases[i].slice_s);
}

static void offsets__of_known_moments(void **state)
{
    (void)state;
    struct zone moscow = zone_of("Europe/Moscow"), york = zone_of("America/New_York"), howe = zone_of("Australia/Lord_Howe");
    assert_int_equal(zone_offset(&moscow, local(2024, 3, 1, 0, 0)), 3 * 3600);
    assert_int_equal(zone_offset(&moscow, local(2012, 3, 1, 0, 0)), 4 * 3600);
    assert_int_equal(zone_offset(&moscow, local(9999, 7, 1, 0, 0)), 3 * 3600);
    assert_int_equal(zone_offset(&york, local(2024, 1, 1, 0, 0)), -5 * 3600);
    assert_int_equal(zone_offset(&york, local(2024, 7, 1, 0, 0)), -4 * 3600);
    assert_int_equal(zone_offset(&howe, local(2024, 7, 1, 0, 0)), 37800);
    assert_int_equal(zone_offset(&howe, local(2024, 1, 1, 0, 0)), 39600);
    assert_int_equal(zone_offset(&york, local(1, 1, 1, 0, 0)), zone_offset(&york, local(1810, 1, 1, 0, 0))); /* before the table */
}

static void offsets__far_beyond_the_table__follow_the_last_rules(void **state)
{
    (void)state;
    struct zone york = zone_of("America/New_York");
    static const int years[] = {2100, 2199, 2250, 2437, 2499, 2500, 2501, 2600, 2899, 2900, 9998};
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        assert_int_equal(zone_offset(&york, local(years[i], 1, 15, 12, 0)), -5 * 3600);
        assert_int_equal(zone_offset(&york, local(years[i], 7, 15, 12, 0)), -4 * 3600);
    }
    /* 2500: the second Sunday of March is the 14th; 02:00 EST is 07:00 UTC. */
    int64_t change = local(2500, 3, 14, 7, 0);
    assert_int_equal(zone_offset(&york, change - 1), -5 * 3600);
    assert_int_equal(zone_offset(&york, change), -4 * 3600);
}

static void offsets__are_those_of_the_system(void **state)
{
    (void)state;
    static const char *const names[] = {"Europe/London", "Africa/Casablanca", "America/St_Johns", "Antarctica/Troll", "Pacific/Apia"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zone zone = zone_of(names[i]);
        char tz[64];
        snprintf(tz, sizeof tz, ":%s", names[i]);
        setenv("TZ", tz, 1);
        tzset();
        for (int64_t at = local(1850, 1, 1, 0, 0); at < local(2150, 1, 1, 0, 0); at += 9 * 3600 + 1) {
            time_t moment = (time_t)at;
            struct tm there;
            assert_non_null(localtime_r(&moment, &there));
            if (zone_offset(&zone, at) != there.tm_gmtoff)
                fail_msg("%s at %lld: found %d, expected %ld", names[i], (long long)at, (int)zone_offset(&zone, at), there.tm_gmtoff);
        }
        unsetenv("TZ");
        tzset();
    }
}

static void tz__is_as_it_was(void **state)
{
    (void)state;
    setenv("TZ", "XYZ-7", 1);
    tzset();
    zone_of("Europe/Moscow");
    assert_string_equal(getenv("TZ"), "XYZ-7");
    time_t moment = 0;
    struct tm there;
    assert_non_null(localtime_r(&moment, &there));
    assert_int_equal(there.tm_gmtoff, 7 * 3600);
    unsetenv("TZ");
    tzset();
    zone_of("Europe/Moscow");
    assert_null(getenv("TZ"));
}

static void names__that_are_no_zones__are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"", "Europe/Moskow", "Europe", "../../etc/passwd", "/usr/share/zoneinfo/UTC", "Europe/../UTC", "zone.tab",
                                        "localtime", "posixrules", "right/UTC", "MSK-3", "Europe/Moscow "};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zone zone;
        if (zone_table_build(names[i], keep, &zone))
            fail_msg("`%s` is taken for a zone", names[i]);
    }
}

static void local_time__in_a_gap__has_the_offset_before(void **state)
{
    (void)state;
    struct zone york = zone_of("America/New_York"), howe = zone_of("Australia/Lord_Howe"), apia = zone_of("Pacific/Apia");
    /* 2024-03-10: 02:00 EST is followed by 03:00 EDT. */
    assert_int_equal(zone_moment(&york, local(2024, 3, 10, 1, 59)), local(2024, 3, 10, 6, 59));
    assert_int_equal(zone_moment(&york, local(2024, 3, 10, 2, 0)), local(2024, 3, 10, 7, 0));
    assert_int_equal(zone_moment(&york, local(2024, 3, 10, 2, 30)), local(2024, 3, 10, 7, 30));
    assert_int_equal(zone_moment(&york, local(2024, 3, 10, 3, 0)), local(2024, 3, 10, 7, 0));
    /* 2024-10-06: 02:00 +10:30 is followed by 02:30 +11. */
    assert_int_equal(zone_moment(&howe, local(2024, 10, 6, 2, 15)), local(2024, 10, 5, 15, 45));
    /* Samoa left out all of 2011-12-30: 24:00 -10 on the 29th is 00:00 +14 on the 31st. */
    assert_int_equal(zone_moment(&apia, local(2011, 12, 31, 0, 0)), local(2011, 12, 30, 10, 0));
    assert_int_equal(zone_moment(&apia, local(2011, 12, 29, 23, 59)), local(2011, 12, 30, 9, 59));
}

static void local_time__that_occurs_twice__is_the_first(void **state)
{
    (void)state;
    struct zone york = zone_of("America/New_York"), howe = zone_of("Australia/Lord_Howe");
    /* 2024-11-03: 02:00 EDT is followed by 01:00 EST. */
    assert_int_equal(zone_moment(&york, local(2024, 11, 3, 0, 59)), local(2024, 11, 3, 4, 59));
    assert_int_equal(zone_moment(&york, local(2024, 11, 3, 1, 30)), local(2024, 11, 3, 5, 30));
    assert_int_equal(zone_moment(&york, local(2024, 11, 3, 2, 0)), local(2024, 11, 3, 7, 0));
    /* 2024-04-07: 02:00 +11 is followed by 01:30 +10:30. */
    assert_int_equal(zone_moment(&howe, local(2024, 4, 7, 1, 45)), local(2024, 4, 6, 14, 45));
    assert_int_equal(zone_moment(&howe, local(2024, 4, 7, 2, 0)), local(2024, 4, 6, 15, 30));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices),
        cmocka_unit_test(offsets__of_known_moments),
        cmocka_unit_test(offsets__far_beyond_the_table__follow_the_last_rules),
        cmocka_unit_test(offsets__are_those_of_the_system),
        cmocka_unit_test(tz__is_as_it_was),
        cmocka_unit_test(names__that_are_no_zones__are_refused),
        cmocka_unit_test(local_time__in_a_gap__has_the_offset_before),
        cmocka_unit_test(local_time__that_occurs_twice__is_the_first),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
