#include "keep.h"

#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"

struct piece {
    struct piece *next;
    max_align_t bytes[];
};

struct keep { struct piece *pieces; };

struct keep *keep_new(void)
{
    return memory_new(sizeof(struct keep));
}

void keep_free(struct keep *keep)
{
    if (keep == NULL)
        return;
    for (struct piece *piece = keep->pieces, *next; piece != NULL; piece = next) {
        next = piece->next;
        free(piece);
    }
    free(keep);
}

void *keep_take(struct keep *keep, size_t size)
{
    struct piece *piece = memory_new(sizeof *piece + size);
    piece->next = keep->pieces;
    keep->pieces = piece;
    return piece->bytes;
}

void *keep_array(struct keep *keep, size_t count, size_t size)
{
    return count > 0 ? keep_take(keep, count * size) : NULL;
}

const char *keep_string(struct keep *keep, struct text text)
{
    char *copy = keep_take(keep, text.length + 1);
    if (text.length > 0)
        memcpy(copy, text.data, text.length);
    return copy;
}

char *keep_format_list(struct keep *keep, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = keep_take(keep, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *keep_format(struct keep *keep, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = keep_format_list(keep, format, arguments);
    va_end(arguments);
    return text;
}
