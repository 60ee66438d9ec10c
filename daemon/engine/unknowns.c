#include "unknowns.h"

#include <stdlib.h>

#include "../core/memory.h"

enum { FREE, KNOWN_AGAIN, FIRST_NAME, CAPACITY_LEAST = 64 };

/* Where the lead is, or would be. */
static size_t place_of(const struct unknowns *unknowns, uint64_t lead)
{
    size_t place = lead & (unknowns->capacity - 1);
    while (unknowns->names[place] != FREE && unknowns->hashes[place] != lead)
        place = (place + 1) & (unknowns->capacity - 1);
    return place;
}

static void put(struct unknowns *unknowns, uint64_t lead, uint8_t name)
{
    size_t place = place_of(unknowns, lead);
    unknowns->used += unknowns->names[place] == FREE;
    unknowns->hashes[place] = lead;
    unknowns->names[place] = name;
}

static void grow(struct unknowns *unknowns)
{
    struct unknowns before = *unknowns;
    unknowns->capacity = before.capacity > 0 ? before.capacity * 2 : CAPACITY_LEAST;
    unknowns->used = 0;
    unknowns->hashes = memory_new(unknowns->capacity * sizeof *unknowns->hashes);
    unknowns->names = memory_new(unknowns->capacity);
    for (size_t i = 0; i < before.capacity; i++)
        if (before.names[i] != FREE)
            put(unknowns, before.hashes[i], before.names[i]);
    free(before.hashes);
    free(before.names);
}

static uint8_t name_of(struct unknowns *unknowns, struct text what)
{
    for (int i = 0; i < unknowns->name_count; i++)
        if (text_equal(text_of(unknowns->texts[i]), what))
            return (uint8_t)(FIRST_NAME + i);
    if (unknowns->name_count < UNKNOWNS_NAMES_MAX)
        unknowns->texts[unknowns->name_count++] = memory_string(what.data, what.length);
    return (uint8_t)(FIRST_NAME + unknowns->name_count - 1);
}

void unknowns_see(struct unknowns *unknowns, uint64_t lead, struct text what)
{
    if (what.length == 0) {
        if (unknowns->used > 0 && unknowns->names[place_of(unknowns, lead)] != FREE)
            put(unknowns, lead, KNOWN_AGAIN);
        return;
    }
    if (unknowns->used * 2 >= unknowns->capacity)
        grow(unknowns);
    put(unknowns, lead, name_of(unknowns, what));
}

uint64_t unknowns_leads(const struct unknowns *unknowns, int name)
{
    uint64_t leads = 0;
    for (size_t i = 0; i < unknowns->capacity; i++)
        leads += unknowns->names[i] == FIRST_NAME + name;
    return leads;
}

void unknowns_merge(struct unknowns *unknowns, const struct unknowns *other)
{
    for (size_t i = 0; i < other->capacity; i++)
        if (other->names[i] >= FIRST_NAME)
            unknowns_see(unknowns, other->hashes[i], text_of(other->texts[other->names[i] - FIRST_NAME]));
}

void unknowns_free(struct unknowns *unknowns)
{
    for (int i = 0; i < unknowns->name_count; i++)
        free(unknowns->texts[i]);
    free(unknowns->hashes);
    free(unknowns->names);
    *unknowns = (struct unknowns){0};
}
