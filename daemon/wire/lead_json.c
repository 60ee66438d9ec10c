#include "lead_json.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "decimal.h"
#include "json_scan.h"
#include "lookup.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* ---- writing ---- */

struct pairs { /* a list of [moment, ...] being written */
    struct buffer *out;
    bool any;
};

static void begin_pair(struct pairs *pairs, int64_t moment)
{
    if (pairs->any)
        buffer_char(pairs->out, ',');
    pairs->any = true;
    buffer_char(pairs->out, '[');
    json_integer(pairs->out, moment);
    buffer_char(pairs->out, ',');
}

/* The elements whose `what` lies in [low, high), as [[moment, name], ...]. */
static void write_pairs(struct buffer *out, const struct lead_set *set, uint32_t low, uint32_t high, struct text (*name_of)(const void *context, uint32_t number),
                        const void *context)
{
    struct pairs pairs = {out, false};
    buffer_char(out, '[');
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t what = lead_element_what(set->elements[i]);
        if (what < low || what >= high)
            continue;
        begin_pair(&pairs, lead_element_time(set->elements[i]));
        json_string(out, name_of(context, what - low));
        buffer_char(out, ']');
    }
    buffer_char(out, ']');
}

static struct text step_name(const void *funnel, uint32_t step)
{
    return text_of(((const struct funnel *)funnel)->steps[step].id);
}

static struct text text_name(const void *names, uint32_t number)
{
    return names_text(names, number);
}

/* created, amount and score: one element of each at most. */
static void write_single(struct buffer *out, const struct lead_set *set, const char *name, uint32_t low, uint32_t high)
{
    json_name(out, name);
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t what = lead_element_what(set->elements[i]);
        if (what < low || what >= high)
            continue;
        int64_t moment = lead_element_time(set->elements[i]);
        if (what == LEAD_CREATED) {
            json_integer(out, moment);
            return;
        }
        begin_pair(&(struct pairs){out, false}, moment);
        if (what == LEAD_AMOUNT) {
            buffer_char(out, '"');
            json_amount(out, set->amount_minor);
            buffer_char(out, '"');
        } else {
            json_integer(out, what - LEAD_SCORE);
        }
        buffer_char(out, ']');
        return;
    }
    buffer_text(out, TEXT("null"));
}

static void write_section(struct buffer *out, const struct settings *settings, const struct lead_names *names, const struct ledger_section *section)
{
    const struct lead_set *set = &section->set;
    const struct funnel *funnel = &settings->funnels[section->funnel];
    json_string(out, text_of(funnel->id));
    buffer_text(out, TEXT(":{"));
    json_name(out, "last");
    json_integer(out, section->last_at);
    write_single(out, set, "created", LEAD_CREATED, LEAD_CREATED + 1);
    json_name(out, "reaches");
    write_pairs(out, set, 0, (uint32_t)funnel->step_count, step_name, funnel);
    json_name(out, "losses");
    write_pairs(out, set, LEAD_LOSS, LEAD_DIMENSION, text_name, names->reasons);
    write_single(out, set, "amount", LEAD_AMOUNT, LEAD_AMOUNT + 1);
    write_single(out, set, "score", LEAD_SCORE, LEAD_SCORE + 11);
    json_name(out, "dimensions");
    buffer_char(out, '{');
    for (int d = 0; d < names->dimension_count; d++) {
        if (d > 0)
            buffer_char(out, ',');
        json_string(out, text_of(names->dimensions[d].name));
        buffer_char(out, ':');
        uint32_t low = (uint32_t)LEAD_DIMENSION + ((uint32_t)d << 20);
        write_pairs(out, set, low, low + LEAD_VALUES_MAX, text_name, names->values[d]);
    }
    buffer_text(out, TEXT("}}"));
}

void lead_json_write(struct buffer *out, const struct settings *settings, const struct lead_names *names, const struct ledger_lead *lead)
{
    buffer_char(out, '{');
    json_name(out, "type");
    json_string(out, TEXT("lead"));
    json_name(out, "schema");
    json_integer(out, 1);
    json_name(out, "removed");
    buffer_text(out, lead->removed ? TEXT("true") : TEXT("false"));
    if (lead->removed) {
        json_name(out, "last");
        json_integer(out, lead->last_at);
    } else {
        json_name(out, "funnels");
        buffer_char(out, '{');
        for (int i = 0; i < lead->section_count; i++) {
            if (i > 0)
                buffer_char(out, ',');
            write_section(out, settings, names, &lead->sections[i]);
        }
        buffer_char(out, '}');
    }
    buffer_char(out, '}');
}

