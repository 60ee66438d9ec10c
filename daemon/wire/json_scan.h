/* json_scan.h -- a strict JSON reader that looks for a few values and builds no tree.
 * A plan names the values that are wanted, by JSON Pointer (RFC 6901). json_scan reads a text once, from first to last byte: it checks all of it
 * (RFC 8259; well-formed UTF-8, no lone surrogate, no U+0000, nothing nested deeper than 128) and leaves the wanted values in slots, as pieces
 * of the text. Nothing is copied or allocated; a string is unescaped when somebody asks for it. The last member of a name counts, names
 * are compared byte for byte after unescaping, numbers keep their text.
 *     plan: /lead_id -> slot 0, /deal/amount -> slot 1      text: {"lead_id":"L-1","x":[1],"deal":{"amount":1e3}}
 *     slots: 0 a string, L-1;  1 a number, 1e3
 * Threads: a plan is not changed by scanning; several threads may scan with one. */
#ifndef FUNNELD_WIRE_JSON_SCAN_H
#define FUNNELD_WIRE_JSON_SCAN_H

#include "../core/text.h"

enum { JSON_DEPTH_MAX = 128 };

enum json_kind { JSON_ABSENT, JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_value {
    enum json_kind kind; /* JSON_ABSENT: the rest means nothing */
    bool escaped;        /* a string that holds backslashes; its text is json_unescape's */
    struct text raw;     /* as written; a string without its quotes */
    size_t count;        /* JSON_ARRAY: its elements */
};

struct json_error {
    size_t offset;       /* of the byte at fault */
    const char *what;    /* for people; static */
};

struct json_plan;

struct json_plan *json_plan_new(void);
void json_plan_free(struct json_plan *plan);

/* Want the value at this pointer (no tokens: the whole text). Returns its slot, the same one for the same pointer; the first is 0.
 * A token is the name of a member or, in an array, an element's index. Tokens are borrowed for the plan's life. */
int json_plan_want(struct json_plan *plan, const struct text *tokens, int token_count);
int json_plan_slots(const struct json_plan *plan);

/* Scan a text into values[0 .. json_plan_slots - 1]. false: it is not JSON, *error says why, and the values are of no use. */
bool json_scan(const struct json_plan *plan, struct text text, struct json_value *values, struct json_error *error);

/* Scan the next element of an array that json_scan has left in a slot. `rest` begins as the array's raw text and is moved on; call this
 * json_value.count times. */
void json_scan_element(const struct json_plan *plan, struct text *rest, struct json_value *values);

/* The text of a string that json_scan has left in a slot; `buffer` has room for raw.length bytes. It points into the buffer, or into the scanned
 * text where nothing was escaped. */
struct text json_unescape(const struct json_value *string, char *buffer);

/* Whether a string's text is `text`; nothing is copied. */
bool json_string_equal(const struct json_value *string, struct text text);

#endif
