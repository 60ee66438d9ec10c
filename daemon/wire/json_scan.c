#include "json_scan.h"

#include <assert.h>

#include "json_special.h"
#include "utf8.h"

/* Each function takes the place where its piece begins and returns the place behind it, or NULL after a fault. */

enum { BLOCKS = 8 }; /* looked at together */

struct scan {
    const char *start, *end;
    const char *blocks;        /* where the blocks begin that were looked at last ... */
    uint64_t special[BLOCKS + 1]; /* ... and which of their bytes are special, as are those behind the end; then 0 */
    struct json_value *values;
    struct json_value unwanted;
    const char *fault_at;
    const char *fault;
};

static const char *fail(struct scan *scan, const char *at, const char *what)
{
    scan->fault_at = at;
    scan->fault = what;
    return NULL;
}

static inline const char *skip_space(const char *at, const char *end)
{
    while (at < end && (unsigned char)*at <= ' ' && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at;
}

/* ---- strings ---- */

/* Of the last block, whose bytes end at `end`. */
static uint64_t last_special(const struct scan *scan, const char *at)
{
    size_t left = (size_t)(scan->end - at);
    if (scan->end - scan->start >= JSON_BLOCK) /* what lies before it is looked at once more */
        return json_special(scan->end - JSON_BLOCK) >> 1 >> (JSON_BLOCK - 1 - left) | UINT64_MAX << left;
    char bytes[JSON_BLOCK] = {0}; /* 0 is a control character */
    memcpy(bytes, at, left);
    return json_special(bytes);
}

static void look_at_blocks(struct scan *scan, const char *at)
{
    scan->blocks = at;
    for (int i = 0; i < BLOCKS; i++, at += JSON_BLOCK) {
        if (scan->end - at < JSON_BLOCK) {
            scan->special[i] = last_special(scan, at);
            scan->special[i + 1] = 0;
            return;
        }
        scan->special[i] = json_special(at);
    }
    scan->special[BLOCKS] = 0;
}

/* skip_plain's slow way: the next 64 bytes hold nothing special, or `at` lies behind the blocks. */
__attribute__((noinline)) static const char *skip_blocks(struct scan *scan, const char *at)
{
    size_t block = (size_t)(at - scan->blocks) / JSON_BLOCK + 1;
    if (block > BLOCKS) {
        look_at_blocks(scan, at);
        block = 0;
    }
    for (;; block = 0) {
        for (; block < BLOCKS; block++)
            if (scan->special[block] != 0)
                return scan->blocks + block * JSON_BLOCK + __builtin_ctzll(scan->special[block]);
        look_at_blocks(scan, scan->blocks + BLOCKS * JSON_BLOCK);
    }
}

/* The first special byte at or behind `at`; `end`: there is none. Many bytes are looked at together, so that finding one string's end does not have to
 * wait for the end of the one before it. */
static inline const char *skip_plain(struct scan *scan, const char *at)
{
    size_t into = (size_t)(at - scan->blocks), block = into / JSON_BLOCK, bit = into % JSON_BLOCK;
    if (block < BLOCKS) {
        uint64_t special = scan->special[block] >> bit | scan->special[block + 1] << 1 << (JSON_BLOCK - 1 - bit); /* of 64 bytes from here */
        if (special != 0)
            return at + __builtin_ctzll(special);
    }
    return skip_blocks(scan, at);
}

/* Behind the characters at `at` that are not ASCII and the plain bytes after them. */
__attribute__((noinline)) static const char *skip_letters(struct scan *scan, const char *at)
{
    return skip_plain(scan, utf8_skip(at, scan->end));
}

/* scan_string's slow way, from the first byte that is neither plain nor a well-formed character. */
static const char *scan_string_rest(struct scan *scan, const char *at, bool *escaped)
{
    for (const char *end = scan->end;;) {
        if (at == end)
            return fail(scan, at, "the text ends within a string");
        unsigned char c = (unsigned char)*at;
        if (c == '"')
            return at;
        if (c == '\\') {
            const char *fault;
            size_t length = json_escape(at, (size_t)(end - at), &fault);
            if (length == 0)
                return fail(scan, at, fault);
            *escaped = true;
            at = skip_plain(scan, at + length);
        } else if (c < 0x20) {
            return fail(scan, at, "control character in a string");
        } else {
            const char *letters = at;
            at = skip_letters(scan, letters);
            if (at == letters)
                return fail(scan, at, "invalid UTF-8");
        }
    }
}

/* From behind a string's opening quote to its closing one. */
static inline const char *scan_string(struct scan *scan, const char *at, bool *escaped)
{
    *escaped = false;
    at = skip_plain(scan, at);
    if (at < scan->end && (unsigned char)*at >= 0x80)
        at = skip_letters(scan, at);
    return at < scan->end && *at == '"' ? at : scan_string_rest(scan, at, escaped);
}

/* ---- numbers and words ---- */

static inline const char *skip_digits(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t others = word_not_digits(word_load(at));
        if (others != 0)
            return at + word_first(others);
    }
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

static inline bool begins_number(char c)
{
    return c == '-' || (c >= '0' && c <= '9');
}

__attribute__((noinline)) static const char *scan_number(struct scan *scan, const char *at)
{
    const char *end = scan->end, *first = *at == '-' ? at + 1 : at;
    at = skip_digits(first, end);
    if (at == first || (*first == '0' && at > first + 1))
        return fail(scan, first, "no JSON number");
    if (at < end && *at == '.') {
        first = at + 1;
        at = skip_digits(first, end);
        if (at == first)
            return fail(scan, first, "no digit after the point");
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        first = at + 1;
        if (first < end && (*first == '+' || *first == '-'))
            first++;
        at = skip_digits(first, end);
        if (at == first)
            return fail(scan, first, "no digit in the exponent");
    }
    return at;
}

static const char *scan_word(struct scan *scan, const char *at, const char *word, size_t length)
{
    if ((size_t)(scan->end - at) < length || memcmp(at, word, length) != 0)
        return fail(scan, at, "no JSON value");
    return at + length;
}

/* ---- values; `depth` counts the arrays and objects around one ---- */

static const char *scan_other(struct scan *scan, const char *at, struct json_node *node, struct json_value *value, int depth);

/* Inlined into its callers: most values are strings or numbers. */
__attribute__((always_inline)) static inline const char *scan_value(struct scan *scan, const char *at, struct json_node *node, int depth)
{
    struct json_value *value = node->slot >= 0 ? &scan->values[node->slot] : &scan->unwanted;
    if (at < scan->end && begins_number(*at)) {
        const char *behind = scan_number(scan, at);
        if (behind != NULL)
            *value = (struct json_value){.kind = JSON_NUMBER, .raw = {at, (size_t)(behind - at)}};
        return behind;
    }
    if (at == scan->end || *at != '"')
        return scan_other(scan, at, node, value, depth);
    const char *first = at + 1, *last = scan_string(scan, first, &value->escaped);
    if (last == NULL)
        return NULL;
    value->kind = JSON_STRING;
    value->raw.data = first;
    value->raw.length = (size_t)(last - first);
    return last + 1;
}

/* A member's name and its colon. */
static const char *scan_name(struct scan *scan, const char *at, struct json_node *node, struct json_node **member)
{
    const char *const end = scan->end, *name = at + 1;
    bool escaped;
    if (at == end || *at != '"')
        return fail(scan, at, "a member's name is missing");
    at = scan_string(scan, name, &escaped);
    if (at == NULL)
        return NULL;
    *member = &json_nothing;
    if (node->child_count > 0)
        *member = json_node_member(node, (struct text){name, (size_t)(at - name)}, escaped, (size_t)(end - name));
    at = skip_space(at + 1, end);
    if (at == end || *at != ':')
        return fail(scan, at, "a colon is missing");
    return at + 1;
}

/* What a former member of this name held does not count. */
static void forget_below(const struct json_node *node, struct json_value *values)
{
    for (const int *slot = node->below, *end = slot + node->below_count; slot < end; slot++)
        values[*slot].kind = JSON_ABSENT;
}

/* Any member. *next is where the plan remembers the one that came here in the last text; it is moved on to where it remembers the one after it. */
static const char *scan_member(struct scan *scan, const char *at, struct json_node *node, struct json_node ***next, int depth)
{
    struct json_node *member = **next;
    if (member != &json_nothing && json_node_is_written(member, at, scan->end)) {
        at += member->written_length;
    } else {
        at = scan_name(scan, at, node, &member);
        if (at == NULL)
            return NULL;
    }
    if (member->written_length > 0) {
        **next = member;
        *next = &member->follower;
    }
    if (member->below_count > 0)
        forget_below(member, scan->values);
    return scan_value(scan, skip_space(at, scan->end), member, depth + 1);
}

/* The way of most: the member that came here in the last text is here again, a string or number, and without a space. NULL: it is not so, or there is
 * a fault, which scan_member tells. */
static inline const char *scan_expected(struct scan *scan, const char *at, const struct json_node *member)
{
    if (!json_node_is_written(member, at, scan->end))
        return NULL;
    at += member->written_length;
    bool is_string = *at == '"';
    if (!is_string && !begins_number(*at))
        return NULL;
    struct json_value *value = &scan->values[member->slot];
    value->escaped = false;
    const char *first = at + is_string, *last = is_string ? scan_string(scan, first, &value->escaped) : scan_number(scan, first);
    if (last == NULL)
        return NULL;
    value->kind = is_string ? JSON_STRING : JSON_NUMBER;
    value->raw.data = first;
    value->raw.length = (size_t)(last - first);
    return last + is_string;
}

static const char *scan_object(struct scan *scan, const char *at, struct json_node *node, int depth)
{
    const char *const end = scan->end;
    struct json_node **next = &node->first;
    at = skip_space(at + 1, end);
    if (at < end && *at == '}')
        return at + 1;
    for (;;) {
        const char *behind = *next != &json_nothing ? scan_expected(scan, at, *next) : NULL;
        if (behind != NULL) {
            next = &(*next)->follower;
            at = behind;
            if (at < end && *at == ',') {
                at++;
                continue;
            }
        } else {
            at = scan_member(scan, skip_space(at, end), node, &next, depth);
            if (at == NULL)
                return NULL;
        }
        at = skip_space(at, end);
        if (at < end && *at == '}')
            return at + 1;
        if (at == end || *at != ',')
            return fail(scan, at, "a comma or } is missing");
        at++;
    }
}

static const char *scan_array(struct scan *scan, const char *at, struct json_node *node, int depth, size_t *count)
{
    const char *const end = scan->end;
    *count = 0;
    at = skip_space(at + 1, end);
    if (at < end && *at == ']')
        return at + 1;
    for (;; at = skip_space(at + 1, end)) {
        at = scan_value(scan, at, node->has_indexes ? json_node_element(node, *count) : &json_nothing, depth + 1);
        if (at == NULL)
            return NULL;
        ++*count;
        at = skip_space(at, end);
        if (at < end && *at == ']')
            return at + 1;
        if (at == end || *at != ',')
            return fail(scan, at, "a comma or ] is missing");
    }
}

static const char *scan_other(struct scan *scan, const char *at, struct json_node *node, struct json_value *value, int depth)
{
    if (at == scan->end)
        return fail(scan, at, "a value is missing");
    const char *first = at;
    enum json_kind kind;
    size_t count = 0;
    switch (*at) {
    case '{':
        kind = JSON_OBJECT;
        at = depth < JSON_DEPTH_MAX ? scan_object(scan, at, node, depth) : fail(scan, at, "nested too deeply");
        break;
    case '[':
        kind = JSON_ARRAY;
        at = depth < JSON_DEPTH_MAX ? scan_array(scan, at, node, depth, &count) : fail(scan, at, "nested too deeply");
        break;
    case 't':
        kind = JSON_TRUE;
        at = scan_word(scan, at, "true", 4);
        break;
    case 'f':
        kind = JSON_FALSE;
        at = scan_word(scan, at, "false", 5);
        break;
    case 'n':
        kind = JSON_NULL;
        at = scan_word(scan, at, "null", 4);
        break;
    default:
        return fail(scan, at, "no JSON value");
    }
    if (at != NULL)
        *value = (struct json_value){.kind = kind, .raw = {first, (size_t)(at - first)}, .count = count};
    return at;
}

/* ---- whole texts ---- */

static void scan_begin(struct scan *scan, const struct json_plan *plan, struct text text, struct json_value *values)
{
    scan->start = text.data;
    scan->end = text.data + text.length;
    scan->values = values;
    if (plan->slot_count > 0)
        memset(values, 0, (size_t)plan->slot_count * sizeof *values);
    look_at_blocks(scan, text.data);
}

bool json_scan(struct json_plan *plan, struct text text, struct json_value *values, struct json_error *error)
{
    struct scan scan;
    scan_begin(&scan, plan, text, values);
    const char *at = scan_value(&scan, skip_space(text.data, scan.end), &plan->root, 0);
    if (at != NULL) {
        at = skip_space(at, scan.end);
        if (at == scan.end)
            return true;
        fail(&scan, at, "something follows the value");
    }
    *error = (struct json_error){(size_t)(scan.fault_at - text.data), scan.fault};
    return false;
}

void json_scan_element(struct json_plan *plan, struct text *rest, struct json_value *values)
{
    struct scan scan;
    scan_begin(&scan, plan, *rest, values);
    /* `rest` begins with the [ before the first element or the comma before another one. */
    const char *at = scan_value(&scan, skip_space(rest->data + 1, scan.end), &plan->root, 1);
    assert(at != NULL); /* the array was scanned before */
    at = skip_space(at, scan.end);
    *rest = (struct text){at, (size_t)(scan.end - at)};
}