/* ---- reading ---- */

struct section_slots { int last, created, reaches, losses, amount, score, dimensions[FUNNEL_DIMENSIONS_MAX]; };

struct lead_reader {
    const struct settings *settings;
    struct lookup *lookup;
    struct json_plan *plan, *pair;
    int removed, last, moment, name; /* slots */
    struct section_slots slots[FUNNEL_FUNNELS_MAX];
    struct json_value *values;
    struct ledger_section sections[FUNNEL_FUNNELS_MAX];
    char *buffer;
    size_t buffer_capacity;
};

static int want(struct lead_reader *reader, int count, const char *a, const char *b, const char *c, const char *d)
{
    struct text tokens[] = {text_of(a), text_of(b), text_of(c), text_of(d)};
    return json_plan_want(reader->plan, tokens, count);
}

struct lead_reader *lead_reader_new(const struct settings *settings)
{
    struct lead_reader *reader = memory_new(sizeof *reader);
    reader->settings = settings;
    reader->lookup = lookup_new(settings);
    reader->plan = json_plan_new();
    reader->removed = want(reader, 1, "removed", NULL, NULL, NULL);
    reader->last = want(reader, 1, "last", NULL, NULL, NULL);
    for (int f = 0; f < settings->funnel_count; f++) {
        const char *id = settings->funnels[f].id;
        struct section_slots *slots = &reader->slots[f];
        slots->last = want(reader, 3, "funnels", id, "last", NULL);
        slots->created = want(reader, 3, "funnels", id, "created", NULL);
        slots->reaches = want(reader, 3, "funnels", id, "reaches", NULL);
        slots->losses = want(reader, 3, "funnels", id, "losses", NULL);
        slots->amount = want(reader, 3, "funnels", id, "amount", NULL);
        slots->score = want(reader, 3, "funnels", id, "score", NULL);
        for (int d = 0; d < settings->dimension_count; d++)
            slots->dimensions[d] = want(reader, 4, "funnels", id, "dimensions", settings->dimensions[d].name);
    }
    reader->values = memory_new((size_t)json_plan_slots(reader->plan) * sizeof *reader->values);
    reader->pair = json_plan_new();
    reader->moment = json_plan_want(reader->pair, &TEXT("0"), 1);
    reader->name = json_plan_want(reader->pair, &TEXT("1"), 1);
    return reader;
}

void lead_reader_free(struct lead_reader *reader)
{
    if (reader == NULL)
        return;
    for (int f = 0; f < FUNNEL_FUNNELS_MAX; f++)
        free(reader->sections[f].set.elements);
    lookup_free(reader->lookup);
    json_plan_free(reader->plan);
    json_plan_free(reader->pair);
    free(reader->values);
    free(reader->buffer);
    free(reader);
}

uint64_t lead_json_hash(struct text id)
{
    return XXH3_64bits(id.data, id.length);
}

static bool read_integer(const struct json_value *value, int64_t *out)
{
    struct decimal decimal;
    return value->kind == JSON_NUMBER && decimal_read(value->raw, &decimal) && decimal_round(&decimal, 0, DECIMAL_EXACT, out);
}

static bool read_moment(const struct json_value *value, int64_t *out)
{
    return read_integer(value, out) && *out >= TIME_LEAST && *out <= TIME_GREATEST;
}

static struct text read_name(struct lead_reader *reader, const struct json_value *value)
{
    reader->buffer = memory_grow(reader->buffer, &reader->buffer_capacity, value->raw.length + 1, 1);
    return json_unescape(value, reader->buffer);
}

struct row { /* what a row is read into */
    struct lead_reader *reader;
    const struct lead_names *names;
    struct ledger_section *section;
};

