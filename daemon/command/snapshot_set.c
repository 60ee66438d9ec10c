#include "snapshot_set.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "../core/names.h"

enum { BLOCK_RECORDS = 1000 };

struct snapshot_set {
    struct names *keys;
    struct text *values;    /* by key, owned; data NULL: taken back */
    size_t value_capacity;
    struct snapshot_entry *entries;
    struct buffer key;
    char error[256];
};

struct snapshot_set *snapshot_set_new(void)
{
    struct snapshot_set *set = memory_new(sizeof *set);
    set->keys = names_new(UINT32_MAX);
    return set;
}

void snapshot_set_free(struct snapshot_set *set)
{
    if (set == NULL)
        return;
    for (uint32_t i = 0; i < names_count(set->keys) && i < set->value_capacity; i++)
        free((char *)(uintptr_t)set->values[i].data);
    names_free(set->keys);
    free(set->values);
    free(set->entries);
    free(set->key.data);
    free(set);
}

static void put(struct snapshot_set *set, struct text key, struct text value)
{
    uint32_t number = names_number(set->keys, key);
    size_t before = set->value_capacity;
    set->values = memory_grow(set->values, &set->value_capacity, (size_t)number + 1, sizeof *set->values);
    memset(set->values + before, 0, (set->value_capacity - before) * sizeof *set->values);
    free((char *)(uintptr_t)set->values[number].data);
    set->values[number] = (struct text){value.data != NULL ? memory_copy(value.data, value.length) : NULL, value.length};
}

/* ---- what a line is ---- */

static const char *string_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(cJSON *const *)a)->string, (*(cJSON *const *)b)->string);
}

static void write_group(struct buffer *out, const cJSON *group)
{
    size_t count = (size_t)cJSON_GetArraySize(group), i = 0;
    cJSON **members = memory_new((count + 1) * sizeof(cJSON *)), *member;
    cJSON_ArrayForEach(member, group) members[i++] = member;
    qsort(members, count, sizeof *members, by_name);
    if (count == 0)
        buffer_text(out, TEXT("all"));
    for (i = 0; i < count; i++) {
        if (i > 0)
            buffer_char(out, ',');
        buffer_percent(out, text_of(members[i]->string));
        buffer_char(out, '=');
        buffer_percent(out, text_of(cJSON_IsString(members[i]) ? members[i]->valuestring : ""));
    }
    free(members);
}

/* The key of a snapshot's record, from its value (formats, "Topics"). False: it is no snapshot. */
static bool write_key(struct buffer *out, const cJSON *snapshot)
{
    const char *funnel = string_of(snapshot, "funnel"), *window = string_of(snapshot, "window"), *start = string_of(snapshot, "start");
    if (funnel == NULL || window == NULL || start == NULL)
        return false;
    out->length = 0;
    buffer_percent(out, text_of(funnel));
    buffer_format(out, "/%s/%s/", window, strncmp(window, "rolling-", 8) == 0 ? "now" : start);
    write_group(out, cJSON_GetObjectItemCaseSensitive(snapshot, "group"));
    return true;
}

static bool is_zero(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return !cJSON_IsNumber(item) || item->valuedouble == 0;
}

static bool view_is_empty(const cJSON *view)
{
    const cJSON *step;
    cJSON_ArrayForEach(step, cJSON_GetObjectItemCaseSensitive(view, "steps")) if (!is_zero(step, "reached")) return false;
    return is_zero(view, "entered") && is_zero(view, "won") && is_zero(view, "lost");
}

static bool counts_nothing(const cJSON *snapshot)
{
    return view_is_empty(cJSON_GetObjectItemCaseSensitive(snapshot, "activity")) && view_is_empty(cJSON_GetObjectItemCaseSensitive(snapshot, "cohort")) &&
           cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(snapshot, "open")) == 0 &&
           is_zero(cJSON_GetObjectItemCaseSensitive(snapshot, "nps"), "answers");
}

/* One record; false: it is nothing that belongs here. */
static bool add(struct snapshot_set *set, const struct log_record *record)
{
    static const struct text nothing = {NULL, 0};
    if (record->value.data == NULL) {
        if (record->key.data != NULL)
            put(set, record->key, nothing);
        return record->key.data != NULL;
    }
    cJSON *value = cJSON_ParseWithLength(record->value.data, record->value.length);
    const char *type = string_of(value, "type"), *key = string_of(value, "key");
    bool good = type != NULL;
    if (good && strcmp(type, "tombstone") == 0 && key != NULL)
        put(set, text_of(key), nothing);
    else if (good && strcmp(type, "snapshot") == 0 && (good = write_key(&set->key, value)))
        put(set, (struct text){set->key.data, set->key.length}, counts_nothing(value) ? nothing : record->value);
    cJSON_Delete(value); /* alerts are passed over: they may share the topic */
    return good;
}

static bool is_blank(struct text line)
{
    return line.data != NULL && (line.length == 0 || (line.length == 1 && line.data[0] == '\r'));
}

const char *snapshot_set_read(struct snapshot_set *set, struct history *history)
{
    const struct log_record *records;
    int count;
    while ((count = history->ops->read(history, BLOCK_RECORDS, &records)) > 0)
        for (int i = 0; i < count; i++)
            if (!is_blank(records[i].value) && !add(set, &records[i])) {
                snprintf(set->error, sizeof set->error, "%s %lld is no record of funneld; expected snapshots, as `funneld replay` writes them",
                         history->topic != NULL ? "the record at offset" : "line", (long long)records[i].offset + (history->topic == NULL));
                return set->error;
            }
    return count < 0 ? history->ops->error(history) : NULL;
}

static int by_key(const void *a, const void *b)
{
    return text_compare(((const struct snapshot_entry *)a)->key, ((const struct snapshot_entry *)b)->key);
}

size_t snapshot_set_entries(struct snapshot_set *set, const struct snapshot_entry **out)
{
    size_t count = 0;
    free(set->entries);
    set->entries = memory_new(names_count(set->keys) * sizeof *set->entries);
    for (uint32_t key = 1; key < names_count(set->keys); key++)
        if (set->values[key].data != NULL)
            set->entries[count++] = (struct snapshot_entry){names_text(set->keys, key), set->values[key]};
    if (count > 1)
        qsort(set->entries, count, sizeof *set->entries, by_key);
    *out = set->entries;
    return count;
}
