#include "slices.h"

#include <stdlib.h>
#include <string.h>

#include "event_time.h"
#include "memory.h"
#include "tallies.h"

enum { MANY = 8 }; /* slices that had better be added up at once */

/* The place of the first entry that is not before (number, ledger). New slices mostly come last. */
static size_t place_of(const struct slices *slices, int64_t number, int ledger)
{
    size_t low = 0, high = slices->count;
    if (high > 0 && slices->list[high - 1].number < number)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct slice *entry = &slices->list[middle];
        if (entry->number < number || (entry->number == number && entry->ledger < ledger))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first delta of a ledger just becomes the slice's tally. */
void slices_add(struct slices *slices, int32_t number, int ledger, struct tally *delta)
{
    size_t place = place_of(slices, number, ledger);
    struct slice *slice = slices->list + place;
    if (place < slices->count && slice->number == number && slice->ledger == ledger) {
        tally_merge(&slice->tally, delta, +1);
        free(slice->young);
        slice->young = NULL;
        return;
    }
    slices->list = memory_grow(slices->list, &slices->capacity, slices->count + 1, sizeof *slices->list);
    slice = slices->list + place;
    memmove(slice + 1, slice, (slices->count++ - place) * sizeof *slice);
    slices->first_young += place < slices->first_young;
    *slice = (struct slice){.number = number, .ledger = (uint16_t)ledger, .tally = *delta};
    tally_trim(&slice->tally);
    *delta = (struct tally){0};
}

static void free_slice(struct slice *slice)
{
    tally_free(&slice->tally);
    free(slice->young);
}

void slices_drop(struct slices *slices, int64_t slice_s, int64_t before)
{
    size_t gone = slices_from(slices, slice_s, before);
    if (gone == 0)
        return;
    for (size_t i = 0; i < gone; i++)
        free_slice(&slices->list[i]);
    slices->count -= gone;
    slices->first_young -= gone < slices->first_young ? gone : slices->first_young;
    memmove(slices->list, slices->list + gone, slices->count * sizeof *slices->list);
}

void slices_free(struct slices *slices)
{
    for (size_t i = 0; i < slices->count; i++)
        free_slice(&slices->list[i]);
    free(slices->list);
    *slices = (struct slices){0};
}

size_t slices_from(const struct slices *slices, int64_t slice_s, int64_t moment)
{
    return place_of(slices, time_floor(moment + slice_s - 1, slice_s) / slice_s, 0);
}

size_t slices_bytes(const struct slices *slices, int64_t slice_s, struct span span)
{
    size_t bytes = 0;
    for (size_t i = slices_from(slices, slice_s, span.start), to = slices_from(slices, slice_s, span.end); i < to; i++)
        bytes += tally_bytes(&slices->list[i].tally);
    return bytes;
}

void slices_sum(const struct slices *slices, int64_t slice_s, struct span span, int sign, struct tally *sum)
{
    if (span.start >= span.end)
        return;
    size_t from = slices_from(slices, slice_s, span.start), to = slices_from(slices, slice_s, span.end);
    if (to - from < MANY) {
        for (size_t i = from; i < to; i++)
            tally_merge(sum, &slices->list[i].tally, sign);
        return;
    }
    const struct tally **list = memory_new((to - from) * sizeof(struct tally *));
    for (size_t i = from; i < to; i++)
        list[i - from] = &slices->list[i].tally;
    tallies_add_up(list, to - from, sign, sum);
    free(list);
}

void slices_move_sum(const struct slices *slices, int64_t slice_s, struct span from, struct span to, struct tally *sum)
{
    if (to.start >= from.end || to.end <= from.start) {
        tally_clear(sum);
        slices_sum(slices, slice_s, to, +1, sum);
        return;
    }
    slices_sum(slices, slice_s, (struct span){from.start, to.start}, -1, sum);
    slices_sum(slices, slice_s, (struct span){to.end, from.end}, -1, sum);
    slices_sum(slices, slice_s, (struct span){to.start, from.start}, +1, sum);
    slices_sum(slices, slice_s, (struct span){from.end, to.end}, +1, sum);
}

const struct young *slices_young(struct slices *slices, size_t place)
{
    struct slice *slice = &slices->list[place];
    if (slice->young == NULL)
        slice->young = young_read(&slice->tally);
    if (place < slices->first_young)
        slices->first_young = place;
    return slice->young;
}

void slices_let_young_go(struct slices *slices, int64_t slice_s, int64_t before)
{
    for (size_t to = slices_from(slices, slice_s, before); slices->first_young < to; slices->first_young++) {
        free(slices->list[slices->first_young].young);
        slices->list[slices->first_young].young = NULL;
    }
}
