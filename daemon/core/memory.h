/* memory.h -- allocation that does not fail: when memory is out, the process says so and ends (abort).
 * Nothing is lost by it: the log holds all state, and the next leader restores from there. Every long-lived
 * table states its own bound, so this is the end of a machine, not of a queue. */
#ifndef FUNNELD_CORE_MEMORY_H
#define FUNNELD_CORE_MEMORY_H

#include <stddef.h>

void *memory_new(size_t size);                    /* zeroed; given to the caller, who frees it with free() */
void *memory_resize(void *block, size_t size);    /* as realloc; new bytes are not zeroed */
void *memory_copy(const void *bytes, size_t size);
char *memory_string(const char *bytes, size_t length); /* a NUL-terminated copy */

/* A large block that is read here and there: on large pages where the system has them, since looking up small ones would cost more than the read. Not zeroed;
 * the size is a multiple of MEMORY_LARGE; given back with free(). Where large pages are given on request alone, it is requested: the one call in core beyond
 * the C standard's library; it changes no result. */
enum { MEMORY_LARGE = 2 << 20 };
void *memory_large(size_t size);

/* Grow an array of elements of `size` bytes so that it holds at least `needed` of them; doubles. */
void *memory_grow(void *array, size_t *capacity, size_t needed, size_t size);

#endif
