#include "check.h"

#include <stdarg.h>
#include <stdlib.h>

#include "../core/memory.h"

enum { FOUND_MAX = 60, LISTED_MAX = 400, NAME_MAX_BYTES = 64 };

struct check_fault {
    int line, column;
    size_t number; /* of the same place, the first found first */
    const char *text;
};

/* ---- places ---- */

static const struct place *place_new(struct place place)
{
    struct place *kept = keep_take(place.check->keep, sizeof *kept);
    *kept = place;
    return kept;
}

const struct place *check_root(struct check *check, const struct node *node)
{
    return place_new((struct place){.check = check, .node = node});
}

const struct place *check_member(const struct place *map, int index)
{
    const struct node *key = map->node->keys[index];
    return place_new((struct place){
        .check = map->check, .parent = map, .key = key->text.data, .index = index, .key_node = key, .node = map->node->values[index]});
}

const struct place *check_element(const struct place *list, int index)
{
    return place_new((struct place){.check = list->check, .parent = list, .index = index, .node = list->node->values[index]});
}

const struct place *check_missing(const struct place *map, const char *key)
{
    return place_new((struct place){.check = map->check, .parent = map, .key = key});
}

const struct place *check_find(const struct place *map, const char *key)
{
    for (int i = 0; i < map->node->count; i++) {
        if (strcmp(map->node->keys[i]->text.data, key) == 0)
            return check_member(map, i);
    }
    return check_missing(map, key);
}

static const char *path_of(const struct place *place)
{
    struct keep *keep = place->check->keep;
    if (place->parent == NULL)
        return "";
    const char *before = path_of(place->parent);
    if (place->key == NULL)
        return keep_format(keep, "%s[%d]", before, place->index);
    return keep_format(keep, "%s%s%s", before, *before != '\0' ? "." : "", place->key);
}

/* Where to point: at the key, if that is what is wrong, else at the value; at the nearest thing around that is there. */
static const struct node *node_near(const struct place *place)
{
    while (place->node == NULL && place->parent != NULL)
        place = place->parent;
    return place->node;
}

/* ---- mistakes ---- */

/* One mistake is one line, whatever the names in it hold. */
static char *without_controls(char *text)
{
    for (char *c = text; *c != '\0'; c++)
        *c = text_shown(*c);
    return text;
}

static void fault_add(struct check *check, int line, int column, char *text)
{
    text = without_controls(text);
    check->faults = memory_grow(check->faults, &check->fault_capacity, check->fault_count + 1, sizeof *check->faults);
    check->faults[check->fault_count] = (struct check_fault){line, column, check->fault_count, text};
    check->fault_count++;
}

static void fault_at(const struct place *place, const struct node *node, const char *text)
{
    const char *path = path_of(place);
    fault_add(place->check, node->line, node->column, keep_format(place->check->keep, "%s%s%s", path, *path != '\0' ? ": " : "", text));
}

void check_fault(const struct place *place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fault_at(place, node_near(place), keep_format_list(place->check->keep, format, arguments));
    va_end(arguments);
}

/* Length of the text cut to at most FOUND_MAX bytes, not inside a character. */
static int cut_length(struct text text)
{
    if (text.length <= FOUND_MAX)
        return (int)text.length;
    size_t length = FOUND_MAX;
    while (length > 0 && ((unsigned char)text.data[length] & 0xC0) == 0x80)
        length--;
    return (int)length;
}

static const char *found_what(struct keep *keep, const struct node *node)
{
    if (node == NULL)
        return "nothing";
    if (node->kind == NODE_MAP)
        return "a map";
    if (node->kind == NODE_LIST)
        return node->count > 0 ? "a list" : "an empty list";
    if (yaml_tree_is_null(node))
        return "null";
    int length = cut_length(node->text);
    const char *rest = (size_t)length < node->text.length ? "..." : "";
    if (node->plain)
        return keep_format(keep, "`%.*s%s`", length, node->text.data, rest);
    return keep_format(keep, "the text \"%.*s%s\"", length, node->text.data, rest);
}

void check_expected(const struct place *place, const char *format, ...)
{
    struct keep *keep = place->check->keep;
    va_list arguments;
    va_start(arguments, format);
    const char *expected = keep_format_list(keep, format, arguments);
    va_end(arguments);
    fault_at(place, node_near(place), keep_format(keep, "found %s; expected %s", found_what(keep, place->node), expected));
}

void check_syntax(struct check *check, int line, int column, const char *text)
{
    fault_add(check, line, column, keep_format(check->keep, "%s", text));
}

/* ---- the nearest known name ---- */

/* Edits (a byte put in, left out, changed, or two swapped) from one text to the other. Source: Damerau, CACM 7 (1964), in the form that
 * touches no pair twice. Longer names than NAME_MAX_BYTES are not compared. */
