#include "arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"

enum { CHUNK_SIZE = 64 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* of what follows */
};

void *arena_grow(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = arena->spare;
    if (size <= CHUNK_SIZE && chunk != NULL) {
        arena->spare = chunk->next;
    } else {
        size_t room = size <= CHUNK_SIZE ? CHUNK_SIZE : size;
        chunk = memory_resize(NULL, sizeof *chunk + room);
        chunk->size = room;
    }
    chunk->next = arena->used;
    arena->used = chunk;
    char *block = (char *)(chunk + 1);
    arena->at = block + size;
    arena->end = block + chunk->size;
    return block;
}

struct text arena_copy(struct arena *arena, struct text text)
{
    char *copy = arena_take(arena, text.length);
    if (text.length > 0)
        memcpy(copy, text.data, text.length);
    return (struct text){copy, text.length};
}

const char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(length >= 0);
    char *string = arena_take(arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(string, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return string;
}

void arena_reset(struct arena *arena)
{
    while (arena->used != NULL) {
        struct arena_chunk *chunk = arena->used;
        arena->used = chunk->next;
        if (chunk->size == CHUNK_SIZE) {
            chunk->next = arena->spare;
            arena->spare = chunk;
        } else {
            free(chunk);
        }
    }
    arena->at = arena->end = NULL;
}

void arena_free(struct arena *arena)
{
    arena_reset(arena);
    while (arena->spare != NULL) {
        struct arena_chunk *chunk = arena->spare;
        arena->spare = chunk->next;
        free(chunk);
    }
}
