/* Goal: every word and every rule of formats "Dead letter" and "Input in detail", of semantics 2 and 11.
 * Method: tables of records and what they mean, one line each, rendered as
 *     L1@1000 sro:#0$ any:lost(reason) stage_at=.. created=.. removed amount=.. score=.. manager=..
 * where `sro:#0` is a reach of step 0 in funnel sro, `sro:-` a move the funnel does not count, and $ says that the amount counts there. A side fault
 * stands before its event ("bad_score, L1@.."), or alone where nothing is left of it ("bad_score only"). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/wire/decode.h"
#include "sample_settings.h"

#define FILE_NOW INT64_C(2000000000)     /* files: in_future begins a day after it */
#define KAFKA_MS INT64_C(1700000000999)  /* the timestamp of Kafka records here */

/* ---- rendering ---- */

static void render_event(FILE *to, const struct event *event, const struct settings *settings)
{
    fprintf(to, "%.*s@%lld", (int)event->lead.length, event->lead.data, (long long)event->at);
    for (int i = 0; i < event->move_count; i++) {
        const struct move *move = &event->moves[i];
        fprintf(to, " %s:", settings->funnels[move->funnel].id);
        if (move->kind == MOVE_REACH)
            fprintf(to, "#%d", move->step);
        else if (move->kind == MOVE_LOSS)
            fprintf(to, "lost(%.*s)", (int)move->reason.length, move->reason.data);
        else
            fputs("-", to);
        fputs(move->amount_counts ? "$" : "", to);
    }
    if (event->stage_at != event->at)
        fprintf(to, " stage_at=%lld", (long long)event->stage_at);
    if (event->created_at != TIME_NONE)
        fprintf(to, " created=%lld", (long long)event->created_at);
    if (event->removed)
        fputs(" removed", to);
    if (event->has_amount)
        fprintf(to, " amount=%lld", (long long)event->amount_minor);
    if (event->score >= 0)
        fprintf(to, " score=%d", event->score);
    for (int d = 0; d < settings->dimension_count; d++)
        if (event->dimensions[d].data != NULL)
            fprintf(to, " %s=%.*s", settings->dimensions[d].name, (int)event->dimensions[d].length, event->dimensions[d].data);
}

static void render(FILE *to, const struct decoded *decoded, const struct settings *settings)
{
    if (decoded->ignored)
        fputs("ignored", to);
    if (decoded->fault != FAULT_NONE) {
        fputs(fault_word(decoded->fault), to);
        assert_non_null(decoded->message);
        assert_true(decoded->value.length <= 64);
        if (decoded->fault >= FAULT_BAD_AMOUNT)
            fputs(decoded->counts ? ", " : " only", to);
    }
    if (decoded->counts)
        render_event(to, &decoded->event, settings);
}

/* What a record means; the caller frees it. */
static char *meaning(const struct settings *settings, const struct record *record)
{
    struct decoder *decoder = decoder_new(settings, FILE_NOW);
    const struct decoded *elements;
    /* An exact copy, so that a read past its end is seen by the sanitizer. */
    struct record exact = *record;
    char *copy = record->value.data != NULL ? memory_copy(record->value.data, record->value.length) : NULL;
    exact.value.data = copy;
    int count = decoder_decode(decoder, &exact, &elements);
    assert_true(count >= 1);
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    for (int i = 0; i < count; i++) {
        fputs(i > 0 ? "; " : "", to);
        render(to, &elements[i], settings);
    }
    fclose(to);
    free(copy);
    decoder_free(decoder);
    return text;
}

static void check(const struct settings *settings, const struct record *record, const char *expected)
{
    char *found = meaning(settings, record);
    if (strcmp(found, expected) != 0)
        print_error("%.*s\n    means %s\n    not   %s\n", (int)record->value.length, record->value.data, found, expected);
    assert_string_equal(found, expected);
    free(found);
}

struct row { const char *value, *expected; };

static void check_file(const struct settings *settings, const struct row *rows, int count)
{
    for (int i = 0; i < count; i++)
        check(settings, &(struct record){.value = text_of(rows[i].value), .timestamp_ms = INT64_MIN}, rows[i].expected);
}

static void check_kafka(const struct settings *settings, const char *topic, const struct row *rows, int count)
{
    for (int i = 0; i < count; i++)
        check(settings, &(struct record){.value = text_of(rows[i].value), .timestamp_ms = KAFKA_MS, .topic = topic}, rows[i].expected);
}

#define CHECK_FILE(settings, rows) check_file(settings, rows, COUNT_OF(rows))

/* ---- the record ---- */

