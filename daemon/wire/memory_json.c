#include "memory_json.h"

#include <stdlib.h>

#include "decimal.h"
#include "digits.h"
#include "labels_json.h"

/* ---- drift ---- */

/* A number that is read back as the same double. */
static void write_double(struct buffer *out, const char *name, double number)
{
    json_name(out, name);
    buffer_format(out, "%.17g", number);
}

static void write_integer(struct buffer *out, const char *name, int64_t number)
{
    json_name(out, name);
    json_known_integer(out, number);
}

void memory_json_drift(struct buffer *out, const struct memory_drift *memory)
{
    const struct drift *drift = &memory->drift;
    buffer_text(out, TEXT("{\"type\":\"drift\",\"schema\":1,\"labels\":"));
    labels_json_write(out, memory->labels, memory->label_count);
    json_name(out, "rule");
    json_string(out, text_of(digits_of(memory->rule).text));
    write_integer(out, "from", drift->from);
    write_integer(out, "start", drift->watched ? drift->start : TIME_NONE);
    write_integer(out, "succeeded", drift->succeeded);
    write_integer(out, "failed", drift->failed);
    write_double(out, "limit", drift->limit);
    write_integer(out, "anchor", drift->watched ? drift->anchor : TIME_NONE);
    write_double(out, "evidence", drift->anchored.sum);
    write_integer(out, "run_succeeded", drift->anchored.succeeded);
    write_integer(out, "run_failed", drift->anchored.failed);
    write_integer(out, "run_most", drift->anchored.most);
    buffer_char(out, '}');
}

static bool read_integer(const struct json_value *value, int64_t *out)
{
    *out = TIME_NONE;
    return value->kind == JSON_NULL || (value->kind == JSON_NUMBER && decimal_integer(value->raw, out));
}

static bool read_double(const struct json_value *value, double *out)
{
    char text[64] = "";
    if (value->kind != JSON_NUMBER || value->raw.length >= sizeof text)
        return false;
    memcpy(text, value->raw.data, value->raw.length);
    *out = strtod(text, NULL);
    return true;
}

bool memory_json_read_drift(struct text value, struct memory_drift *out, struct alert_label **labels, char **bytes)
{
    static const char *const names[] = {"type", "labels", "rule", "from", "start", "succeeded", "failed", "limit", "anchor", "evidence",
                                        "run_succeeded", "run_failed", "run_most"};
    enum { NAMES = sizeof names / sizeof *names };
    struct json_value values[NAMES];
    struct json_error error;
    struct json_plan *plan = json_plan_new();
    for (int i = 0; i < NAMES; i++)
        json_plan_want(plan, &(struct text){names[i], strlen(names[i])}, 1);
    *out = (struct memory_drift){0};
    struct drift *drift = &out->drift;
    bool good = json_scan(plan, value, values, &error) && values[0].kind == JSON_STRING && json_string_equal(&values[0], TEXT("drift")) && values[2].kind == JSON_STRING &&
                digits_read(values[2].raw, &out->rule) && read_integer(&values[3], &drift->from) && read_integer(&values[4], &drift->start) &&
                read_integer(&values[5], &drift->succeeded) && read_integer(&values[6], &drift->failed) && read_double(&values[7], &drift->limit) &&
                read_integer(&values[8], &drift->anchor) && read_double(&values[9], &drift->anchored.sum) && read_integer(&values[10], &drift->anchored.succeeded) &&
                read_integer(&values[11], &drift->anchored.failed) && read_integer(&values[12], &drift->anchored.most);
    json_plan_free(plan);
    drift->watched = drift->start != TIME_NONE && drift->anchor != TIME_NONE && drift->succeeded > 0 && drift->failed >= 0;
    if (!good || (out->label_count = labels_json_read(&values[1], labels, bytes)) < 0)
        return false;
    out->labels = *labels;
    return true;
}

/* ---- rejections ---- */

static void write_count(struct buffer *out, const char *word, int64_t slice, int64_t count, bool *any)
{
    if (count == 0)
        return;
    if (*any)
        buffer_char(out, ',');
    *any = true;
    buffer_char(out, '{');
    json_name(out, "slice");
    json_known_integer(out, slice); /* TIME_NONE is REJECTIONS_UNPLACED */
    json_name(out, "error");
    json_string(out, text_of(word));
    json_name(out, "count");
    json_integer(out, count);
    buffer_char(out, '}');
}

void memory_json_rejections(struct buffer *out, const struct rejections *rejections)
{
    bool any = false;
    buffer_text(out, TEXT("{\"type\":\"rejections\",\"schema\":1,\"counts\":["));
    for (int word = 0; word < rejections->word_count; word++)
        write_count(out, rejections->words[word], REJECTIONS_UNPLACED, rejections->unplaced[word], &any);
    for (size_t i = 0; i < rejections->slice_count; i++)
        for (int word = 0; word < rejections->word_count; word++)
            write_count(out, rejections->words[word], rejections->slices[i].slice, rejections->slices[i].counts[word], &any);
    buffer_text(out, TEXT("]}"));
}

static void read_count(const struct json_value values[3], struct rejections *rejections)
{
    int64_t slice, count;
    if (!read_integer(&values[0], &slice) || values[1].kind != JSON_STRING || !read_integer(&values[2], &count) || count <= 0)
        return;
    for (int word = 0; word < rejections->word_count; word++)
        if (json_string_equal(&values[1], text_of(rejections->words[word])))
            rejections_add(rejections, rejections->words[word], slice, count); /* TIME_NONE is REJECTIONS_UNPLACED */
}

void memory_json_read_rejections(struct text value, struct rejections *rejections)
{
    struct json_value list;
    struct json_error error;
    struct json_plan *plan = json_plan_new(), *element = json_plan_new();
    json_plan_want(plan, &TEXT("counts"), 1);
    json_plan_want(element, &TEXT("slice"), 1);
    json_plan_want(element, &TEXT("error"), 1);
    json_plan_want(element, &TEXT("count"), 1);
    if (json_scan(plan, value, &list, &error) && list.kind == JSON_ARRAY) {
        struct text rest = list.raw;
        for (size_t i = 0; i < list.count; i++) {
            struct json_value values[3];
            json_scan_element(element, &rest, values);
            read_count(values, rejections);
        }
    }
    json_plan_free(plan);
    json_plan_free(element);
}
