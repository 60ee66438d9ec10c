/* Goal: times in every form that formats, "Input in detail", names, and none beside them. Method: tables; moments there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/wire/moment.h"

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define NO_TIME INT64_MIN

struct row { const char *text; int64_t expected; };

static const struct zone *utc(void)
{
    static struct zone_change changes[] = {{INT64_MIN, 0}};
    static const struct zone zone = {.name = "UTC", .change_count = 1, .changes = changes, .end = INT64_MAX, .slice_s = 3600};
    return &zone;
}

/* +01:00, from 2024-03-31T01:00Z +02:00, from 2024-10-27T01:00Z +01:00 again; before 1900 +00:53:28. */
static const struct zone *berlin_2024(void)
{
    static struct zone_change changes[] = {{INT64_MIN, 3208}, {-2208988800, 3600}, {1711846800, 7200}, {1729990800, 3600}};
    static const struct zone zone = {.name = "Test/Berlin", .change_count = 4, .changes = changes, .end = INT64_MAX, .slice_s = 3600};
    return &zone;
}

/* By itself, and twice by a reader that has read the rows before. */
static void check(const struct row *rows, int count, const struct zone *local)
{
    struct moment_reader reader = {.local = local};
    for (int i = 0; i < count; i++) {
        int64_t moment = NO_TIME, by_reader = NO_TIME;
        bool read = moment_from_text(text_of(rows[i].text), local, &moment);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(moment_read(&reader, text_of(rows[i].text), &by_reader), read);
            assert_int_equal(by_reader, moment);
        }
        if (read != (rows[i].expected != NO_TIME) || moment != rows[i].expected)
            print_error("%s is %lld, not %lld\n", rows[i].text, (long long)moment, (long long)rows[i].expected);
        assert_int_equal(moment, rows[i].expected);
        assert_int_equal(read, rows[i].expected != NO_TIME);
    }
}

static void rfc3339__is_read(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"1970-01-01T00:00:00Z",                    0},
        {"2024-02-29T12:00:00Z",                    1709208000},
        {"2024-02-29t12:00:00z",                    1709208000},
        {"2024-02-29 12:00:00Z",                    1709208000},
        {"2024-02-29T12:00:00+00:00",               1709208000},
        {"2024-02-29T12:00:00-00:00",               1709208000},
        {"2024-02-29T15:00:00+03:00",               1709208000},
        {"2024-02-29T02:30:00-09:30",               1709208000},
        {"2024-02-29T12:00:00.999Z",                1709208000},
        {"2024-02-29T12:00:00.999999999999999999Z", 1709208000},
        {"1969-12-31T23:59:59.9Z",                  -1},
        {"2016-12-31T23:59:60Z",                    1483228800},
        {"2016-12-31T10:20:60.5Z",                  1483179660},
        {"2000-02-29T00:00:00Z",                    951782400},
        {"0001-01-01T00:00:00Z",                    TIME_LEAST},
        {"0000-12-31T23:00:00-01:00",               TIME_LEAST},
        {"0001-01-01T00:59:59+01:00",               NO_TIME},
        {"9999-12-31T23:59:59Z",                    TIME_GREATEST},
        {"9999-12-31T23:59:60Z",                    NO_TIME},
        {"9999-12-31T23:59:59-00:01",               NO_TIME},
    };
    check(rows, COUNT_OF(rows), NULL);
}