static void record__not_an_object__refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"",                                                        "empty"},
        {" \t\r\n",                                                 "empty"},
        {"x",                                                       "not_json"},
        {"null",                                                    "not_json"},
        {"[]",                                                      "not_json"},
        {"[{\"lead_id\":\"L1\",\"at\":1,\"stage\":\"new\"}]",       "not_json"},
        {"\"L1\"",                                                  "not_json"},
        {"{\"lead_id\":\"L1\"",                                     "not_json"},
        {"{} {}",                                                   "not_json"},
        {"\xEF\xBB\xBF{\"lead_id\":\"L1\",\"at\":1000,\"stage\":\"new\"}", "not_json"},
        {"{\"lead_id\":\"\xFF\",\"at\":1000,\"stage\":\"new\"}",    "not_json"},
        {"{\"lead_id\":\"L1\",\"at\":1000,\"stage\":\"new\",\"x\":\"\\ud800\"}", "not_json"},
        {"{\"lead_id\":\"L1\",\"at\":1000,\"stage\":\"new\",\"x\\u0000\":1}",    "not_json"},
        {" {\"lead_id\":\"L1\",\"at\":1000,\"stage\":\"new\"} \r",  "L1@1000 any:#0"},
    };
    struct settings settings = sample_settings();
    CHECK_FILE(&settings, rows);
}

static void record__longer_than_max_record__is_too_large(void **state)
{
    (void)state;
    struct settings settings = sample_settings();
    static const struct row rows[] = {
        {"{\"lead_id\":\"L1\",\"at\":1000,\"stage\":\"new\"}",      "L1@1000 any:#0"},
        {"{\"lead_id\":\"L1\",\"at\":1000,\"stage\":\"new\"} ",     "too_large"},
        {"                                                  ",      "too_large"},
    };
    settings.max_record = (int64_t)strlen(rows[0].value);
    CHECK_FILE(&settings, rows);
}

static void record__nested_deeper_than_128__is_not_json(void **state)
{
    (void)state;
    struct settings settings = sample_settings();
    char value[512];
    for (int depth = 127; depth <= 128; depth++) { /* and the record itself is one more */
        size_t length = (size_t)snprintf(value, sizeof value, "{\"lead_id\":\"L1\",\"at\":1000,\"stage\":\"new\",\"x\":");
        memset(value + length, '[', (size_t)depth);
        memset(value + length + depth, ']', (size_t)depth);
        length += 2 * (size_t)depth;
        value[length++] = '}';
        check(&settings, &(struct record){.value = {value, length}, .timestamp_ms = INT64_MIN}, depth == 127 ? "L1@1000 any:#0" : "not_json");
    }
}

/* ---- fields ---- */

static void lead_id__string_or_integer__as_written(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{\"lead_id\":\"L1\",  \"at\":1000,\"stage\":\"new\"}",    "L1@1000 any:#0"},
        {"{\"lead_id\":42,      \"at\":1000,\"stage\":\"new\"}",    "42@1000 any:#0"},
        {"{\"lead_id\":\"42\",  \"at\":1000,\"stage\":\"new\"}",    "42@1000 any:#0"},
        {"{\"lead_id\":-0,      \"at\":1000,\"stage\":\"new\"}",    "-0@1000 any:#0"},
        {"{\"lead_id\":\" \",   \"at\":1000,\"stage\":\"new\"}",    " @1000 any:#0"},
        {"{\"lead_id\":\"\\u041b\\n\",\"at\":1000,\"stage\":\"new\"}", "Л\n@1000 any:#0"},
        {"{\"lead_id\":12345678901234567890123,\"at\":1000,\"stage\":\"new\"}", "12345678901234567890123@1000 any:#0"},
        {"{\"lead_id\":1.0,     \"at\":1000,\"stage\":\"new\"}",    "no_lead_id"},
        {"{\"lead_id\":1e3,     \"at\":1000,\"stage\":\"new\"}",    "no_lead_id"},
        {"{\"lead_id\":1E3,     \"at\":1000,\"stage\":\"new\"}",    "no_lead_id"},
        {"{\"lead_id\":\"\",    \"at\":1000,\"stage\":\"new\"}",    "no_lead_id"},
        {"{\"lead_id\":null,    \"at\":1000,\"stage\":\"new\"}",    "no_lead_id"},
        {"{\"lead_id\":true,    \"at\":1000,\"stage\":\"new\"}",    "no_lead_id"},
        {"{\"lead_id\":[\"L1\"],\"at\":1000,\"stage\":\"new\"}",    "no_lead_id"},
        {"{                      \"at\":1000,\"stage\":\"new\"}",   "no_lead_id"},
        {"{\"Lead_Id\":\"L1\",  \"at\":1000,\"stage\":\"new\"}",    "no_lead_id"}, /* names are compared byte for byte */
        {"{\"lead_id\":\"L1\",\"lead_id\":\"L2\",\"at\":1000,\"stage\":\"new\"}", "L2@1000 any:#0"},
        {"{\"lead_id\":\"L1\",\"lead_id\":null,\"at\":1000,\"stage\":\"new\"}",   "no_lead_id"},
        {"{\"lead\\u005fid\":\"L1\",\"at\":1000,\"stage\":\"new\"}", "L1@1000 any:#0"},
    };
    struct settings settings = sample_settings();
    CHECK_FILE(&settings, rows);
}

