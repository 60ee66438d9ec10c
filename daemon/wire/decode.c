#include "decode.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "arena.h"
#include "cloud_event.h"
#include "interpret.h"
#include "json_scan.h"
#include "mapping.h"

struct topic {
    const char *name;             /* NULL: files, whose records may come from any source */
    struct mapping *plain;
    struct mapping *enveloped;    /* for records that are a CloudEvent's envelope */
};

struct decoder {
    const struct settings *settings;
    int64_t now_limit;
    struct arena arena, past; /* since the last reset; before it */
    struct interpreter interpreter;
    int topic_count;
    struct topic *topics;         /* the last one is that of files */
    struct json_value *values;    /* of a record */
    struct json_value *element_values;
};

/* One record on its way. */
struct call {
    struct decoder *decoder;
    const struct record *record;
    const struct mapping *mapping;
    struct circumstances circumstances;
    struct decoded *elements;
    int element_count;
};

static struct topic topic_new(const struct settings *settings, const char *name)
{
    return (struct topic){name, mapping_new(settings, name, false), mapping_new(settings, name, true)};
}

struct decoder *decoder_new(const struct settings *settings, int64_t now_limit)
{
    struct decoder *decoder = memory_new(sizeof *decoder);
    decoder->settings = settings;
    decoder->now_limit = now_limit;
    interpreter_init(&decoder->interpreter, settings, &decoder->arena);
    decoder->topic_count = settings->topic_count + 1;
    decoder->topics = memory_new((size_t)decoder->topic_count * sizeof *decoder->topics);
    for (int i = 0; i < settings->topic_count; i++)
        decoder->topics[i] = topic_new(settings, settings->topics[i]);
    struct topic *files = &decoder->topics[settings->topic_count];
    *files = topic_new(settings, NULL);
    /* Files' mappings hold every topic's, and an envelope's no fewer slots than the plain one. */
    size_t slots = (size_t)files->enveloped->slots_max;
    if ((size_t)files->plain->slots_max > slots)
        slots = (size_t)files->plain->slots_max;
    decoder->values = memory_new(slots * sizeof *decoder->values);
    decoder->element_values = memory_new(slots * sizeof *decoder->element_values);
    return decoder;
}

void decoder_free(struct decoder *decoder)
{
    if (decoder == NULL)
        return;
    for (int i = 0; i < decoder->topic_count; i++) {
        mapping_free(decoder->topics[i].plain);
        mapping_free(decoder->topics[i].enveloped);
    }
    free(decoder->topics);
    free(decoder->values);
    free(decoder->element_values);
    interpreter_free(&decoder->interpreter);
    arena_free(&decoder->arena);
    arena_free(&decoder->past);
    free(decoder);
}

void decoder_reset(struct decoder *decoder)
{
    struct arena past = decoder->arena;
    decoder->arena = decoder->past;
    decoder->past = past;
    arena_reset(&decoder->arena);
}

/* A topic that nobody subscribed to is read as a file is. */
static const struct topic *topic_of(const struct decoder *decoder, const char *name)
{
    int i = 0;
    while (i < decoder->topic_count - 1 && (name == NULL || strcmp(decoder->topics[i].name, name) != 0))
        i++;
    return &decoder->topics[i];
}

static struct decoded *new_elements(struct call *call, size_t count)
{
    assert(count <= INT_MAX);
    call->element_count = (int)count;
    call->elements = arena_take(&call->decoder->arena, count * sizeof *call->elements);
    for (size_t i = 0; i < count; i++)
        call->elements[i] = (struct decoded){0};
    return call->elements;
}

/* The record is refused as a whole. */
static void refuse(struct call *call, enum fault fault, const char *what, struct text value)
{
    decoded_fault(new_elements(call, 1), &call->decoder->arena, fault, "", what, value);
}

static bool is_blank(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] != ' ' && text.data[i] != '\t' && text.data[i] != '\n' && text.data[i] != '\r')
            return false;
    return true;
}

static struct circumstances circumstances_of(const struct decoder *decoder, const struct record *record)
{
    struct circumstances circumstances = {.record_s = TIME_NONE};
    int64_t now = decoder->now_limit;
    if (record->timestamp_ms != INT64_MIN)
        now = circumstances.record_s = time_floor(record->timestamp_ms, 1000) / 1000;
    if (__builtin_add_overflow(now, decoder->settings->max_future_s, &circumstances.latest_s))
        circumstances.latest_s = TIME_NEVER;
    return circumstances;
}

