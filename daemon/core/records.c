#include "records.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define SLOT_ADDRESS ((UINT64_C(1) << 48) - 1)

enum { SLOTS_LEAST = 1024 };

_Static_assert(offsetof(struct record, id) % sizeof(uint64_t) == 0, "elements follow the id");

static size_t id_room(uint8_t id_length)
{
    return (id_length + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1);
}

static size_t record_size(uint32_t count, bool has_amount, uint8_t id_length)
{
    return sizeof(struct record) + id_room(id_length) + (count + has_amount) * sizeof(uint64_t);
}

static uint64_t *elements_of(struct record *record)
{
    return (uint64_t *)(void *)(record->id + id_room(record->id_length));
}

size_t record_bytes(const struct record *record)
{
    return record_size(record->count, (record->flags & RECORD_AMOUNT) != 0, record->id_length);
}

struct text record_id(const struct record *record)
{
    return (struct text){record->id, record->id_length};
}

struct lead_set record_set(struct record *record)
{
    uint64_t *elements = elements_of(record);
    return (struct lead_set){record->count, record->count, elements, (record->flags & RECORD_AMOUNT) != 0 ? (int64_t)elements[record->count] : 0};
}

void record_facts(struct record *record, const struct lead_names *names, const struct funnel *funnels, struct facts *out)
{
    struct lead_set set = record_set(record);
    lead_facts(&set, names, &funnels[record->funnel], out);
}

static struct record *record_at(uint64_t slot)
{
    return (struct record *)(uintptr_t)(slot & SLOT_ADDRESS);
}

static uint64_t slot_for(const struct record *record)
{
    return (uint64_t)(uintptr_t)record | (record->hash & ~SLOT_ADDRESS);
}

/* The slot of a (funnel, lead): its own, or the free one where it belongs. */
static uint64_t find_slot(const struct records *records, uint64_t hash, int funnel, struct text id)
{
    uint64_t slot = records_home(records, hash);
    for (; records->slots[slot] != 0; slot = (slot + 1) & records->slot_mask) {
        if ((records->slots[slot] & ~SLOT_ADDRESS) != (hash & ~SLOT_ADDRESS))
            continue;
        const struct record *record = record_at(records->slots[slot]);
        if (record->hash == hash && record->funnel == funnel && text_equal(record_id(record), id))
            break;
    }
    return slot;
}

/* The slot that holds this very record. */
static uint64_t slot_holding(const struct records *records, const struct record *record)
{
    uint64_t slot = records_home(records, record->hash);
    while (record_at(records->slots[slot]) != record)
        slot = (slot + 1) & records->slot_mask;
    return slot;
}

struct record *records_find(const struct records *records, uint64_t lead_hash, int funnel, struct text id)
{
    uint64_t slot = records->slots[find_slot(records, records_hash(lead_hash, funnel), funnel, id)];
    return slot != 0 ? record_at(slot) : NULL;
}

static uint64_t *new_slots(uint64_t count)
{
    size_t size = count * sizeof(uint64_t);
    if (size < MEMORY_LARGE)
        return memory_new(size);
    return memset(memory_large(size), 0, size);
}

static void grow_slots(struct records *records)
{
    enum { GROW_AHEAD = 16 };
    uint64_t *old = records->slots;
    uint64_t old_mask = records->slot_mask;
    records->slot_mask = old_mask * 2 + 1;
    records->slots = new_slots(records->slot_mask + 1);
    for (uint64_t i = 0; i <= old_mask; i++) {
        if (i + GROW_AHEAD <= old_mask)
            __builtin_prefetch(record_at(old[i + GROW_AHEAD]));
        if (old[i] == 0)
            continue;
        uint64_t slot = records_home(records, record_at(old[i])->hash);
        while (records->slots[slot] != 0)
            slot = (slot + 1) & records->slot_mask;
        records->slots[slot] = old[i];
    }
    free(old);
}

static bool has_amount(const struct lead_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (lead_element_what(set->elements[i]) == LEAD_AMOUNT)
            return true;
    return false;
}

/* Put a set into a record whose size fits. */
static void fill_record(struct record *record, const struct lead_set *set, bool amount)
{
    uint64_t *elements = elements_of(record);
    record->count = set->count;
    record->flags = (uint8_t)((record->flags & ~RECORD_AMOUNT) | (amount ? RECORD_AMOUNT : 0));
    if (set->count > 0)
        memcpy(elements, set->elements, set->count * sizeof *set->elements);
    if (amount)
        elements[set->count] = (uint64_t)set->amount_minor;
}

struct record *records_insert(struct records *records, uint64_t lead_hash, int funnel, struct text id)
{
    return records_put(records, lead_hash, funnel, id, &(struct lead_set){0});
}

