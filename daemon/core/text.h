/* text.h -- a piece of UTF-8 text by pointer and length. Not NUL-terminated, may be empty, never owned:
 * whoever hands a text out says how long its bytes live. */
#ifndef FUNNELD_CORE_TEXT_H
#define FUNNELD_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
    const char *data; /* NULL: absent (unlike an empty text) */
    size_t length;    /* bytes */
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

static inline struct text text_of(const char *string)
{
    return (struct text){string, string != NULL ? strlen(string) : 0};
}

static inline bool text_equal(struct text a, struct text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* Byte order: <0, 0, >0 as strcmp. */
static inline int text_compare(struct text a, struct text b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* Characters of UTF-8, not bytes: what columns on a terminal go by. */
static inline int text_characters(struct text text)
{
    int count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

/* How a byte of somebody else's text is shown to people: what would end the line or steer the terminal is a question mark. */
static inline char text_shown(char byte)
{
    return (unsigned char)byte < ' ' || byte == 0x7f ? '?' : byte;
}

#endif