/* Scan the record, find out whether it is an envelope, and set call->mapping. false: it is refused. */
static bool scan_record(struct call *call)
{
    struct decoder *decoder = call->decoder;
    const struct record *record = call->record;
    const struct topic *topic = topic_of(decoder, record->topic);
    struct cloud_event cloud = cloud_event_of(record);
    if (cloud.mode == CLOUD_BINARY && cloud.content_type.length > 0 && !cloud_event_is_json(cloud.content_type)) {
        refuse(call, FAULT_NOT_JSON, "a CloudEvent whose content type is not JSON", cloud.content_type);
        return false;
    }
    call->mapping = cloud.mode == CLOUD_STRUCTURED ? topic->enveloped : topic->plain;

    struct json_value *values = decoder->values;
    struct json_error error;
    if (!json_scan(call->mapping->plan, record->value, values, &error)) {
        refuse(call, FAULT_NOT_JSON, arena_format(&decoder->arena, "byte %zu: %s", error.offset, error.what), (struct text){NULL, 0});
        return false;
    }
    /* A file has no headers to say so: there an object with these members is an envelope. */
    bool looks_enveloped = values[call->mapping->specversion_slot].kind > JSON_NULL && values[call->mapping->data_slot].kind > JSON_NULL;
    if (record->topic == NULL && looks_enveloped) {
        call->mapping = topic->enveloped;
        bool scanned = json_scan(call->mapping->plan, record->value, values, &error);
        assert(scanned);
    }

    enum json_kind kind = values[call->mapping->root_slot].kind;
    bool array_fits = kind == JSON_ARRAY && call->mapping == topic->plain && call->mapping->takes_arrays;
    if (kind != JSON_OBJECT && !array_fits) {
        refuse(call, FAULT_NOT_JSON, "no JSON object", (struct text){NULL, 0});
        return false;
    }
    struct json_value *time = &call->circumstances.time;
    if (call->mapping == topic->enveloped)
        *time = values[call->mapping->time_slot];
    else if (cloud.mode == CLOUD_BINARY && cloud.time.data != NULL)
        *time = (struct json_value){.kind = JSON_STRING, .raw = cloud.time};
    if (time->kind == JSON_STRING && time->raw.length == 0)
        time->kind = JSON_ABSENT;
    return true;
}

/* How many elements of this group the record has. An array as the whole record is no element of sources without `each`. */
static size_t elements_of(const struct call *call, const struct mapping_group *group)
{
    const struct json_value *value = &call->decoder->values[group->slot];
    if (group->each != NULL)
        return value->kind == JSON_ARRAY ? value->count : 0;
    return call->decoder->values[call->mapping->root_slot].kind == JSON_OBJECT;
}

static void decode_element(struct call *call, const struct mapping_group *group, const struct json_value *element, const struct json_value *values,
                           struct decoded *out)
{
    struct decoder *decoder = call->decoder;
    if (element->kind != JSON_OBJECT) {
        struct text text = element->kind != JSON_ABSENT ? element->raw : (struct text){NULL, 0};
        decoded_fault(out, &decoder->arena, FAULT_NO_LEAD_ID, "", "no JSON object", text);
        return;
    }
    const struct mapping_source *source = mapping_choose(group, values);
    if (source != NULL)
        interpret_element(&decoder->interpreter, &call->circumstances, source, values, out);
    else
        out->ignored = true;
}

static struct decoded *decode_group(struct call *call, const struct mapping_group *group, struct decoded *out)
{
    struct decoder *decoder = call->decoder;
    const struct json_value *found = &decoder->values[group->slot];
    size_t count = elements_of(call, group);
    if (group->each == NULL) {
        if (count > 0)
            decode_element(call, group, found, decoder->values, out);
        return out + count;
    }
    struct text rest = found->raw;
    for (size_t i = 0; i < count; i++, out++) {
        json_scan_element(group->plan, &rest, decoder->element_values);
        out->place = (struct decoded_place){group->each, i};
        decode_element(call, group, &decoder->element_values[group->element_slot], decoder->element_values, out);
    }
    return out;
}

static void decode_elements(struct call *call)
{
    const struct mapping *mapping = call->mapping;
    size_t count = 0;
    for (int g = 0; g < mapping->group_count; g++)
        count += elements_of(call, &mapping->groups[g]);
    struct decoded *out = new_elements(call, count > 0 ? count : 1);
    if (count == 0)
        out->ignored = true; /* nothing in it is anybody's event */
    for (int g = 0; g < mapping->group_count; g++)
        out = decode_group(call, &mapping->groups[g], out);
}

int decoder_decode(struct decoder *decoder, const struct record *record, const struct decoded **out)
{
    struct call call = {.decoder = decoder, .record = record, .circumstances = circumstances_of(decoder, record)};
    if (record->value.data == NULL && decoder->settings->keyed)
        interpret_tombstone(&decoder->interpreter, &call.circumstances, record->key, new_elements(&call, 1));
    else if (record->value.length > (size_t)decoder->settings->max_record)
        refuse(&call, FAULT_TOO_LARGE, arena_format(&decoder->arena, "%zu bytes", record->value.length), (struct text){NULL, 0});
    else if (is_blank(record->value))
        refuse(&call, FAULT_EMPTY, "no value", (struct text){NULL, 0});
    else if (scan_record(&call))
        decode_elements(&call);
    *out = call.elements;
    return call.element_count;
}

const struct decoded *decoder_refuse(struct decoder *decoder, const struct decoded *decoded, enum fault fault, const char *field, const char *what)
{
    struct decoded *refused = arena_take(&decoder->arena, sizeof *refused);
    *refused = (struct decoded){.place = decoded->place, .event = decoded->event};
    decoded_fault(refused, &decoder->arena, fault, field, what, (struct text){NULL, 0});
    return refused;
}
