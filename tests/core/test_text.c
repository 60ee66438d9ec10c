/* Goal: texts compare by their bytes, are counted by their characters, and do no harm where they are shown. Method: small tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/core/text.h"

static void order__is_that_of_the_bytes(void **state)
{
    (void)state;
    static const char *const ascending[] = {"", "A", "AB", "B", "a", "Я"};
    enum { COUNT = sizeof ascending / sizeof *ascending };
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < COUNT; j++) {
            int order = text_compare(text_of(ascending[i]), text_of(ascending[j]));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(text_equal(text_of(ascending[i]), text_of(ascending[j])), i == j);
        }
    assert_true(text_equal(text_of(NULL), TEXT("")));
}

static void characters__are_no_bytes(void **state)
{
    (void)state;
    assert_int_equal(text_characters(TEXT("Заявка")), 6);
    assert_int_equal(text_characters(TEXT("")), 0);
    assert_int_equal(text_characters(TEXT("№ 1 — ok")), 8);
}

static void what_is_shown__steers_no_terminal(void **state)
{
    (void)state;
    const struct text text = TEXT("a\x1b[2J\n\x7f\tЯ");
    char shown[32] = "";
    for (size_t i = 0; i < text.length; i++)
        shown[i] = text_shown(text.data[i]);
    assert_string_equal(shown, "a?[2J???Я");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order__is_that_of_the_bytes),
        cmocka_unit_test(characters__are_no_bytes),
        cmocka_unit_test(what_is_shown__steers_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
