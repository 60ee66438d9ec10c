/* Goal: an alert's record and what rules remember come back as they were written; what is neither is told apart. Method: records to the byte, round trips, and
 * every prefix of a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "../../daemon/wire/alert_json.h"
#include "../../daemon/wire/alert_text.h"
#include "../../daemon/wire/memory_json.h"

static struct zone_change moscow_changes[] = {{INT64_MIN, 10800}};
static struct step steps[] = {{.id = "new", .title = "Заявка"}, {.id = "contract", .title = "Договор"}};
static struct funnel funnel = {.id = "sro", .title = "Допуск СРО", .step_count = 2, .steps = steps};
static struct dimension dimensions[] = {{"manager", TAKE_LAST}};
static struct label annotations[] = {{"runbook_url", "https://w/\"1\""}};
static const struct alert_rule dropped = {.alert = "Dropped", .kind = ALERT_DROPPED, .step = 1, .window = {WINDOW_ROLLING, "rolling-7d", 604800}, .severity = "warning",
                                          .annotation_count = 1, .annotations = annotations};
static const struct alert_label labels[] = {{{"alertname", 9}, {"Dropped", 7}}, {{"funnel", 6}, {"sro", 3}}, {{"step", 4}, {"contract", 8}}, {{"severity", 8}, {"warning", 7}},
                                            {{"manager", 7}, {"\"И\\\n", 5}}};
enum { LABELS = sizeof labels / sizeof *labels };

static struct property manager_titles[] = {{"\"И\\\n", "Иванов"}};
static struct property *titles[] = {manager_titles};

static struct settings settings_of(bool titled)
{
    static int none[] = {0}, one[] = {1};
    return (struct settings){.titles = titles, .title_counts = titled ? one : none,
                             .zone = {.name = "Europe/Moscow", .change_count = 1, .changes = moscow_changes, .end = INT64_MAX, .slice_s = 3600},
                             .dimension_count = 1, .dimensions = dimensions, .http = {.listen = "127.0.0.1:8080"}};
}

static struct alert sample(void)
{
    struct alert alert = {.fingerprint = alert_fingerprint(labels, LABELS), .label_count = LABELS, .labels = labels, .status = ALERT_FIRING, .active_at = 1711918800,
                          .starts_at = 1711922400, .held_until = 1711929600, .ends_at = TIME_NONE, .as_of = 1711929600, .rule = &dropped, .funnel = &funnel, .step = 1,
                          .figures = ALERT_NO_FIGURES, .oldest_count = -1};
    alert.figures.value = 0.21;
    alert.figures.threshold = 0.4;
    alert.figures.reached = 120;
    alert.figures.passed = 25;
    alert.figures.burst = 0.07;
    return alert;
}

static void a_record__is_what_the_contract_says(void **state)
{
    (void)state;
    struct settings settings = settings_of(false);
    struct alert alert = sample();
    struct buffer out = {0};
    alert_json_value(&out, &settings, &alert);
    buffer_char(&out, '\0');
    char id[64];
    snprintf(id, sizeof id, "{\"type\":\"alert\",\"id\":\"%016llx-1711918800\",", (unsigned long long)alert.fingerprint);
    assert_memory_equal(out.data, id, strlen(id));
    assert_string_equal(strstr(out.data, "\"status\""),
                        "\"status\":\"firing\",\"labels\":{\"alertname\":\"Dropped\",\"funnel\":\"sro\",\"step\":\"contract\",\"severity\":\"warning\",\"manager\":\"\\\"И\\\\\\n\"},"
                        "\"annotations\":{\"summary\":\"Допуск СРО: conversion into \\\"Договор\\\" (manager \\\"И\\\\\\n) is 21.0 %, before it was 40.0 %\","
                        "\"description\":\"25 of 120 leads went on (rolling-7d, activity).\",\"runbook_url\":\"https://w/\\\"1\\\"\"},"
                        "\"activeAt\":\"2024-04-01T00:00:00+03:00\",\"startsAt\":\"2024-04-01T01:00:00+03:00\",\"heldUntil\":\"2024-04-01T03:00:00+03:00\",\"endsAt\":null,"
                        "\"as_of\":\"2024-04-01T03:00:00+03:00\","
                        "\"generatorURL\":\"http://127.0.0.1:8080/?funnel=sro&window=rolling-7d&basis=activity&group=manager%3D%2522%25D0%2598%255C%250A&step=contract\","
                        "\"window\":\"rolling-7d\",\"basis\":\"activity\",\"value\":0.21,\"threshold\":0.4,\"reached\":120,\"passed\":25,\"low\":null,\"high\":null,"
                        "\"p_value\":null,\"q_value\":null,\"evidence\":null,\"burst\":0.07,\"oldest\":null}");
    free(out.data);
}

/* What the summary of an alert like the sample says. */
static void expect_summary(struct settings settings, struct alert alert, const char *summary)
{
    struct buffer out = {0};
    alert_text_summary(&out, &settings, &alert);
    buffer_char(&out, '\0');
    assert_string_equal(out.data, summary);
    free(out.data);
}

