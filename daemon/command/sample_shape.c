#include "sample_shape.h"

#include <stdlib.h>

#include "../core/memory.h"

enum { MEMBER_OBJECT = -1, MEMBER_CONSTANT = -2 }; /* in place of the index of a value */

struct member {
    struct text key;     /* its name, unescaped; borrowed from the settings */
    char *name;          /* `"name":`, as it is written */
    size_t name_length;
    int value;           /* index into the event's values, or one of the above */
    char *constant;      /* JSON */
    size_t constant_length;
    struct member *first, *next; /* of the object's members; after it */
};

struct sample_shape {
    struct member root;
    struct buffer before, after; /* of the array that `each` names */
};

static struct member *member_named(struct member *object, struct text key)
{
    struct member **place = &object->first;
    for (; *place != NULL; place = &(*place)->next) {
        if (text_equal((*place)->key, key))
            return *place;
    }
    struct buffer name = {0};
    json_string(&name, key);
    buffer_char(&name, ':');
    *place = memory_new(sizeof **place);
    **place = (struct member){.key = key, .name = name.data, .name_length = name.length, .value = MEMBER_OBJECT};
    return *place;
}

/* Put a value at the end of the pointer's path. NULL: the place is taken, or is the whole event. */
static struct member *place_value(struct member *root, const struct pointer *pointer, int value)
{
    struct member *member = root;
    for (int i = 0; i < pointer->token_count; i++) {
        if (member->value != MEMBER_OBJECT)
            return NULL;
        member = member_named(member, pointer->tokens[i]);
    }
    if (member == root || member->value != MEMBER_OBJECT || member->first != NULL)
        return NULL;
    member->value = value;
    return member;
}

static void place_constant(struct member *root, const struct where *where)
{
    struct member *member = place_value(root, &where->pointer, MEMBER_CONSTANT);
    if (member == NULL)
        return;
    struct buffer json = {0};
    json_string(&json, where->values[0]);
    member->constant = json.data;
    member->constant_length = json.length;
}

static void wrap(struct sample_shape *shape, const struct pointer *each)
{
    for (int i = 0; i < each->token_count; i++) {
        buffer_char(&shape->before, '{');
        json_string(&shape->before, each->tokens[i]);
        buffer_char(&shape->before, ':');
    }
    buffer_char(&shape->before, '[');
    buffer_char(&shape->after, ']');
    for (int i = 0; i < each->token_count; i++)
        buffer_char(&shape->after, '}');
}

static const struct source *source_to_follow(const struct settings *settings)
{
    for (int i = 0; i < settings->source_count; i++) {
        if (settings->sources[i].where_count == 0)
            return &settings->sources[i];
    }
    return &settings->sources[0];
}

struct sample_shape *sample_shape_new(const struct settings *settings)
{
    static const enum field order[] = {FIELD_LEAD_ID, FIELD_AT, FIELD_FUNNEL, FIELD_STAGE, FIELD_REASON, FIELD_SCORE, FIELD_AMOUNT, FIELD_CURRENCY};
    const struct source *source = source_to_follow(settings);
    struct sample_shape *shape = memory_new(sizeof *shape);
    shape->root.value = MEMBER_OBJECT;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const struct pointers *pointers = &source->fields[order[i]];
        if (pointers->count > 0)
            place_value(&shape->root, &pointers->list[0], order[i]);
    }
    for (int d = 0; d < settings->dimension_count; d++) {
        if (source->dimensions[d].count > 0)
            place_value(&shape->root, &source->dimensions[d].list[0], FIELD_COUNT + d);
    }
    for (int i = 0; i < source->where_count; i++)
        place_constant(&shape->root, &source->wheres[i]);
    if (source->has_each)
        wrap(shape, &source->each);
    return shape;
}

static void free_members(struct member *member)
{
    while (member != NULL) {
        struct member *next = member->next;
        free_members(member->first);
        free(member->name);
        free(member->constant);
        free(member);
        member = next;
    }
}

void sample_shape_free(struct sample_shape *shape)
{
    if (shape == NULL)
        return;
    free_members(shape->root.first);
    free(shape->before.data);
    free(shape->after.data);
    free(shape);
}

/* Write the members that have a value. False: none has. */
static bool write_object(const struct member *object, const struct text *values, struct buffer *out)
{
    bool any = false;
    buffer_char(out, '{');
    for (const struct member *member = object->first; member != NULL; member = member->next) {
        if (member->value >= 0 && values[member->value].data == NULL)
            continue;
        size_t mark = out->length;
        if (any)
            buffer_char(out, ',');
        buffer_text(out, (struct text){member->name, member->name_length});
        if (member->value >= 0) {
            buffer_text(out, values[member->value]);
        } else if (member->value == MEMBER_CONSTANT) {
            buffer_text(out, (struct text){member->constant, member->constant_length});
        } else if (!write_object(member, values, out)) {
            out->length = mark; /* nothing in it: the event has no such member */
            continue;
        }
        any = true;
    }
    buffer_char(out, '}');
    return any;
}

void sample_shape_write(const struct sample_shape *shape, const struct text values[SAMPLE_VALUES], struct buffer *out)
{
    buffer_text(out, (struct text){shape->before.data, shape->before.length});
    write_object(&shape->root, values, out);
    buffer_text(out, (struct text){shape->after.data, shape->after.length});
    buffer_char(out, '\n');
}
