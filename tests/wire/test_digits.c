/* Goal: a hash is 16 digits, and nothing but 16 digits is a hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/wire/digits.h"

static void a_hash__comes_back_from_its_digits(void **state)
{
    (void)state;
    static const struct { uint64_t hash; const char *text; } rows[] = {
        {0, "0000000000000000"}, {0x1f, "000000000000001f"}, {UINT64_MAX, "ffffffffffffffff"}, {UINT64_C(0x8000000000000001), "8000000000000001"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t hash = 7;
        assert_string_equal(digits_of(rows[i].hash).text, rows[i].text);
        assert_true(digits_read(text_of(rows[i].text), &hash));
        assert_int_equal(hash, rows[i].hash);
    }
}

static void what_is_not_sixteen_digits__is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {NULL, "", "1f", "00000000000000001", "000000000000000G", "000000000000001F", "0x00000000000001", "-000000000000001", " 00000000000001f"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint64_t hash = 7;
        assert_false(digits_read(text_of(texts[i]), &hash));
        assert_int_equal(hash, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash__comes_back_from_its_digits),
        cmocka_unit_test(what_is_not_sixteen_digits__is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
