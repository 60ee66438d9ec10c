#include "young.h"

#include "memory.h"

/* The rows stand behind the arrivals in one block, so an arrival's end must do for a row's beginning. */
_Static_assert(_Alignof(struct young_arrivals) % _Alignof(struct young_row) == 0 && sizeof(struct young_arrivals) % _Alignof(struct young_row) == 0, "rows behind arrivals are aligned");

/* The key without its detail: what a row is about. */
static uint32_t row_of(uint32_t key)
{
    return key - tally_key_detail(key);
}

/* The next entry of the leads that came, by outcome, step and detail. Those of TALLY_REACHED do not occur in slices. */
static bool next_outcome(const struct tally *slice, uint32_t *place, struct tally_entry *entry)
{
    return tally_next(slice, place, entry) && entry->key < tally_key(TALLY_ACTIVITY, TALLY_EXCLUDED, 0, 0);
}

static bool is_on_way(uint32_t key)
{
    return tally_key_field(key) <= TALLY_LEFT_WON;
}

static size_t block_bytes(size_t arrivals, size_t rows)
{
    return sizeof(struct young) + (arrivals + 1) * sizeof(struct young_arrivals) + rows * sizeof(struct young_row);
}

struct young *young_read(const struct tally *slice)
{
    struct tally_entry entry;
    size_t arrivals = 0, rows = 0;
    uint32_t row = 0;
    for (uint32_t place = 0; next_outcome(slice, &place, &entry);) {
        arrivals += is_on_way(entry.key);
        rows += rows == 0 || row_of(entry.key) != row;
        row = row_of(entry.key);
    }
    struct young *young = memory_new(block_bytes(arrivals, rows));
    young->rows = (void *)(young->arrivals + arrivals + 1);
    uint32_t count = 0, leads = 0;
    for (uint32_t place = 0; next_outcome(slice, &place, &entry);) {
        if (young->row_count == 0 || row_of(entry.key) != row)
            young->rows[young->row_count++] = (struct young_row){.begin = count, .end = count, .step = (uint8_t)tally_key_step(entry.key)};
        row = row_of(entry.key);
        young->rows[young->row_count - 1].came += entry.count;
        if (!is_on_way(entry.key))
            continue;
        young->arrivals[count++] = (struct young_arrivals){(uint16_t)tally_key_detail(entry.key), (int32_t)leads};
        young->rows[young->row_count - 1].end = count;
        leads += (uint32_t)entry.count;
    }
    young->arrivals[count].before = (int32_t)leads;
    return young;
}

size_t young_bytes(const struct young *young)
{
    if (young == NULL)
        return 0;
    return block_bytes(young->row_count > 0 ? young->rows[young->row_count - 1].end : 0, young->row_count);
}

size_t young_younger_far(const struct young *young, const struct young_row *row, size_t from, int64_t oldest_s, int64_t age_s)
{
    size_t low = from, high = from; /* those before `low` are not younger; at `high` they are, or nobody is there */
    while (high < row->end && !young_is_younger(young, high, oldest_s, age_s)) {
        low = high + 1;
        high += high - from + 1;
    }
    if (high > row->end)
        high = row->end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (young_is_younger(young, middle, oldest_s, age_s))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
