/* utf8.h -- whether bytes are well-formed UTF-8. Source: The Unicode Standard, table 3-7. Threads: no state. */
#ifndef FUNNELD_WIRE_UTF8_H
#define FUNNELD_WIRE_UTF8_H

#include "../core/text.h"
#include "words.h"

/* Bytes of the well-formed sequence that begins at `at`, of which `left` (>= 1) bytes are there: 1..4; 0: there is none. */
static inline size_t utf8_sequence(const char *at, size_t left)
{
    const unsigned char *byte = (const unsigned char *)at;
    unsigned first = byte[0];
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (left < length)
        return 0;
    /* The second byte's range keeps out overlong forms, surrogates and what lies past U+10FFFF. */
    unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte[1] < low || byte[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

/* Bytes of the well-formed sequences of two bytes that these eight begin with: letters of other scripts come in runs, most of them of two bytes. */
static inline size_t utf8_pairs(const char *at)
{
    /* In each pair 110xxxxx 10xxxxxx, and of the upper four x of the first byte some are set: a sum's top bit tells. */
    uint64_t word = word_load(at);
    uint64_t wrong = (word & UINT64_C(0xC0E0C0E0C0E0C0E0)) ^ UINT64_C(0x80C080C080C080C0);
    wrong |= ~((word & UINT64_C(0x001E001E001E001E)) + UINT64_C(0x007E007E007E007E)) & UINT64_C(0x0080008000800080);
    return wrong == 0 ? 8 : (size_t)__builtin_ctzll(wrong) / 16 * 2;
}

/* Behind the characters at `at` that are not ASCII: at `end`, at an ASCII byte, or at a byte where no well-formed sequence begins. */
static inline const char *utf8_skip(const char *at, const char *end)
{
    while (at < end && (unsigned char)*at >= 0x80) {
        size_t length = end - at >= 8 ? utf8_pairs(at) : 0;
        if (length == 0)
            length = utf8_sequence(at, (size_t)(end - at));
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

static inline bool utf8_valid(struct text text)
{
    for (size_t i = 0, length; i < text.length; i += length) {
        length = utf8_sequence(text.data + i, text.length - i);
        if (length == 0)
            return false;
    }
    return true;
}

/* The beginning of well-formed `text` that has at most `most` bytes and cuts no character. */
static inline struct text utf8_cut(struct text text, size_t most)
{
    if (text.length <= most)
        return text;
    while (most > 0 && ((unsigned char)text.data[most] & 0xC0) == 0x80)
        most--;
    return (struct text){text.data, most};
}

#endif
