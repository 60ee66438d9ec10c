/* Goal: the store tells what the topics say now, whatever came before. Method: records by hand, in tables of keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/http/store.h"

static void put(struct store *store, const char *key, const char *value)
{
    store_put(store, record_new(text_of(key), value != NULL ? text_of(value) : (struct text){NULL, 0}), value == NULL, false);
}

static void put_alert(struct store *store, const char *fingerprint, const char *value)
{
    store_put(store, record_new(text_of(fingerprint), value != NULL ? text_of(value) : (struct text){NULL, 0}), value == NULL, true);
}

/* The value of a window, or "-". */
static const char *shown(struct store *store, const char *window, const char *start, const char *group)
{
    static char text[256];
    struct record *record = store_snapshot(store, TEXT("f"), text_of(window), text_of(start), text_of(group));
    snprintf(text, sizeof text, "%.*s", record != NULL ? (int)record->value.length : 1, record != NULL ? record->value.data : "-");
    record_drop(record);
    return text;
}

static const char *listed(struct record_list *list)
{
    static char text[512];
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < list->count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%.*s", i > 0 ? " " : "", (int)list->records[i]->value.length, list->records[i]->value.data);
    record_list_drop(list);
    return text;
}

static void snapshots__the_last_of_a_key_counts(void **state)
{
    (void)state;
    struct store *store = store_new();
    put(store, "f/month/2024-03-01T00:00:00+03:00/all", "march");
    put(store, "f/month/2024-03-01T00:00:00+03:00/all", "march again");
    put(store, "f/rolling-30d/now/all", "now");
    assert_string_equal(shown(store, "month", "2024-03-01T00:00:00+03:00", "all"), "march again");
    assert_string_equal(shown(store, "month", "2024-02-29T21:00:00Z", "all"), "march again"); /* the same moment */
    assert_string_equal(shown(store, "month", "2024-04-01T00:00:00+03:00", "all"), "-");
    assert_string_equal(shown(store, "rolling-30d", "", "all"), "now");
    assert_string_equal(shown(store, "month", "", "manager=1"), "-");
    put(store, "f/month/2024-03-01T00:00:00+03:00/all", NULL);
    assert_string_equal(shown(store, "month", "2024-03-01T00:00:00+03:00", "all"), "-");
    struct store_status status;
    store_status(store, 0, &status);
    assert_int_equal(status.records, 1);
    store_status_free(&status);
    store_free(store);
}

static void newest__is_the_window_that_has_begun_as_of_the_last_tick(void **state)
{
    (void)state;
    struct store *store = store_new();
    static const char *const windows[][2] = { /* in any order */
        {"f/month/2024-05-01T00:00:00+03:00/all", "{\"m\":5,\"as_of\":\"2024-04-20T10:00:00+03:00\"}"},
        {"f/month/2024-03-01T00:00:00+03:00/all", "{\"m\":3,\"as_of\":\"2024-04-20T09:00:00+03:00\"}"},
        {"f/month/2024-04-01T00:00:00+03:00/all", "{\"m\":4,\"as_of\":\"2024-04-20T10:00:00+03:00\"}"},
    };
    for (int i = 0; i < 3; i++)
        put(store, windows[i][0], windows[i][1]);
    assert_string_equal(shown(store, "month", "", "all"), windows[2][1]); /* a lead is dated in May: that month has not begun */
    struct record_list list = {0};
    store_history(store, TEXT("f"), TEXT("month"), TEXT("all"), 10, &list);
    assert_int_equal(list.count, 2);
    assert_string_equal(listed(&list), "{\"m\":3,\"as_of\":\"2024-04-20T09:00:00+03:00\"} {\"m\":4,\"as_of\":\"2024-04-20T10:00:00+03:00\"}");
    store_history(store, TEXT("f"), TEXT("month"), TEXT("all"), 1, &list);
    assert_int_equal(list.count, 1);
    record_list_drop(&list);
    store_free(store);
}

