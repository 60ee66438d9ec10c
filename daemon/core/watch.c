#include "watch.h"

#include "event_time.h"

bool watch_takes(const struct watch *watch, int64_t start, int64_t slice_s)
{
    return watch->span.start != TIME_NONE && watch->span.start <= start && start < watch->span.end &&
           !schedule_is_paused(watch->pause_count, watch->pauses, (struct span){start, start + slice_s});
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
