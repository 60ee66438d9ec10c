#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "key_sort.h"
#include "memory.h"

enum { ROOM_LEAST = 8, AMOUNTS = 4 };

/* ---- additions in order ---- */

/* Entries of one key become one, those that come to 0 none. Returns how many are left. */
static size_t sum_up(struct tally_entry *entries, size_t length)
{
    size_t kept = 0;
    for (size_t i = 0; i < length;) {
        struct tally_entry sum = entries[i++];
        while (i < length && entries[i].key == sum.key)
            sum.count += entries[i++].count;
        if (sum.count != 0)
            entries[kept++] = sum;
    }
    return kept;
}

/* Merge two lists that ascend into `out`. Returns its length. */
static size_t merge(const struct tally_entry *a, size_t a_length, const struct tally_entry *b, size_t b_length, struct tally_entry *out)
{
    struct tally_entry *first = out;
    const struct tally_entry *a_end = a + a_length, *b_end = b + b_length;
    while (a < a_end && b < b_end) {
        struct tally_entry entry = *a;
        if (b->key < entry.key) {
            entry = *b++;
        } else {
            a++;
            if (b->key == entry.key)
                entry.count += b++->count;
        }
        *out = entry;
        out += entry.count != 0;
    }
    for (; a < a_end; a++)
        if (a->count != 0)
            *out++ = *a;
    for (; b < b_end; b++)
        if (b->count != 0)
            *out++ = *b;
    return (size_t)(out - first);
}

/* In order of key: where they are, or in *room, which the caller frees (NULL: none was needed). */
static struct tally_entry *sort(struct tally_entry *entries, size_t count, struct tally_entry **room)
{
    *room = NULL;
    if (count <= KEY_SORT_FEW) {
        key_sort_few(entries, count);
        return entries;
    }
    struct key_digits digits = {0};
    for (size_t i = 0; i < count; i++)
        key_digits_count(&digits, entries[i].key);
    *room = memory_resize(NULL, count * sizeof **room);
    return key_sort_many(entries, *room, count, &digits);
}

static void settle_additions(struct tally *tally)
{
    size_t added = tally->count - tally->settled;
    struct tally_entry *room, *sorted = sort(tally->entries + tally->settled, added, &room);
    added = sum_up(sorted, added);
    size_t settled = tally->settled;
    if (settled == 0) {
        if (sorted != tally->entries)
            memcpy(tally->entries, sorted, added * sizeof *sorted);
        tally->count = tally->settled = (uint32_t)added;
    } else if (added > 0) {
        struct tally_entry *list = memory_resize(NULL, (size_t)tally->capacity * sizeof *list);
        tally->count = tally->settled = (uint32_t)merge(tally->entries, settled, sorted, added, list);
        free(tally->entries);
        tally->entries = list;
    } else {
        tally->count = tally->settled;
    }
    free(room);
}

static inline void settle(struct tally *tally)
{
    if (tally->count > tally->settled)
        settle_additions(tally);
}

/* Reading settles; to whoever reads that is no change. */
static struct tally *settled(const struct tally *tally)
{
    struct tally *same = (struct tally *)(uintptr_t)tally;
    settle(same);
    return same;
}

void tally_settle(struct tally *tally)
{
    settle(tally);
}

void tally_make_room(struct tally *tally)
{
    settle(tally);
    if (tally->capacity >= tally->count + tally->count / 2 + ROOM_LEAST)
        return; /* enough of the additions were to keys that there are */
    tally->capacity = 2 * tally->count + ROOM_LEAST;
    tally->entries = memory_resize(tally->entries, tally->capacity * sizeof *tally->entries);
}

void tally_add_run(struct tally *tally, const struct tally_entry *run, size_t length)
{
    if (length == 0)
        return;
    settle(tally);
    size_t had = tally->count, most = had + length;
    struct tally_entry *list = had == 0 && tally->capacity >= most ? tally->entries : memory_resize(NULL, most * sizeof *list);
    tally->count = tally->settled = (uint32_t)merge(run, length, had > 0 ? tally->entries : run, had, list);
    if (list == tally->entries)
        return;
    free(tally->entries);
    tally->entries = list;
    tally->capacity = (uint32_t)most;
}

void tally_trim(struct tally *tally)
{
    settle(tally);
    if (tally->count == 0) {
        free(tally->entries);
        tally->entries = NULL;
    } else {
        tally->entries = memory_resize(tally->entries, tally->count * sizeof *tally->entries);
    }
    tally->capacity = tally->count;
}

/* ---- amounts ---- */

static int amount_place(uint32_t key)
{
    return (int)tally_key_basis(key) * 2 + (tally_key_field(key) == TALLY_LOST_AMOUNT);
}

void tally_add_amount(struct tally *tally, uint32_t key, int64_t minor)
{
    if (tally->amounts == NULL)
        tally->amounts = memory_new(AMOUNTS * sizeof *tally->amounts);
    tally_sum_add(&tally->amounts[amount_place(key)], minor);
}