static void groups__are_those_of_just_these_dimensions(void **state)
{
    (void)state;
    struct store *store = store_new();
    static const char *const groups[] = {"all", "manager=2", "manager=1", "channel=web,manager=1", "managers=3", "channel=web"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        char key[128];
        snprintf(key, sizeof key, "f/rolling-30d/now/%s", groups[i]);
        put(store, key, groups[i]);
    }
    struct record_list list = {0};
    const struct text manager[] = {TEXT("manager")}, both[] = {TEXT("channel"), TEXT("manager")};
    store_groups(store, TEXT("f"), TEXT("rolling-30d"), TEXT(""), manager, 1, &list);
    assert_string_equal(listed(&list), "manager=1 manager=2");
    store_groups(store, TEXT("f"), TEXT("rolling-30d"), TEXT(""), both, 2, &list);
    assert_string_equal(listed(&list), "channel=web,manager=1");
    store_groups(store, TEXT("f"), TEXT("month"), TEXT(""), manager, 1, &list);
    assert_string_equal(listed(&list), "");
    store_free(store);
}

static void alerts__the_last_to_become_active_comes_first(void **state)
{
    (void)state;
    struct store *store = store_new();
    put_alert(store, "a1", "{\"activeAt\":\"2024-03-01T00:00:00+03:00\"}");
    put_alert(store, "b2", "{\"activeAt\":\"2024-03-03T00:00:00+03:00\"}");
    put_alert(store, "c3", "{\"activeAt\":\"2024-03-02T00:00:00+03:00\"}");
    put_alert(store, "c3", NULL); /* a pending one that ended */
    put(store, "somebody's", "else"); /* neither a snapshot nor an alert */
    struct record_list list = {0};
    store_alerts(store, &list);
    assert_string_equal(listed(&list), "{\"activeAt\":\"2024-03-03T00:00:00+03:00\"} {\"activeAt\":\"2024-03-01T00:00:00+03:00\"}");
    store_free(store);
}

static void letters__count_for_a_day(void **state)
{
    (void)state;
    struct store *store = store_new();
    const int64_t now = 1000 * 86400 + 1800;
    store_letter(store, TEXT("unknown_stage"), TEXT("stage: x"), now - 60, now);
    store_letter(store, TEXT("unknown_stage"), TEXT("stage: y"), now - 30, now);
    store_letter(store, TEXT("not_json"), TEXT("byte 0"), now - 23 * 3600, now);
    store_letter(store, TEXT("not_json"), TEXT("byte 1"), now - 25 * 3600, now); /* too long ago */
    store_letter(store, TEXT("not_json"), TEXT("byte 2"), now + 7200, now);      /* a wrong clock */
    struct store_status status;
    store_status(store, now, &status);
    assert_int_equal(status.word_count, 2);
    assert_string_equal(status.words[0].word, "unknown_stage");
    assert_int_equal(status.words[0].count, 2);
    assert_string_equal(status.words[0].message, "stage: y");
    assert_int_equal(status.words[1].count, 1);
    store_status_free(&status);
    store_status(store, now + 3 * 3600, &status);
    assert_int_equal(status.word_count, 1);
    store_status_free(&status);
    store_status(store, now + 48 * 3600, &status);
    assert_int_equal(status.word_count, 0);
    store_status_free(&status);
    store_free(store);
}

/* What stands in the status is JSON to its readers. */
static void letters__that_are_no_text__are_not_shown(void **state)
{
    (void)state;
    struct store *store = store_new();
    char message[400];
    for (size_t i = 0; i < sizeof message; i += 2)
        memcpy(message + i, "Я", 2);
    store_letter(store, TEXT("bad_time"), (struct text){message + 1, sizeof message - 1}, 1000000, 1000000);
    store_letter(store, TEXT("unknown_stage"), (struct text){message, sizeof message}, 1000000, 1000000);
    message[1] = 'x'; /* an odd place from here on */
    store_letter(store, TEXT("empty"), (struct text){message + 1, sizeof message - 1}, 1000000, 1000000);
    store_letter(store, TEXT("\xff"), TEXT("x"), 1000000, 1000000);
    struct store_status status;
    store_status(store, 1000000, &status);
    assert_int_equal(status.word_count, 3);
    assert_string_equal(status.words[0].message, ""); /* bad_time */
    assert_int_equal(strlen(status.words[1].message), 299); /* empty: "x" and 149 letters */
    assert_int_equal(strlen(status.words[2].message), 300);
    store_status_free(&status);
    store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(snapshots__the_last_of_a_key_counts), cmocka_unit_test(newest__is_the_window_that_has_begun_as_of_the_last_tick),
        cmocka_unit_test(groups__are_those_of_just_these_dimensions), cmocka_unit_test(alerts__the_last_to_become_active_comes_first),
        cmocka_unit_test(letters__count_for_a_day), cmocka_unit_test(letters__that_are_no_text__are_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
