/* mapping.h -- the sources of one topic, compiled for the scanner: which values of a record are wanted and in which slots they come.
 * One scan of a record finds what any of its sources may ask for; then the source is chosen that takes it. Arrays of events (`each`)
 * are found by the record's scan, and each of their elements is scanned again by itself.
 * Threads: immutable once made. Source: formats, "Configuration", input.sources. */
#ifndef FUNNELD_WIRE_MAPPING_H
#define FUNNELD_WIRE_MAPPING_H

#include "../settings/settings.h"
#include "json_scan.h"

struct mapping_slots { /* of a list of pointers, in its order */
    int count;
    int first;  /* most lists have one pointer or none */
    int *slots;
};

struct mapping_where {
    int slot;
    const struct where *where;
};

struct mapping_source {
    struct mapping_slots fields[FIELD_COUNT];
    struct mapping_slots dimensions[FUNNEL_DIMENSIONS_MAX];
    int where_count;
    struct mapping_where *wheres;
};

struct mapping_group { /* the sources that share one `each`, in their order */
    const struct pointer *each;  /* NULL: the record itself is the element */
    int slot;                    /* in the record's plan: the array, or the element itself */
    struct json_plan *plan;      /* each != NULL: of one element. Else NULL: the record's plan has the slots */
    int element_slot;            /* in that plan: the element itself */
    int source_count;
    struct mapping_source *sources;
};

struct mapping {
    struct json_plan *plan;      /* of a record */
    int root_slot;               /* the whole record */
    int specversion_slot, data_slot, time_slot; /* of a CloudEvent's envelope */
    bool takes_arrays;           /* some source has each: "" */
    int group_count;             /* by first source */
    struct mapping_group *groups;
    int slots_max;               /* the most slots that any of its plans has */
};

/* Of the sources that read this topic (NULL: of all). `enveloped`: the record is a CloudEvent's envelope, pointers start at its `data`. */
struct mapping *mapping_new(const struct settings *settings, const char *topic, bool enveloped);
void mapping_free(struct mapping *mapping);

/* The first source of the group whose `where` holds; NULL: none. */
const struct mapping_source *mapping_choose(const struct mapping_group *group, const struct json_value *values);

/* Null counts as absent, and so does an empty string: no other value is empty as written. */
static inline bool mapping_is_there(const struct json_value *value)
{
    return value->kind > JSON_NULL && value->raw.length > 0;
}

/* The first value of a list that is there; NULL: none. */
static inline const struct json_value *mapping_first(const struct mapping_slots *slots, const struct json_value *values)
{
    if (slots->count == 0)
        return NULL;
    if (mapping_is_there(&values[slots->first]))
        return &values[slots->first];
    for (int i = 1; i < slots->count; i++)
        if (mapping_is_there(&values[slots->slots[i]]))
            return &values[slots->slots[i]];
    return NULL;
}

#endif
