#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { TALLY_CAPACITY_LEAST = 8 };

static uint32_t *keys_of(const struct tally *tally)
{
    return (uint32_t *)(tally->counts + tally->capacity);
}

static size_t block_size(uint32_t capacity)
{
    return (size_t)capacity * (sizeof(int64_t) + sizeof(uint32_t));
}

/* The slot of a key: the one it has, or the free one where it belongs. The capacity is > 0. */
static uint32_t slot_of(const struct tally *tally, uint32_t key)
{
    const uint32_t *keys = keys_of(tally);
    uint32_t mask = tally->capacity - 1, slot = (key * UINT32_C(2654435769)) >> 7 & mask;
    while (keys[slot] != 0 && keys[slot] != key + 1)
        slot = (slot + 1) & mask;
    return slot;
}

/* Room for one more key. Keys whose count went back to 0 are dropped on the way. */
static void grow(struct tally *tally)
{
    struct tally old = *tally;
    uint32_t capacity = TALLY_CAPACITY_LEAST;
    while (capacity < 2 * (old.nonzero + 1))
        capacity *= 2;
    *tally = (struct tally){memory_new(block_size(capacity)), capacity, 0, 0};
    const uint32_t *keys = keys_of(&old);
    for (uint32_t i = 0; i < old.capacity; i++)
        if (keys[i] != 0 && old.counts[i] != 0)
            tally_add(tally, keys[i] - 1, old.counts[i]);
    free(old.counts);
}

void tally_add(struct tally *tally, uint32_t key, int64_t count)
{
    if ((tally->used + 1) * 4 > tally->capacity * 3)
        grow(tally);
    uint32_t slot = slot_of(tally, key), *keys = keys_of(tally);
    if (keys[slot] == 0) {
        keys[slot] = key + 1;
        tally->used++;
    }
    int64_t before = tally->counts[slot], after = before + count;
    tally->counts[slot] = after;
    tally->nonzero += (uint32_t)(after != 0) - (uint32_t)(before != 0);
}

void tally_add_amount(struct tally *tally, enum tally_basis basis, enum tally_field field, int step, int64_t minor, int sign)
{
    tally_add(tally, tally_key(basis, field, step, 0), sign * (minor & INT64_C(0xffffffff)));
    tally_add(tally, tally_key(basis, field, step, 1), sign * (minor >> 32));
}

int64_t tally_get(const struct tally *tally, uint32_t key)
{
    if (tally->capacity == 0)
        return 0;
    uint32_t slot = slot_of(tally, key);
    return keys_of(tally)[slot] != 0 ? tally->counts[slot] : 0;
}

void tally_merge(struct tally *target, const struct tally *source, int sign)
{
    const uint32_t *keys = keys_of(source);
    for (uint32_t i = 0; i < source->capacity; i++)
        if (keys[i] != 0 && source->counts[i] != 0)
            tally_add(target, keys[i] - 1, sign * source->counts[i]);
}

void tally_clear(struct tally *tally)
{
    if (tally->capacity > 0)
        memset(tally->counts, 0, block_size(tally->capacity));
    tally->used = tally->nonzero = 0;
}

void tally_free(struct tally *tally)
{
    free(tally->counts);
    *tally = (struct tally){0};
}

static int by_key(const void *a, const void *b)
{
    uint32_t x = ((const struct tally_entry *)a)->key, y = ((const struct tally_entry *)b)->key;
    return (x > y) - (x < y);
}

size_t tally_sorted(const struct tally *tally, struct tally_entry *out)
{
    const uint32_t *keys = keys_of(tally);
    size_t length = 0;
    for (uint32_t i = 0; i < tally->capacity; i++)
        if (keys[i] != 0 && tally->counts[i] != 0)
            out[length++] = (struct tally_entry){keys[i] - 1, tally->counts[i]};
    qsort(out, length, sizeof *out, by_key);
    return length;
}

size_t tally_bytes(const struct tally *tally)
{
    return block_size(tally->capacity);
}
