#include "memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *checked(void *block)
{
    assert(block != NULL && "out of memory");
    return block;
}

void *memory_new(size_t size)
{
    return checked(calloc(1, size > 0 ? size : 1));
}

void *memory_resize(void *block, size_t size)
{
    return checked(realloc(block, size > 0 ? size : 1));
}

void *memory_copy(const void *bytes, size_t size)
{
    void *copy = checked(malloc(size > 0 ? size : 1));
    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

char *memory_string(const char *bytes, size_t length)
{
    char *copy = checked(malloc(length + 1));
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

void *memory_large(size_t size)
{
    void *block = checked(aligned_alloc(MEMORY_LARGE, size));
    madvise(block, size, MADV_HUGEPAGE); /* advice: what it says does not matter */
    return block;
}

void *memory_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return array;
    size_t grown = *capacity > 0 ? *capacity : 8;
    while (grown < needed)
        grown *= 2;
    *capacity = grown;
    return memory_resize(array, grown * size);
}