static void lead_id__of_256_bytes__is_none(void **state)
{
    (void)state;
    struct settings settings = sample_settings();
    char value[512], expected[512];
    for (int length = 255; length <= 256; length++) {
        snprintf(value, sizeof value, "{\"lead_id\":\"%0*d\",\"at\":1000,\"stage\":\"new\"}", length, 7);
        snprintf(expected, sizeof expected, "%0*d@1000 any:#0", length, 7);
        check(&settings, &(struct record){.value = text_of(value), .timestamp_ms = INT64_MIN}, length == 255 ? expected : "no_lead_id");
    }
}

static void times__of_every_form__are_read(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{\"lead_id\":1,\"at\":1000.9,                        \"stage\":\"new\"}", "1@1000 any:#0"},
        {"{\"lead_id\":1,\"at\":-0.1,                          \"stage\":\"new\"}", "1@-1 any:#0"},
        {"{\"lead_id\":1,\"at\":1.7e9,                         \"stage\":\"new\"}", "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":\"1700000000\",                \"stage\":\"new\"}", "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":1700000000999,                 \"stage\":\"new\"}", "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":1700000000999999,              \"stage\":\"new\"}", "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":\"1700000000999999999\",       \"stage\":\"new\"}", "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":\"2023-11-14T22:13:20Z\",      \"stage\":\"new\"}", "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":\"2023-11-15 01:13:20.9+03:00\",\"stage\":\"new\"}", "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":\"2023-11-14\\u005422:13:20Z\",\"stage\":\"new\"}", "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":\"2023-11-14T22:13:20\",       \"stage\":\"new\"}", "bad_time"},
        {"{\"lead_id\":1,\"at\":\"yesterday\",                 \"stage\":\"new\"}", "bad_time"},
        {"{\"lead_id\":1,\"at\":true,                          \"stage\":\"new\"}", "bad_time"},
        {"{\"lead_id\":1,\"at\":{},                            \"stage\":\"new\"}", "bad_time"},
        {"{\"lead_id\":1,\"at\":1e400,                         \"stage\":\"new\"}", "bad_time"},
        {"{\"lead_id\":1,\"at\":null,                          \"stage\":\"new\"}", "bad_time"}, /* a file has no timestamp */
        {"{\"lead_id\":1,\"at\":\"\",                          \"stage\":\"new\"}", "bad_time"},
        {"{\"lead_id\":1,\"at\":1000,\"stage_at\":900,         \"stage\":\"new\"}", "1@1000 any:#0 stage_at=900"},
        {"{\"lead_id\":1,\"at\":1000,\"stage_at\":\"\",        \"stage\":\"new\"}", "1@1000 any:#0"},
        {"{\"lead_id\":1,\"at\":1000,\"stage_at\":\"x\",       \"stage\":\"new\"}", "bad_time"},
        {"{\"lead_id\":1,\"at\":1000,\"created_at\":900                        }", "1@1000 any:- created=900"},
        {"{\"lead_id\":1,\"at\":1000,\"created_at\":\"x\",     \"stage\":\"new\"}", "bad_time"},
    };
    struct settings settings = sample_settings();
    CHECK_FILE(&settings, rows);
}

static void times__local__only_where_allowed(void **state)
{
    (void)state;
    static struct zone_change moscow[] = {{INT64_MIN, 10800}};
    struct settings settings = sample_settings();
    settings.zone.changes = moscow;
    settings.local_times = true;
    static const struct row rows[] = {
        {"{\"lead_id\":1,\"at\":\"2023-11-15T01:13:20\", \"stage\":\"new\"}", "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":\"2023-11-14T22:13:20Z\",\"stage\":\"new\"}", "1@1700000000 any:#0"},
    };
    CHECK_FILE(&settings, rows);
}

static void times__past_max_future__are_in_future(void **state)
{
    (void)state;
    static const struct row file[] = {
        {"{\"lead_id\":1,\"at\":2000086400,\"stage\":\"new\"}",                    "1@2000086400 any:#0"},
        {"{\"lead_id\":1,\"at\":2000086401,\"stage\":\"new\"}",                    "in_future"},
        {"{\"lead_id\":1,\"at\":1,\"stage_at\":2000086401,\"stage\":\"new\"}",     "in_future"},
        {"{\"lead_id\":1,\"at\":1,\"created_at\":2000086401}",                     "in_future"},
        {"{\"lead_id\":1,\"at\":2000086401}",                                      "empty"},
        {"{\"lead_id\":1,\"at\":2000086401,\"amount\":\"x\"}",                     "in_future"},
    };
    static const struct row kafka[] = {
        {"{\"lead_id\":1,\"at\":1700086400,\"stage\":\"new\"}",                    "1@1700086400 any:#0"},
        {"{\"lead_id\":1,\"at\":1700086401,\"stage\":\"new\"}",                    "in_future"},
        {"{\"lead_id\":1,                  \"stage\":\"new\"}",                    "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":\"\",      \"stage\":\"new\"}",                    "1@1700000000 any:#0"},
        {"{\"lead_id\":1,\"at\":\"x\",     \"stage\":\"new\"}",                    "bad_time"},
    };
    struct settings settings = sample_settings();
    CHECK_FILE(&settings, file);
    check_kafka(&settings, "lead.events", kafka, COUNT_OF(kafka));
}