/* Call add for each [moment, name] of a list. */
static bool read_pairs(const struct row *row, const struct json_value *list, bool (*add)(const struct row *row, int64_t moment, struct text name, int number), int number)
{
    if (list->kind != JSON_ARRAY)
        return list->kind == JSON_ABSENT; /* a dimension that the configuration did not have then */
    struct text rest = list->raw;
    for (size_t i = 0; i < list->count; i++) {
        struct json_value pair[2];
        json_scan_element(row->reader->pair, &rest, pair);
        int64_t moment;
        if (!read_moment(&pair[row->reader->moment], &moment) || pair[row->reader->name].kind != JSON_STRING ||
            !add(row, moment, read_name(row->reader, &pair[row->reader->name]), number))
            return false;
    }
    return true;
}

static bool add_reach(const struct row *row, int64_t moment, struct text name, int number)
{
    (void)number;
    const struct name *step = lookup_stage(row->reader->lookup, row->section->funnel, name);
    if (step != NULL && step->kind == NAME_STEP) /* else the funnel no longer has it */
        lead_set_add_element(&row->section->set, lead_element(moment, (uint32_t)step->step));
    return true;
}

static bool add_loss(const struct row *row, int64_t moment, struct text name, int number)
{
    (void)number;
    uint32_t reason = names_number(row->names->reasons, name);
    lead_set_add_element(&row->section->set, lead_element(moment, (uint32_t)LEAD_LOSS + (reason == NAMES_FULL ? 0 : reason)));
    return true;
}

static bool add_value(const struct row *row, int64_t moment, struct text name, int dimension)
{
    lead_set_add_dimension(&row->section->set, row->names, dimension, moment, name);
    return true;
}

/* amount and score: [moment, value] or null. Scans the pair out of its array. */
static bool read_single(const struct row *row, const struct json_value *value, struct json_value pair[2], int64_t *moment, bool *there)
{
    *there = value->kind == JSON_ARRAY;
    if (!*there)
        return value->kind == JSON_NULL;
    struct json_error error;
    return json_scan(row->reader->pair, (struct text){value->raw.data, value->raw.length}, pair, &error) && read_moment(&pair[row->reader->moment], moment);
}

static bool read_section(const struct row *row, const struct section_slots *slots)
{
    struct lead_reader *reader = row->reader;
    struct json_value *values = reader->values, pair[2];
    struct lead_set *set = &row->section->set;
    int64_t moment, number;
    bool there;
    if (!read_moment(&values[slots->last], &row->section->last_at))
        return false;
    if (values[slots->created].kind == JSON_NUMBER) {
        if (!read_moment(&values[slots->created], &moment))
            return false;
        lead_set_add_created(set, moment);
    }
    if (!read_single(row, &values[slots->amount], pair, &moment, &there))
        return false;
    if (there) {
        if (pair[reader->name].kind != JSON_STRING || !decimal_amount(pair[reader->name].raw, &number))
            return false;
        lead_set_add_amount(set, moment, number);
    }
    if (!read_single(row, &values[slots->score], pair, &moment, &there))
        return false;
    if (there) {
        if (!read_integer(&pair[reader->name], &number) || number < 0 || number > 10)
            return false;
        lead_set_add_score(set, moment, (int)number);
    }
    for (int d = 0; d < reader->settings->dimension_count; d++)
        if (!read_pairs(row, &values[slots->dimensions[d]], add_value, d))
            return false;
    return read_pairs(row, &values[slots->reaches], add_reach, 0) && read_pairs(row, &values[slots->losses], add_loss, 0);
}

bool lead_json_read(struct lead_reader *reader, struct text id, struct text value, const struct lead_names *names, struct ledger_lead *out)
{
    struct json_error error;
    *out = (struct ledger_lead){.id = id, .last_at = TIME_NONE, .sections = reader->sections};
    if (id.length == 0 || id.length > 255 || !json_scan(reader->plan, value, reader->values, &error))
        return false;
    if (reader->values[reader->removed].kind == JSON_TRUE) {
        out->removed = true;
        return read_moment(&reader->values[reader->last], &out->last_at);
    }
    for (int f = 0; f < reader->settings->funnel_count; f++) {
        if (reader->values[reader->slots[f].last].kind == JSON_ABSENT)
            continue;
        struct ledger_section *section = &reader->sections[out->section_count++];
        section->funnel = f;
        section->set.count = 0;
        section->set.amount_minor = 0;
        if (!read_section(&(struct row){reader, names, section}, &reader->slots[f]))
            return false;
    }
    return true;
}
