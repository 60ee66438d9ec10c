/* Goal: a text keeps its number and a number its text, whatever comes after; the same of groups. Method: small cases and many texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/groups.h"
#include "../../daemon/core/names.h"
#include "story_support.h"

static void numbers__go_by_first_sight(void **state)
{
    (void)state;
    struct names *names = names_new(10);
    assert_int_equal(names_count(names), 1); /* the empty text */
    assert_int_equal(names_number(names, TEXT("")), 0);
    assert_int_equal(names_number(names, (struct text){NULL, 0}), 0);
    assert_int_equal(names_number(names, TEXT("Anna")), 1);
    assert_int_equal(names_number(names, TEXT("Boris")), 2);
    assert_int_equal(names_number(names, TEXT("Anna")), 1);
    assert_int_equal(names_number(names, TEXT("anna")), 3);
    assert_int_equal(names_number(names, TEXT("Ann")), 4);
    assert_int_equal(names_number(names, TEXT("A\0b")), 5);
    assert_int_equal(names_number(names, TEXT("A\0c")), 6);
    assert_int_equal(names_find(names, TEXT("anna")), 3);
    assert_int_equal(names_find(names, TEXT("A\0d")), NAMES_UNKNOWN);
    assert_int_equal(names_count(names), 7); /* looking makes none known */
    assert_true(text_equal(names_text(names, 2), TEXT("Boris")));
    assert_true(text_equal(names_text(names, 5), TEXT("A\0b")));
    names_free(names);
    names_free(NULL);
}

static void a_full_table__still_knows_what_it_has(void **state)
{
    (void)state;
    struct names *names = names_new(3);
    assert_int_equal(names_number(names, TEXT("a")), 1);
    assert_int_equal(names_number(names, TEXT("b")), 2);
    assert_int_equal(names_number(names, TEXT("c")), NAMES_FULL);
    assert_int_equal(names_number(names, TEXT("b")), 2);
    assert_int_equal(names_number(names, TEXT("")), 0);
    assert_int_equal(names_count(names), 3);
    names_free(names);
}

static void many_texts__keep_their_numbers_and_their_bytes(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct names *names = names_new(MANY + 1);
    char text[32];
    const char *first = NULL;
    for (uint32_t i = 1; i <= MANY; i++) {
        int length = snprintf(text, sizeof text, "text %u", i * 7919);
        assert_int_equal(names_number(names, (struct text){text, (size_t)length}), i);
        if (i == 1)
            first = names_text(names, 1).data;
    }
    assert_ptr_equal(names_text(names, 1).data, first); /* texts live as long as the table */
    for (uint32_t i = 1; i <= MANY; i++) {
        int length = snprintf(text, sizeof text, "text %u", i * 7919);
        assert_int_equal(names_number(names, (struct text){text, (size_t)length}), i);
        assert_true(text_equal(names_text(names, i), (struct text){text, (size_t)length}));
    }
    names_free(names);
}

static void texts__compare_by_bytes(void **state)
{
    (void)state;
    static const char *const ascending[] = {"", "A", "AB", "B", "a", "ab", "\xd0\x90", "\xff"};
    for (int i = 0; i < COUNT_OF(ascending); i++)
        for (int j = 0; j < COUNT_OF(ascending); j++) {
            int order = text_compare(text_of(ascending[i]), text_of(ascending[j]));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(text_equal(text_of(ascending[i]), text_of(ascending[j])), i == j);
        }
    assert_int_equal(text_of(NULL).length, 0);
}

static void groups__all_leads_of_a_funnel_come_first(void **state)
{
    (void)state;
    struct groups *groups = groups_new(3);
    assert_int_equal(groups_number(groups, &(struct group){.funnel = 1, .breakdown = -1}), 1);
    struct group by_two = {.funnel = 1, .breakdown = 0, .value_count = 2, .values = {5, 6}}, turned = by_two, other_funnel = by_two, other_breakdown = by_two;
    turned.values[0] = 6, turned.values[1] = 5;
    other_funnel.funnel = 2;
    other_breakdown.breakdown = 1;
    assert_int_equal(groups_number(groups, &by_two), 3);
    assert_int_equal(groups_number(groups, &turned), 4);
    assert_int_equal(groups_number(groups, &other_funnel), 5);
    assert_int_equal(groups_number(groups, &other_breakdown), 6);
    assert_int_equal(groups_number(groups, &by_two), 3);
    assert_int_equal(groups_get(groups, 4)->values[0], 6);
    groups_free(groups);
    groups_free(NULL);
}

static void many_groups__keep_their_numbers(void **state)
{
    (void)state;
    struct groups *groups = groups_new(1);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 1; i < 5000; i++)
            assert_int_equal(groups_number(groups, &(struct group){.breakdown = 0, .value_count = 1, .values = {i}}), i);
    groups_free(groups);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers__go_by_first_sight),
        cmocka_unit_test(a_full_table__still_knows_what_it_has),
        cmocka_unit_test(many_texts__keep_their_numbers_and_their_bytes),
        cmocka_unit_test(texts__compare_by_bytes),
        cmocka_unit_test(groups__all_leads_of_a_funnel_come_first),
        cmocka_unit_test(many_groups__keep_their_numbers),
    };
    return cmocka_run_group_tests_name("core/names", tests, NULL, NULL);
}
