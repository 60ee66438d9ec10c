#include "difference.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"

struct leaf { /* one figure of one snapshot */
    char *path, *text;
    bool is_number;
    double number;
    size_t place; /* in its snapshot */
};

struct leaves {
    struct leaf *list;
    size_t count, capacity;
    struct buffer path;
};

struct owner { struct leaves a, b; };

/* ---- a snapshot as a list of figures ---- */

static bool is_one_of(const char *name, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(name, *words) == 0)
            return true;
    return false;
}

/* Figures by reason are called as customers call them, be it as one of ours. */
static bool is_by_reason(struct text path)
{
    static const char reasons[] = "/reasons";
    return memmem(path.data, path.length, reasons, sizeof reasons - 1) != NULL;
}

static bool moves_by_time(const char *name)
{
    static const char *const words[] = {"as_of", "last_event_at", "matured", "age_p50", "age_p90", NULL};
    return is_one_of(name, words);
}

static void add_leaf(struct leaves *leaves, const cJSON *value)
{
    leaves->list = memory_grow(leaves->list, &leaves->capacity, leaves->count + 1, sizeof *leaves->list);
    leaves->list[leaves->count] = (struct leaf){.path = memory_string(leaves->path.data, leaves->path.length), .text = cJSON_PrintUnformatted(value),
                                                .is_number = cJSON_IsNumber(value), .number = cJSON_IsNumber(value) ? value->valuedouble : 0, .place = leaves->count};
    leaves->count++;
}

/* The name that an element of a list goes by. */
static void write_name(struct buffer *out, const cJSON *element, int number)
{
    const char *from = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(element, "from"));
    const char *to = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(element, "to"));
    const char *step = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(element, "step"));
    const char *stage = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(element, "stage"));
    if (from != NULL && to != NULL)
        buffer_format(out, "%s-%s", from, to);
    else if (step != NULL || stage != NULL)
        buffer_text(out, text_of(step != NULL ? step : stage));
    else
        buffer_format(out, "%d", number);
}

static bool is_list_of_texts(const cJSON *list)
{
    const cJSON *element;
    cJSON_ArrayForEach(element, list) if (!cJSON_IsString(element)) return false;
    return true;
}

static void flatten(struct leaves *leaves, const cJSON *value)
{
    size_t length = leaves->path.length;
    const cJSON *member;
    int number = 0;
    bool by_reason = length > 0 && is_by_reason((struct text){leaves->path.data, length});
    if ((!cJSON_IsObject(value) && !cJSON_IsArray(value)) || (cJSON_IsArray(value) && is_list_of_texts(value))) {
        add_leaf(leaves, value);
        return;
    }
    cJSON_ArrayForEach(member, value) {
        if (cJSON_IsObject(value) && !by_reason && moves_by_time(member->string))
            continue;
        buffer_char(&leaves->path, '/');
        if (cJSON_IsObject(value))
            buffer_text(&leaves->path, text_of(member->string));
        else
            write_name(&leaves->path, member, number++);
        flatten(leaves, member);
        leaves->path.length = length;
    }
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct leaf *)a)->path, ((const struct leaf *)b)->path);
}

static bool read_leaves(struct leaves *leaves, struct text text)
{
    cJSON *value = cJSON_ParseWithLength(text.data, text.length);
    bool good = cJSON_IsObject(value);
    if (good)
        flatten(leaves, value);
    cJSON_Delete(value);
    if (leaves->count > 1)
        qsort(leaves->list, leaves->count, sizeof *leaves->list, by_path);
    return good;
}

static void free_leaves(struct leaves *leaves)
{
    for (size_t i = 0; i < leaves->count; i++) {
        free(leaves->list[i].path);
        cJSON_free(leaves->list[i].text);
    }
    free(leaves->list);
    free(leaves->path.data);
}

/* ---- comparing ---- */

static bool is_derived(const char *path)
{
    static const char *const words[] = {"low", "high", "share", "reference", "extra_wins", "extra_amount", "from_start", "rank", "target", "baseline", "why", NULL};
    return !is_by_reason(text_of(path)) && (is_one_of(strrchr(path, '/') + 1, words) || strstr(path, "/bottlenecks/") != NULL);
}

static struct difference difference_of(const struct leaf *a, const struct leaf *b)
{
    const char *path = a != NULL ? a->path : b->path;
    bool numbers = a != NULL && b != NULL && a->is_number && b->is_number;
    return (struct difference){path, a != NULL ? a->text : NULL, b != NULL ? b->text : NULL, numbers, numbers ? a->number : 0, numbers ? b->number : 0, is_derived(path)};
}

struct placed { struct difference difference; size_t place; };

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return strcmp(x->difference.path, y->difference.path);
}

static void merge(const struct leaves *a, const struct leaves *b, struct differences *out)
{
    struct placed *found = memory_new((a->count + b->count + 1) * sizeof *found);
    size_t count = 0, i = 0, j = 0;
    while (i < a->count || j < b->count) {
        int order = i == a->count ? 1 : j == b->count ? -1 : by_path(&a->list[i], &b->list[j]);
        const struct leaf *x = order <= 0 ? &a->list[i++] : NULL, *y = order >= 0 ? &b->list[j++] : NULL;
        if (x == NULL || y == NULL || strcmp(x->text, y->text) != 0)
            found[count++] = (struct placed){difference_of(x, y), x != NULL ? x->place : y->place};
    }
    if (count > 1)
        qsort(found, count, sizeof *found, by_place);
    out->list = memory_new((count + 1) * sizeof *out->list);
    out->count = count;
    for (size_t d = 0; d < count; d++)
        out->list[d] = found[d].difference;
    free(found);
}

bool differences_find(struct text a, struct text b, struct differences *out)
{
    struct owner *owner = memory_new(sizeof *owner);
    *out = (struct differences){.owner = owner};
    bool good_a = read_leaves(&owner->a, a), good_b = read_leaves(&owner->b, b);
    if (good_a && good_b)
        merge(&owner->a, &owner->b, out);
    return good_a && good_b;
}

void differences_free(struct differences *differences)
{
    struct owner *owner = differences->owner;
    if (owner != NULL) {
        free_leaves(&owner->a);
        free_leaves(&owner->b);
    }
    free(owner);
    free(differences->list);
    *differences = (struct differences){0};
}
