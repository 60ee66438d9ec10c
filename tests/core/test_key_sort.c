/* Goal: items come out in order of key, those of one key as they came, whatever digits the keys differ in.
 * Method: random keys under masks that leave one digit, two or all; each item knows its place; both ways of sorting. A failure names its seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/key_sort.h"
#include "random_support.h"

struct item { uint32_t key, place; };

static void expect_order(const struct item *sorted, size_t count, const struct item *came, uint32_t mask)
{
    for (size_t i = 0; i < count; i++) {
        bool after = i == 0 || sorted[i - 1].key < sorted[i].key || (sorted[i - 1].key == sorted[i].key && sorted[i - 1].place < sorted[i].place);
        if (!after || sorted[i].place >= count || came[sorted[i].place].key != sorted[i].key)
            fail_msg("mask %08x, %zu items: not in order at %zu", mask, count, i);
    }
}

static void items_are_in_order_of_key(void **state)
{
    (void)state;
    enum { MOST = 700 };
    static const uint32_t masks[] = {0, 0xff, 0xff00, 0xff0000, 0xff000000, 0xff00ff, 0x30303, UINT32_MAX};
    static const size_t counts[] = {1, 2, KEY_SORT_FEW, KEY_SORT_FEW + 1, MOST};
    struct random random = {random_seed()};
    struct item came[MOST], items[MOST], other[MOST];
    for (size_t m = 0; m < sizeof masks / sizeof *masks; m++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            struct key_digits digits = {0};
            for (uint32_t i = 0; i < counts[c]; i++) {
                came[i] = (struct item){(uint32_t)random_next(&random) & masks[m], i};
                key_digits_count(&digits, came[i].key);
            }
            memcpy(items, came, sizeof items);
            key_sort_few(items, counts[c]);
            expect_order(items, counts[c], came, masks[m]);
            memcpy(items, came, sizeof items);
            expect_order(key_sort_many(items, other, counts[c], &digits), counts[c], came, masks[m]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(items_are_in_order_of_key)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
