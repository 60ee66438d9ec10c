#include "counter.h"

#include <assert.h>
#include <stdlib.h>

#include "ledger.h"

static void add_to_group(struct counter *counter, uint32_t group, const struct contributions *contributions)
{
    uint32_t place = UINT32_MAX;
    int64_t slice = 0;
    for (size_t i = 0; i < contributions->count; i++) {
        const struct contribution *contribution = &contributions->list[i];
        enum tally_field field = tally_key_field(contribution->key);
        if (field == TALLY_STANDING_AMOUNT) {
            deltas_add_standing(&counter->deltas, group, tally_key_step(contribution->key), contribution->count);
            continue;
        }
        if (place == UINT32_MAX || contribution->slice != slice) {
            slice = contribution->slice;
            place = deltas_place(&counter->deltas, group, (int32_t)slice);
        }
        if (field < TALLY_AMOUNTS)
            tally_add(&counter->deltas.list[place].tally, contribution->key, (int32_t)contribution->count);
        else
            tally_add_amount(&counter->deltas.list[place].tally, contribution->key, contribution->count);
    }
}

/* The group in which a breakdown counts a lead with these facts (NULL: none); UINT32_MAX: in none, a dimension has no value. The first breakdown counts such a
 * lead among all of its funnel, where nobody else does. */
static uint32_t group_of(struct counter *counter, int funnel, int breakdown, const struct facts *facts)
{
    if (facts == NULL)
        return UINT32_MAX;
    const struct breakdown *dimensions = &counter->definition->funnels[funnel].breakdowns[breakdown];
    struct group group = {.funnel = funnel, .breakdown = breakdown, .value_count = dimensions->dimension_count};
    for (int i = 0; i < group.value_count; i++)
        if ((group.values[i] = facts->values[dimensions->dimensions[i]]) == 0)
            return breakdown == 0 ? (uint32_t)funnel : UINT32_MAX;
    return groups_number(counter->groups, &group);
}

static bool same_values(const struct breakdown *breakdown, const struct facts *before, const struct facts *after)
{
    if (before == NULL || after == NULL)
        return false;
    for (int i = 0; i < breakdown->dimension_count; i++)
        if (before->values[breakdown->dimensions[i]] != after->values[breakdown->dimensions[i]])
            return false;
    return true;
}

static bool stands(const struct facts *facts)
{
    return facts != NULL && facts->state == LEAD_OPEN;
}

static bool same_stay(const struct facts *before, const struct facts *after)
{
    return stands(before) == stands(after) && (!stands(before) || (before->current == after->current && before->stay_since == after->stay_since));
}

void counter_recount(struct counter *counter, int f, const struct facts *before, const struct facts *after)
{
    const struct funnel *funnel = &counter->definition->funnels[f];
    int64_t slice_s = counter->definition->slice_s;
    counter->difference.count = counter->taken.count = counter->given.count = 0;
    contribution_difference(&counter->difference, funnel, slice_s, before, after);
    assert(!counter->deltas.all_added);
    if (funnel_counted_breakdowns(funnel) == 0)
        add_to_group(counter, (uint32_t)f, &counter->difference);
    if (!same_stay(before, after))
        deltas_note_stay(&counter->deltas, (uint32_t)f); /* leads are named in the group of all of them only */
    for (int b = 0; b < funnel_counted_breakdowns(funnel); b++) {
        uint32_t was = group_of(counter, f, b, before);
        uint32_t is = same_values(&funnel->breakdowns[b], before, after) ? was : group_of(counter, f, b, after);
        if (was == is) {
            if (is != UINT32_MAX)
                add_to_group(counter, is, &counter->difference);
            continue;
        }
        if (was != UINT32_MAX) {
            if (counter->taken.count == 0)
                contribution_difference(&counter->taken, funnel, slice_s, before, NULL);
            add_to_group(counter, was, &counter->taken);
        }
        if (is != UINT32_MAX && before == NULL) {
            add_to_group(counter, is, &counter->difference);
        } else if (is != UINT32_MAX) {
            if (counter->given.count == 0)
                contribution_difference(&counter->given, funnel, slice_s, NULL, after);
            add_to_group(counter, is, &counter->given);
        }
    }
}

void counter_leave_standing(struct counter *counter, int f, const struct facts *facts)
{
    counter->difference.count = 0;
    contribution_leave_standing(&counter->difference, counter->definition->slice_s, facts);
    assert(!counter->deltas.all_added);
    if (funnel_counted_breakdowns(&counter->definition->funnels[f]) == 0)
        add_to_group(counter, (uint32_t)f, &counter->difference);
    if (stands(facts))
        deltas_note_stay(&counter->deltas, (uint32_t)f);
    for (int b = 0; b < funnel_counted_breakdowns(&counter->definition->funnels[f]); b++) {
        uint32_t group = group_of(counter, f, b, facts);
        if (group != UINT32_MAX)
            add_to_group(counter, group, &counter->difference);
    }
}

/* To all leads of a funnel what the groups of its first breakdown have. */
static void add_all(struct counter *counter)
{
    struct deltas *deltas = &counter->deltas;
    size_t count = deltas->count, standing_groups = deltas->standing_groups;
    for (size_t i = 0; i < count; i++) {
        const struct group *group = groups_get(counter->groups, deltas->list[i].group);
        if (group->breakdown != 0)
            continue;
        uint32_t all = deltas_place(deltas, (uint32_t)group->funnel, deltas->list[i].slice); /* the list may have moved */
        tally_merge(&deltas->list[all].tally, &deltas->list[i].tally, +1);
    }
    for (uint32_t g = 0; g < standing_groups; g++) {
        const struct group *group = groups_get(counter->groups, g);
        if (group->breakdown == 0 && deltas->standing[g] != NULL)
            deltas_add_standing_of(deltas, (uint32_t)group->funnel, g);
    }
}

struct deltas *counter_deltas(struct counter *counter)
{
    if (!counter->deltas.all_added)
        add_all(counter);
    counter->deltas.all_added = true;
    return &counter->deltas;
}

void counter_init(struct counter *counter, const struct ledger_definition *definition)
{
    counter->definition = definition;
    counter->groups = groups_new(definition->funnel_count);
    deltas_init(&counter->deltas);
}

void counter_free(struct counter *counter)
{
    groups_free(counter->groups);
    deltas_free(&counter->deltas);
    free(counter->difference.list);
    free(counter->taken.list);
    free(counter->given.list);
}
