#include "slab.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { SMALL_CHUNK_BYTES = 64 * 1024, SMALL_CHUNKS = 32 }; /* the first ones; then large ones */

static size_t units_of(size_t size)
{
    return (size + SLAB_UNIT - 1) / SLAB_UNIT;
}

void *slab_take(struct slab *slab, size_t size)
{
    if (size > SLAB_LARGEST)
        return memory_resize(NULL, size);
    size_t units = units_of(size);
    void *block = slab->free_blocks[units];
    if (block != NULL) {
        memcpy(&slab->free_blocks[units], block, sizeof(void *)); /* a free block begins with the next one's address */
        __builtin_prefetch(slab->free_blocks[units]);
        return block;
    }
    size = units * SLAB_UNIT;
    if (slab->rest_bytes < size) {
        slab->chunks = memory_grow(slab->chunks, &slab->chunk_capacity, slab->chunk_count + 1, sizeof *slab->chunks);
        slab->rest_bytes = slab->chunk_count < SMALL_CHUNKS ? SMALL_CHUNK_BYTES : MEMORY_LARGE;
        slab->rest = slab->chunk_count < SMALL_CHUNKS ? memory_resize(NULL, SMALL_CHUNK_BYTES) : memory_large(MEMORY_LARGE);
        slab->chunks[slab->chunk_count++] = slab->rest;
    }
    block = slab->rest;
    slab->rest += size;
    slab->rest_bytes -= size;
    return block;
}

void slab_give(struct slab *slab, void *block, size_t size)
{
    if (size > SLAB_LARGEST) {
        free(block);
        return;
    }
    size_t units = units_of(size);
    memcpy(block, &slab->free_blocks[units], sizeof(void *));
    slab->free_blocks[units] = block;
}

void slab_free(struct slab *slab)
{
    for (size_t i = 0; i < slab->chunk_count; i++)
        free(slab->chunks[i]);
    free(slab->chunks);
    memset(slab, 0, sizeof *slab);
}
