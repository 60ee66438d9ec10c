#define XXH_INLINE_ALL
#include <xxhash.h>

#include "names.h"

#include <stdlib.h>

#include "memory.h"

struct names {
    struct text *texts;
    size_t capacity;
    uint32_t count, most;
    struct slot { uint32_t number, hash; } *slots; /* number + 1; 0: free */
    uint32_t slot_mask;
};

struct names *names_new(uint32_t most)
{
    struct names *names = memory_new(sizeof *names);
    names->most = most;
    names->slot_mask = 15;
    names->slots = memory_new((names->slot_mask + 1) * sizeof *names->slots);
    names_number(names, TEXT(""));
    return names;
}

void names_free(struct names *names)
{
    if (names == NULL)
        return;
    for (uint32_t i = 0; i < names->count; i++)
        free((char *)(uintptr_t)names->texts[i].data);
    free(names->texts);
    free(names->slots);
    free(names);
}

static uint32_t hash_of(struct text text)
{
    return (uint32_t)XXH3_64bits(text.data, text.length);
}

static struct slot *slot_of(const struct names *names, struct text text, uint32_t hash)
{
    uint32_t slot = hash & names->slot_mask;
    while (names->slots[slot].number != 0 && (names->slots[slot].hash != hash || !text_equal(names->texts[names->slots[slot].number - 1], text)))
        slot = (slot + 1) & names->slot_mask;
    return &names->slots[slot];
}

static void grow_slots(struct names *names)
{
    struct slot *old = names->slots;
    uint32_t old_mask = names->slot_mask;
    names->slot_mask = old_mask * 2 + 1;
    names->slots = memory_new(((size_t)names->slot_mask + 1) * sizeof *names->slots);
    for (uint32_t i = 0; i <= old_mask; i++)
        if (old[i].number != 0)
            *slot_of(names, names->texts[old[i].number - 1], old[i].hash) = old[i];
    free(old);
}

uint32_t names_number(struct names *names, struct text text)
{
    uint32_t hash = hash_of(text);
    struct slot *slot = slot_of(names, text, hash);
    if (slot->number != 0)
        return slot->number - 1;
    if (names->count >= names->most)
        return NAMES_FULL;
    if ((names->count + 1) * 2 > names->slot_mask) {
        grow_slots(names);
        slot = slot_of(names, text, hash);
    }
    names->texts = memory_grow(names->texts, &names->capacity, names->count + 1, sizeof *names->texts);
    names->texts[names->count] = (struct text){memory_copy(text.data, text.length), text.length};
    *slot = (struct slot){names->count + 1, hash};
    return names->count++;
}

uint32_t names_find(const struct names *names, struct text text)
{
    const struct slot *slot = slot_of(names, text, hash_of(text));
    return slot->number != 0 ? slot->number - 1 : NAMES_UNKNOWN;
}

struct text names_text(const struct names *names, uint32_t number)
{
    return names->texts[number];
}

uint32_t names_count(const struct names *names)
{
    return names->count;
}
