#include "names.h"

#include <stdlib.h>

#include "memory.h"

struct names {
    struct text *texts;
    size_t capacity;
    uint32_t count, most;
    uint32_t *slots; /* number + 1; 0: free */
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

/* FNV-1a, 32 bits: texts are short. */
static uint32_t hash_of(struct text text)
{
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * UINT32_C(16777619);
    return hash ^ hash >> 15;
}

static uint32_t slot_of(const struct names *names, struct text text)
{
    uint32_t slot = hash_of(text) & names->slot_mask;
    while (names->slots[slot] != 0 && !text_equal(names->texts[names->slots[slot] - 1], text))
        slot = (slot + 1) & names->slot_mask;
    return slot;
}

static void grow_slots(struct names *names)
{
    free(names->slots);
    names->slot_mask = names->slot_mask * 2 + 1;
    names->slots = memory_new(((size_t)names->slot_mask + 1) * sizeof *names->slots);
    for (uint32_t i = 0; i < names->count; i++)
        names->slots[slot_of(names, names->texts[i])] = i + 1;
}

uint32_t names_number(struct names *names, struct text text)
{
    uint32_t slot = slot_of(names, text);
    if (names->slots[slot] != 0)
        return names->slots[slot] - 1;
    if (names->count >= names->most)
        return NAMES_FULL;
    if ((names->count + 1) * 2 > names->slot_mask) {
        grow_slots(names);
        slot = slot_of(names, text);
    }
    names->texts = memory_grow(names->texts, &names->capacity, names->count + 1, sizeof *names->texts);
    names->texts[names->count] = (struct text){memory_copy(text.data, text.length), text.length};
    names->slots[slot] = names->count + 1;
    return names->count++;
}

struct text names_text(const struct names *names, uint32_t number)
{
    return names->texts[number];
}

uint32_t names_count(const struct names *names)
{
    return names->count;
}
