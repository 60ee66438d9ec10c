#include "watch.h"

#include <math.h>

bool watch_takes(const struct watch *watch, int64_t start, int64_t slice_s)
{
    return span_holds(watch->span, start) && !schedule_is_paused(watch->pause_count, watch->pauses, (struct span){start, start + slice_s});
}

void watch_add(const struct watch *watch, struct tally *sum, const struct tally *slice, int sign)
{
    struct tally_entry entry;
    for (uint32_t slot = 0; tally_next(slice, &slot, &entry);) {
        if (tally_key_basis(entry.key) != watch->basis)
            continue;
        if (watch->whole)
            tally_add(sum, entry.key, sign * entry.count);
        else if (tally_is_outcome(tally_key_field(entry.key)))
            tally_add(sum, tally_key(watch->basis, TALLY_REACHED, tally_key_step(entry.key), 0), sign * entry.count);
    }
}

int64_t watch_reached(const struct watch *watch, const struct tally *sum, int step)
{
    if (!watch->whole)
        return tally_get(sum, tally_key(watch->basis, TALLY_REACHED, step, 0));
    int64_t reached = 0;
    struct tally_entry entry;
    for (uint32_t slot = 0; tally_next(sum, &slot, &entry);)
        if (tally_key_basis(entry.key) == watch->basis && tally_key_step(entry.key) == step && tally_is_outcome(tally_key_field(entry.key)))
            reached += entry.count;
    return reached;
}

static void add_slices(const struct watch *watch, struct span stretch, const struct slices *slices, int64_t slice_s, int sign, struct tally *sum)
{
    if (stretch.start >= stretch.end)
        return;
    for (size_t i = slices_from(slices, slice_s, stretch.start); i < slices->count && slices->list[i].number * slice_s < stretch.end; i++)
        if (watch_takes(watch, slices->list[i].number * slice_s, slice_s))
            watch_add(watch, sum, &slices->list[i].tally, sign);
}

static int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }

void watch_move_sum(const struct watch *watch, struct span to, const struct slices *slices, int64_t slice_s, struct tally *sum)
{
    struct span from = watch->span;
    struct watch moved = *watch;
    moved.span = to;
    if (from.start == TIME_NONE || to.start >= from.end || to.end <= from.start) {
        tally_clear(sum);
        add_slices(&moved, to, slices, slice_s, +1, sum);
        return;
    }
    add_slices(watch, (struct span){from.start, lesser(to.start, from.end)}, slices, slice_s, -1, sum);
    add_slices(watch, (struct span){greater(to.end, from.start), from.end}, slices, slice_s, -1, sum);
    add_slices(&moved, (struct span){to.start, lesser(from.start, to.end)}, slices, slice_s, +1, sum);
    add_slices(&moved, (struct span){greater(from.end, to.start), to.end}, slices, slice_s, +1, sum);
}

double watch_burst(const struct watch *watch, const struct slices *slices, int64_t slice_s, int step)
{
    int64_t here = 0, most = 0, all = 0;
    struct watch whole = *watch;
    whole.whole = true; /* as slices hold it */
    for (size_t i = slices_from(slices, slice_s, watch->span.start); i < slices->count && slices->list[i].number * slice_s < watch->span.end; i++) {
        if (!watch_takes(watch, slices->list[i].number * slice_s, slice_s))
            continue;
        int64_t reached = watch_reached(&whole, &slices->list[i].tally, step);
        here = i > 0 && slices->list[i - 1].number == slices->list[i].number ? here + reached : reached; /* one entry a ledger */
        most = greater(most, here);
        all += reached;
    }
    return all > 0 ? (double)most / (double)all : NAN;
}
