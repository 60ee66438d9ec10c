/* Lines for operators: one a happening, whole, readable by logfmt parsers. Standard error is turned into a file for the time of a test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/host/operator_log.h"

static FILE *caught;
static int real_stderr;

static int catch_stderr(void **state)
{
    (void)state;
    caught = tmpfile();
    real_stderr = dup(STDERR_FILENO);
    return caught != NULL && dup2(fileno(caught), STDERR_FILENO) >= 0 ? 0 : -1;
}

static int release_stderr(void **state)
{
    (void)state;
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    fclose(caught);
    return 0;
}

/* The next line without its time, whose form is checked. */
static void expect_line(const char *expected)
{
    char line[4096];
    assert_non_null(fgets(line, sizeof line, caught));
    int year, month, day, hour, minute, second, millisecond, end = 0;
    assert_int_equal(sscanf(line, "ts=%4d-%2d-%2dT%2d:%2d:%2d.%3dZ %n", &year, &month, &day, &hour, &minute, &second, &millisecond, &end), 7);
    assert_int_equal(end, 28);
    assert_string_equal(line + end, expected);
}

static void expect_no_more(void)
{
    char line[16];
    assert_null(fgets(line, sizeof line, caught));
}

static void values_are_quoted_where_needed(void **state)
{
    (void)state;
    operator_log(OPERATOR_INFO, "lead.events/0@120", "starts at %d", 7);
    operator_log(OPERATOR_ERROR, "a \"chat\"", "two\nlines\t\\");
    operator_log(OPERATOR_WARN, "", "%s", "Заявка");
    operator_log_with(OPERATOR_INFO, "sales", (struct operator_field[]){{"leads", NULL, 12}, {"word", "no \"one\"", 0}, {0}}, "restored");
    rewind(caught);
    expect_line("level=info object=lead.events/0@120 msg=\"starts at 7\"\n");
    expect_line("level=error object=\"a \\\"chat\\\"\" msg=\"two\\nlines\\x09\\\\\"\n");
    expect_line("level=warn object=\"\" msg=\"Заявка\"\n");
    expect_line("level=info object=sales msg=\"restored\" leads=12 word=\"no \\\"one\\\"\"\n");
    expect_no_more();
}

static void trouble_is_said_once_and_when_it_is_over(void **state)
{
    (void)state;
    struct operator_trouble trouble = {0};
    operator_trouble_over(&trouble, "kafka", "back");
    for (int i = 0; i < 3; i++)
        operator_trouble_is(&trouble, "kafka", "away: %s", "refused");
    operator_trouble_over(&trouble, "kafka", "back");
    operator_trouble_over(&trouble, "kafka", "back");
    rewind(caught);
    expect_line("level=warn object=kafka msg=\"away: refused\"\n");
    expect_line("level=info object=kafka msg=\"back, after 0.0 s\"\n");
    expect_no_more();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_are_quoted_where_needed, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(trouble_is_said_once_and_when_it_is_over, catch_stderr, release_stderr),
    };
    return cmocka_run_group_tests_name("operator log", tests, NULL, NULL);
}