static void funnel__named_or_matched_or_default(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\"}",                                        "1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"funnel\":\"sro\"}",                     "1@1 sro:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"funnel\":\"СРО\"}",                     "1@1 sro:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"funnel\":\"\"}",                        "1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"funnel\":\"Sro\"}",                     "unknown_funnel"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"funnel\":7}",                           "unknown_funnel"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"funnel\":true}",                        "unknown_funnel"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"x\",  \"funnel\":\"x\"}",                       "unknown_funnel"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"product\":\"Допуск СРО\"}",             "1@1 sro:#0 product=Допуск СРО"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"product\":\"Export\"}",                 "1@1 usd:#0 product=Export"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"product\":\"SRO\"}",                    "1@1 sro:#0 usd:#0 product=SRO"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"product\":\"Other\"}",                  "1@1 any:#0 product=Other"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"product\":\"SRO\",\"funnel\":\"any\"}", "1@1 any:#0 product=SRO"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"product\":true}",                       "bad_field, 1@1 any:#0"},
    };
    struct settings settings = sample_settings();
    CHECK_FILE(&settings, rows);
}

static void funnel__of_nobody__is_dead_letter_or_ignored(void **state)
{
    (void)state;
    static const struct row dead_letter[] = {
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\"}",                          "unknown_funnel"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"product\":\"SRO\"}",      "1@1 sro:#0 usd:#0 product=SRO"},
    };
    static const struct row ignore[] = {
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\"}",                          "ignored"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"channel\":true}",         "ignored"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"funnel\":\"nobody\"}",    "ignored"},
        {"{\"lead_id\":1,\"at\":\"x\",\"stage\":\"new\"}",                      "bad_time"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"x\",\"product\":\"SRO\"}",        "unknown_stage"},
    };
    struct settings settings = sample_settings();
    settings.funnel_count = 2; /* both have `match` */
    CHECK_FILE(&settings, dead_letter);
    settings.unmatched_ignored = true;
    CHECK_FILE(&settings, ignore);
}

static void stage__step_lost_removed_or_other(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"kp\"}",                       "1@1 sro:#1"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":142}",                          "1@1 sro:#2"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":142.0}",                        "unknown_stage"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"KP\"}",                       "unknown_stage"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":{}}",                           "unknown_stage"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"won\"}",                      "unknown_stage"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"\"}",                         "empty"},
        {"{\"lead_id\":1,\"at\":1,\"product\":\"SRO\",\"stage\":\"shipped\"}",                 "1@1 usd:#1 product=SRO"}, /* where it is known */
        {"{\"lead_id\":1,\"at\":1,\"product\":\"SRO\",\"stage\":\"won\"}",                     "unknown_stage"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"lost\"}",                     "1@1 sro:lost()"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"lost\",\"reason\":\"a\\tb\"}", "1@1 sro:lost(a\tb)"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"lost\",\"reason\":7}",        "1@1 sro:lost(7)"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"lost\",\"reason\":\"\"}",     "1@1 sro:lost()"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"C1:3\"}",                     "1@1 sro:lost(Дорого)"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"C1:3\",\"reason\":\"x\"}",    "1@1 sro:lost(x)"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"C1:3\",\"reason\":1.5}",      "bad_field, 1@1 sro:lost(Дорого)"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"new\",\"reason\":\"x\"}",     "1@1 sro:#0"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"new\",\"reason\":[]}",        "bad_field, 1@1 sro:#0"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"deleted\"}",                  "1@1 sro:- removed"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"stage\":\"on_hold\"}",                  "1@1 sro:-"},
        {"{\"lead_id\":1,\"at\":1,\"product\":\"SRO\",\"stage\":\"on_hold\",\"score\":3}",     "1@1 sro:- usd:- score=3 product=SRO"},
    };
    struct settings settings = sample_settings();
    CHECK_FILE(&settings, rows);
}

static void event__that_says_nothing__is_empty(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{\"lead_id\":1,\"at\":1}",                                            "empty"},
        {"{\"lead_id\":1,\"at\":1,\"stage_at\":1}",                             "empty"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"currency\":\"RUB\",\"reason\":\"x\"}", "empty"},
        {"{\"lead_id\":1,\"at\":1,\"reason\":true}",                            "bad_field only"},
        {"{\"lead_id\":1,\"at\":1,\"currency\":1.5}",                           "bad_field only"},
        {"{\"lead_id\":1,\"at\":1,\"manager\":null,\"amount\":\"\"}",           "empty"},
        {"{\"lead_id\":1,\"at\":1,\"score\":0}",                                "1@1 any:- score=0"},
        {"{\"lead_id\":1,\"at\":1,\"amount\":0}",                               "1@1 any:-$ amount=0"},
        {"{\"lead_id\":1,\"at\":1,\"channel\":\"mail\"}",                       "1@1 any:- channel=mail"},
        {"{\"lead_id\":1,\"at\":1,\"channel\":0}",                              "1@1 any:- channel=0"},
        {"{\"lead_id\":1,\"at\":1,\"amount\":\"x\"}",                           "bad_amount only"},
        {"{\"lead_id\":1,\"at\":1,\"score\":11}",                               "bad_score only"},
        {"{\"lead_id\":1,\"at\":1,\"channel\":1.5}",                            "bad_field only"},
        {"{\"lead_id\":1,\"at\":1,\"amount\":\"x\",\"channel\":1.5}",           "bad_amount only"},
        {"{\"lead_id\":1,\"at\":1,\"funnel\":\"sro\",\"amount\":1,\"currency\":\"USD\"}", "other_currency only"},
    };
    struct settings settings = sample_settings();
    CHECK_FILE(&settings, rows);
}

