#include "trials.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

size_t trials_place(const struct trials *trials, int64_t slice)
{
    size_t low = 0, high = trials->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (trials->list[middle].slice < slice)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void trials_add(struct trials *trials, int32_t slice, int32_t succeeded, int32_t failed)
{
    size_t place = trials_place(trials, slice);
    struct trial *trial = trials->list + place;
    if (place == trials->count || trial->slice != slice) {
        trials->list = memory_grow(trials->list, &trials->capacity, trials->count + 1, sizeof *trials->list);
        trial = trials->list + place;
        memmove(trial + 1, trial, (trials->count++ - place) * sizeof *trial);
        *trial = (struct trial){.slice = slice};
    }
    if (!trials->changed || slice < trials->changed_from)
        trials->changed_from = slice;
    trials->changed = true;
    trial->succeeded += succeeded;
    trial->failed += failed;
    if (trial->succeeded == 0 && trial->failed == 0)
        memmove(trial, trial + 1, (--trials->count - place) * sizeof *trial);
}

void trials_drop(struct trials *trials, int64_t before)
{
    size_t gone = trials_place(trials, before);
    if (gone == 0)
        return;
    trials->count -= gone;
    memmove(trials->list, trials->list + gone, trials->count * sizeof *trials->list);
}

void trials_settle(struct trials *trials)
{
    trials->changed = false;
}

void trials_free(struct trials *trials)
{
    free(trials->list);
    *trials = (struct trials){0};
}
