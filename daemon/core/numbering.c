#include "numbering.h"

#include <assert.h>
#include <stdlib.h>

#include "memory.h"

struct mapping { /* the numbers of one ledger -> this numbering's */
    uint32_t *groups;
    size_t group_count, group_capacity;
    uint32_t *reasons;
    size_t reason_count, reason_capacity;
    bool other_reasons;      /* some number of a reason differs */
};

struct numbering {
    const struct ledger_definition *definition;
    struct names *reasons;
    struct names *values[FUNNEL_DIMENSIONS_MAX];
    struct groups *groups;
    struct mapping *mappings; /* by ledger */
    int mapping_count;
};

struct numbering *numbering_new(const struct ledger_definition *definition, int ledger_count)
{
    struct numbering *numbering = memory_new(sizeof *numbering);
    numbering->definition = definition;
    numbering->reasons = names_new(LEAD_REASONS_MAX);
    for (int d = 0; d < definition->dimension_count; d++)
        numbering->values[d] = names_new(LEAD_VALUES_MAX);
    numbering->groups = groups_new(definition->funnel_count);
    numbering->mapping_count = ledger_count;
    numbering->mappings = memory_new((size_t)ledger_count * sizeof *numbering->mappings);
    return numbering;
}

void numbering_free(struct numbering *numbering)
{
    if (numbering == NULL)
        return;
    for (int i = 0; i < numbering->mapping_count; i++) {
        free(numbering->mappings[i].groups);
        free(numbering->mappings[i].reasons);
    }
    free(numbering->mappings);
    groups_free(numbering->groups);
    names_free(numbering->reasons);
    for (int d = 0; d < numbering->definition->dimension_count; d++)
        names_free(numbering->values[d]);
    free(numbering);
}

/* ---- groups ---- */

static const int *dimensions_of(const struct numbering *numbering, const struct group *group)
{
    return group->breakdown >= 0 ? numbering->definition->funnels[group->funnel].breakdowns[group->breakdown].dimensions : NULL;
}

uint32_t numbering_group(struct numbering *numbering, int funnel, int breakdown, const struct text *values)
{
    struct group key = {.funnel = funnel, .breakdown = breakdown};
    if (breakdown >= 0)
        key.value_count = numbering->definition->funnels[funnel].breakdowns[breakdown].dimension_count;
    for (int i = 0; i < key.value_count; i++) {
        uint32_t number = names_number(numbering->values[dimensions_of(numbering, &key)[i]], values[i]);
        key.values[i] = number != NAMES_FULL ? number : 0;
    }
    return groups_number(numbering->groups, &key);
}

uint32_t numbering_group_of(struct numbering *numbering, int index, const struct ledger *ledger, uint32_t theirs)
{
    assert(index < numbering->mapping_count);
    struct mapping *mapping = &numbering->mappings[index];
    while (mapping->group_count <= theirs) {
        const struct group *group = ledger_group(ledger, (uint32_t)mapping->group_count);
        struct text values[FUNNEL_DIMENSIONS_MAX];
        for (int i = 0; i < group->value_count; i++)
            values[i] = names_text(ledger_names(ledger)->values[dimensions_of(numbering, group)[i]], group->values[i]);
        mapping->groups = memory_grow(mapping->groups, &mapping->group_capacity, mapping->group_count + 1, sizeof *mapping->groups);
        mapping->groups[mapping->group_count++] = numbering_group(numbering, group->funnel, group->breakdown, values);
    }
    return mapping->groups[theirs];
}

const struct group *numbering_tell(const struct numbering *numbering, uint32_t number, struct text *values)
{
    const struct group *group = groups_get(numbering->groups, number);
    for (int i = 0; i < group->value_count; i++)
        values[i] = names_text(numbering->values[dimensions_of(numbering, group)[i]], group->values[i]);
    return group;
}

/* ---- reasons ---- */

void numbering_learn_reasons(struct numbering *numbering, int index, const struct ledger *ledger)
{
    assert(index < numbering->mapping_count);
    struct mapping *mapping = &numbering->mappings[index];
    const struct names *theirs = ledger_names(ledger)->reasons;
    while (mapping->reason_count < names_count(theirs)) {
        uint32_t number = names_number(numbering->reasons, names_text(theirs, (uint32_t)mapping->reason_count));
        if (number == NAMES_FULL)
            number = 0;
        mapping->other_reasons |= number != mapping->reason_count;
        mapping->reasons = memory_grow(mapping->reasons, &mapping->reason_capacity, mapping->reason_count + 1, sizeof *mapping->reasons);
        mapping->reasons[mapping->reason_count++] = number;
    }
}

void numbering_map_reasons(const struct numbering *numbering, int index, struct tally *delta)
{
    const struct mapping *mapping = &numbering->mappings[index];
    if (mapping->other_reasons)
        tally_renumber(delta, TALLY_LOST, mapping->reasons);
}

struct text numbering_reason(const struct numbering *numbering, uint32_t reason)
{
    return names_text(numbering->reasons, reason);
}