struct record *records_put(struct records *records, uint64_t lead_hash, int funnel, struct text id, const struct lead_set *set)
{
    assert(id.length <= UINT8_MAX);
    if ((records->count + 1) * 4 > (records->slot_mask + 1) * 3)
        grow_slots(records);
    uint64_t hash = records_hash(lead_hash, funnel), slot = find_slot(records, hash, funnel, id);
    if (records->slots[slot] == 0)
        records->count++;
    else
        records_give_back(records, record_at(records->slots[slot]));
    bool amount = has_amount(set);
    size_t size = record_size(set->count, amount, (uint8_t)id.length);
    struct record *record = slab_take(&records->slab, size);
    *record = (struct record){.hash = hash, .last_at = TIME_NONE, .funnel = (uint8_t)funnel, .id_length = (uint8_t)id.length};
    memcpy(record->id, id.data, id.length);
    fill_record(record, set, amount);
    records->bytes += size;
    records->slots[slot] = slot_for(record);
    return record;
}

struct record *records_supersede(struct records *records, struct record *record, const struct lead_set *set)
{
    bool amount = has_amount(set);
    size_t size = record_size(set->count, amount, record->id_length);
    uint64_t slot = slot_holding(records, record);
    struct record *moved = slab_take(&records->slab, size);
    memcpy(moved, record, sizeof *record + record->id_length);
    records->slots[slot] = slot_for(moved);
    records->bytes += size;
    fill_record(moved, set, amount);
    return moved;
}

void records_give_back(struct records *records, struct record *superseded)
{
    size_t size = record_bytes(superseded);
    records->bytes -= size;
    slab_give(&records->slab, superseded, size);
}

struct record *records_store(struct records *records, struct record *record, const struct lead_set *set)
{
    bool amount = has_amount(set);
    if (record_size(set->count, amount, record->id_length) == record_bytes(record)) {
        fill_record(record, set, amount);
        return record;
    }
    struct record *moved = records_supersede(records, record, set);
    records_give_back(records, record);
    return moved;
}

/* Free a record and close the gap it leaves in its run of slots. */
void records_delete(struct records *records, struct record *record)
{
    uint64_t gap = slot_holding(records, record), mask = records->slot_mask;
    for (uint64_t slot = (gap + 1) & mask; records->slots[slot] != 0; slot = (slot + 1) & mask) {
        uint64_t home = records_home(records, record_at(records->slots[slot])->hash);
        if (((slot - home) & mask) >= ((slot - gap) & mask)) {
            records->slots[gap] = records->slots[slot];
            gap = slot;
        }
    }
    records->slots[gap] = 0;
    records->count--;
    records_give_back(records, record);
}

struct record *records_next(const struct records *records, uint64_t hash, uint64_t *slot)
{
    for (; records->slots[*slot] != 0; *slot = (*slot + 1) & records->slot_mask) {
        if ((records->slots[*slot] & ~SLOT_ADDRESS) != (hash & ~SLOT_ADDRESS))
            continue;
        struct record *record = record_at(records->slots[*slot]);
        if (record->hash != hash)
            continue;
        *slot = (*slot + 1) & records->slot_mask;
        return record;
    }
    return NULL;
}

/* All of it, mostly. There may be none: nothing is added to a pointer to nothing. */
static void prefetch(const struct record *record)
{
    uintptr_t at = (uintptr_t)record;
    __builtin_prefetch((const void *)at);
    __builtin_prefetch((const void *)(at + 64));
    __builtin_prefetch((const void *)(at + 128));
}

void records_prefetch(const struct records *records, uint64_t hash)
{
    uint64_t slot = records_home(records, hash);
    while (records->slots[slot] != 0 && (records->slots[slot] & ~SLOT_ADDRESS) != (hash & ~SLOT_ADDRESS))
        slot = (slot + 1) & records->slot_mask;
    prefetch(record_at(records->slots[slot]));
}

struct record *records_each(const struct records *records, uint64_t *slot)
{
    enum { AHEAD = 16 };
    while (*slot <= records->slot_mask) {
        if (*slot + AHEAD <= records->slot_mask)
            prefetch(record_at(records->slots[*slot + AHEAD]));
        uint64_t value = records->slots[(*slot)++];
        if (value != 0)
            return record_at(value);
    }
    return NULL;
}

void records_init(struct records *records)
{
    records->slot_mask = SLOTS_LEAST - 1;
    records->slots = new_slots(SLOTS_LEAST);
}

void records_free(struct records *records)
{
    uint64_t slot = 0;
    for (struct record *record; (record = records_each(records, &slot)) != NULL;)
        if (record_bytes(record) > SLAB_LARGEST)
            slab_give(&records->slab, record, record_bytes(record));
    slab_free(&records->slab);
    free(records->slots);
}
