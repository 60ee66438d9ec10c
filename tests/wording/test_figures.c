/* Goal: figures read as people write them. Method: tables of what goes in and what comes out, in both languages (spaces are no-break ones). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/wording/figures.h"

/* The buffer's text with plain spaces; emptied. */
static const char *said(struct buffer *out)
{
    static char text[256];
    size_t length = 0;
    for (size_t i = 0; i < out->length && length + 1 < sizeof text; i++) {
        bool space = i + 1 < out->length && out->data[i] == '\xc2' && out->data[i + 1] == '\xa0';
        text[length++] = space ? ' ' : out->data[i];
        i += space;
    }
    text[length] = '\0';
    free(out->data);
    *out = (struct buffer){0};
    return text;
}

static void numbers__have_their_languages_marks(void **state)
{
    (void)state;
    static const struct { double value; int decimals; const char *ru, *en; } rows[] = {
        {0, 0, "0", "0"},          {7, 0, "7", "7"},           {999, 0, "999", "999"},       {1000, 0, "1 000", "1,000"}, {1234567.8, 0, "1 234 568", "1,234,568"},
        {0.911, 1, "0,9", "0.9"},  {2.0, 1, "2", "2"},         {-12.5, 1, "−12,5", "-12.5"}, {-0.01, 1, "0", "0"},         {1234.5, 2, "1 234,5", "1,234.5"},
    };
    struct buffer out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        figures_number(&out, LANGUAGE_RU, rows[i].value, rows[i].decimals);
        assert_string_equal(said(&out), rows[i].ru);
        figures_number(&out, LANGUAGE_EN, rows[i].value, rows[i].decimals);
        assert_string_equal(said(&out), rows[i].en);
    }
}

static void shares__are_percent(void **state)
{
    (void)state;
    static const struct { double share; const char *ru, *en; } rows[] = {
        {0, "0 %", "0%"}, {0.5, "50 %", "50%"}, {0.8333, "83 %", "83%"}, {0.05, "5 %", "5%"}, {0.0526, "5,3 %", "5.3%"}, {0.0999, "10 %", "10%"}, {1.25, "125 %", "125%"}, {NAN, "—", "—"},
    };
    struct buffer out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        figures_percent(&out, LANGUAGE_RU, rows[i].share);
        assert_string_equal(said(&out), rows[i].ru);
        figures_percent(&out, LANGUAGE_EN, rows[i].share);
        assert_string_equal(said(&out), rows[i].en);
    }
}

static void money__is_round(void **state)
{
    (void)state;
    static const struct { double amount; const char *currency, *ru, *en; } rows[] = {
        {136652.71, "RUB", "137 тыс. ₽", "₽137k"}, {450000, "RUB", "450 тыс. ₽", "₽450k"}, {999.4, "USD", "999 $", "$999"}, {999.6, "USD", "1 тыс. $", "$1k"},
        {1500, "", "1,5 тыс.", "1.5k"},            {12.3e6, "CHF", "12 млн CHF", "12m CHF"}, {2.34e9, "EUR", "2,3 млрд €", "€2.3bn"}, {0, "RUB", "0 ₽", "₽0"},
    };
    struct buffer out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        figures_money(&out, LANGUAGE_RU, rows[i].amount, rows[i].currency);
        assert_string_equal(said(&out), rows[i].ru);
        figures_money(&out, LANGUAGE_EN, rows[i].amount, rows[i].currency);
        assert_string_equal(said(&out), rows[i].en);
    }
}

static void plurals__follow_the_number_shown(void **state)
{
    (void)state;
    static const struct plural deals = {"сделка", "сделки", "сделок"}, leads = {"lead", NULL, "leads"};
    static const struct { double count; int decimals; const char *form; } rows[] = {
        {1, 0, "сделка"}, {2, 0, "сделки"}, {5, 0, "сделок"}, {11, 0, "сделок"}, {12, 0, "сделок"}, {21, 0, "сделка"}, {22, 0, "сделки"}, {111, 0, "сделок"}, {0.9, 1, "сделки"}, {0.9, 0, "сделка"}, {0, 0, "сделок"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(figures_plural(LANGUAGE_RU, rows[i].count, rows[i].decimals, &deals), rows[i].form);
    assert_string_equal(figures_plural(LANGUAGE_EN, 1, 0, &leads), "lead");
    assert_string_equal(figures_plural(LANGUAGE_EN, 0, 0, &leads), "leads");
    assert_string_equal(figures_plural(LANGUAGE_EN, 1.5, 1, &leads), "leads");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers__have_their_languages_marks), cmocka_unit_test(shares__are_percent),   cmocka_unit_test(money__is_round),
        cmocka_unit_test(plurals__follow_the_number_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