static void side_matters__wrong__are_as_if_absent(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"amount\":12.345}",                       "1@1 any:#0$ amount=1235"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"amount\":\"-12.345\"}",                  "1@1 any:#0$ amount=-1235"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"amount\":1e3}",                          "1@1 any:#0$ amount=100000"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"amount\":\"1,5\"}",                      "bad_amount, 1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"amount\":\" 1\"}",                       "bad_amount, 1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"amount\":1e999999999999999999999}",      "bad_amount, 1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"amount\":false}",                        "bad_amount, 1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"amount\":null}",                         "1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"amount\":1,\"currency\":\"EUR\"}",       "1@1 any:#0$ amount=100"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"kp\",\"funnel\":\"sro\",\"amount\":1}",          "1@1 sro:#1$ amount=100"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"kp\",\"funnel\":\"sro\",\"amount\":1,\"currency\":\"\"}",    "1@1 sro:#1$ amount=100"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"kp\",\"funnel\":\"sro\",\"amount\":1,\"currency\":\"RUB\"}", "1@1 sro:#1$ amount=100"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"kp\",\"funnel\":\"sro\",\"amount\":1,\"currency\":\"rub\"}", "other_currency, 1@1 sro:#1"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"kp\",\"funnel\":\"sro\",\"amount\":1,\"currency\":[]}",      "bad_field, 1@1 sro:#1$ amount=100"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"kp\",\"funnel\":\"sro\",\"currency\":\"USD\"}",  "1@1 sro:#1"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"kp\",\"funnel\":\"sro\",\"amount\":\"x\",\"currency\":\"USD\"}", "bad_amount, 1@1 sro:#1"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"product\":\"SRO\",\"amount\":1,\"currency\":\"USD\"}",
         "other_currency, 1@1 sro:#0 usd:#0$ amount=100 product=SRO"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"shipped\",\"product\":\"SRO\",\"amount\":1,\"currency\":\"USD\"}", /* it counts in usd only */
         "1@1 usd:#1$ amount=100 product=SRO"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"score\":10}",                            "1@1 any:#0 score=10"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"score\":\"8.0\"}",                       "1@1 any:#0 score=8"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"score\":1e1}",                           "1@1 any:#0 score=10"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"score\":\"\"}",                          "1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"score\":8.5}",                           "bad_score, 1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"score\":-1}",                            "bad_score, 1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"score\":11,\"amount\":2}",               "bad_score, 1@1 any:#0$ amount=200"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"score\":true,\"manager\":[]}",           "bad_score, 1@1 any:#0"},
        {"{\"lead_id\":1,\"at\":1,\"stage\":\"new\",\"manager\":{},\"channel\":\"mail\"}",     "bad_field, 1@1 any:#0 channel=mail"},
    };
    struct settings settings = sample_settings();
    CHECK_FILE(&settings, rows);
}

static void pointers__first_that_is_there_and_not_empty(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{\"lead_id\":1,\"at\":1,\"manager\":\"a\",\"owner\":[{\"name\":\"b\"}]}",            "1@1 any:- manager=a"},
        {"{\"lead_id\":1,\"at\":1,                  \"owner\":[{\"name\":\"b\"}]}",            "1@1 any:- manager=b"},
        {"{\"lead_id\":1,\"at\":1,\"manager\":null, \"owner\":[{\"name\":\"b\"}]}",            "1@1 any:- manager=b"},
        {"{\"lead_id\":1,\"at\":1,\"manager\":\"\", \"owner\":{\"0\":{\"name\":\"b\"}}}",      "1@1 any:- manager=b"},
        {"{\"lead_id\":1,\"at\":1,\"manager\":true, \"owner\":[{\"name\":\"b\"}]}",            "bad_field only"},
        {"{\"lead_id\":1,\"at\":1,\"owner\":[{\"name\":\"b\"}],\"owner\":[]}",                 "empty"}, /* the last member of a name */
        {"{\"lead_id\":1,\"at\":1,\"owner\":[1,{\"name\":\"b\"}]}",                            "empty"},
    };
    struct settings settings = sample_settings();
    CHECK_FILE(&settings, rows);
}