static void anything_else__is_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"",                            NO_TIME}, {"x",                           NO_TIME},
        {"2024-02-29",                  NO_TIME}, {"2024-02-29T12:00Z",           NO_TIME},
        {"2024-02-29T12:00:00",         NO_TIME}, {"2024-02-29T12:00:00.Z",       NO_TIME},
        {"2024-02-29T12:00:00,5Z",      NO_TIME}, {"2024-02-29T12:00:00+03",      NO_TIME},
        {"2024-02-29T12:00:00+0300",    NO_TIME}, {"2024-02-29T12:00:00+24:00",   NO_TIME},
        {"2024-02-29T12:00:00+03:60",   NO_TIME}, {"2024-02-29T12:00:00 Z",       NO_TIME},
        {"2024-02-29T12:00:00ZZ",       NO_TIME}, {" 2024-02-29T12:00:00Z",       NO_TIME},
        {"2023-02-29T12:00:00Z",        NO_TIME}, {"1900-02-29T12:00:00Z",        NO_TIME},
        {"2024-04-31T12:00:00Z",        NO_TIME}, {"2024-00-10T12:00:00Z",        NO_TIME},
        {"2024-13-10T12:00:00Z",        NO_TIME}, {"2024-01-00T12:00:00Z",        NO_TIME},
        {"2024-01-32T12:00:00Z",        NO_TIME}, {"2024-01-10T24:00:00Z",        NO_TIME},
        {"2024-01-10T12:60:00Z",        NO_TIME}, {"2024-01-10T12:00:61Z",        NO_TIME},
        {"2024/01/10T12:00:00Z",        NO_TIME}, {"2024-01-10_12:00:00Z",        NO_TIME},
        {"+2024-01-10T12:00:00Z",       NO_TIME}, {"2024-1-010T12:00:00Z",        NO_TIME},
        {"20x4-01-10T12:00:00Z",        NO_TIME}, {"-024-01-10T12:00:00Z",        NO_TIME},
    };
    check(rows, COUNT_OF(rows), NULL);
    check(rows, 3, utc());
}

static void number__unit_by_magnitude(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0",                        0},
        {"-0",                       0},
        {"-0.0",                     0},
        {"1",                        1},
        {"1.999",                    1},
        {"-1.001",                   -2},
        {"-1",                       -1},
        {"1e-9",                     0},
        {"-1e-999999999999999999999", -1},
        {"1.7e9",                    1700000000},
        {"17E+8",                    1700000000},
        {"99999999999",              99999999999},      /* seconds: the year 5138 */
        {"99999999999.9",            99999999999},
        {"100000000000",             100000000},        /* milliseconds: 1973 */
        {"1e11",                     100000000},
        {"-100000000000",            -100000000},
        {"-100000000001",            -100000001},
        {"1700000000999",            1700000000},
        {"1700000000999.9",          1700000000},
        {"99999999999999",           99999999999},
        {"100000000000000",          100000000},        /* microseconds */
        {"1700000000999999",         1700000000},
        {"99999999999999999",        99999999999},
        {"100000000000000000",       100000000},        /* nanoseconds */
        {"1700000000999999999",      1700000000},
        {"253402300799999999999",    TIME_GREATEST},
        {"253402300800000000000",    NO_TIME},
        {"-62135596800",             TIME_LEAST},
        {"-62135596801",             NO_TIME},
        {"-62135596800.5",           NO_TIME},
        {"1e400",                    NO_TIME},
        {"1e99999999999999999999",   NO_TIME},
        {"0e99999999999999999999",   0},
        {"0.0000000000000000000017e30", 1700000000},
        {"01",                       NO_TIME},
        {"+1",                       NO_TIME},
        {"1.",                       NO_TIME},
        {".5",                       NO_TIME},
        {"1e",                       NO_TIME},
        {"0x10",                     NO_TIME},
        {" 1",                       NO_TIME},
        {"1 ",                       NO_TIME},
        {"NaN",                      NO_TIME},
        {"123e-5",                   0},
        {"123e-0000000000000000005", 0},
    };
    check(rows, COUNT_OF(rows), NULL);
}

static void local_time__in_the_zone(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"2024-01-15T12:00:00",     1705316400},
        {"2024-07-15T12:00:00",     1721037600},
        {"2024-07-15T12:00:00.75",  1721037600},
        {"2024-07-15T12:00:00Z",    1721044800},
        {"2024-10-27T02:30:00",     1729989000},  /* twice: the first */
        {"2024-10-27T03:00:00",     1729994400},
        {"2024-03-31T02:30:00",     1711848600},  /* never: the offset before the change, 03:30 summer time */
        {"2024-03-31T01:59:60",     1711846800},  /* second 0 of 02:00, which does not occur either */
        {"2024-07-15",              NO_TIME},
        {"2024-07-15T12:00:00+",    NO_TIME},
    };
    check(rows, COUNT_OF(rows), berlin_2024());
}

