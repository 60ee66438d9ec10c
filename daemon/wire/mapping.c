#include "mapping.h"

#include <stdlib.h>

#include "../core/memory.h"

#define ENVELOPE_DATA TEXT("data")

static bool reads_topic(const struct source *source, const char *topic)
{
    for (int i = 0; topic != NULL && i < source->topic_count; i++)
        if (strcmp(source->topics[i], topic) == 0)
            return true;
    return topic == NULL;
}

/* Want the value at a pointer; in an envelope it starts at `data`. */
static int want(struct json_plan *plan, const struct pointer *pointer, bool enveloped)
{
    if (!enveloped)
        return json_plan_want(plan, pointer->tokens, pointer->token_count);
    struct text *tokens = memory_new((size_t)(pointer->token_count + 1) * sizeof *tokens);
    tokens[0] = ENVELOPE_DATA;
    for (int i = 0; i < pointer->token_count; i++)
        tokens[i + 1] = pointer->tokens[i];
    int slot = json_plan_want(plan, tokens, pointer->token_count + 1); /* it keeps the texts, not the list */
    free(tokens);
    return slot;
}

static int want_member(struct json_plan *plan, struct text name)
{
    return json_plan_want(plan, &name, 1);
}

static struct mapping_slots want_all(struct json_plan *plan, const struct pointers *pointers, bool enveloped)
{
    struct mapping_slots slots = {.count = pointers->count, .slots = memory_new((size_t)pointers->count * sizeof *slots.slots)};
    for (int i = 0; i < pointers->count; i++)
        slots.slots[i] = want(plan, &pointers->list[i], enveloped);
    slots.first = slots.count > 0 ? slots.slots[0] : -1;
    return slots;
}

static void compile_source(struct mapping_source *out, const struct source *source, int dimension_count, struct json_plan *plan, bool enveloped)
{
    for (int f = 0; f < FIELD_COUNT; f++)
        out->fields[f] = want_all(plan, &source->fields[f], enveloped);
    for (int d = 0; d < dimension_count; d++)
        out->dimensions[d] = want_all(plan, &source->dimensions[d], enveloped);
    out->where_count = source->where_count;
    out->wheres = memory_new((size_t)source->where_count * sizeof *out->wheres);
    for (int i = 0; i < source->where_count; i++)
        out->wheres[i] = (struct mapping_where){want(plan, &source->wheres[i].pointer, enveloped), &source->wheres[i]};
}

static bool same_each(const struct pointer *each, const struct source *source)
{
    if (each == NULL || !source->has_each)
        return each == NULL && !source->has_each;
    if (each->token_count != source->each.token_count)
        return false;
    for (int i = 0; i < each->token_count; i++)
        if (!text_equal(each->tokens[i], source->each.tokens[i]))
            return false;
    return true;
}

/* The group of a source, made if it is the first one. */
static struct mapping_group *group_of(struct mapping *mapping, const struct source *source, bool enveloped)
{
    static const struct pointer whole = {.token_count = 0};
    for (int i = 0; i < mapping->group_count; i++)
        if (same_each(mapping->groups[i].each, source))
            return &mapping->groups[i];
    struct mapping_group *group = &mapping->groups[mapping->group_count++];
    if (source->has_each) {
        group->each = &source->each;
        group->plan = json_plan_new();
        group->element_slot = json_plan_want(group->plan, NULL, 0);
        mapping->takes_arrays |= source->each.token_count == 0;
    }
    group->slot = want(mapping->plan, source->has_each ? &source->each : &whole, enveloped);
    return group;
}

static void note_slots(struct mapping *mapping, const struct json_plan *plan)
{
    if (json_plan_slots(plan) > mapping->slots_max)
        mapping->slots_max = json_plan_slots(plan);
}

struct mapping *mapping_new(const struct settings *settings, const char *topic, bool enveloped)
{
    struct mapping *mapping = memory_new(sizeof *mapping);
    mapping->plan = json_plan_new();
    mapping->root_slot = json_plan_want(mapping->plan, NULL, 0);
    mapping->specversion_slot = want_member(mapping->plan, TEXT("specversion"));
    mapping->data_slot = want_member(mapping->plan, ENVELOPE_DATA);
    mapping->time_slot = want_member(mapping->plan, TEXT("time"));
    mapping->groups = memory_new((size_t)settings->source_count * sizeof *mapping->groups);
    for (int i = 0; i < settings->source_count; i++) {
        const struct source *source = &settings->sources[i];
        if (!reads_topic(source, topic))
            continue;
        struct mapping_group *group = group_of(mapping, source, enveloped);
        group->sources = memory_resize(group->sources, (size_t)(group->source_count + 1) * sizeof *group->sources);
        struct mapping_source *compiled = &group->sources[group->source_count++];
        *compiled = (struct mapping_source){0};
        /* In an envelope the elements of an array are as everywhere; only the way to them begins at `data`. */
        if (group->plan != NULL)
            compile_source(compiled, source, settings->dimension_count, group->plan, false);
        else
            compile_source(compiled, source, settings->dimension_count, mapping->plan, enveloped);
    }
    note_slots(mapping, mapping->plan);
    for (int i = 0; i < mapping->group_count; i++)
        if (mapping->groups[i].plan != NULL)
            note_slots(mapping, mapping->groups[i].plan);
    return mapping;
}

static void free_source(struct mapping_source *source)
{
    for (int f = 0; f < FIELD_COUNT; f++)
        free(source->fields[f].slots);
    for (int d = 0; d < FUNNEL_DIMENSIONS_MAX; d++)
        free(source->dimensions[d].slots);
    free(source->wheres);
}

void mapping_free(struct mapping *mapping)
{
    if (mapping == NULL)
        return;
    for (int i = 0; i < mapping->group_count; i++) {
        struct mapping_group *group = &mapping->groups[i];
        for (int s = 0; s < group->source_count; s++)
            free_source(&group->sources[s]);
        free(group->sources);
        json_plan_free(group->plan);
    }
    free(mapping->groups);
    json_plan_free(mapping->plan);
    free(mapping);
}

/* Values compare as text: true and false by their words, numbers as written. Null, arrays and objects are no text. */
static bool where_holds(const struct mapping_where *where, const struct json_value *value)
{
    if (value->kind != JSON_TRUE && value->kind != JSON_FALSE && value->kind != JSON_NUMBER && value->kind != JSON_STRING)
        return false;
    for (int i = 0; i < where->where->value_count; i++)
        if (json_string_equal(value, where->where->values[i]))
            return true;
    return false;
}

const struct mapping_source *mapping_choose(const struct mapping_group *group, const struct json_value *values)
{
    for (int s = 0; s < group->source_count; s++) {
        const struct mapping_source *source = &group->sources[s];
        bool holds = true;
        for (int i = 0; i < source->where_count && holds; i++)
            holds = where_holds(&source->wheres[i], &values[source->wheres[i].slot]);
        if (holds)
            return source;
    }
    return NULL;
}
