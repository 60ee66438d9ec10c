/* slab.h -- memory for very many small blocks of a few sizes: no header a block, freed blocks are used again for blocks of their size.
 * Blocks are aligned to 8 bytes and not zeroed. Threads: one thread at a time. */
#ifndef FUNNELD_CORE_SLAB_H
#define FUNNELD_CORE_SLAB_H

#include <stddef.h>

enum { SLAB_UNIT = 8, SLAB_LARGEST = 1024 }; /* larger blocks come from malloc */

struct slab { /* zeroed: empty */
    void *free_blocks[SLAB_LARGEST / SLAB_UNIT + 1]; /* lists, by size in units */
    char **chunks;
    size_t chunk_count, chunk_capacity;
    char *rest;
    size_t rest_bytes;
};

void *slab_take(struct slab *slab, size_t size);
void slab_give(struct slab *slab, void *block, size_t size); /* with the size it was taken with */
void slab_free(struct slab *slab); /* everything but blocks beyond SLAB_LARGEST, which must have been given back */

#endif
