#include "labels_json.h"

#include "../core/memory.h"

void labels_json_write(struct buffer *out, const struct alert_label *labels, int count)
{
    buffer_char(out, '{');
    for (int i = 0; i < count; i++) {
        if (i > 0)
            buffer_char(out, ',');
        json_string(out, labels[i].name);
        buffer_char(out, ':');
        json_string(out, labels[i].value);
    }
    buffer_char(out, '}');
}

/* The next string of an object's members, names and values in turn: json_scan has found the object well-formed. */
static bool next_string(struct text *rest, struct json_value *out)
{
    size_t start = 0;
    while (start < rest->length && rest->data[start] != '"')
        start++;
    size_t end = start + 1;
    bool escaped = false;
    for (; end < rest->length && rest->data[end] != '"'; end++)
        if (rest->data[end] == '\\') {
            escaped = true;
            end++;
        }
    if (end >= rest->length)
        return false;
    *out = (struct json_value){.kind = JSON_STRING, .escaped = escaped, .raw = {rest->data + start + 1, end - start - 1}};
    *rest = (struct text){rest->data + end + 1, rest->length - end - 1};
    return true;
}

static struct text take_text(const struct json_value *string, char **at)
{
    struct text text = json_unescape(string, *at);
    memmove(*at, text.data, text.length);
    text.data = *at;
    *at += text.length;
    return text;
}

int labels_json_read(const struct json_value *object, struct alert_label **labels, char **bytes)
{
    struct text rest = object->raw;
    struct json_value name, value;
    size_t capacity = 0;
    int count = 0;
    *labels = NULL;
    *bytes = NULL;
    if (object->kind != JSON_OBJECT)
        return -1;
    char *at = *bytes = memory_new(object->raw.length + 1);
    while (next_string(&rest, &name) && next_string(&rest, &value)) {
        *labels = memory_grow(*labels, &capacity, (size_t)count + 1, sizeof **labels);
        (*labels)[count].name = take_text(&name, &at);
        (*labels)[count++].value = take_text(&value, &at);
    }
    return count;
}
