/* json_value.h -- a value as it stands in a JSON text: its kind, and the piece of the text that it is; and what the escapes of a string say.
 * Threads: no state. Source: RFC 8259, section 7; a lone surrogate and U+0000 are refused. */
#ifndef FUNNELD_WIRE_JSON_VALUE_H
#define FUNNELD_WIRE_JSON_VALUE_H

#include "../core/text.h"

enum json_kind { JSON_ABSENT, JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_value {
    enum json_kind kind; /* JSON_ABSENT: the rest means nothing */
    bool escaped;        /* a string that holds backslashes; its text is json_unescape's */
    struct text raw;     /* as written; a string without its quotes */
    size_t count;        /* JSON_ARRAY: its elements; of others it means nothing */
};

/* The text of a string whose escapes are well-formed; `buffer` has room for raw.length bytes. It points into the buffer, or into the scanned
 * text where nothing was escaped. */
struct text json_unescape(const struct json_value *string, char *buffer);

/* Whether a string's text is `text`; nothing is copied. */
bool json_string_equal(const struct json_value *string, struct text text);

/* Bytes of the escape that begins with the backslash at `at`, of which `left` (>= 1) bytes are there; 0: it is none, and *fault says why (static). */
size_t json_escape(const char *at, size_t left, const char **fault);

#endif
