#include "json_write.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "../core/memory.h"
#include "moment.h"
#include "words.h"

/* Room for so many bytes more, and one. */
static char *room(struct buffer *buffer, size_t length)
{
    assert(length <= PTRDIFF_MAX); /* no text is so long: it would be a negative length, and the sum below begin anew at 0 */
    if (buffer->capacity - buffer->length <= length)
        buffer->data = memory_grow(buffer->data, &buffer->capacity, buffer->length + length + 1, 1);
    return buffer->data + buffer->length;
}

void buffer_text(struct buffer *buffer, struct text text)
{
    if (text.length > 0)
        memcpy(room(buffer, text.length), text.data, text.length);
    buffer->length += text.length;
}

void buffer_char(struct buffer *buffer, char c)
{
    *room(buffer, 1) = c;
    buffer->length++;
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    vsnprintf(room(buffer, (size_t)length), (size_t)length + 1, format, again);
    buffer->length += (size_t)length;
    va_end(again);
    va_end(arguments);
}

void buffer_percent(struct buffer *buffer, struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            buffer_char(buffer, (char)c);
        else
            buffer_format(buffer, "%%%02X", c);
    }
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

size_t percent_decode(char *out, struct text text)
{
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '%' && i + 2 < text.length && hex_digit(text.data[i + 1]) >= 0 && hex_digit(text.data[i + 2]) >= 0) {
            c = (char)(hex_digit(text.data[i + 1]) * 16 + hex_digit(text.data[i + 2]));
            i += 2;
        }
        out[length++] = c;
    }
    return length;
}

/* Is any of eight bytes a control character, a quote or a backslash? */
static bool any_to_escape(uint64_t word)
{
    uint64_t controls = (word - WORD_OF(0x20)) & ~word & WORD_OF(0x80);
    return (controls | word_zeros(word ^ WORD_OF('"')) | word_zeros(word ^ WORD_OF('\\'))) != 0;
}

static char *escape(char *out, unsigned char c)
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\'};
    if (c < sizeof letters && letters[c] != 0) {
        *out++ = '\\';
        *out++ = letters[c];
        return out;
    }
    return out + snprintf(out, 7, "\\u%04x", c);
}

void json_string(struct buffer *buffer, struct text text)
{
    char *out = room(buffer, text.length * 6 + 2), *start = out;
    const char *at = text.data, *end = at + text.length;
    *out++ = '"';
    for (uint64_t bytes; end - at >= (ptrdiff_t)sizeof bytes; at += sizeof bytes, out += sizeof bytes) {
        memcpy(&bytes, at, sizeof bytes);
        if (any_to_escape(bytes))
            break;
        memcpy(out, &bytes, sizeof bytes);
    }
    for (; at < end; at++) {
        unsigned char c = (unsigned char)*at;
        if (c < 0x20 || c == '"' || c == '\\')
            out = escape(out, c);
        else
            *out++ = (char)c;
    }
    *out++ = '"';
    buffer->length += (size_t)(out - start);
}

void json_name(struct buffer *buffer, const char *name)
{
    if (buffer->length > 0 && buffer->data[buffer->length - 1] != '{')
        buffer_char(buffer, ',');
    buffer_char(buffer, '"');
    buffer_text(buffer, text_of(name)); /* names are ours: nothing to escape */
    buffer_text(buffer, TEXT("\":"));
}

void json_integer(struct buffer *buffer, int64_t number)
{
    enum { MOST = 20 }; /* with its sign */
    char digits[2 * MOST], *at = digits + MOST; /* the number ends in the middle, so that as much as may be can be copied from where it begins */
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    for (; rest >= 10; rest /= 100) {
        at -= 2;
        at[0] = (char)('0' + rest % 100 / 10);
        at[1] = (char)('0' + rest % 10);
    }
    if (rest > 0 || at == digits + MOST)
        *--at = (char)('0' + rest);
    if (number < 0)
        *--at = '-';
    memcpy(room(buffer, MOST), at, MOST);
    buffer->length += (size_t)(digits + MOST - at);
}

void json_integer_or_null(struct buffer *buffer, int64_t number)
{
    if (number == -1)
        buffer_text(buffer, TEXT("null"));
    else
        json_integer(buffer, number);
}

void json_known_integer(struct buffer *buffer, int64_t number)
{
    if (number == TIME_NONE)
        buffer_text(buffer, TEXT("null"));
    else
        json_integer(buffer, number);
}

void json_ratio(struct buffer *buffer, double number)
{
    if (isnan(number)) {
        buffer_text(buffer, TEXT("null"));
        return;
    }
    char digits[400];
    int length = snprintf(digits, sizeof digits, "%.6f", number);
    while (digits[length - 1] == '0')
        length--;
    if (digits[length - 1] == '.')
        length--;
    struct text text = {digits, (size_t)length};
    buffer_text(buffer, text_equal(text, TEXT("-0")) ? TEXT("0") : text);
}

void json_amount(struct buffer *buffer, tally_amount minor)
{
    bool negative = minor < 0;
    __extension__ typedef unsigned __int128 magnitude;
    magnitude rest = negative ? 0 - (magnitude)minor : (magnitude)minor;
    char digits[48], *at = digits + sizeof digits;
    for (int i = 0; i < 3 || rest > 0; i++, rest /= 10) {
        if (i == 2)
            *--at = '.';
        *--at = (char)('0' + (int)(rest % 10));
    }
    if (negative)
        *--at = '-';
    buffer_text(buffer, (struct text){at, (size_t)(digits + sizeof digits - at)});
}

void json_moment(struct buffer *buffer, const struct zone *zone, int64_t moment)
{
    if (moment == TIME_NONE) {
        buffer_text(buffer, TEXT("null"));
        return;
    }
    char text[MOMENT_TEXT_SIZE];
    moment_format(zone, moment, text);
    buffer_char(buffer, '"');
    buffer_text(buffer, text_of(text));
    buffer_char(buffer, '"');
}

void json_text_or_null(struct buffer *buffer, const char *text)
{
    if (text == NULL || *text == '\0')
        buffer_text(buffer, TEXT("null"));
    else
        json_string(buffer, text_of(text));
}

void json_boolean(struct buffer *buffer, bool value)
{
    buffer_text(buffer, value ? TEXT("true") : TEXT("false"));
}
