/* Goal: numbers with units mean what people write, and what is no such number is refused.
 * Method: tables of text and meaning. */
#include "settings_support.h"

#include "../../daemon/settings/notation.h"

#define REFUSED INT64_MIN
#define COUNT(table) (sizeof(table) / sizeof *(table))

struct integer_case { const char *text; int64_t value; };

static void check_integers(bool (*read)(const char *, int64_t *), const struct integer_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t value = REFUSED;
        bool right = read(cases[i].text, &value);
        if (right != (cases[i].value != REFUSED) || value != cases[i].value)
            fail_msg("`%s`: found %lld, expected %lld", cases[i].text, (long long)value, (long long)cases[i].value);
    }
}

static void durations(void **state)
{
    (void)state;
    static const struct integer_case cases[] = {
        {"0s", 0}, {"90s", 90}, {"5m", 300}, {"6h", 21600}, {"30d", 2592000}, {"2w", 1209600}, {"3652500d", INT64_C(315576000000)},
        {"3652501d", REFUSED}, {"99999999999999999999s", REFUSED}, {"999999999999999999w", REFUSED},
        {"30", REFUSED}, {"d", REFUSED}, {"", REFUSED}, {"-1d", REFUSED}, {"1.5h", REFUSED}, {"1 d", REFUSED}, {"1d ", REFUSED}, {"1D", REFUSED},
        {"1y", REFUSED}, {"1d12h", REFUSED}, {"100ms", REFUSED}, {"+1d", REFUSED},
    };
    check_integers(notation_seconds, cases, COUNT(cases));
    static const struct integer_case fine[] = {{"100ms", 100}, {"5s", 5000}, {"1h", 3600000}, {"ms", REFUSED}, {"5", REFUSED}};
    check_integers(notation_milliseconds, fine, COUNT(fine));
}

static void sizes(void **state)
{
    (void)state;
    static const struct integer_case cases[] = {
        {"0", 0}, {"1048576", 1048576}, {"512KiB", 524288}, {"1MiB", 1048576}, {"2GiB", INT64_C(2147483648)},
        {"1MB", REFUSED}, {"1 MiB", REFUSED}, {"1mib", REFUSED}, {"MiB", REFUSED}, {"-1", REFUSED}, {"999999999999999999GiB", REFUSED},
    };
    check_integers(notation_size, cases, COUNT(cases));
}

static void integers(void **state)
{
    (void)state;
    static const struct integer_case cases[] = {
        {"0", 0}, {"007", 7}, {"-5", -5}, {"", REFUSED}, {"-", REFUSED}, {"5x", REFUSED}, {"0x5", REFUSED}, {"1e3", REFUSED},
    };
    check_integers(notation_integer, cases, COUNT(cases));
}

static void times(void **state)
{
    (void)state;
    static const struct integer_case cases[] = {
        {"1970-01-01T00:00:00Z", 0}, {"2027-01-01T00:00:00+03:00", 1798750800}, {"2027-01-01t00:00:00z", 1798761600},
        {"2027-01-01 00:00:00.999-00:30", 1798763400}, {"1969-12-31T23:59:59.5Z", -1}, {"0001-01-01T00:00:00Z", -INT64_C(62135596800)},
        {"2016-12-31T23:59:60Z", 1483228800}, {"2024-02-29T00:00:00Z", 1709164800},
        {"2027-01-01", REFUSED}, {"2027-01-01T00:00:00", REFUSED}, {"2027-01-01T00:00Z", REFUSED}, {"2027-02-29T00:00:00Z", REFUSED},
        {"2027-13-01T00:00:00Z", REFUSED}, {"2027-00-01T00:00:00Z", REFUSED}, {"2027-01-00T00:00:00Z", REFUSED}, {"2027-01-01T24:00:00Z", REFUSED},
        {"2027-01-01T00:00:61Z", REFUSED}, {"2027-01-01T00:60:00Z", REFUSED}, {"2027-01-01T00:00:00.Z", REFUSED}, {"2027-01-01T00:00:00Zx", REFUSED},
        {"2027-01-01T00:00:00+3:00", REFUSED}, {"2027-01-01T00:00:00+0300", REFUSED}, {"0000-01-01T00:00:00Z", REFUSED}, {"", REFUSED},
    };
    check_integers(notation_time, cases, COUNT(cases));
}

