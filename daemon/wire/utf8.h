/* utf8.h -- whether bytes are well-formed UTF-8. Source: The Unicode Standard, table 3-7. Threads: no state. */
#ifndef FUNNELD_WIRE_UTF8_H
#define FUNNELD_WIRE_UTF8_H

#include "../core/text.h"

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