static void message__names_field_value_and_place(void **state)
{
    (void)state;
    struct settings settings = sample_settings();
    struct source *source = &settings.sources[0];
    source->has_each = true;
    source->each = sample_pointer("/leads");
    struct decoder *decoder = decoder_new(&settings, FILE_NOW);
    struct record record = {.timestamp_ms = INT64_MIN,
                            .value = TEXT("{\"leads\":[{\"lead_id\":1,\"at\":1,\"stage\":\"new\"},{\"lead_id\":1,\"at\":\"x\\u0021\"}]}")};
    const struct decoded *elements;
    assert_int_equal(decoder_decode(decoder, &record, &elements), 2);
    assert_int_equal(elements[0].fault, FAULT_NONE);
    assert_int_equal(elements[1].fault, FAULT_BAD_TIME);
    assert_string_equal(elements[1].message, "/leads/1: at: not a time between the years 1 and 9999: \"x!\"");
    assert_true(text_equal(elements[1].value, TEXT("x!")));
    const struct decoded *before = elements;
    decoder_reset(decoder);

    record.value = TEXT("{\"leads\":[{\"lead_id\":1,\"at\":1,\"stage\":\"0123456789012345678901234567890123456789012345678901234567890123ё\"}]}");
    assert_int_equal(decoder_decode(decoder, &record, &elements), 1);
    assert_int_equal(elements[0].value.length, 64);
    assert_string_equal(elements[0].message,
                        "/leads/0: stage: unknown in funnel any: \"0123456789012345678901234567890123456789012345678901234567890123\"...");
    record.value = TEXT("{\"leads\":[}");
    assert_int_equal(decoder_decode(decoder, &record, &elements), 1);
    assert_string_equal(elements[0].message, "byte 10: no JSON value");
    assert_true(text_equal(before[1].value, TEXT("x!"))); /* it lives until the next reset */
    decoder_free(decoder);
}

/* ---- several events in a record, several sources ---- */

static struct settings hubspot(struct source sources[2])
{
    static struct text stage_words[] = {{"dealstage", 9}}, owner_words[] = {{"hubspot_owner_id", 16}, {"7", 1}, {"true", 4}, {"", 0}};
    static struct where wheres[2];
    static const char *topics[] = {"hubspot"};
    wheres[0] = (struct where){sample_pointer("/propertyName"), COUNT_OF(stage_words), stage_words};
    wheres[1] = (struct where){sample_pointer("/propertyName"), COUNT_OF(owner_words), owner_words};
    struct settings settings = sample_settings();
    for (int i = 0; i < 2; i++) {
        sources[i] = sample_source();
        sources[i].topics = topics;
        sources[i].has_each = true;
        sources[i].each = sample_pointer("");
        sources[i].where_count = 1;
        sources[i].wheres = &wheres[i];
        sources[i].fields[FIELD_LEAD_ID] = sample_pointers("/objectId", NULL);
        sources[i].fields[FIELD_AT] = sample_pointers("/occurredAt", NULL);
    }
    sources[0].fields[FIELD_STAGE] = sample_pointers("/propertyValue", NULL);
    sources[1].dimensions[0] = sample_pointers("/propertyValue", NULL);
    settings.source_count = 2;
    settings.sources = sources;
    settings.topics = topics;
    return settings;
}

static void each__elements_are_taken_by_the_first_source_whose_where_holds(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"[{\"objectId\":1,\"occurredAt\":5,\"propertyName\":\"dealstage\",\"propertyValue\":\"won\"},"
         " {\"objectId\":2,\"occurredAt\":6,\"propertyName\":\"hubspot_owner_id\",\"propertyValue\":\"77\"},"
         " {\"objectId\":3,\"occurredAt\":7,\"propertyName\":\"amount\",\"propertyValue\":\"100\"}]",
         "1@5 any:#1; 2@6 any:- manager=77; ignored"},
        {"[{\"objectId\":1,\"occurredAt\":5,\"propertyName\":\"deal\\u0073tage\",\"propertyValue\":\"won\"}]", "1@5 any:#1"},
        {"[{\"objectId\":1,\"occurredAt\":5,\"propertyName\":7,   \"propertyValue\":8}]",    "1@5 any:- manager=8"},
        {"[{\"objectId\":1,\"occurredAt\":5,\"propertyName\":\"7\",\"propertyValue\":8}]",   "1@5 any:- manager=8"},
        {"[{\"objectId\":1,\"occurredAt\":5,\"propertyName\":7.0, \"propertyValue\":8}]",    "ignored"},
        {"[{\"objectId\":1,\"occurredAt\":5,\"propertyName\":true,\"propertyValue\":8}]",    "1@5 any:- manager=8"},
        {"[{\"objectId\":1,\"occurredAt\":5,\"propertyName\":\"\",\"propertyValue\":8}]",    "1@5 any:- manager=8"},
        {"[{\"objectId\":1,\"occurredAt\":5,\"propertyName\":null,\"propertyValue\":8}]",    "ignored"},
        {"[{\"objectId\":1,\"occurredAt\":5,\"propertyName\":[\"dealstage\"]}]",             "ignored"},
        {"[{\"objectId\":1,\"occurredAt\":5}]",                                              "ignored"},
        {"[1,null,[],{\"propertyName\":\"dealstage\"}]",                                     "no_lead_id; no_lead_id; no_lead_id; no_lead_id"},
        {"[]",                                                                               "ignored"},
        {"{\"objectId\":1,\"propertyName\":\"dealstage\"}",                                  "ignored"},
        {"[{\"objectId\":1}",                                                                "not_json"},
        {"7",                                                                                "not_json"},
    };
    struct source sources[2];
    struct settings settings = hubspot(sources);
    CHECK_FILE(&settings, rows);
    check_kafka(&settings, "hubspot", rows, COUNT_OF(rows));
}

