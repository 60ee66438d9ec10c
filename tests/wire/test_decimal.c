/* Goal: amounts and scores are exact, whatever the exponent or the number of digits. Method: tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/wire/decimal.h"

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define NONE INT64_MIN

struct row { const char *text; int64_t expected; };

static void amount__in_hundredths_half_away_from_zero(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0", 0},                                {"-0", 0},                      {"0.00", 0},                      {"12", 1200},
        {"12.3", 1230},                          {"12.34", 1234},                {"12.344", 1234},                 {"12.345", 1235},
        {"-12.345", -1235},                      {"-12.344", -1234},             {"12.3449999999999999", 1234},    {"0.005", 1},
        {"0.004", 0},                            {"-0.005", -1},                 {"-0.004", 0},                    {"0.0049999", 0},
        {"0.05", 5},                             {"0.5", 50},                    {"0.995", 100},                   {"9.995", 1000},
        {"1.005", 101},                          {"2.675", 268},                 {"1e3", 100000},                  {"1E3", 100000},
        {"1e+3", 100000},                        {"1e-2", 1},                    {"5e-3", 1},                      {"4e-3", 0},
        {"1.5e1", 1500},                         {"123.456e-1", 1235},           {"123.456e2", 1234560},           {"1e-400", 0},
        {"0e400", 0},                            {"0.000e99999999999999999999", 0}, {"1e-99999999999999999999", 0},
        {"92233720368547758.07", INT64_MAX},     {"92233720368547758.074", INT64_MAX}, {"92233720368547758.075", NONE}, {"92233720368547758.08", NONE},
        {"-92233720368547758.07", -INT64_MAX},   {"-92233720368547758.08", NONE}, {"99999999999999999.99", NONE},  {"100000000000000000", NONE},
        {"1e17", NONE},                          {"1e999999999999999999999999", NONE}, {"0.00000000000000000001e20", 100},
        {"10000000000000000000000e-20", 10000},  {"000", NONE},                  {"01", NONE},                     {"-01", NONE},
        {"", NONE},                              {"-", NONE},                    {"+1", NONE},                     {"1.", NONE},
        {".1", NONE},                            {"1.e1", NONE},                 {"1e", NONE},                     {"1e+", NONE},
        {"1,5", NONE},                           {"1 ", NONE},                   {" 1", NONE},                     {"1 000", NONE},
        {"0x1", NONE},                           {"Infinity", NONE},             {"1e1.5", NONE},                  {"--1", NONE},
        {"12.x", NONE},                          {"12.3x", NONE},                {"12.x3", NONE},                  {"12x34", NONE},
        {"12345678x", NONE},                     {"12345678.9x", NONE},          {"x", NONE},                      {"9.9.9", NONE},
    };
    for (int i = 0; i < COUNT_OF(rows); i++) {
        int64_t minor = NONE;
        bool read = decimal_amount(text_of(rows[i].text), &minor);
        if (minor != rows[i].expected)
            print_error("%s\n", rows[i].text);
        assert_int_equal(minor, rows[i].expected);
        assert_int_equal(read, rows[i].expected != NONE);
    }
}

static void score__an_integer_from_0_to_10(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0", 0},      {"-0", 0},     {"7", 7},       {"10", 10},    {"8.0", 8},     {"1e1", 10},  {"0.9e1", 9},    {"100e-1", 10}, {"1000e-2", 10},
        {"11", NONE},  {"-1", NONE},  {"8.5", NONE},  {"1e2", NONE}, {"1e-1", NONE}, {"ten", NONE}, {"", NONE},     {"10.000000001", NONE},
        {"1e999999999999999999999999", NONE},         {"0e999999999999999999999999", 0},
    };
    for (int i = 0; i < COUNT_OF(rows); i++) {
        int score = -1;
        bool read = decimal_score(text_of(rows[i].text), &score);
        if (read != (rows[i].expected != NONE))
            print_error("%s\n", rows[i].text);
        assert_int_equal(read, rows[i].expected != NONE);
        assert_int_equal(score, read ? rows[i].expected : -1);
    }
}

static void round__each_way(void **state)
{
    (void)state;
    static const struct { const char *text; int power; enum decimal_rounding rounding; int64_t expected; } rows[] = {
        {"1.9", 0, DECIMAL_FLOOR, 1},        {"-1.1", 0, DECIMAL_FLOOR, -2},   {"-1.0", 0, DECIMAL_FLOOR, -1},  {"-1e-30", 0, DECIMAL_FLOOR, -1},
        {"1999", -3, DECIMAL_FLOOR, 1},      {"-1001", -3, DECIMAL_FLOOR, -2}, {"1e-30", 0, DECIMAL_FLOOR, 0},  {"9", -3, DECIMAL_FLOOR, 0},
        {"0.4", 0, DECIMAL_HALF_AWAY, 0},    {"0.5", 0, DECIMAL_HALF_AWAY, 1}, {"0.05", 0, DECIMAL_HALF_AWAY, 0}, {"-0.5", 0, DECIMAL_HALF_AWAY, -1},
        {"1.5", 1, DECIMAL_EXACT, 15},       {"1.5", 0, DECIMAL_EXACT, NONE},  {"1500", -2, DECIMAL_EXACT, 15}, {"1500", -3, DECIMAL_EXACT, NONE},
        {"0", -50, DECIMAL_EXACT, 0},        {"9223372036854775807", 0, DECIMAL_EXACT, INT64_MAX}, {"9223372036854775808", 0, DECIMAL_EXACT, NONE},
        {"-9223372036854775807.5", 0, DECIMAL_FLOOR, NONE},
    };
    for (int i = 0; i < COUNT_OF(rows); i++) {
        struct decimal decimal;
        int64_t result = NONE;
        assert_true(decimal_read(text_of(rows[i].text), &decimal));
        bool rounded = decimal_round(&decimal, rows[i].power, rows[i].rounding, &result);
        if (result != rows[i].expected)
            print_error("%s\n", rows[i].text);
        assert_int_equal(result, rows[i].expected);
        assert_int_equal(rounded, rows[i].expected != NONE);
    }
}

/* Amounts as they mostly are written are read a shorter way: it must lead where the long one does, which an exponent of 0 enforces. */
static void amount__read_the_short_way_is_the_same(void **state)
{
    (void)state;
    static const char *const pieces[] = {"", "0", "1", "9", "00", "12", "100", "9999", "1234567", "12345678", "123456789", "123456789012", "99999999999999", "999999999999999", "9999999999999999"};
    for (int whole = 0; whole < COUNT_OF(pieces); whole++)
        for (int decimals = -1; decimals < COUNT_OF(pieces); decimals++) {
            char plain[64], exponent[80];
            snprintf(plain, sizeof plain, "%.20s%s%.20s", pieces[whole], decimals < 0 ? "" : ".", decimals < 0 ? "" : pieces[decimals]);
            snprintf(exponent, sizeof exponent, "%se0", plain);
            int64_t minor = NONE, expected = NONE;
            bool read = decimal_amount(text_of(plain), &minor);
            if (read != decimal_amount(text_of(exponent), &expected) || minor != expected)
                fail_msg("%s: %lld, with e0 %lld", plain, (long long)minor, (long long)expected);
        }
}

/* A million zeros that the exponent takes away again. */
static void long_text__is_exact(void **state)
{
    (void)state;
    enum { ZEROS = 1000000 };
    char *text = memory_new(ZEROS + 32);
    memset(text, '0', ZEROS + 2);
    text[0] = '1';
    memcpy(text + ZEROS + 1, "e-1000000", sizeof "e-1000000");
    int64_t minor;
    assert_true(decimal_amount(text_of(text), &minor));
    assert_int_equal(minor, 100);
    memcpy(text, "0.0", 3);
    memcpy(text + ZEROS + 1, "15e1000000", sizeof "15e1000000"); /* 15 behind 999999 zeros */
    assert_true(decimal_amount(text_of(text), &minor));
    assert_int_equal(minor, 150);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amount__in_hundredths_half_away_from_zero),
        cmocka_unit_test(score__an_integer_from_0_to_10),
        cmocka_unit_test(round__each_way),
        cmocka_unit_test(amount__read_the_short_way_is_the_same),
        cmocka_unit_test(long_text__is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
