#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { CAPACITY_LEAST = 8, AMOUNTS = 4 };

/* The slot of a key: the one it has, or the free one where it belongs. The capacity is > 0. */
static struct tally_entry *slot_of(const struct tally *tally, uint32_t key)
{
    uint32_t slot = tally_home(tally->capacity, key);
    while (tally->slots[slot].key != 0 && tally->slots[slot].key != key + 1)
        slot = (slot + 1) & (tally->capacity - 1);
    return &tally->slots[slot];
}

/* Room for one more key. Keys whose count went back to 0 are dropped on the way. */
static void grow(struct tally *tally)
{
    struct tally_entry *old = tally->slots;
    uint32_t old_capacity = tally->capacity;
    tally->capacity = CAPACITY_LEAST;
    while (tally->capacity < 2 * (tally->nonzero + 1))
        tally->capacity *= 2;
    tally->slots = memory_new(tally->capacity * sizeof *tally->slots);
    for (uint32_t i = 0; i < old_capacity; i++)
        if (old[i].count != 0)
            *slot_of(tally, old[i].key - 1) = old[i];
    tally->used = tally->nonzero;
    free(old);
}

void tally_add(struct tally *tally, uint32_t key, int32_t count)
{
    if ((tally->used + 1) * 4 > tally->capacity * 3)
        grow(tally);
    struct tally_entry *slot = slot_of(tally, key);
    if (slot->key == 0) {
        slot->key = key + 1;
        tally->used++;
    }
    tally->nonzero -= slot->count != 0;
    slot->count += count;
    tally->nonzero += slot->count != 0;
}

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

int32_t tally_get(const struct tally *tally, uint32_t key)
{
    return tally->capacity > 0 ? slot_of(tally, key)->count : 0;
}

tally_amount tally_get_amount(const struct tally *tally, uint32_t key)
{
    return tally->amounts != NULL ? tally_sum_of(tally->amounts[amount_place(key)]) : 0;
}

void tally_merge(struct tally *target, const struct tally *source, int sign)
{
    for (uint32_t i = 0; i < source->capacity; i++)
        if (source->slots[i].count != 0)
            tally_add(target, source->slots[i].key - 1, sign * source->slots[i].count);
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
    if (tally->nonzero > 0)
        return false;
    for (int i = 0; tally->amounts != NULL && i < AMOUNTS; i++)
        if (tally_sum_of(tally->amounts[i]) != 0)
            return false;
    return true;
}

void tally_clear(struct tally *tally)
{
    if (tally->capacity > 0)
        memset(tally->slots, 0, tally->capacity * sizeof *tally->slots);
    if (tally->amounts != NULL)
        memset(tally->amounts, 0, AMOUNTS * sizeof *tally->amounts);
    tally->used = tally->nonzero = 0;
}

void tally_free(struct tally *tally)
{
    free(tally->slots);
    free(tally->amounts);
    *tally = (struct tally){0};
}

void tally_drop(struct tally *tally, uint32_t key)
{
    if (tally->capacity == 0)
        return;
    struct tally_entry *slot = slot_of(tally, key);
    tally->nonzero -= slot->count != 0;
    slot->count = 0;
}

bool tally_next(const struct tally *tally, uint32_t *slot, struct tally_entry *out)
{
    while (*slot < tally->capacity) {
        const struct tally_entry *entry = &tally->slots[(*slot)++];
        if (entry->count == 0)
            continue;
        *out = (struct tally_entry){entry->key - 1, entry->count};
        return true;
    }
    return false;
}

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, PASSES = 3, FEW = 32 };

/* One pass of a radix sort: stable, by one digit of the key. */
static void sort_by_digit(const struct tally_entry *from, struct tally_entry *to, size_t length, int shift)
{
    uint32_t places[DIGITS] = {0};
    for (size_t i = 0; i < length; i++)
        places[from[i].key >> shift & (DIGITS - 1)]++;
    uint32_t place = 0;
    for (int digit = 0; digit < DIGITS; digit++) {
        uint32_t count = places[digit];
        places[digit] = place;
        place += count;
    }
    for (size_t i = 0; i < length; i++)
        to[places[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

/* Large windows hold tens of thousands of keys and are sorted for every record. */
static void sort_by_key(struct tally_entry *entries, size_t length)
{
    if (length <= FEW) {
        for (size_t i = 1; i < length; i++) {
            struct tally_entry moved = entries[i];
            size_t place = i;
            for (; place > 0 && entries[place - 1].key > moved.key; place--)
                entries[place] = entries[place - 1];
            entries[place] = moved;
        }
        return;
    }
    struct tally_entry *other = memory_resize(NULL, length * sizeof *other);
    struct tally_entry *from = entries, *to = other;
    for (int pass = 0; pass < PASSES; pass++) {
        sort_by_digit(from, to, length, pass * DIGIT_BITS);
        struct tally_entry *sorted = to;
        to = from;
        from = sorted;
    }
    memcpy(entries, other, length * sizeof *entries); /* an odd number of passes ends there */
    free(other);
}

size_t tally_sorted(const struct tally *tally, struct tally_entry *out)
{
    size_t length = 0;
    struct tally_entry entry;
    for (uint32_t slot = 0; tally_next(tally, &slot, &entry);)
        out[length++] = entry;
    sort_by_key(out, length);
    return length;
}

size_t tally_bytes(const struct tally *tally)
{
    return tally->capacity * sizeof *tally->slots + (tally->amounts != NULL ? AMOUNTS * sizeof *tally->amounts : 0);
}