static void each__arrays_one_after_the_other_in_the_order_of_sources(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{\"leads\":{\"add\":[{\"id\":3,\"at\":1,\"stage\":\"new\"}], \"status\":[{\"id\":1,\"at\":1,\"stage\":\"new\"},{\"id\":2,\"at\":1,\"stage\":\"won\"}]}}",
         "1@1 any:#0; 2@1 any:#1; 3@1 any:#0; ignored"}, /* the last: the record itself is nobody's event */
        {"{\"leads\":{\"add\":{\"id\":3}}}",                         "ignored"},
        {"{\"leads\":[]}",                                           "ignored"},
        {"{\"lead_id\":9,\"at\":1,\"stage\":\"new\",\"kind\":\"plain\"}", "9@1 any:#0"},
        {"{\"lead_id\":9,\"at\":1,\"stage\":\"new\",\"kind\":\"plain\",\"leads\":{\"add\":[7]}}", "no_lead_id; 9@1 any:#0"},
        {"[{\"id\":1}]",                                             "not_json"},
    };
    static struct text plain[] = {{"plain", 5}};
    struct where where = {sample_pointer("/kind"), 1, plain};
    struct source sources[3];
    for (int i = 0; i < 3; i++) {
        sources[i] = sample_source();
        sources[i].has_each = i < 2;
        if (i < 2)
            sources[i].fields[FIELD_LEAD_ID] = sample_pointers("/id", NULL);
    }
    sources[0].each = sample_pointer("/leads/status");
    sources[1].each = sample_pointer("/leads/add");
    sources[2].where_count = 1;
    sources[2].wheres = &where;
    struct settings settings = sample_settings();
    settings.source_count = 3;
    settings.sources = sources;
    CHECK_FILE(&settings, rows);
}

static void topic__only_its_own_sources(void **state)
{
    (void)state;
    static const char *topics[] = {"a", "b"};
    struct source sources[2] = {sample_source(), sample_source()};
    sources[0].topics = &topics[0];
    sources[1].topics = &topics[1];
    sources[1].fields[FIELD_LEAD_ID] = sample_pointers("/id", NULL);
    struct settings settings = sample_settings();
    settings.source_count = 2;
    settings.sources = sources;
    settings.topic_count = 2;
    settings.topics = topics;
    static const struct row a[] = {{"{\"lead_id\":\"A\",\"id\":\"B\",\"stage\":\"new\"}", "A@1700000000 any:#0"}};
    static const struct row b[] = {{"{\"lead_id\":\"A\",\"id\":\"B\",\"stage\":\"new\"}", "B@1700000000 any:#0"}};
    check_kafka(&settings, "a", a, 1);
    check_kafka(&settings, "b", b, 1);
}

/* ---- Kafka: tombstones and CloudEvents ---- */

static void tombstone__removes_the_lead_its_key_names(void **state)
{
    (void)state;
    struct settings settings = sample_settings();
    struct record record = {.timestamp_ms = KAFKA_MS, .topic = "lead.events", .key = TEXT("L1")};
    check(&settings, &record, "L1@1700000000 removed");
    record.timestamp_ms = INT64_MIN;
    check(&settings, &record, "bad_time");
    record.timestamp_ms = -1;
    check(&settings, &record, "L1@-1 removed");
    record.key = (struct text){NULL, 0};
    check(&settings, &record, "no_lead_id");
    record.key = TEXT("");
    check(&settings, &record, "no_lead_id");
    record.key = TEXT("\xFF");
    check(&settings, &record, "no_lead_id");
    record.key = TEXT("L1");
    settings.keyed = false;
    check(&settings, &record, "empty");
    settings.keyed = true;
    record.value = TEXT(""); /* no bytes are not null */
    check(&settings, &record, "empty");
}

static void cloud_event__binary__time_stands_for_at(void **state)
{
    (void)state;
    struct settings settings = sample_settings();
    struct record_header headers[] = {{TEXT("ce_specversion"), TEXT("1.0")}, {TEXT("ce_time"), TEXT("2023-11-14T20:00:00Z")},
                                      {TEXT("content-type"), TEXT("Application/JSON; charset=utf-8")}};
    struct record record = {.timestamp_ms = KAFKA_MS, .topic = "lead.events", .headers = headers, .header_count = 3,
                            .value = TEXT("{\"lead_id\":1,\"stage\":\"new\"}")};
    check(&settings, &record, "1@1699992000 any:#0");
    record.value = TEXT("{\"lead_id\":1,\"stage\":\"new\",\"at\":5}");
    check(&settings, &record, "1@5 any:#0");
    headers[1].value = TEXT("soon");
    check(&settings, &record, "1@5 any:#0");
    record.value = TEXT("{\"lead_id\":1,\"stage\":\"new\"}");
    check(&settings, &record, "bad_time");
    headers[1].value = TEXT("");
    check(&settings, &record, "1@1700000000 any:#0");
    headers[2].value = TEXT("application/avro");
    check(&settings, &record, "not_json");
    headers[2].value = TEXT("application/vnd.crm+json");
    check(&settings, &record, "1@1700000000 any:#0");
    headers[1].value = TEXT("2023-11-14T20:00:00Z");
    headers[0].name = TEXT("other"); /* no CloudEvent: the rest of the headers means nothing */
    headers[2].value = TEXT("application/avro");
    check(&settings, &record, "1@1700000000 any:#0");
}

