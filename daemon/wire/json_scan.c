#include "json_scan.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "../core/memory.h"
#include "utf8.h"

/* ---- the plan: a tree of tokens ---- */

enum { BUCKETS = 64, BUCKET_SHIFT = 58 };

struct node {
    int slot;               /* -1: nobody wants it, it only leads to others */
    int child_count;
    struct node *children;
    /* How its parent finds it. The first eight bytes of a name decide nearly always, so they are compared as one number. */
    uint64_t prefix;        /* of its token, see name_prefix */
    struct text token;
    size_t index;           /* the token as an index of an array; SIZE_MAX: it is none */
    int next;               /* the parent's next child of the same bucket; -1: none */
    bool has_indexes;       /* some child's token is an index */
    int below_count;
    int *below;             /* the slots of all nodes below */
    int16_t buckets[BUCKETS]; /* first child of each; -1: none */
};

struct json_plan {
    struct node root;
    int slot_count;
};

/* Eight bytes as a number whose lowest byte is the first one. */
static uint64_t load_bytes(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    return bytes;
}

/* The first eight bytes of a name, zeros where it is shorter; `readable` bytes (>= length) may be touched. */
static uint64_t name_prefix(const char *name, size_t length, size_t readable)
{
    if (length >= 8)
        return load_bytes(name);
    if (readable >= 8)
        return load_bytes(name) & ((UINT64_C(1) << (8 * length)) - 1);
    char padded[8] = {0};
    memcpy(padded, name, length);
    return load_bytes(padded);
}

static unsigned bucket_of(uint64_t prefix, size_t length)
{
    return (unsigned)(((prefix + length) * UINT64_C(0x9E3779B97F4A7C15)) >> BUCKET_SHIFT); /* Fibonacci hashing */
}

static size_t index_of(struct text token)
{
    if (token.length == 0 || token.length > 9 || (token.data[0] == '0' && token.length > 1))
        return SIZE_MAX;
    size_t index = 0;
    for (size_t i = 0; i < token.length; i++) {
        if (token.data[i] < '0' || token.data[i] > '9')
            return SIZE_MAX;
        index = index * 10 + (size_t)(token.data[i] - '0');
    }
    return index;
}

static void node_init(struct node *node, struct text token)
{
    *node = (struct node){.slot = -1, .token = token, .index = index_of(token), .next = -1,
                          .prefix = name_prefix(token.data, token.length, token.length)};
    for (int i = 0; i < BUCKETS; i++)
        node->buckets[i] = -1;
}

static struct node *node_child(struct node *node, struct text token)
{
    for (int i = 0; i < node->child_count; i++)
        if (text_equal(node->children[i].token, token))
            return &node->children[i];
    node->children = memory_resize(node->children, (size_t)(node->child_count + 1) * sizeof *node->children);
    struct node *child = &node->children[node->child_count];
    node_init(child, token);
    int16_t *bucket = &node->buckets[bucket_of(child->prefix, token.length)];
    child->next = *bucket;
    assert(node->child_count < INT16_MAX);
    *bucket = (int16_t)node->child_count++;
    node->has_indexes |= child->index != SIZE_MAX;
    return child;
}

static void node_free(struct node *node)
{
    for (int i = 0; i < node->child_count; i++)
        node_free(&node->children[i]);
    free(node->children);
    free(node->below);
}

struct json_plan *json_plan_new(void)
{
    struct json_plan *plan = memory_new(sizeof *plan);
    node_init(&plan->root, TEXT(""));
    return plan;
}

void json_plan_free(struct json_plan *plan)
{
    if (plan == NULL)
        return;
    node_free(&plan->root);
    free(plan);
}

int json_plan_want(struct json_plan *plan, const struct text *tokens, int token_count)
{
    struct node *node = &plan->root;
    for (int i = 0; i < token_count; i++)
        node = node_child(node, tokens[i]);
    if (node->slot >= 0)
        return node->slot;
    int slot = node->slot = plan->slot_count++;
    node = &plan->root;
    for (int i = 0; i < token_count; i++) {
        node->below = memory_resize(node->below, (size_t)(node->below_count + 1) * sizeof *node->below);
        node->below[node->below_count++] = slot;
        node = node_child(node, tokens[i]);
    }
    return slot;
}

int json_plan_slots(const struct json_plan *plan)
{
    return plan->slot_count;
}

/* ---- escapes; what they say has been checked by scan_escape ---- */

static unsigned hex_value(const char *at)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)at[i];
        value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

