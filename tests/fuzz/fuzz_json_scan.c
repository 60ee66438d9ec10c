/* json_scan against cJSON. What we accept, cJSON accepts too and sees the same values at the wanted pointers. The other way round they differ by
 * design: cJSON takes BOMs, 01, raw control characters, broken UTF-8 and trailing bytes, and finds the first member of a name where the last counts here. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/wire/json_scan.h"

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof(array)[0]))

static const struct { const char *tokens[3]; int count; } wanted[] = {
    {{NULL}, 0}, {{"a"}, 1}, {{"b", "c"}, 2}, {{"b", "0"}, 2}, {{"b", "1", "a"}, 3}, {{"0"}, 1}, {{"lead_id"}, 1}, {{"long_member_name"}, 1}, {{""}, 1},
};

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static const cJSON *last_member(const cJSON *object, const char *name)
{
    const cJSON *found = NULL, *child;
    cJSON_ArrayForEach(child, object)
        if (strcmp(child->string, name) == 0)
            found = child;
    return found;
}

static const cJSON *at_pointer(const cJSON *value, int which)
{
    for (int i = 0; i < wanted[which].count && value != NULL; i++) {
        const char *token = wanted[which].tokens[i];
        if (cJSON_IsObject(value))
            value = last_member(value, token);
        else if (cJSON_IsArray(value) && (token[0] == '0' || token[0] == '1') && token[1] == '\0')
            value = cJSON_GetArrayItem(value, token[0] - '0');
        else
            value = NULL;
    }
    return value;
}

static enum json_kind kind_of(const cJSON *value)
{
    return value == NULL            ? JSON_ABSENT
           : cJSON_IsNull(value)    ? JSON_NULL
           : cJSON_IsFalse(value)   ? JSON_FALSE
           : cJSON_IsTrue(value)    ? JSON_TRUE
           : cJSON_IsNumber(value)  ? JSON_NUMBER
           : cJSON_IsString(value)  ? JSON_STRING
           : cJSON_IsArray(value)   ? JSON_ARRAY
                                    : JSON_OBJECT;
}

static void compare(const struct json_value *ours, const cJSON *theirs)
{
    require(ours->kind == kind_of(theirs), "kinds differ");
    if (ours->kind == JSON_STRING) {
        char *buffer = memory_new(ours->raw.length);
        struct text text = json_unescape(ours, buffer), expected = text_of(theirs->valuestring);
        require(text_equal(text, expected), "strings differ");
        require(json_string_equal(ours, expected), "a string is not equal to itself");
        free(buffer);
    } else if (ours->kind == JSON_NUMBER) {
        char *string = memory_string(ours->raw.data, ours->raw.length);
        if (ours->raw.length < 60) /* cJSON looks at 63 characters of a number */
            require(strtod(string, NULL) == theirs->valuedouble, "numbers differ");
        free(string);
    } else if (ours->kind == JSON_ARRAY) {
        require(ours->count == (size_t)cJSON_GetArraySize(theirs), "lengths of arrays differ");
    }
}

static void compare_elements(const struct json_value *array, const cJSON *theirs)
{
    struct json_plan *plan = json_plan_new();
    json_plan_want(plan, NULL, 0);
    struct text rest = array->raw;
    const cJSON *child = theirs->child;
    for (size_t i = 0; i < array->count; i++, child = child->next) {
        struct json_value element;
        json_scan_element(plan, &rest, &element);
        compare(&element, child);
    }
    json_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_plan *plan = json_plan_new();
    for (int i = 0; i < COUNT_OF(wanted); i++) {
        struct text tokens[3];
        for (int t = 0; t < wanted[i].count; t++)
            tokens[t] = text_of(wanted[i].tokens[t]);
        require(json_plan_want(plan, tokens, wanted[i].count) == i, "slots are given in order");
    }
    struct json_value values[COUNT_OF(wanted)];
    struct json_error error = {0};
    struct text text = {(const char *)data, size};
    if (json_scan(plan, text, values, &error)) {
        cJSON *tree = cJSON_ParseWithLength(text.data, text.length);
        long digits = 0; /* cJSON refuses numbers of more than 63 characters */
        for (size_t i = 0, run = 0; i < size; i++) {
            run = strchr("0123456789+-eE.", data[i]) != NULL && data[i] != '\0' ? run + 1 : 0;
            digits = (long)run > digits ? (long)run : digits;
        }
        require(tree != NULL || digits >= 60, "cJSON refuses it");
        for (int i = 0; tree != NULL && i < COUNT_OF(wanted); i++) {
            const cJSON *theirs = at_pointer(tree, i);
            compare(&values[i], theirs);
            if (values[i].kind == JSON_ARRAY)
                compare_elements(&values[i], theirs);
        }
        cJSON_Delete(tree);
    } else {
        require(error.offset <= size && error.what != NULL, "a fault has a place");
    }
    /* The plan has seen this text. */
    struct json_value again[COUNT_OF(wanted)];
    struct json_error same = {0};
    if (json_scan(plan, text, again, &same))
        for (int i = 0; i < COUNT_OF(wanted); i++)
            require(values[i].kind == again[i].kind && values[i].raw.data == again[i].raw.data && values[i].raw.length == again[i].raw.length &&
                        values[i].escaped == again[i].escaped && (values[i].kind != JSON_ARRAY || values[i].count == again[i].count), "a second scan finds something else");
    else
        require(same.offset == error.offset && same.what == error.what, "a second scan refuses something else");
    json_plan_free(plan);
    return 0;
}
