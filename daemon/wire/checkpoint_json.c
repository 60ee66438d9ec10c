#include "checkpoint_json.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "../settings/dimension_section.h"
#include "decimal.h"
#include "digits.h"
#include "json_scan.h"

static void write_known(struct buffer *out, const char *name, int64_t number)
{
    json_name(out, name);
    json_known_integer(out, number);
}

static void write_hash(struct buffer *out, const char *name, uint64_t hash)
{
    json_name(out, name);
    json_string(out, text_of(digits_of(hash).text));
}

static void write_member(struct buffer *out, bool first, const char *name, const char *value)
{
    if (!first)
        buffer_char(out, ',');
    json_string(out, text_of(name));
    buffer_char(out, ':');
    if (*value != '\0')
        json_string(out, text_of(value));
    else
        buffer_text(out, TEXT("null"));
}

static void write_reading(struct buffer *out, const struct settings *settings)
{
    json_name(out, "reading");
    buffer_char(out, '{');
    write_hash(out, "hash", settings->reading_hash);
    write_known(out, "retention", settings->retention_s >= 0 ? settings->retention_s : TIME_NONE);
    json_name(out, "takes");
    buffer_char(out, '{');
    for (int d = 0; d < settings->dimension_count; d++)
        write_member(out, d == 0, settings->dimensions[d].name, dimension_section_takes[settings->dimensions[d].take]);
    buffer_char(out, '}');
    json_name(out, "currencies");
    buffer_char(out, '{');
    for (int f = 0; f < settings->funnel_count; f++)
        write_member(out, f == 0, settings->funnels[f].id, settings->funnels[f].currency);
    buffer_text(out, TEXT("}}"));
}

void checkpoint_json_write(struct buffer *out, const struct settings *settings, const struct checkpoint *checkpoint)
{
    buffer_char(out, '{');
    json_name(out, "type");
    json_string(out, TEXT("checkpoint"));
    json_name(out, "schema");
    json_integer(out, 1);
    json_name(out, "application");
    json_string(out, text_of(settings->application));
    json_name(out, "generation");
    json_integer(out, checkpoint->generation);
    write_hash(out, "config", checkpoint->config);
    write_reading(out, settings);
    write_known(out, "last_tick", checkpoint->last_tick_ms);
    json_name(out, "last_event_at");
    buffer_char(out, '{');
    bool any = false;
    for (int f = 0; f < settings->funnel_count; f++) {
        if (checkpoint->last_event_at[f] == TIME_NONE)
            continue;
        if (any)
            buffer_char(out, ',');
        any = true;
        json_string(out, text_of(settings->funnels[f].id));
        buffer_char(out, ':');
        json_integer(out, checkpoint->last_event_at[f]);
    }
    buffer_char(out, '}');
    json_name(out, "partitions");
    buffer_char(out, '[');
    for (int i = 0; i < checkpoint->partition_count; i++) {
        const struct checkpoint_partition *partition = &checkpoint->partitions[i];
        if (i > 0)
            buffer_char(out, ',');
        buffer_char(out, '{');
        json_name(out, "topic");
        json_string(out, text_of(partition->topic));
        json_name(out, "partition");
        json_integer(out, partition->partition);
        json_name(out, "offset");
        json_integer(out, partition->offset);
        write_known(out, "greatest_at", partition->greatest_at);
        write_known(out, "watermark_ms", partition->watermark_ms);
        buffer_char(out, '}');
    }
    buffer_text(out, TEXT("]}"));
}

static bool read_integer(const struct json_value *value, int64_t *out)
{
    return value->kind == JSON_NUMBER && decimal_integer(value->raw, out);
}

static int64_t read_known(const struct json_value *value)
{
    int64_t number;
    return read_integer(value, &number) ? number : TIME_NONE;
}

static bool read_partition(const struct json_value values[5], struct checkpoint_partition *out)
{
    int64_t partition;
    if (values[0].kind != JSON_STRING || !read_integer(&values[1], &partition) || partition < 0 || partition > INT32_MAX ||
        !read_integer(&values[2], &out->offset))
        return false;
    char *topic = memory_new(values[0].raw.length + 1);
    struct text text = json_unescape(&values[0], topic);
    memmove(topic, text.data, text.length);
    topic[text.length] = '\0';
    out->topic = topic;
    out->partition = (int32_t)partition;
    out->greatest_at = read_known(&values[3]);
    out->watermark_ms = read_known(&values[4]);
    return true;
}

static bool read_partitions(const struct json_value *list, struct checkpoint *checkpoint)
{
    static const char *const names[] = {"topic", "partition", "offset", "greatest_at", "watermark_ms"};
    if (list->kind != JSON_ARRAY)
        return false;
    struct json_plan *plan = json_plan_new();
    for (int i = 0; i < 5; i++)
        json_plan_want(plan, &(struct text){names[i], strlen(names[i])}, 1);
    checkpoint->partitions = memory_new((list->count + 1) * sizeof *checkpoint->partitions);
    struct text rest = list->raw;
    bool good = true;
    for (size_t i = 0; i < list->count && good; i++) {
        struct json_value values[5];
        json_scan_element(plan, &rest, values);
        good = read_partition(values, &checkpoint->partitions[checkpoint->partition_count]);
        checkpoint->partition_count += good;
    }
    json_plan_free(plan);
    return good;
}

