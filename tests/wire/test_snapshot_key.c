/* Goal: a snapshot's key says which window of which group it is of, and is read back in the same configuration; in another one it is no key of it.
 * Method: a table of windows and their keys, written, taken apart and read; then keys that mean nothing here. */
#include "../settings/settings_support.h"

#include "../../daemon/core/board_group.h"
#include "../../daemon/wire/snapshot_key.h"

static const char configuration[] = "timezone: Europe/Moscow\n"
                                    "dimensions: {manager: , channel: }\n"
                                    "funnels:\n"
                                    "  - id: a/b\n"
                                    "    windows: [month, rolling 30d]\n"
                                    "    breakdowns: [[manager], [manager, channel]]\n"
                                    "    stages: [{id: new}]\n";

#define MARCH INT64_C(1709240400) /* 2024-03-01T00:00:00+03:00 */

static const struct row {
    int window, breakdown;
    int64_t start;
    const char *values[2]; /* of the breakdown's dimensions, which are in byte order of their names */
    const char *key;
} rows[] = {
    {0, -1, MARCH, {NULL}, "a%2Fb/month/2024-03-01T00:00:00+03:00/all"},
    {1, -1, TIME_NONE, {NULL}, "a%2Fb/rolling-30d/now/all"},
    {1, 0, TIME_NONE, {"Ян, /=%"}, "a%2Fb/rolling-30d/now/manager=%D0%AF%D0%BD%2C%20%2F%3D%25"},
    {1, 1, TIME_NONE, {"web", "12"}, "a%2Fb/rolling-30d/now/channel=web,manager=12"},
};

static void a_key__is_read_back(void **state)
{
    (void)state;
    struct settings *settings = load_text(configuration);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        struct board_group group = {.breakdown = row->breakdown, .values = {text_of(row->values[0]), text_of(row->values[1])}};
        struct board_window window = {.group = &group, .window = row->window, .span = {row->start, row->start}};
        struct buffer key = {0};
        snapshot_key_write(&key, settings, &settings->funnels[0], &window);
        struct text text = {key.data, key.length};
        if (!text_equal(text, text_of(row->key)))
            fail_msg("row %zu: %.*s", i, (int)text.length, text.data);
        struct snapshot_key read;
        char bytes[256];
        assert_true(snapshot_key_read(settings, text, bytes, &read));
        assert_int_equal(read.funnel, 0);
        assert_int_equal(read.window, row->window);
        assert_int_equal(read.breakdown, row->breakdown);
        assert_int_equal(read.start, row->start);
        for (int v = 0; row->breakdown >= 0 && v <= row->breakdown; v++)
            assert_true(text_equal(read.values[v], text_of(row->values[v])));
        free(key.data);
    }
    settings_free(settings);
}

static void a_key__is_taken_apart_as_it_is_written(void **state)
{
    (void)state;
    struct snapshot_key_parts parts;
    assert_true(snapshot_key_split(TEXT("a%2Fb/month/2024-03-01T00:00:00+03:00/channel=web,manager=12"), &parts));
    assert_true(text_equal(parts.funnel, TEXT("a%2Fb")));
    assert_true(text_equal(parts.window, TEXT("month")));
    assert_true(text_equal(parts.start, TEXT("2024-03-01T00:00:00+03:00")));
    assert_true(text_equal(parts.group, TEXT("channel=web,manager=12")));
    static const char *const none[] = {"", "/", "a", "a/b/c", "a/b/c/", "/b/c/d", "a//c/d", "a/b//d", "a/b/c/d/e", "0123456789abcdef"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (snapshot_key_split(text_of(none[i]), &parts))
            fail_msg("`%s` was taken for a key", none[i]);
    assert_false(snapshot_key_split((struct text){NULL, 0}, &parts));
}

static void a_key_of_another_configuration__is_none_of_ours(void **state)
{
    (void)state;
    struct settings *settings = load_text(configuration);
    static const char *const keys[] = {
        "", "other/rolling-30d/now/all", "a%2Fb/rolling-7d/now/all", "a%2Fb/rolling-30d/2024-03-01T00:00:00+03:00/all", "a%2Fb/month/now/all",
        "a%2Fb/month/2024-03-01T00:00:00Z/all" /* of another zone */, "a%2Fb/rolling-30d/now/channel=web", "a%2Fb/rolling-30d/now/manager=12,channel=web",
        "a%2Fb/rolling-30d/now/manager=12,manager=13", "a%2Fb/rolling-30d/now/", "a%2Fb/rolling-30d/now",
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct snapshot_key read;
        char bytes[256];
        if (snapshot_key_read(settings, text_of(keys[i]), bytes, &read))
            fail_msg("`%s` was read", keys[i]);
    }
    settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key__is_read_back),
        cmocka_unit_test(a_key__is_taken_apart_as_it_is_written),
        cmocka_unit_test(a_key_of_another_configuration__is_none_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