/* Unescape what follows the backslash at *at into `out` and move *at behind it; returns 1..4 bytes. */
static size_t decode_escape(const char **at, char out[4])
{
    const char *escape = *at + 1;
    *at += 2;
    out[0] = *escape; /* of " \ / */
    switch (*escape) {
    case 'b': out[0] = '\b'; return 1;
    case 'f': out[0] = '\f'; return 1;
    case 'n': out[0] = '\n'; return 1;
    case 'r': out[0] = '\r'; return 1;
    case 't': out[0] = '\t'; return 1;
    case 'u': break;
    default: return 1;
    }
    unsigned code = hex_value(escape + 1);
    *at += 4;
    if (code >= 0xD800 && code <= 0xDFFF) { /* the first half of a pair */
        code = 0x10000 + ((code - 0xD800) << 10) + (hex_value(escape + 7) - 0xDC00);
        *at += 6;
    }
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)((0xF00 >> length & 0xF0) | code);
    return length;
}

struct text json_unescape(const struct json_value *string, char *buffer)
{
    if (!string->escaped)
        return string->raw;
    char *out = buffer;
    for (const char *at = string->raw.data, *end = at + string->raw.length; at < end;) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((backslash != NULL ? backslash : end) - at);
        memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (backslash != NULL) {
            char piece[4];
            size_t length = decode_escape(&at, piece);
            memcpy(out, piece, length);
            out += length;
        }
    }
    return (struct text){buffer, (size_t)(out - buffer)};
}

bool json_string_equal(const struct json_value *string, struct text text)
{
    if (!string->escaped)
        return text_equal(string->raw, text);
    size_t matched = 0;
    for (const char *at = string->raw.data, *end = at + string->raw.length; at < end;) {
        char piece[4] = {*at};
        size_t length = 1;
        if (*at == '\\')
            length = decode_escape(&at, piece);
        else
            at++;
        if (text.length - matched < length || memcmp(text.data + matched, piece, length) != 0)
            return false;
        matched += length;
    }
    return matched == text.length;
}

/* ---- scanning: each function takes the place where its piece begins and returns the place behind it, or NULL after a fault ---- */

enum { BLOCK = 64 };

struct scan {
    const char *end;
    const char *block;  /* the 64 bytes looked at last ... */
    uint64_t special;   /* ... and which of them are special */
    struct json_value *values;
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

/* Bit i: byte i of the 64 at `at` is none that a string can simply run over: quote, backslash, control character, anything but ASCII. */
static inline uint64_t special_bytes(const char *at)
{
    uint64_t special = 0;
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
    for (int i = 0; i < BLOCK / 16; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * i));
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
        special |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(found, bytes)) << 16 * i; /* the top bit of each byte */
    }
#else
    /* Eight bytes as one number. Of a byte's lower seven bits: a sum's top bit is 0 just where they are 0, or below 0x20; the multiplication gathers top bits. */
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80, low = ones * 0x7F;
    for (int i = 0; i < BLOCK / 8; i++) {
        uint64_t bytes = load_bytes(at + 8 * i), seven = bytes & low;
        uint64_t plain = ((seven ^ (ones * '"')) + low) & ((seven ^ (ones * '\\')) + low) & (seven + ones * 0x60) & ~bytes & tops;
        special |= ((~plain & tops) >> 7) * UINT64_C(0x0102040810204080) >> 56 << 8 * i;
    }
#endif
    return special;
}

/* Look at the block that begins here; what lies behind the end is special. All blocks before were looked at. */
static void look_at_block(struct scan *scan, const char *block)
{
    size_t left = (size_t)(scan->end - block);
    scan->block = block;
    if (left >= BLOCK) {
        scan->special = special_bytes(block);
        return;
    }
    char padded[BLOCK] = {0};
    memcpy(padded, block, left);
    scan->special = special_bytes(padded); /* 0 is a control character */
}

/* The first special byte at or behind `at`; `end`: there is none. Blocks are looked at as a whole, so that finding one string's end does not have to wait
 * for the end of the one before it. */
static inline const char *skip_plain(struct scan *scan, const char *at)
{
    for (;;) {
        size_t into = (size_t)(at - scan->block);
        if (into < BLOCK) {
            uint64_t rest = scan->special >> into;
            if (rest != 0)
                return at + __builtin_ctzll(rest);
            at = scan->block + BLOCK;
        }
        look_at_block(scan, at);
    }
}

static bool is_hex(const char *at)
{
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)at[i];
        if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')))
            return false;
    }
    return true;
}

