#include "deltas.h"

#include <stdlib.h>
#include <string.h>

#include "funnel.h"
#include "memory.h"

enum { SLOTS_LEAST = 1024 };

static uint32_t home_of(const struct deltas *deltas, uint32_t group, int32_t slice)
{
    uint64_t hash = ((uint64_t)group << 32 | (uint32_t)slice) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32) & deltas->slot_mask;
}

static void grow_slots(struct deltas *deltas)
{
    free(deltas->slots);
    deltas->slot_mask = deltas->slot_mask * 2 + 1;
    deltas->slots = memory_new(((size_t)deltas->slot_mask + 1) * sizeof *deltas->slots);
    for (size_t i = 0; i < deltas->count; i++) {
        uint32_t slot = home_of(deltas, deltas->list[i].group, deltas->list[i].slice);
        while (deltas->slots[slot] != 0)
            slot = (slot + 1) & deltas->slot_mask;
        deltas->slots[slot] = (uint32_t)i + 1;
    }
}

/* Room for one more, with an empty tally that may own memory from an earlier round. */
static struct delta *append(struct deltas *deltas)
{
    if (deltas->count == deltas->capacity) {
        size_t before = deltas->capacity;
        deltas->list = memory_grow(deltas->list, &deltas->capacity, before + 1, sizeof *deltas->list);
        memset(deltas->list + before, 0, (deltas->capacity - before) * sizeof *deltas->list);
    }
    return &deltas->list[deltas->count++];
}

uint32_t deltas_place(struct deltas *deltas, uint32_t group, int32_t slice)
{
    uint32_t slot = home_of(deltas, group, slice);
    for (uint32_t place; (place = deltas->slots[slot]) != 0; slot = (slot + 1) & deltas->slot_mask)
        if (deltas->list[place - 1].group == group && deltas->list[place - 1].slice == slice)
            return place - 1;
    struct delta *delta = append(deltas);
    delta->group = group;
    delta->slice = slice;
    deltas->slots[slot] = (uint32_t)deltas->count;
    if (deltas->count * 2 > deltas->slot_mask)
        grow_slots(deltas);
    return (uint32_t)deltas->count - 1;
}

static struct delta_standing *standing_of(struct deltas *deltas, uint32_t group)
{
    deltas->standing = memory_grow(deltas->standing, &deltas->standing_capacity, group + 1, sizeof *deltas->standing);
    while (deltas->standing_groups <= group)
        deltas->standing[deltas->standing_groups++] = NULL;
    if (deltas->standing[group] == NULL)
        deltas->standing[group] = memory_new(sizeof **deltas->standing);
    return deltas->standing[group];
}

void deltas_add_standing(struct deltas *deltas, uint32_t group, int step, int64_t minor)
{
    tally_sum_add(&standing_of(deltas, group)->amounts[step], minor);
}

void deltas_note_stay(struct deltas *deltas, uint32_t group)
{
    standing_of(deltas, group)->stays_changed = true;
}

void deltas_settle(struct deltas *deltas)
{
    for (size_t i = 0; i < deltas->count; i++)
        tally_settle(&deltas->list[i].tally);
}

void deltas_clear(struct deltas *deltas)
{
    for (size_t i = deltas->count; i-- > 0;) { /* the last first: what it was put behind is still there */
        uint32_t slot = home_of(deltas, deltas->list[i].group, deltas->list[i].slice);
        while (deltas->slots[slot] != i + 1)
            slot = (slot + 1) & deltas->slot_mask;
        deltas->slots[slot] = 0;
        tally_clear(&deltas->list[i].tally);
    }
    deltas->count = 0;
    for (size_t group = 0; group < deltas->standing_groups; group++)
        if (deltas->standing[group] != NULL)
            memset(deltas->standing[group], 0, sizeof **deltas->standing);
}

void deltas_init(struct deltas *deltas)
{
    deltas->slot_mask = SLOTS_LEAST - 1;
    deltas->slots = memory_new(SLOTS_LEAST * sizeof *deltas->slots);
}

void deltas_free(struct deltas *deltas)
{
    for (size_t i = 0; i < deltas->capacity; i++)
        tally_free(&deltas->list[i].tally);
    free(deltas->list);
    free(deltas->slots);
    for (size_t group = 0; group < deltas->standing_groups; group++)
        free(deltas->standing[group]);
    free(deltas->standing);
}
