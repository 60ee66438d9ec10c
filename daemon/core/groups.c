#include "groups.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

struct groups {
    struct group *list;
    size_t capacity;
    uint32_t count;
    uint32_t *slots; /* number + 1; 0: free */
    uint32_t slot_mask;
};

static uint32_t hash_of(const struct group *group)
{
    uint64_t hash = (uint64_t)group->funnel * 31 + (uint64_t)(group->breakdown + 1);
    for (int i = 0; i < group->value_count; i++)
        hash = (hash ^ group->values[i]) * UINT64_C(0x9E3779B97F4A7C15);
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32);
}

static bool equal(const struct group *a, const struct group *b)
{
    return a->funnel == b->funnel && a->breakdown == b->breakdown && memcmp(a->values, b->values, (size_t)a->value_count * sizeof *a->values) == 0;
}

static uint32_t slot_of(const struct groups *groups, const struct group *group)
{
    uint32_t slot = hash_of(group) & groups->slot_mask;
    while (groups->slots[slot] != 0 && !equal(&groups->list[groups->slots[slot] - 1], group))
        slot = (slot + 1) & groups->slot_mask;
    return slot;
}

struct groups *groups_new(int funnel_count)
{
    struct groups *groups = memory_new(sizeof *groups);
    groups->slot_mask = 255;
    groups->slots = memory_new((groups->slot_mask + 1) * sizeof *groups->slots);
    for (int f = 0; f < funnel_count; f++)
        groups_number(groups, &(struct group){.funnel = f, .breakdown = -1});
    return groups;
}

void groups_free(struct groups *groups)
{
    if (groups == NULL)
        return;
    free(groups->list);
    free(groups->slots);
    free(groups);
}

uint32_t groups_number(struct groups *groups, const struct group *group)
{
    uint32_t slot = slot_of(groups, group);
    if (groups->slots[slot] != 0)
        return groups->slots[slot] - 1;
    groups->list = memory_grow(groups->list, &groups->capacity, groups->count + 1, sizeof *groups->list);
    groups->list[groups->count] = *group;
    groups->slots[slot] = ++groups->count;
    if (groups->count * 2 > groups->slot_mask) {
        free(groups->slots);
        groups->slot_mask = groups->slot_mask * 2 + 1;
        groups->slots = memory_new(((size_t)groups->slot_mask + 1) * sizeof *groups->slots);
        for (uint32_t i = 0; i < groups->count; i++)
            groups->slots[slot_of(groups, &groups->list[i])] = i + 1;
    }
    return groups->count - 1;
}

const struct group *groups_get(const struct groups *groups, uint32_t number)
{
    return &groups->list[number];
}
