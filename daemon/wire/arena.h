/* arena.h -- memory that lives until everything in it is forgotten at once: what was decoded from a block of records.
 * Blocks are aligned to 8 bytes and not zeroed. Threads: one at a time. */
#ifndef FUNNELD_WIRE_ARENA_H
#define FUNNELD_WIRE_ARENA_H

#include "../core/text.h"

struct arena_chunk;

struct arena { /* zeroed: empty */
    char *at, *end;             /* what is free of the newest chunk */
    struct arena_chunk *used;
    struct arena_chunk *spare;  /* chunks of the usual size, kept over a reset */
};

void *arena_grow(struct arena *arena, size_t size); /* arena_take's slow way: a new chunk */

static inline void *arena_take(struct arena *arena, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (size > (size_t)(arena->end - arena->at))
        return arena_grow(arena, size);
    char *block = arena->at;
    arena->at += size;
    return block;
}

struct text arena_copy(struct arena *arena, struct text text);

/* As sprintf: a NUL-terminated string in the arena. */
const char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

void arena_reset(struct arena *arena); /* forget everything, keep the memory (but for chunks of unusual size) */
void arena_free(struct arena *arena);  /* give all of it back; empty then */

#endif