static void a_summary__is_for_people(void **state)
{
    (void)state;
    static const struct alert_rule stuck = {.alert = "Stuck", .kind = ALERT_STUCK, .older_than_s = 5 * 86400 + 3600};
    struct alert alert = sample();
    expect_summary(settings_of(true), alert, "Допуск СРО: conversion into \"Договор\" (manager Иванов) is 21.0 %, before it was 40.0 %");
    alert.rule = &stuck;
    alert.label_count = 4;
    alert.figures.value = 1;
    expect_summary(settings_of(false), alert, "Допуск СРО: 1 lead stands at \"Договор\" for longer than 5 d 1 h");
    alert.figures.value = 21;
    expect_summary(settings_of(false), alert, "Допуск СРО: 21 leads stand at \"Договор\" for longer than 5 d 1 h");
}

static void many_leads_at_once__look_like_a_bulk_edit(void **state)
{
    (void)state;
    assert_true(alert_is_bulk(0.5, 10) && alert_is_bulk(1, 5) && alert_is_bulk(0.833333, 6));
    assert_false(alert_is_bulk(0.49, 1000) || alert_is_bulk(1, 4) || alert_is_bulk(0.666667, 6) || alert_is_bulk(NAN, 100) || alert_is_bulk(NAN, -1));
}

static void a_record__comes_back(void **state)
{
    (void)state;
    struct settings settings = settings_of(false);
    for (int status = ALERT_PENDING; status <= ALERT_RESOLVED; status++) {
        struct alert alert = sample();
        alert.status = (enum alert_status)status;
        alert.starts_at = status == ALERT_PENDING ? TIME_NONE : alert.starts_at;
        alert.ends_at = status == ALERT_RESOLVED ? alert.as_of : TIME_NONE;
        struct buffer out = {0};
        alert_json_value(&out, &settings, &alert);
        struct alert_record record;
        assert_true(alert_json_read((struct text){out.data, out.length}, &record));
        assert_int_equal(record.label_count, LABELS);
        for (int i = 0; i < LABELS; i++)
            assert_true(text_equal(record.labels[i].name, labels[i].name) && text_equal(record.labels[i].value, labels[i].value));
        assert_int_equal(record.episode.state, EPISODE_PENDING + status);
        assert_int_equal(record.episode.active_at, alert.active_at);
        assert_true(record.episode.starts_at == alert.starts_at && record.episode.ends_at == alert.ends_at);
        assert_int_equal(record.episode.held_until, alert.held_until);
        alert_json_free(&record);
        for (size_t length = 0; length < out.length; length++) { /* cut anywhere, it is none */
            char *part = malloc(length + 1);
            memcpy(part, out.data, length);
            assert_false(alert_json_read((struct text){part, length}, &record));
            free(part);
        }
        free(out.data);
    }
}