static bool read_hash(const struct json_value *value, uint64_t *hash)
{
    return value->kind == JSON_STRING && digits_read(value->raw, hash);
}

struct reading_slots { int hash, retention, takes, currencies; }; /* the latter two begin one of each dimension, and one of each name of each funnel */

static struct reading_slots want_reading(struct json_plan *plan, const struct settings *settings)
{
    struct text reading = TEXT("reading");
    struct reading_slots slots = {.hash = json_plan_want(plan, (struct text[]){reading, TEXT("hash")}, 2),
                                  .retention = json_plan_want(plan, (struct text[]){reading, TEXT("retention")}, 2),
                                  .takes = json_plan_slots(plan)};
    for (int d = 0; d < settings->dimension_count; d++)
        json_plan_want(plan, (struct text[]){reading, TEXT("takes"), text_of(settings->dimensions[d].name)}, 3);
    slots.currencies = json_plan_slots(plan);
    for (int f = 0; f < settings->funnel_count; f++)
        for (int a = 0; a < settings->namings[f].alias_count; a++)
            json_plan_want(plan, (struct text[]){reading, TEXT("currencies"), settings->namings[f].aliases[a]}, 3);
    return slots;
}

static bool read_reading(const struct settings *settings, const struct json_value *values, struct reading_slots slots, struct checkpoint_reading *out)
{
    if (!read_hash(&values[slots.hash], &out->hash))
        return false;
    if (values[slots.retention].kind == JSON_NULL)
        out->retention_s = -1;
    else if (!read_integer(&values[slots.retention], &out->retention_s))
        return false;
    for (int d = 0; d < settings->dimension_count; d++) {
        out->takes[d] = -1;
        for (int take = 0; dimension_section_takes[take] != NULL; take++)
            if (values[slots.takes + d].kind == JSON_STRING && json_string_equal(&values[slots.takes + d], text_of(dimension_section_takes[take])))
                out->takes[d] = take;
    }
    const struct json_value *currency = &values[slots.currencies];
    for (int f = 0; f < settings->funnel_count; f++) {
        for (int a = 0; a < settings->namings[f].alias_count; a++, currency++) {
            out->funnels[f] = out->funnels[f] || currency->kind != JSON_ABSENT;
            if (currency->kind == JSON_STRING && currency->raw.length < sizeof out->currencies[f])
                memcpy(out->currencies[f], currency->raw.data, currency->raw.length); /* a checked word: nothing in it is escaped */
        }
    }
    return true;
}

struct checkpoint *checkpoint_json_read(const struct settings *settings, struct text value)
{
    struct json_plan *plan = json_plan_new();
    int generation = json_plan_want(plan, &TEXT("generation"), 1), config = json_plan_want(plan, &TEXT("config"), 1);
    int last_tick = json_plan_want(plan, &TEXT("last_tick"), 1), partitions = json_plan_want(plan, &TEXT("partitions"), 1);
    struct reading_slots reading = want_reading(plan, settings);
    int first_funnel = json_plan_slots(plan);
    for (int f = 0; f < settings->funnel_count; f++)
        json_plan_want(plan, (struct text[]){TEXT("last_event_at"), text_of(settings->funnels[f].id)}, 2);
    struct json_value *values = memory_new((size_t)json_plan_slots(plan) * sizeof *values);
    struct checkpoint *checkpoint = memory_new(sizeof *checkpoint);
    checkpoint->last_event_at = memory_new((size_t)settings->funnel_count * sizeof *checkpoint->last_event_at);
    struct json_error error;
    bool good = json_scan(plan, value, values, &error) && read_integer(&values[generation], &checkpoint->generation) && read_hash(&values[config], &checkpoint->config) &&
                read_reading(settings, values, reading, &checkpoint->reading) && read_partitions(&values[partitions], checkpoint);
    if (good) {
        checkpoint->last_tick_ms = read_known(&values[last_tick]);
        for (int f = 0; f < settings->funnel_count; f++)
            checkpoint->last_event_at[f] = read_known(&values[first_funnel + f]);
    } else {
        checkpoint_free(checkpoint);
        checkpoint = NULL;
    }
    free(values);
    json_plan_free(plan);
    return checkpoint;
}

void checkpoint_free(struct checkpoint *checkpoint)
{
    if (checkpoint == NULL)
        return;
    for (int i = 0; i < checkpoint->partition_count; i++)
        free((char *)(uintptr_t)checkpoint->partitions[i].topic);
    free(checkpoint->partitions);
    free(checkpoint->last_event_at);
    free(checkpoint);
}
