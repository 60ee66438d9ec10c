#include "young.h"

#include "memory.h"

struct young *young_read(const struct tally *slice)
{
    size_t on_way, left_won, count = 0;
    tally_of_field(slice, TALLY_ACTIVITY, TALLY_ON_WAY, &on_way);
    tally_of_field(slice, TALLY_ACTIVITY, TALLY_LEFT_WON, &left_won);
    struct young *young = memory_new(sizeof *young + (on_way + left_won + 1) * sizeof *young->arrivals);
    uint32_t place = 0, row = 0, leads = 0;
    struct tally_entry entry; /* by field, step and second: those that matter come first */
    while (tally_next(slice, &place, &entry) && entry.key < tally_key(TALLY_ACTIVITY, TALLY_EXCLUDED, 0, 0)) {
        int step = tally_key_step(entry.key);
        young->came[step] += entry.count;
        if (tally_key_field(entry.key) > TALLY_LEFT_WON)
            continue;
        uint32_t of_row = tally_key(TALLY_ACTIVITY, tally_key_field(entry.key), step, 0);
        if (of_row != row)
            young->rows[young->row_count++] = (struct young_row){.step = step, .begin = count};
        row = of_row;
        young->arrivals[count++] = (struct young_arrivals){(uint16_t)tally_key_detail(entry.key), (int32_t)leads};
        young->rows[young->row_count - 1].end = count;
        leads += (uint32_t)entry.count;
    }
    young->arrivals[count].before = (int32_t)leads;
    return young;
}

static bool is_younger(const struct young *young, size_t place, int64_t oldest_s, int64_t age_s)
{
    return oldest_s - young->arrivals[place].into_slice_s < age_s;
}

size_t young_younger(const struct young *young, const struct young_row *row, size_t from, int64_t oldest_s, int64_t age_s)
{
    size_t low = from, high = from; /* those before `low` are not younger; at `high` they are, or nobody is there */
    while (high < row->end && !is_younger(young, high, oldest_s, age_s)) { /* mostly it is near */
        low = high + 1;
        high += high - from + 1;
    }
    if (high > row->end)
        high = row->end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_younger(young, middle, oldest_s, age_s))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
