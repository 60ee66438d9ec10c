#include "group_sets.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static uint32_t hash_of(const uint32_t *groups) /* up to the end */
{
    uint64_t hash = 0;
    for (; *groups != GROUP_SETS_END; groups++)
        hash = (hash ^ *groups) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32);
}

static bool equal(const uint32_t *a, const uint32_t *b)
{
    while (*a == *b && *a != GROUP_SETS_END) {
        a++;
        b++;
    }
    return *a == *b;
}

static uint32_t slot_of(const struct group_sets *sets, const uint32_t *groups)
{
    uint32_t slot = hash_of(groups) & sets->slot_mask;
    while (sets->slots[slot] != 0 && !equal(sets->groups + sets->slots[slot] - 1, groups))
        slot = (slot + 1) & sets->slot_mask;
    return slot;
}

static void grow(struct group_sets *sets)
{
    enum { SLOTS_LEAST = 64 };
    sets->slot_mask = sets->slots != NULL ? sets->slot_mask * 2 + 1 : SLOTS_LEAST - 1;
    free(sets->slots);
    sets->slots = memory_new(((size_t)sets->slot_mask + 1) * sizeof *sets->slots);
    for (size_t at = 0; at < sets->length; at++) {
        sets->slots[slot_of(sets, sets->groups + at)] = (uint32_t)at + 1;
        while (sets->groups[at] != GROUP_SETS_END)
            at++;
    }
}

uint32_t group_sets_number(struct group_sets *sets, const uint32_t *groups, int count)
{
    if (sets->slots == NULL || sets->count * 2 > sets->slot_mask)
        grow(sets);
    /* Put behind the others, where it stays if it is new. */
    uint32_t number = (uint32_t)sets->length;
    sets->groups = memory_grow(sets->groups, &sets->capacity, sets->length + (size_t)count + 1, sizeof *sets->groups);
    memcpy(sets->groups + number, groups, (size_t)count * sizeof *groups);
    sets->groups[number + (uint32_t)count] = GROUP_SETS_END;
    uint32_t slot = slot_of(sets, sets->groups + number);
    if (sets->slots[slot] != 0)
        return sets->slots[slot] - 1;
    sets->slots[slot] = number + 1;
    sets->length += (size_t)count + 1;
    sets->count++;
    return number;
}

void group_sets_free(struct group_sets *sets)
{
    free(sets->groups);
    free(sets->slots);
    *sets = (struct group_sets){0};
}
