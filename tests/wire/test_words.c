/* Goal: what looks at many bytes at once sees what a look at each by itself would. Method: random bytes from a printed seed, most of them such that matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/wire/json_special.h"
#include "../../daemon/wire/utf8.h"
#include "../../daemon/wire/words.h"
#include "../core/random_support.h"

static void fill(struct random *random, char *bytes, int count, const char *favourites, int favourite_count)
{
    for (int i = 0; i < count; i++)
        bytes[i] = random_one_in(random, 3) ? (char)random_below(random, 256) : favourites[random_below(random, favourite_count)];
}

static void json_special__every_byte_as_by_itself(void **state)
{
    (void)state;
    struct random random = {random_seed()};
    print_message("SEED=%llu\n", (unsigned long long)random.state);
    for (int round = 0; round < random_rounds(20000); round++) {
        char bytes[JSON_BLOCK];
        uint64_t expected = 0;
        fill(&random, bytes, JSON_BLOCK, "abc \x7F!#[]\x20\x1F\"\\\x80", 13);
        for (int i = 0; i < JSON_BLOCK; i++) {
            unsigned char c = (unsigned char)bytes[i];
            expected |= (uint64_t)(c == '"' || c == '\\' || c < 0x20 || c >= 0x80) << i;
        }
        assert_int_equal(json_special(bytes), expected);
        assert_int_equal(json_special_words(bytes), expected);
    }
}

static void digits__are_told_from_the_rest(void **state)
{
    (void)state;
    struct random random = {random_seed()};
    print_message("SEED=%llu\n", (unsigned long long)random.state);
    for (int round = 0; round < random_rounds(20000); round++) {
        char bytes[8];
        fill(&random, bytes, 8, "0123456789/:\xB0\xB9", 14);
        uint64_t marks = word_not_digits(word_load(bytes));
        size_t first = 8;
        for (size_t i = 8; i-- > 0;) {
            bool digit = bytes[i] >= '0' && bytes[i] <= '9';
            assert_int_equal(marks >> 8 * i & 0xFF, digit ? 0 : 0x80);
            first = digit ? first : i;
        }
        if (marks != 0)
            assert_int_equal(word_first(marks), first);
    }
}

static void number__of_some_digits(void **state)
{
    (void)state;
    struct random random = {random_seed()};
    print_message("SEED=%llu\n", (unsigned long long)random.state);
    for (int round = 0; round < random_rounds(20000); round++) {
        char bytes[8];
        uint32_t expected = 0;
        size_t count = (size_t)random_below(&random, 8) + 1;
        fill(&random, bytes, 8, "0123456789", 10);
        for (size_t i = 0; i < count; i++) {
            bytes[i] = (char)('0' + random_below(&random, 10));
            expected = expected * 10 + (uint32_t)(bytes[i] - '0');
        }
        assert_int_equal(word_number(word_load(bytes), count), expected);
        assert_int_equal(word_number(word_load_some(bytes, count), count), expected);
    }
}

/* Pieces of text, well-formed or nearly so. */
static void utf8_skip__as_sequence_by_sequence(void **state)
{
    (void)state;
    static const char *const pieces[] = {"ж", "ж", "Ж", "é", "\xC2\x80", "\xDF\xBF", "€", "\xF0\x9F\x98\x80", "\xC0\x80", "\xC1\xBF", "\xD0", "\x80", "\xD0\xD0", "a", "\xE0\x9F\xBF"};
    struct random random = {random_seed()};
    print_message("SEED=%llu\n", (unsigned long long)random.state);
    for (int round = 0; round < random_rounds(50000); round++) {
        char text[64];
        size_t length = 0, expected = 0;
        for (int i = random_below(&random, 12); i > 0; i--) {
            const char *piece = pieces[random_below(&random, random_one_in(&random, 2) ? 15 : 6)];
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
        }
        while (expected < length && (unsigned char)text[expected] >= 0x80) {
            size_t sequence = utf8_sequence(text + expected, length - expected);
            if (sequence == 0)
                break;
            expected += sequence;
        }
        assert_int_equal(utf8_skip(text, text + length) - text, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_special__every_byte_as_by_itself),
        cmocka_unit_test(digits__are_told_from_the_rest),
        cmocka_unit_test(number__of_some_digits),
        cmocka_unit_test(utf8_skip__as_sequence_by_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
