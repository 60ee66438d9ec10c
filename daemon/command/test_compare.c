#include "test_compare.h"

#include <math.h>
#include <stdlib.h>

enum { SHOWN_MAX = 200 };

/* ---- reports ---- */

static const char *shown(const struct place *place, const cJSON *got)
{
    if (got == NULL)
        return "nothing";
    char *text = cJSON_PrintUnformatted(got);
    const char *kept = keep_format(place->check->keep, "%.*s%s", SHOWN_MAX, text != NULL ? text : "?", text != NULL && strlen(text) > SHOWN_MAX ? "..." : "");
    free(text);
    return kept;
}

static const char *written(const struct place *place)
{
    const struct node *node = place->node;
    if (node->kind == NODE_SCALAR)
        return yaml_tree_is_null(node) ? "null" : node->text.data;
    return keep_format(place->check->keep, node->kind == NODE_LIST ? "a list of %d" : "an object with %d members", node->count);
}

static bool differs(const struct place *expected, const cJSON *got, const char *where)
{
    if (where != NULL)
        check_fault(expected, "expected %s, got %s (%s)", written(expected), shown(expected, got), where);
    return false;
}

/* ---- scalars ---- */

/* What an element of a list is called. */
static const cJSON *name_of(const cJSON *element)
{
    static const char *const names[] = {"step", "to", "stage", "lead"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(element, names[i]);
        if (cJSON_IsString(name))
            return name;
    }
    return NULL;
}

static bool number_fits(const char *text, double got)
{
    char *end;
    double expected = strtod(text, &end);
    const char *point = strchr(text, '.');
    if (end == text || *end != '\0')
        return false;
    int decimals = point != NULL ? (int)strspn(point + 1, "0123456789") : 0;
    return fabs(expected - got) <= 0.5 * pow(10, -decimals) + 1e-9 && (decimals > 0 || got == floor(got) || fabs(expected - got) < 1e-9);
}

static bool scalar_fits(const struct node *node, const cJSON *got)
{
    const char *text = node->text.data;
    if (yaml_tree_is_null(node))
        return cJSON_IsNull(got);
    if (cJSON_IsNumber(got))
        return number_fits(text, got->valuedouble);
    if (cJSON_IsBool(got))
        return strcmp(text, cJSON_IsTrue(got) ? "true" : "false") == 0;
    return cJSON_IsString(got) && strcmp(text, got->valuestring) == 0;
}

/* ---- lists and objects ---- */

static const cJSON *find_named(const cJSON *list, const char *name)
{
    const cJSON *element;
    cJSON_ArrayForEach(element, list)
    {
        const cJSON *found = name_of(element);
        if (found != NULL && strcmp(found->valuestring, name) == 0)
            return element;
    }
    return NULL;
}

static const char *names_in(const struct place *place, const cJSON *got)
{
    const char *names = "";
    const cJSON *item;
    cJSON_ArrayForEach(item, got)
    {
        const cJSON *name = cJSON_IsArray(got) ? name_of(item) : NULL;
        const char *text = name != NULL ? name->valuestring : item->string != NULL ? item->string : "?";
        names = keep_format(place->check->keep, "%s%s%s", names, *names != '\0' ? ", " : "", text);
    }
    return names;
}

static bool unknown(const struct place *expected, const cJSON *got, const char *where)
{
    if (where != NULL)
        check_fault(expected, "expected `%s`, which the record does not have here; it has %s (%s)", expected->key, names_in(expected, got), where);
    return false;
}

static bool list_fits(const struct place *expected, const cJSON *got, const char *where)
{
    int count = cJSON_GetArraySize(got);
    if (!cJSON_IsArray(got) || count != expected->node->count)
        return differs(expected, got, where);
    bool fits = true;
    for (int i = 0; i < count; i++)
        fits = test_compare(check_element(expected, i), cJSON_GetArrayItem(got, i), where) && fits;
    return fits;
}

/* A member that the view's steps have, for each of them or for some. */
static bool steps_fit(const struct place *expected, const cJSON *steps, const char *where)
{
    bool fits = true, list = expected->node->kind == NODE_LIST;
    if (list && cJSON_GetArraySize(steps) != expected->node->count) {
        if (where != NULL)
            check_fault(expected, "expected %d steps, got %d (%s)", expected->node->count, cJSON_GetArraySize(steps), where);
        return false;
    }
    for (int i = 0; i < expected->node->count; i++) {
        const struct place *element = list ? check_element(expected, i) : check_member(expected, i);
        const cJSON *step = list ? cJSON_GetArrayItem(steps, i) : find_named(steps, element->key);
        if (step == NULL)
            fits = unknown(element, steps, where);
        else
            fits = test_compare(element, cJSON_GetObjectItemCaseSensitive(step, expected->key), where) && fits;
    }
    return fits;
}

static bool member_fits(const struct place *expected, const cJSON *got, const char *where)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(got, expected->key), *steps = cJSON_GetObjectItemCaseSensitive(got, "steps");
    bool of_steps = expected->node->kind != NODE_SCALAR && cJSON_IsArray(steps) && !cJSON_IsArray(member) && !cJSON_IsObject(member) &&
                    cJSON_GetObjectItemCaseSensitive(steps->child, expected->key) != NULL;
    if (of_steps)
        return steps_fit(expected, steps, where);
    return member != NULL ? test_compare(expected, member, where) : unknown(expected, got, where);
}

static bool map_fits(const struct place *expected, const cJSON *got, const char *where)
{
    if (!cJSON_IsObject(got) && !cJSON_IsArray(got))
        return differs(expected, got, where);
    bool fits = true;
    for (int i = 0; i < expected->node->count; i++) {
        const struct place *member = check_member(expected, i);
        if (cJSON_IsObject(got)) {
            fits = member_fits(member, got, where) && fits;
            continue;
        }
        const cJSON *element = find_named(got, member->key);
        fits = (element != NULL ? test_compare(member, element, where) : unknown(member, got, where)) && fits;
    }
    return fits;
}

bool test_compare(const struct place *expected, const cJSON *got, const char *where)
{
    switch (expected->node->kind) {
    case NODE_LIST:
        return list_fits(expected, got, where);
    case NODE_MAP:
        return map_fits(expected, got, where);
    case NODE_SCALAR:
        break;
    }
    const cJSON *compared = cJSON_IsObject(got) ? name_of(got) : got;
    return scalar_fits(expected->node, compared) || differs(expected, compared != NULL ? compared : got, where);
}

bool test_compare_alert(const struct place *expected, const cJSON *alert, const char *where)
{
    const cJSON *labels = cJSON_GetObjectItemCaseSensitive(alert, "labels");
    bool fits = true;
    for (int i = 0; i < expected->node->count; i++) {
        const struct place *member = check_member(expected, i);
        const cJSON *label = cJSON_GetObjectItemCaseSensitive(labels, member->key);
        fits = (label != NULL ? test_compare(member, label, where) : member_fits(member, alert, where)) && fits;
    }
    return fits;
}
