#include "rejections.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static int word_number(struct rejections *rejections, const char *word)
{
    for (int i = 0; i < rejections->word_count; i++)
        if (strcmp(rejections->words[i], word) == 0)
            return i;
    assert(rejections->word_count < REJECTIONS_WORDS_MAX);
    rejections->words[rejections->word_count] = word;
    return rejections->word_count++;
}

static struct rejections_slice *slice_at(struct rejections *rejections, int64_t slice)
{
    size_t place = rejections->slice_count; /* mostly the last one */
    while (place > 0 && rejections->slices[place - 1].slice > slice)
        place--;
    if (place > 0 && rejections->slices[place - 1].slice == slice)
        return &rejections->slices[place - 1];
    rejections->slices = memory_grow(rejections->slices, &rejections->slice_capacity, rejections->slice_count + 1, sizeof *rejections->slices);
    memmove(rejections->slices + place + 1, rejections->slices + place, (rejections->slice_count++ - place) * sizeof *rejections->slices);
    rejections->slices[place] = (struct rejections_slice){.slice = slice};
    return &rejections->slices[place];
}

void rejections_add(struct rejections *rejections, const char *word, int64_t slice, int64_t count)
{
    int number = word_number(rejections, word);
    rejections->changed |= count != 0;
    if (slice == REJECTIONS_UNPLACED)
        rejections->unplaced[number] += count;
    else
        slice_at(rejections, slice)->counts[number] += count;
}

void rejections_tick(struct rejections *rejections, int64_t slice, int64_t keep_from)
{
    for (int i = 0; i < rejections->word_count; i++) {
        if (rejections->unplaced[i] == 0)
            continue;
        slice_at(rejections, slice)->counts[i] += rejections->unplaced[i];
        rejections->changed = true;
        rejections->unplaced[i] = 0;
    }
    size_t gone = 0;
    while (gone < rejections->slice_count && rejections->slices[gone].slice < keep_from)
        gone++;
    if (gone == 0)
        return;
    rejections->slice_count -= gone;
    memmove(rejections->slices, rejections->slices + gone, rejections->slice_count * sizeof *rejections->slices);
}

void rejections_free(struct rejections *rejections)
{
    free(rejections->slices);
    *rejections = (struct rejections){0};
}
