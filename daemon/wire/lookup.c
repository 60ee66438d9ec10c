#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lookup.h"

#include <stdlib.h>

#include "../core/memory.h"

enum { OF_FUNNELS = -1 }; /* the scope of funnels' own names; stages' scope is their funnel */

struct entry {
    int scope;
    int funnel;              /* OF_FUNNELS */
    const struct name *name; /* of a stage */
    struct text text;        /* data NULL: the place is free */
};

struct lookup { /* open addressing, at most half full */
    size_t mask;
    struct entry *entries;
};

/* The place of a name: its entry, or the free one where it would stand. */
static struct entry *place_of(const struct lookup *lookup, int scope, struct text text)
{
    size_t place = (size_t)XXH3_64bits_withSeed(text.data, text.length, (XXH64_hash_t)scope);
    for (;; place++) {
        struct entry *entry = &lookup->entries[place & lookup->mask];
        if (entry->text.data == NULL || (entry->scope == scope && text_equal(entry->text, text)))
            return entry;
    }
}

struct lookup *lookup_new(const struct settings *settings)
{
    size_t count = 0, capacity = 16;
    for (int f = 0; f < settings->funnel_count; f++)
        count += (size_t)settings->namings[f].alias_count + (size_t)settings->namings[f].name_count;
    while (capacity < 2 * count)
        capacity *= 2;

    struct lookup *lookup = memory_new(sizeof *lookup);
    lookup->mask = capacity - 1;
    lookup->entries = memory_new(capacity * sizeof *lookup->entries);
    for (int f = 0; f < settings->funnel_count; f++) {
        const struct naming *naming = &settings->namings[f];
        for (int i = 0; i < naming->alias_count; i++)
            *place_of(lookup, OF_FUNNELS, naming->aliases[i]) = (struct entry){.scope = OF_FUNNELS, .funnel = f, .text = naming->aliases[i]};
        for (int i = 0; i < naming->name_count; i++) {
            const struct name *name = &naming->names[i];
            *place_of(lookup, f, name->text) = (struct entry){.scope = f, .name = name, .text = name->text};
        }
    }
    return lookup;
}

void lookup_free(struct lookup *lookup)
{
    if (lookup == NULL)
        return;
    free(lookup->entries);
    free(lookup);
}

int lookup_funnel(const struct lookup *lookup, struct text text)
{
    const struct entry *entry = place_of(lookup, OF_FUNNELS, text);
    return entry->text.data != NULL ? entry->funnel : -1;
}

const struct name *lookup_stage(const struct lookup *lookup, int funnel, struct text text)
{
    return place_of(lookup, funnel, text)->name;
}