static void cloud_event__structured__pointers_start_at_data(void **state)
{
    (void)state;
    struct settings settings = sample_settings();
    struct record_header header = {TEXT("content-type"), TEXT("application/cloudevents+json; charset=UTF-8")};
    struct record record = {.timestamp_ms = KAFKA_MS, .topic = "lead.events", .headers = &header, .header_count = 1};
    static const struct row rows[] = {
        {"{\"specversion\":\"1.0\",\"time\":\"2023-11-14T20:00:00Z\",\"data\":{\"lead_id\":1,\"stage\":\"new\"}}",          "1@1699992000 any:#0"},
        {"{\"specversion\":\"1.0\",\"time\":\"2023-11-14T20:00:00Z\",\"data\":{\"lead_id\":1,\"stage\":\"new\",\"at\":5}}", "1@5 any:#0"},
        {"{\"specversion\":\"1.0\",\"time\":\"soon\",\"data\":{\"lead_id\":1,\"stage\":\"new\"}}",                          "bad_time"},
        {"{\"specversion\":\"1.0\",\"data\":\"e30=\"}",                                                                    "no_lead_id"},
    };
    for (int i = 0; i < COUNT_OF(rows); i++) {
        record.value = text_of(rows[i].value);
        check(&settings, &record, rows[i].expected);
    }
    CHECK_FILE(&settings, rows); /* a file has no headers: the members tell */
    record.value = TEXT("{\"specversion\":\"1.0\",\"data\":{\"lead_id\":1,\"stage\":\"new\"}}");
    check(&settings, &record, "1@1700000000 any:#0");
    record.value = TEXT("[]");
    check(&settings, &record, "not_json");
    record.value = TEXT("{\"lead_id\":1,\"stage\":\"new\"}");
    check(&settings, &record, "no_lead_id");

    struct source sources[2];
    settings = hubspot(sources);
    record.topic = "hubspot";
    record.value = TEXT("{\"specversion\":\"1.0\",\"data\":[{\"objectId\":1,\"occurredAt\":5,\"propertyName\":\"dealstage\",\"propertyValue\":\"won\"}]}");
    check(&settings, &record, "1@5 any:#1");
}

static void reset__memory_is_used_again(void **state)
{
    (void)state;
    struct settings settings = sample_settings();
    struct decoder *decoder = decoder_new(&settings, FILE_NOW);
    struct record record = {.timestamp_ms = INT64_MIN, .value = TEXT("{\"lead_id\":\"\\u0041\",\"at\":1,\"stage\":\"new\"}")};
    for (int round = 0; round < 3; round++) {
        const struct decoded *first, *last;
        assert_int_equal(decoder_decode(decoder, &record, &first), 1);
        for (int i = 0; i < 1000; i++)
            assert_int_equal(decoder_decode(decoder, &record, &last), 1);
        assert_true(first->counts && last->counts);
        assert_true(text_equal(first->event.lead, TEXT("A")));
        assert_int_equal(first->event.lead_hash, last->event.lead_hash);
        decoder_reset(decoder);
    }
    decoder_free(decoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record__not_an_object__refused),
        cmocka_unit_test(record__longer_than_max_record__is_too_large),
        cmocka_unit_test(record__nested_deeper_than_128__is_not_json),
        cmocka_unit_test(lead_id__string_or_integer__as_written),
        cmocka_unit_test(lead_id__of_256_bytes__is_none),
        cmocka_unit_test(times__of_every_form__are_read),
        cmocka_unit_test(times__local__only_where_allowed),
        cmocka_unit_test(times__past_max_future__are_in_future),
        cmocka_unit_test(funnel__named_or_matched_or_default),
        cmocka_unit_test(funnel__of_nobody__is_dead_letter_or_ignored),
        cmocka_unit_test(stage__step_lost_removed_or_other),
        cmocka_unit_test(event__that_says_nothing__is_empty),
        cmocka_unit_test(side_matters__wrong__are_as_if_absent),
        cmocka_unit_test(pointers__first_that_is_there_and_not_empty),
        cmocka_unit_test(message__names_field_value_and_place),
        cmocka_unit_test(each__elements_are_taken_by_the_first_source_whose_where_holds),
        cmocka_unit_test(each__arrays_one_after_the_other_in_the_order_of_sources),
        cmocka_unit_test(topic__only_its_own_sources),
        cmocka_unit_test(tombstone__removes_the_lead_its_key_names),
        cmocka_unit_test(cloud_event__binary__time_stands_for_at),
        cmocka_unit_test(cloud_event__structured__pointers_start_at_data),
        cmocka_unit_test(reset__memory_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