static void shares_and_rates(void **state)
{
    (void)state;
    static const struct { const char *text; double value; } shares[] = {
        {"0", 0}, {"0.2", 0.2}, {"20%", 0.2}, {"1", 1}, {"100%", 1}, {"2.5%", 0.025},
        {"1.1", -1}, {"101%", -1}, {".5", -1}, {"1.", -1}, {"-0.1", -1}, {"1e-3", -1}, {"nan", -1}, {"20 %", -1}, {"", -1},
    };
    for (size_t i = 0; i < COUNT(shares); i++) {
        double value = -1;
        assert_int_equal(notation_fraction(shares[i].text, &value), shares[i].value >= 0);
        assert_true(value == shares[i].value);
    }
    double rate = 0;
    assert_true(notation_rate("2 per year", &rate) && rate == 2.0 / (365 * 86400));
    assert_true(notation_rate("0.5 per month", &rate) && rate == 0.5 / 2628000);
    assert_true(notation_rate("1 per week", &rate) && rate == 1.0 / 604800);
    assert_true(notation_rate("3 per day", &rate) && rate == 3.0 / 86400);
    static const char *const wrong[] = {"2", "2 per", "0 per year", "two per year", "2 per years", "2/year", ""};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(notation_rate(wrong[i], &rate));
}

static void hours_and_days(void **state)
{
    (void)state;
    static const struct { const char *text; int weekdays, from_s, to_s; } hours[] = {
        {"mon-fri 09:00-19:00", 0x1F, 32400, 68400}, {"sat,sun 10:00-24:00", 0x60, 36000, 86400}, {"fri-mon 00:00-00:30", 0x71, 0, 1800},
        {"08:30-09:00", 0x7F, 30600, 32400}, {"mon 00:00-24:00", 0x01, 0, 86400}, {"mon,wed-thu 01:00-02:00", 0x0D, 3600, 7200},
    };
    for (size_t i = 0; i < COUNT(hours); i++) {
        struct hours found = {0};
        assert_true(notation_hours(hours[i].text, &found));
        assert_int_equal(found.weekdays, hours[i].weekdays);
        assert_int_equal(found.from_s, hours[i].from_s);
        assert_int_equal(found.to_s, hours[i].to_s);
    }
    static const char *const wrong_hours[] = {"mon-fri", "mon-fri 9:00-19:00", "mon-fri 19:00-09:00", "mon-fri 09:00-09:00", "mon-fri 09:00-24:01",
                                              "monday 09:00-19:00", "mon- 09:00-19:00", "mon, 09:00-19:00", "mon-fri 09:00-19:00 ", "Mon 09:00-19:00", ""};
    struct hours hour;
    for (size_t i = 0; i < COUNT(wrong_hours); i++)
        assert_false(notation_hours(wrong_hours[i], &hour));

    struct days days;
    assert_true(notation_days("2027-01-01..2027-01-08", &days) && days.from_day == 20819 && days.to_day == 20826);
    assert_true(notation_days("1970-01-01", &days) && days.from_day == 0 && days.to_day == 0);
    static const char *const wrong_days[] = {"2027-01-08..2027-01-01", "2027-02-29", "2027-1-1", "2027-01-01...2027-01-08", "2027-01-01..", "01.01.2027", ""};
    for (size_t i = 0; i < COUNT(wrong_days); i++)
        assert_false(notation_days(wrong_days[i], &days));
}

static void printing(void **state)
{
    (void)state;
    static const struct { int64_t seconds; const char *text; } cases[] = {
        {0, "0s"}, {59, "59s"}, {60, "1m"}, {90, "90s"}, {3600, "1h"}, {86400, "1d"}, {604800, "7d"}, {90000, "25h"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[32];
        assert_string_equal(notation_print_seconds(cases[i].seconds, text), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations), cmocka_unit_test(sizes), cmocka_unit_test(integers), cmocka_unit_test(times),
        cmocka_unit_test(shares_and_rates), cmocka_unit_test(hours_and_days), cmocka_unit_test(printing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