static void format__names_the_moment_exactly(void **state)
{
    (void)state;
    static const struct { int64_t moment; const char *utc, *berlin; } rows[] = {
        {0,             "1970-01-01T00:00:00+00:00", "1970-01-01T01:00:00+01:00"},
        {-1,            "1969-12-31T23:59:59+00:00", "1970-01-01T00:59:59+01:00"},
        {1709208000,    "2024-02-29T12:00:00+00:00", "2024-02-29T13:00:00+01:00"},
        {1711846799,    "2024-03-31T00:59:59+00:00", "2024-03-31T01:59:59+01:00"},
        {1711846800,    "2024-03-31T01:00:00+00:00", "2024-03-31T03:00:00+02:00"},
        {TIME_LEAST,    "0001-01-01T00:00:00+00:00", "0001-01-01T00:53:00+00:53"}, /* +00:53:28, cut to minutes */
        {TIME_GREATEST, "9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59+00:00"}, /* would be the year 10000 */
    };
    for (int i = 0; i < COUNT_OF(rows); i++) {
        char text[MOMENT_TEXT_SIZE];
        assert_int_equal(moment_format(utc(), rows[i].moment, text), MOMENT_LENGTH);
        assert_string_equal(text, rows[i].utc);
        moment_format(berlin_2024(), rows[i].moment, text);
        assert_string_equal(text, rows[i].berlin);
        int64_t back;
        assert_true(moment_from_text(text_of(text), NULL, &back));
        assert_int_equal(back, rows[i].moment);
    }
}

static void format__west_of_utc(void **state)
{
    (void)state;
    static struct zone_change changes[] = {{INT64_MIN, -34200}};
    const struct zone marquesas = {.name = "Pacific/Marquesas", .change_count = 1, .changes = changes, .end = INT64_MAX, .slice_s = 1800};
    char text[MOMENT_TEXT_SIZE];
    moment_format(&marquesas, 0, text);
    assert_string_equal(text, "1969-12-31T14:30:00-09:30");
    moment_format(&marquesas, TIME_LEAST, text);
    assert_string_equal(text, "0000-12-31T14:30:00-09:30");
    int64_t back;
    assert_true(moment_from_text(text_of(text), NULL, &back));
    assert_int_equal(back, TIME_LEAST);
}

static void format__of_a_window_that_holds_the_first_or_last_moment(void **state)
{
    (void)state;
    char text[MOMENT_TEXT_SIZE];
    moment_format(utc(), TIME_GREATEST + 1, text);
    assert_string_equal(text, "10000-01-01T00:00:00+00:00");
    moment_format(utc(), TIME_LEAST - 366 * 86400, text);
    assert_string_equal(text, "0000-01-01T00:00:00+00:00");
    moment_format(utc(), TIME_LEAST - 367 * 86400, text);
    assert_string_equal(text, "-001-12-31T00:00:00+00:00");
    assert_true(moment_format(utc(), INT64_MIN / 2, text) < MOMENT_TEXT_SIZE);
    assert_true(moment_format(utc(), INT64_MAX / 2, text) < MOMENT_TEXT_SIZE);
}

/* Every day of 400 years: its date is the one after the day before's. */
static void every_day__there_and_back(void **state)
{
    (void)state;
    char text[MOMENT_TEXT_SIZE];
    struct moment_reader reader = {.local = NULL};
    for (int64_t moment = 0; moment < INT64_C(146097) * 86400; moment += 86400) {
        int64_t back;
        moment_format(utc(), moment, text);
        assert_true(moment_from_text(text_of(text), NULL, &back));
        assert_int_equal(back, moment);
        assert_true(moment_read(&reader, text_of(text), &back));
        assert_int_equal(back, moment);
    }
    assert_string_equal(text, "2369-12-31T00:00:00+00:00");
}

/* A reader that has read nothing remembers no day. */
static void day_of_nul_bytes__refused(void **state)
{
    (void)state;
    static const char text[] = "\0\0\0\0\0\0\0\0\0\0T12:00:00Z";
    int64_t moment;
    assert_false(moment_from_text(TEXT(text), NULL, &moment));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc3339__is_read),
        cmocka_unit_test(anything_else__is_refused),
        cmocka_unit_test(number__unit_by_magnitude),
        cmocka_unit_test(local_time__in_the_zone),
        cmocka_unit_test(format__names_the_moment_exactly),
        cmocka_unit_test(format__west_of_utc),
        cmocka_unit_test(format__of_a_window_that_holds_the_first_or_last_moment),
        cmocka_unit_test(every_day__there_and_back),
        cmocka_unit_test(day_of_nul_bytes__refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
