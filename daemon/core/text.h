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

#endif
