#include "young.h"

#include "memory.h"

static bool is_on_way(const struct tally_entry *entry)
{
    enum tally_field field = tally_key_field(entry->key);
    return tally_key_basis(entry->key) == TALLY_ACTIVITY && (field == TALLY_ON_WAY || field == TALLY_LEFT_WON);
}

struct young *young_read(const struct tally *slice)
{
    struct tally_entry entry;
    size_t count = 0;
    for (uint32_t slot = 0; tally_next(slice, &slot, &entry);)
        count += is_on_way(&entry);
    struct young *young = memory_new(sizeof *young + count * sizeof *young->on_way);
    for (uint32_t slot = 0; tally_next(slice, &slot, &entry);) {
        enum tally_field field = tally_key_field(entry.key);
        int step = tally_key_step(entry.key);
        if (tally_key_basis(entry.key) != TALLY_ACTIVITY || !tally_is_outcome(field) || field == TALLY_EXCLUDED)
            continue;
        young->came[step] += entry.count;
        if (is_on_way(&entry))
            young->on_way[young->count++] = (struct young_on_way){(uint8_t)step, (uint16_t)tally_key_detail(entry.key), entry.count};
    }
    return young;
}
