/* Goal: figures read as people write them, in both languages.
 * Method: tables of values and texts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/wording/words.h"

#define NB "\u00a0"

static struct buffer buffer;

static const char *written(void)
{
    buffer_char(&buffer, '\0');
    buffer.length = 0;
    return buffer.data;
}

static void counts__have_the_right_form(void **state)
{
    (void)state;
    static const struct { int64_t count; enum grammar_case grammar_case; const char *russian, *english; } cases[] = {
        {0, CASE_NOMINATIVE, "0" NB "лидов", "0 leads"},   {1, CASE_NOMINATIVE, "1" NB "лид", "1 lead"},      {2, CASE_NOMINATIVE, "2" NB "лида", "2 leads"},
        {4, CASE_NOMINATIVE, "4" NB "лида", "4 leads"},    {5, CASE_NOMINATIVE, "5" NB "лидов", "5 leads"},   {11, CASE_NOMINATIVE, "11" NB "лидов", "11 leads"},
        {12, CASE_NOMINATIVE, "12" NB "лидов", "12 leads"}, {21, CASE_NOMINATIVE, "21" NB "лид", "21 leads"}, {111, CASE_NOMINATIVE, "111" NB "лидов", "111 leads"},
        {21, CASE_GENITIVE, "21" NB "лида", "21 leads"},   {22, CASE_GENITIVE, "22" NB "лидов", "22 leads"},  {1234567, CASE_GENITIVE, "1" NB "234" NB "567" NB "лидов", "1,234,567 leads"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_count(&buffer, LANGUAGE_RU, cases[i].count, NOUN_LEAD, cases[i].grammar_case);
        assert_string_equal(written(), cases[i].russian);
        words_count(&buffer, LANGUAGE_EN, cases[i].count, NOUN_LEAD, cases[i].grammar_case);
        assert_string_equal(written(), cases[i].english);
    }
    words_count(&buffer, LANGUAGE_RU, 1, words_lead(LEAD_WORD_DEAL), CASE_ACCUSATIVE);
    assert_string_equal(written(), "1" NB "сделку");
}

static void chances__are_never_said_to_be_none(void **state)
{
    (void)state;
    static const struct { double chance; const char *russian, *english; } cases[] = {
        {0.25, "25" NB "%", "25%"}, {0.0031, "0,3" NB "%", "0.3%"}, {0.001, "0,1" NB "%", "0.1%"}, {0.00001, "меньше" NB "0,1" NB "%", "under 0.1%"}, {0, "меньше" NB "0,1" NB "%", "under 0.1%"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_chance(&buffer, LANGUAGE_RU, cases[i].chance);
        assert_string_equal(written(), cases[i].russian);
        words_chance(&buffer, LANGUAGE_EN, cases[i].chance);
        assert_string_equal(written(), cases[i].english);
    }
}

static void durations__are_in_the_greatest_unit_that_divides_them(void **state)
{
    (void)state;
    static const struct { int64_t seconds; const char *russian, *english; } cases[] = {
        {0, "0" NB "секунд", "0 seconds"}, {90, "90" NB "секунд", "90 seconds"}, {60, "1" NB "минуту", "1 minute"}, {3600, "1" NB "час", "1 hour"}, {7200, "2" NB "часа", "2 hours"},
        {86400, "1" NB "день", "1 day"}, {7 * 86400, "7" NB "дней", "7 days"}, {90 * 86400 + 3600, "2" NB "161" NB "час", "2,161 hours"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_duration(&buffer, LANGUAGE_RU, cases[i].seconds, CASE_ACCUSATIVE);
        assert_string_equal(written(), cases[i].russian);
        words_duration(&buffer, LANGUAGE_EN, cases[i].seconds, CASE_ACCUSATIVE);
        assert_string_equal(written(), cases[i].english);
    }
}

static void windows__have_names(void **state)
{
    (void)state;
    static const struct { const char *window, *russian, *english; } cases[] = {
        {"week", "за эту неделю", "this week"}, {"rolling-7d", "за 7" NB "дней", "over 7 days"}, {"rolling-2w", "за 14" NB "дней", "over 14 days"}, {"rolling-1h", "за 1" NB "час", "over 1 hour"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_over_window(&buffer, LANGUAGE_RU, cases[i].window);
        assert_string_equal(written(), cases[i].russian);
        words_over_window(&buffer, LANGUAGE_EN, cases[i].window);
        assert_string_equal(written(), cases[i].english);
    }
}

static void moments__are_local_with_the_year_where_it_is_another(void **state)
{
    (void)state;
    struct zone_change change = {INT64_MIN, 3 * 3600};
    const struct zone zone = {.name = "Europe/Moscow", .change_count = 1, .changes = &change, .end = INT64_MAX, .slice_s = 3600};
    enum { MARCH_14 = 1710417600 /* 2024-03-14T12:00:00Z */, YEAR_LATER = MARCH_14 + 366 * 86400 };
    words_moment(&buffer, LANGUAGE_RU, &zone, MARCH_14, MARCH_14);
    assert_string_equal(written(), "14" NB "марта, 15:00");
    words_moment(&buffer, LANGUAGE_EN, &zone, MARCH_14, YEAR_LATER);
    assert_string_equal(written(), "14 March 2024, 15:00");
    words_day(&buffer, LANGUAGE_RU, &zone, MARCH_14 + 10 * 3600, MARCH_14); /* past midnight there */
    assert_string_equal(written(), "15" NB "марта");
}

static int free_buffer(void **state)
{
    (void)state;
    free(buffer.data);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts__have_the_right_form),
        cmocka_unit_test(chances__are_never_said_to_be_none),
        cmocka_unit_test(durations__are_in_the_greatest_unit_that_divides_them),
        cmocka_unit_test(windows__have_names),
        cmocka_unit_test(moments__are_local_with_the_year_where_it_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, free_buffer);
}
