/* rejections.h -- dead letters by word and slice, for the rules of kind `rejected`. A letter belongs to the slice that its partition's watermark had
 * reached when it was met, so the counts are the same on every replay; one met before any event was counted waits for the first slice that ends.
 * Memory follows the slices kept. Words are borrowed and live for ever. Threads: one thread at a time.  Source: semantics, section 9. */
#ifndef FUNNELD_CORE_REJECTIONS_H
#define FUNNELD_CORE_REJECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar.h"

enum { REJECTIONS_WORDS_MAX = 32 };

struct rejections_slice { int64_t slice; int64_t counts[REJECTIONS_WORDS_MAX]; };

struct rejections { /* zeroed: none; open for reading */
    int word_count;
    const char *words[REJECTIONS_WORDS_MAX];     /* in order of first sight */
    int64_t unplaced[REJECTIONS_WORDS_MAX];      /* met before any slice was known */
    struct rejections_slice *slices;             /* ascending */
    size_t slice_count, slice_capacity;
    bool changed;                                /* since whoever keeps them over restarts has cleared it */
};

#define REJECTIONS_UNPLACED INT64_MIN /* instead of a slice */

void rejections_add(struct rejections *rejections, const char *word, int64_t slice, int64_t count);

/* The letters that wait belong to the slice that ends at the tick; those of slices before `keep_from` are forgotten. */
void rejections_tick(struct rejections *rejections, int64_t slice, int64_t keep_from);

void rejections_free(struct rejections *rejections);

#endif