tally_amount tally_get_amount(const struct tally *tally, uint32_t key)
{
    return tally->amounts != NULL ? tally_sum_of(tally->amounts[amount_place(key)]) : 0;
}

/* ---- reading and merging ---- */

/* The place of the first entry whose key is not less. */
static size_t place_of(const struct tally_entry *entries, size_t count, uint32_t key)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (entries[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* NULL: it is not there. */
static struct tally_entry *find(const struct tally *tally, uint32_t key)
{
    const struct tally *read = settled(tally);
    size_t place = place_of(read->entries, read->count, key);
    return place < read->count && read->entries[place].key == key ? &read->entries[place] : NULL;
}

int32_t tally_get(const struct tally *tally, uint32_t key)
{
    const struct tally_entry *entry = find(tally, key);
    return entry != NULL ? entry->count : 0;
}

void tally_merge(struct tally *target, const struct tally *source, int sign)
{
    const struct tally *read = settled(source);
    for (uint32_t i = 0; i < read->count; i++)
        tally_add(target, read->entries[i].key, sign * read->entries[i].count);
    tally_merge_amounts(target, source, sign);
}

void tally_merge_amounts(struct tally *target, const struct tally *source, int sign)
{
    if (source->amounts == NULL)
        return;
    if (target->amounts == NULL)
        target->amounts = memory_new(AMOUNTS * sizeof *target->amounts);
    for (int i = 0; i < AMOUNTS; i++) {
        target->amounts[i].low += sign * source->amounts[i].low;
        target->amounts[i].high += sign * source->amounts[i].high;
    }
}

bool tally_is_zero(const struct tally *tally)
{
    uint32_t place = 0;
    struct tally_entry entry;
    if (tally_next(tally, &place, &entry))
        return false;
    for (int i = 0; tally->amounts != NULL && i < AMOUNTS; i++)
        if (tally_sum_of(tally->amounts[i]) != 0)
            return false;
    return true;
}

void tally_clear(struct tally *tally)
{
    tally->count = tally->settled = 0;
    tally->dropped = false;
    if (tally->amounts != NULL)
        memset(tally->amounts, 0, AMOUNTS * sizeof *tally->amounts);
}

void tally_free(struct tally *tally)
{
    free(tally->entries);
    free(tally->amounts);
    *tally = (struct tally){0};
}

void tally_drop(struct tally *tally, uint32_t key)
{
    struct tally_entry *entry = find(tally, key);
    if (entry == NULL)
        return;
    entry->count = 0; /* it goes when additions are merged, or all entries are asked for */
    tally->dropped = true;
}

void tally_renumber(struct tally *tally, enum tally_field field, const uint32_t *numbers)
{
    bool equal = false;
    for (int basis = 0; basis < TALLY_BASES; basis++) {
        size_t count;
        struct tally_entry *entries = (struct tally_entry *)(uintptr_t)tally_of_field(tally, (enum tally_basis)basis, field, &count);
        for (size_t i = 0; i < count; i++)
            entries[i].key += numbers[tally_key_detail(entries[i].key)] - tally_key_detail(entries[i].key);
        struct tally_entry *room, *sorted = sort(entries, count, &room);
        if (sorted != entries)
            memcpy(entries, sorted, count * sizeof *sorted);
        free(room);
        for (size_t i = 1; i < count; i++)
            equal |= entries[i].key == entries[i - 1].key;
    }
    if (equal)
        tally->count = tally->settled = (uint32_t)sum_up(tally->entries, tally->count);
}

bool tally_next(const struct tally *tally, uint32_t *place, struct tally_entry *out)
{
    const struct tally *read = settled(tally);
    while (*place < read->count) {
        *out = read->entries[(*place)++];
        if (out->count != 0)
            return true;
    }
    return false;
}

const struct tally_entry *tally_entries(const struct tally *tally, size_t *count)
{
    struct tally *read = settled(tally);
    if (read->dropped)
        read->count = read->settled = (uint32_t)sum_up(read->entries, read->count);
    read->dropped = false;
    *count = read->count;
    return read->entries;
}

size_t tally_bytes(const struct tally *tally)
{
    return tally->capacity * sizeof *tally->entries + (tally->amounts != NULL ? AMOUNTS * sizeof *tally->amounts : 0);
}

const struct tally_entry *tally_of_field(const struct tally *tally, enum tally_basis basis, enum tally_field field, size_t *count)
{
    const struct tally *read = settled(tally);
    size_t from = place_of(read->entries, read->count, tally_key(basis, field, 0, 0));
    *count = place_of(read->entries, read->count, tally_key(basis, field + 1, 0, 0)) - from;
    return *count > 0 ? read->entries + from : NULL;
}

const struct tally_entry *tally_stretch(const struct tally_entry *entries, size_t entry_count, enum tally_basis basis, enum tally_field field, int step, size_t *count)
{
    uint32_t low = tally_key(basis, field, step, 0), high = low + TALLY_DETAIL_MAX;
    size_t from = place_of(entries, entry_count, low), end = from;
    while (end < entry_count && entries[end].key <= high)
        end++;
    *count = end - from;
    return entries + from;
}
