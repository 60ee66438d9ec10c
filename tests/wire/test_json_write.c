/* Goal: numbers and texts stand in JSON as they are. Method: integers of every length beside printf's; texts of every length around a word of eight bytes,
 * with one character to be escaped at every place. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/wire/json_write.h"

static void check_integer(int64_t number)
{
    struct buffer out = {0};
    char expected[32];
    snprintf(expected, sizeof expected, "[%" PRId64 "]", number);
    buffer_char(&out, '[');
    json_integer(&out, number);
    buffer_text(&out, TEXT("]\0"));
    assert_string_equal(out.data, expected);
    free(out.data);
}

static void integers__as_printf_has_them(void **state)
{
    (void)state;
    check_integer(INT64_MIN);
    check_integer(INT64_MAX);
    for (int64_t power = 1;; power *= 10) {
        for (int64_t near = -11; near <= 11; near++) {
            check_integer(power + near);
            check_integer(-power - near);
        }
        if (power > INT64_MAX / 100)
            break;
    }
}

static void check_string(struct text text, size_t place, const char *escaped)
{
    struct buffer out = {0};
    char expected[64];
    snprintf(expected, sizeof expected, "\"%.*s%s%.*s\"", (int)place, text.data, escaped, (int)(text.length - place - 1), text.data + place + 1);
    json_string(&out, text);
    buffer_char(&out, '\0');
    assert_string_equal(out.data, expected);
    free(out.data);
}

static void strings__escaped_at_every_place(void **state)
{
    (void)state;
    static const struct { char c; const char *escaped; } characters[] = {
        {'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\t', "\\t"}, {'\b', "\\b"}, {'\f', "\\f"}, {'\r', "\\r"}, {1, "\\u0001"}, {31, "\\u001f"},
        {' ', " "}, {'!', "!"}, {'#', "#"}, {'[', "["}, {']', "]"}, {'/', "/"}, {127, "\x7F"}, {'\xD0', "\xD0"}, {'\xFF', "\xFF"},
    };
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
        for (size_t length = 1; length <= 20; length++)
            for (size_t place = 0; place < length; place++) {
                char text[21] = "abcdefghijklmnopqrst";
                text[place] = characters[i].c;
                check_string((struct text){text, length}, place, characters[i].escaped);
            }
    struct buffer out = {0};
    json_string(&out, TEXT(""));
    assert_true(text_equal((struct text){out.data, out.length}, TEXT("\"\"")));
    free(out.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers__as_printf_has_them),
        cmocka_unit_test(strings__escaped_at_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
