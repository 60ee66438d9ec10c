/* Goal: command lines are understood as the table says, and what is wrong with one is said.
 * Method: argument lists and what becomes of them; standard error is not looked at. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/command/options.h"

enum { CONFIG, LAST, OPTION_COUNT };

static const struct option_row rows[] = {
    [CONFIG] = {"config", "FILE", "the configuration", OPTION_REQUIRED},
    [LAST] = {"last", NULL, "only the last", 0},
    [OPTION_COUNT] = {0},
};

static const struct option_row rows_with_operands[] = {
    {"config", "FILE", "the configuration", OPTION_REQUIRED | OPTION_OPERANDS},
    {"last", NULL, "only the last", 0},
    {0},
};

static int parse(const struct option_row *table, const char *const *arguments, const char **values, char **argv)
{
    int argc = 0;
    while (arguments[argc] != NULL) {
        argv[argc] = (char *)(uintptr_t)arguments[argc]; /* getopt_long only moves them about */
        argc++;
    }
    return options_parse(table, argc, argv, values);
}

#define PARSE(table, ...) parse(table, (const char *const[]){"replay", __VA_ARGS__, NULL}, values, argv)

static void options__are_read(void **state)
{
    (void)state;
    const char *values[OPTION_COUNT];
    char *argv[8];
    assert_int_equal(PARSE(rows, "--config", "a", "--last"), 4);
    assert_string_equal(values[CONFIG], "a");
    assert_non_null(values[LAST]);
    assert_int_equal(PARSE(rows, "--config=a", "--config=b"), 3);
    assert_string_equal(values[CONFIG], "b");
    assert_null(values[LAST]);
}

static void operands__may_stand_anywhere(void **state)
{
    (void)state;
    const char *values[OPTION_COUNT];
    char *argv[8];
    assert_int_equal(PARSE(rows_with_operands, "x", "--config", "a", "-", "--last", "y"), 4);
    assert_string_equal(argv[4], "x");
    assert_string_equal(argv[5], "-");
    assert_string_equal(argv[6], "y");
    assert_int_equal(PARSE(rows_with_operands, "--config", "a", "--", "--last"), 4);
    assert_null(values[LAST]);
}

static void what_the_table_does_not_have__is_refused(void **state)
{
    (void)state;
    const char *values[OPTION_COUNT];
    char *argv[8];
    assert_int_equal(PARSE(rows, "--last"), -1);
    assert_int_equal(PARSE(rows, "--config"), -1);
    assert_int_equal(PARSE(rows, "--config", "a", "--lost"), -1);
    assert_int_equal(PARSE(rows, "--config", "a", "--last=1"), -1);
    assert_int_equal(PARSE(rows, "--config", "a", "-x"), -1);
    assert_int_equal(PARSE(rows, "--config", "a", "operand"), -1);
}

static void integers(void **state)
{
    (void)state;
    int64_t number = 0;
    assert_true(options_integer("test", &rows[0], "10", 1, 10, &number));
    assert_int_equal(number, 10);
    assert_true(options_integer("test", &rows[0], "-5", -9, 10, &number));
    static const char *const wrong[] = {"", "11", "0", "1.5", "1e1", " 1", "1 ", "99999999999999999999", "0x1", "--1", "-"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(options_integer("test", &rows[0], wrong[i], 1, 10, &number));
}

static void moments__a_day_is_its_midnight(void **state)
{
    (void)state;
    int64_t moment = 0;
    struct zone_change moscow = {0, 10800};
    struct zone zone = {.name = "Europe/Moscow", .change_count = 1, .changes = &moscow, .end = INT64_MAX, .slice_s = 3600};
    assert_true(options_moment("test", &rows[0], "2024-03-31", &zone, &moment));
    assert_int_equal(moment, 1711843200 - 10800);
    assert_true(options_moment("test", &rows[0], "2024-03-31T23:59:00+03:00", &zone, &moment));
    assert_int_equal(moment, 1711918740);
    assert_true(options_moment("test", &rows[0], "1711843200", &zone, &moment)); /* ten characters, too */
    assert_int_equal(moment, 1711843200);
    static const char *const wrong[] = {"", "2024-02-30", "2024-3-31", "31.03.2024", "yesterday", "2024-03-31 ", "2024-03"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(options_moment("test", &rows[0], wrong[i], &zone, &moment));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options__are_read),
        cmocka_unit_test(operands__may_stand_anywhere),
        cmocka_unit_test(what_the_table_does_not_have__is_refused),
        cmocka_unit_test(integers),
        cmocka_unit_test(moments__a_day_is_its_midnight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
