/* json_scan.h -- a strict JSON reader that looks for a few values and builds no tree.
 * json_scan reads a text once, from first to last byte: it checks all of it (RFC 8259; well-formed UTF-8, no lone surrogate, no U+0000, nothing
 * nested deeper than 128) and leaves the values that a plan wants in its slots, as pieces of the text. Nothing is copied or allocated; a string is
 * unescaped when somebody asks for it. The last member of a name counts, names are compared byte for byte after unescaping, numbers keep their text.
 *     plan: /lead_id -> slot 0, /deal/amount -> slot 1      text: {"lead_id":"L-1","x":[1],"deal":{"amount":1e3}}
 *     slots: 0 a string, L-1;  1 a number, 1e3
 * Threads: as the plan. */
#ifndef FUNNELD_WIRE_JSON_SCAN_H
#define FUNNELD_WIRE_JSON_SCAN_H

#include "json_plan.h"
#include "json_value.h"

enum { JSON_DEPTH_MAX = 128 };

struct json_error {
    size_t offset;       /* of the byte at fault */
    const char *what;    /* for people; static */
};

/* Scan a text into values[0 .. json_plan_slots - 1]. false: it is not JSON, *error says why, and the values are of no use. */
bool json_scan(struct json_plan *plan, struct text text, struct json_value *values, struct json_error *error);

/* Scan the next element of an array that json_scan has left in a slot. `rest` begins as the array's raw text and is moved on; call this
 * json_value.count times. */
void json_scan_element(struct json_plan *plan, struct text *rest, struct json_value *values);

#endif
