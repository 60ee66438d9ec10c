#include "json_value.h"

static unsigned hex_value(const char *at)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)at[i];
        value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
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

static size_t no_escape(const char *why, const char **fault)
{
    *fault = why;
    return 0;
}

size_t json_escape(const char *at, size_t left, const char **fault)
{
    if (left < 2)
        return no_escape("the text ends within a string", fault);
    switch (at[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return 2;
    case 'u': break;
    default: return no_escape("unknown escape", fault);
    }
    if (left < 6 || !is_hex(at + 2))
        return no_escape("\\u without four hexadecimal digits", fault);
    unsigned code = hex_value(at + 2);
    if (code == 0)
        return no_escape("U+0000", fault);
    if (code < 0xD800 || code > 0xDFFF)
        return 6;
    if (code >= 0xDC00 || left < 12 || at[6] != '\\' || at[7] != 'u' || !is_hex(at + 8))
        return no_escape("lone surrogate", fault);
    unsigned second = hex_value(at + 8);
    if (second < 0xDC00 || second > 0xDFFF)
        return no_escape("lone surrogate", fault);
    return 12;
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