static int edit_distance(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > NAME_MAX_BYTES || b_length > NAME_MAX_BYTES)
        return NAME_MAX_BYTES;
    int rows[3][NAME_MAX_BYTES + 1];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= a_length; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= b_length; j++) {
            int least = above[j - 1] + (a[i - 1] != b[j - 1]);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && two_above[j - 2] + 1 < least)
                least = two_above[j - 2] + 1;
            row[j] = least;
        }
    }
    return rows[a_length % 3][b_length];
}

struct nearest check_nearest(const char *found)
{
    /* A third of the name may be wrong; further away nothing was meant. */
    int length = (int)strlen(found);
    return (struct nearest){.found = found, .distance = length > 1 ? (length + 2) / 3 + 1 : 0, .listed = {"", 0}};
}

void check_offer(const struct place *place, struct nearest *nearest, const char *name)
{
    size_t length = strlen(nearest->found);
    bool begins = length >= 3 && strncmp(nearest->found, name, length) == 0; /* `lead` is meant for `lead_id` */
    int distance = begins ? 0 : edit_distance(nearest->found, name);
    if (distance < nearest->distance) {
        nearest->distance = distance;
        nearest->name = name;
    }
    if (nearest->listed.length < LISTED_MAX) {
        bool fits = nearest->listed.length + strlen(name) < LISTED_MAX;
        const char *text = keep_format(place->check->keep, "%s%s%s", nearest->listed.data, nearest->listed.length > 0 ? ", " : "", fits ? name : "...");
        nearest->listed = (struct text){text, fits ? strlen(text) : LISTED_MAX};
    }
}

const char *check_did_you_mean(const struct place *place, const struct nearest *nearest)
{
    return nearest->name != NULL ? keep_format(place->check->keep, " (did you mean `%s`?)", nearest->name) : "";
}

void check_unknown(const struct place *place, const char *what, const struct nearest *nearest)
{
    if (nearest->listed.length > 0)
        check_expected(place, "%s: %s%s", what, nearest->listed.data, check_did_you_mean(place, nearest));
    else
        check_expected(place, "%s; there is none", what);
}

/* ---- shapes ---- */

static int compare_keys(const void *left, const void *right)
{
    const struct place *a = *(const struct place *const *)left, *b = *(const struct place *const *)right;
    int order = strcmp(a->key, b->key);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

void check_duplicates(const struct place *place)
{
    const struct node *node = place->node;
    const struct place **children = keep_array(place->check->keep, (size_t)node->count, sizeof *children);
    for (int i = 0; i < node->count; i++) {
        children[i] = node->kind == NODE_MAP ? check_member(place, i) : check_element(place, i);
        check_duplicates(children[i]);
    }
    if (node->kind != NODE_MAP || node->count < 2)
        return;
    qsort(children, (size_t)node->count, sizeof *children, compare_keys);
    for (int i = 1; i < node->count; i++) {
        if (strcmp(children[i]->key, children[i - 1]->key) != 0)
            continue;
        fault_at(children[i], children[i]->key_node,
                 keep_format(place->check->keep, "found the key a second time (before it in line %d); expected it once", children[i - 1]->key_node->line));
    }
}

bool check_is_map(const struct place *place)
{
    if (place->node != NULL && place->node->kind == NODE_MAP)
        return true;
    check_expected(place, "a map");
    return false;
}

bool check_is_list(const struct place *place, const char *of_what)
{
    if (place->node != NULL && place->node->kind == NODE_LIST)
        return true;
    check_expected(place, "a list of %s", of_what);
    return false;
}

/* ---- the end ---- */

static int compare_faults(const void *left, const void *right)
{
    const struct check_fault *a = left, *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Said before of the same place: what is read several times (the events of a repetition) has its mistakes as often. */
static bool is_repeated(const struct check_fault *faults, size_t i)
{
    for (size_t j = i; j > 0 && faults[j - 1].line == faults[i].line && faults[j - 1].column == faults[i].column; j--)
        if (strcmp(faults[j - 1].text, faults[i].text) == 0)
            return true;
    return false;
}

size_t check_finish(struct check *check, FILE *errors)
{
    size_t count = check->fault_count;
    if (count > 0)
        qsort(check->faults, count, sizeof *check->faults, compare_faults);
    for (size_t i = 0; i < count; i++) {
        const struct check_fault *fault = &check->faults[i];
        if (is_repeated(check->faults, i))
            continue;
        if (fault->line > 0)
            fprintf(errors, "%s:%d:%d: %s\n", check->file, fault->line, fault->column, fault->text);
        else
            fprintf(errors, "%s: %s\n", check->file, fault->text);
    }
    free(check->faults);
    check->faults = NULL;
    check->fault_count = check->fault_capacity = 0;
    return count;
}