/* From a backslash to behind its escape. */
static const char *scan_escape(struct scan *scan, const char *at)
{
    if (scan->end - at < 2)
        return fail(scan, at, "the text ends within a string");
    switch (at[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return at + 2;
    case 'u': break;
    default: return fail(scan, at, "unknown escape");
    }
    if (scan->end - at < 6 || !is_hex(at + 2))
        return fail(scan, at, "\\u without four hexadecimal digits");
    unsigned code = hex_value(at + 2);
    if (code == 0)
        return fail(scan, at, "U+0000");
    if (code < 0xD800 || code > 0xDFFF)
        return at + 6;
    if (code >= 0xDC00 || scan->end - at < 12 || at[6] != '\\' || at[7] != 'u' || !is_hex(at + 8))
        return fail(scan, at, "lone surrogate");
    unsigned second = hex_value(at + 8);
    if (second < 0xDC00 || second > 0xDFFF)
        return fail(scan, at, "lone surrogate");
    return at + 12;
}

/* scan_string's slow way, from the first byte that is not plain. */
static const char *scan_string_rest(struct scan *scan, const char *at, bool *escaped)
{
    for (const char *end = scan->end;;) {
        if (at == end)
            return fail(scan, at, "the text ends within a string");
        unsigned char c = (unsigned char)*at;
        if (c == '"')
            return at;
        if (c == '\\') {
            *escaped = true;
            at = scan_escape(scan, at);
            if (at == NULL)
                return NULL;
        } else if (c < 0x20) {
            return fail(scan, at, "control character in a string");
        } else {
            do { /* letters of other scripts come in runs, most of them of two bytes */
                if (end - at >= 2 && ((unsigned char)at[0] & 0xE0) == 0xC0 && (unsigned char)at[0] >= 0xC2 && ((unsigned char)at[1] & 0xC0) == 0x80) {
                    at += 2;
                    continue;
                }
                size_t length = utf8_sequence(at, (size_t)(end - at));
                if (length == 0)
                    return fail(scan, at, "invalid UTF-8");
                at += length;
            } while (at < end && (unsigned char)*at >= 0x80);
        }
        at = skip_plain(scan, at);
    }
}

/* From behind a string's opening quote to its closing one. */
static inline const char *scan_string(struct scan *scan, const char *at, bool *escaped)
{
    *escaped = false;
    at = skip_plain(scan, at);
    return at < scan->end && *at == '"' ? at : scan_string_rest(scan, at, escaped);
}

static inline const char *scan_digits(const struct scan *scan, const char *at)
{
    while (at < scan->end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

static const char *scan_number(struct scan *scan, const char *at)
{
    const char *end = scan->end, *first = *at == '-' ? at + 1 : at;
    at = scan_digits(scan, first);
    if (at == first || (*first == '0' && at > first + 1))
        return fail(scan, first, "no JSON number");
    if (at < end && *at == '.') {
        first = at + 1;
        at = scan_digits(scan, first);
        if (at == first)
            return fail(scan, first, "no digit after the point");
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        first = at + 1;
        if (first < end && (*first == '+' || *first == '-'))
            first++;
        at = scan_digits(scan, first);
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

/* The child of a node that a member's name leads to; NULL: none. */
static const struct node *find_member(const struct scan *scan, const struct node *node, struct text name, bool escaped)
{
    if (escaped) { /* rare: no hurry */
        struct json_value string = {.kind = JSON_STRING, .escaped = true, .raw = name};
        for (int i = 0; i < node->child_count; i++)
            if (json_string_equal(&string, node->children[i].token))
                return &node->children[i];
        return NULL;
    }
    uint64_t prefix = name_prefix(name.data, name.length, (size_t)(scan->end - name.data));
    for (int i = node->buckets[bucket_of(prefix, name.length)]; i >= 0; i = node->children[i].next) {
        const struct node *child = &node->children[i];
        if (child->prefix == prefix && child->token.length == name.length &&
            (name.length <= 8 || memcmp(child->token.data + 8, name.data + 8, name.length - 8) == 0))
            return child;
    }
    return NULL;
}

static const struct node *find_index(const struct node *node, size_t index)
{
    for (int i = 0; i < node->child_count; i++)
        if (node->children[i].index == index)
            return &node->children[i];
    return NULL;
}

/* What a former member of this name held does not count, nor does what the slots held before the scan. */
static void forget_below(const struct node *node, struct json_value *values)
{
    for (const int *slot = node->below, *end = slot + node->below_count; slot < end; slot++)
        values[*slot].kind = JSON_ABSENT;
}

/* `node` is the plan's at this value; NULL: nothing is wanted here. `depth` counts the arrays and objects around it.
 * Inlined into its callers: most values are no arrays or objects, and so cost no call. */
__attribute__((always_inline)) static inline const char *scan_value(struct scan *scan, const char *at, const struct node *node, int depth);

static const char *scan_object(struct scan *scan, const char *at, const struct node *node, int depth)
{
    const char *const end = scan->end;
    at = skip_space(at + 1, end);
    if (at < end && *at == '}')
        return at + 1;
    for (;; at = skip_space(at + 1, end)) {
        if (at == end || *at != '"')
            return fail(scan, at, "a member's name is missing");
        const char *name = at + 1;
        bool escaped;
        at = scan_string(scan, name, &escaped);
        if (at == NULL)
            return NULL;
        const struct node *member = node != NULL ? find_member(scan, node, (struct text){name, (size_t)(at - name)}, escaped) : NULL;
        if (end - at > 2 && at[1] == ':' && (unsigned char)at[2] > ' ') { /* machines mostly leave out the spaces */
            at += 2;
        } else {
            at = skip_space(at + 1, end);
            if (at == end || *at != ':')
                return fail(scan, at, "a colon is missing");
            at = skip_space(at + 1, end);
        }
        at = scan_value(scan, at, member, depth + 1);
        if (at == NULL)
            return NULL;
        if (end - at > 1 && at[0] == ',' && at[1] == '"')
            continue;
        at = skip_space(at, end);
        if (at < end && *at == '}')
            return at + 1;
        if (at == end || *at != ',')
            return fail(scan, at, "a comma or } is missing");
    }
}

static const char *scan_array(struct scan *scan, const char *at, const struct node *node, int depth, size_t *count)
{
    const char *const end = scan->end;
    *count = 0;
    at = skip_space(at + 1, end);
    if (at < end && *at == ']')
        return at + 1;
    if (node != NULL && !node->has_indexes)
        node = NULL;
    for (;; at = skip_space(at + 1, end)) {
        at = scan_value(scan, at, node != NULL ? find_index(node, *count) : NULL, depth + 1);
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

static inline const char *scan_value(struct scan *scan, const char *at, const struct node *node, int depth)
{
    if (at == scan->end)
        return fail(scan, at, "a value is missing");
    enum json_kind kind;
    bool escaped = false;
    size_t count = 0;
    const char *first = at, *last; /* of its raw text, and behind it */
    const struct node *inside = NULL; /* where something below it is wanted */
    if (node != NULL && node->below_count > 0) {
        inside = node;
        forget_below(node, scan->values);
    }

    switch (*at) {
    case '"':
        kind = JSON_STRING;
        first = at + 1;
        last = scan_string(scan, first, &escaped);
        at = last != NULL ? last + 1 : NULL;
        break;
    case '{':
        kind = JSON_OBJECT;
        at = last = depth < JSON_DEPTH_MAX ? scan_object(scan, at, inside, depth) : fail(scan, at, "nested too deeply");
        break;
    case '[':
        kind = JSON_ARRAY;
        at = last = depth < JSON_DEPTH_MAX ? scan_array(scan, at, inside, depth, &count) : fail(scan, at, "nested too deeply");
        break;
    case 't':
        kind = JSON_TRUE;
        at = last = scan_word(scan, at, "true", 4);
        break;
    case 'f':
        kind = JSON_FALSE;
        at = last = scan_word(scan, at, "false", 5);
        break;
    case 'n':
        kind = JSON_NULL;
        at = last = scan_word(scan, at, "null", 4);
        break;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        kind = JSON_NUMBER;
        at = last = scan_number(scan, at);
        break;
    default:
        return fail(scan, at, "no JSON value");
    }
    if (at != NULL && node != NULL && node->slot >= 0) {
        struct json_value *value = &scan->values[node->slot]; /* member by member: building it elsewhere first costs a third more time */
        value->kind = kind;
        value->escaped = escaped;
        value->raw.data = first;
        value->raw.length = (size_t)(last - first);
        value->count = count;
    }
    return at;
}

bool json_scan(const struct json_plan *plan, struct text text, struct json_value *values, struct json_error *error)
{
    struct scan scan = {.end = text.data + text.length, .values = values};
    look_at_block(&scan, text.data);
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

void json_scan_element(const struct json_plan *plan, struct text *rest, struct json_value *values)
{
    struct scan scan = {.end = rest->data + rest->length, .values = values};
    look_at_block(&scan, rest->data);
    /* `rest` begins with the [ before the first element or the comma before another one. */
    const char *at = scan_value(&scan, skip_space(rest->data + 1, scan.end), &plan->root, 1);
    assert(at != NULL); /* the array was scanned before */
    at = skip_space(at, scan.end);
    *rest = (struct text){at, (size_t)(scan.end - at)};
}