static void what_is_no_alert__is_left_alone(void **state)
{
    (void)state;
    static const char *const others[] = {"", "{}", "[]", "null", "{\"type\":\"snapshot\"}", "{\"type\":\"alert\",\"status\":\"firing\",\"labels\":[]}",
                                         "{\"type\":\"alert\",\"status\":\"burning\",\"labels\":{},\"activeAt\":\"2024-04-01T00:00:00Z\"}",
                                         "{\"type\":\"alert\",\"status\":\"firing\",\"labels\":{\"a\":1},\"activeAt\":7}"};
    struct alert_record record;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(alert_json_read(text_of(others[i]), &record));
    assert_false(alert_json_read((struct text){NULL, 0}, &record));
}

static void a_drift_series__comes_back_to_the_last_bit(void **state)
{
    (void)state;
    struct memory_drift memory = {LABELS, labels, UINT64_C(0xfedcba9876543210),
                                  {.from = TIME_NONE, .watched = true, .start = 1709503200, .succeeded = 123, .failed = 77, .limit = 7.0 / 3, .anchor = 1709510400,
                                   .anchored = {.sum = 0.1 + 0.2, .succeeded = 4, .failed = 9, .most = 3}}}, read;
    struct alert_label *found;
    char *bytes;
    for (int watched = 0; watched <= 1; watched++) {
        memory.drift.watched = watched;
        memory.drift.from = watched ? TIME_NONE : 1709500000;
        struct buffer out = {0};
        memory_json_drift(&out, &memory);
        assert_true(memory_json_read_drift((struct text){out.data, out.length}, &read, &found, &bytes));
        assert_int_equal(read.label_count, LABELS);
        assert_true(read.rule == memory.rule && read.drift.from == memory.drift.from && read.drift.watched == memory.drift.watched);
        if (watched) {
            assert_int_equal(read.drift.start, memory.drift.start);
            assert_int_equal(read.drift.anchor, memory.drift.anchor);
            assert_memory_equal(&read.drift.limit, &memory.drift.limit, sizeof(double));
            assert_memory_equal(&read.drift.anchored, &memory.drift.anchored, sizeof memory.drift.anchored);
        }
        free(found);
        free(bytes);
        free(out.data);
    }
    found = NULL;
    bytes = NULL;
    assert_false(memory_json_read_drift(TEXT("{\"type\":\"drift\"}"), &read, &found, &bytes));
    assert_false(memory_json_read_drift(TEXT("{"), &read, &found, &bytes));
}

static void rejections__come_back(void **state)
{
    (void)state;
    struct rejections kept = {0}, read = {0};
    for (int i = 0; i < 2; i++) {
        struct rejections *of = i == 0 ? &kept : &read;
        rejections_add(of, "bad_time", REJECTIONS_UNPLACED, 0);
        rejections_add(of, "unknown_stage", REJECTIONS_UNPLACED, 0);
    }
    rejections_add(&kept, "unknown_stage", 475000, 3);
    rejections_add(&kept, "bad_time", REJECTIONS_UNPLACED, 2);
    struct buffer out = {0};
    memory_json_rejections(&out, &kept);
    memory_json_read_rejections((struct text){out.data, out.length}, &read);
    memory_json_read_rejections(TEXT("{\"counts\":[{\"slice\":1,\"error\":\"a word of another version\",\"count\":4},7,null]}"), &read);
    memory_json_read_rejections(TEXT("nonsense"), &read);
    assert_int_equal(read.word_count, 2);
    assert_int_equal(read.slice_count, 1);
    assert_int_equal(read.slices[0].counts[1], 3);
    assert_int_equal(read.unplaced[0], 2);
    free(out.data);
    rejections_free(&kept);
    rejections_free(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record__is_what_the_contract_says),
        cmocka_unit_test(a_summary__is_for_people),
        cmocka_unit_test(many_leads_at_once__look_like_a_bulk_edit),
        cmocka_unit_test(a_record__comes_back),
        cmocka_unit_test(what_is_no_alert__is_left_alone),
        cmocka_unit_test(a_drift_series__comes_back_to_the_last_bit),
        cmocka_unit_test(rejections__come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
