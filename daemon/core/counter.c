#include "counter.h"

#include <stdlib.h>

#include "ledger.h"
#include "memory.h"

/* The group in which a breakdown counts a lead with these facts (NULL: none); UINT32_MAX: in none, a dimension has no value. */
static uint32_t group_of(struct counter *counter, int funnel, int breakdown, const struct facts *facts)
{
    if (facts == NULL)
        return UINT32_MAX;
    const struct breakdown *dimensions = &counter->definition->funnels[funnel].breakdowns[breakdown];
    struct group group = {.funnel = funnel, .breakdown = breakdown, .value_count = dimensions->dimension_count};
    for (int i = 0; i < group.value_count; i++)
        if ((group.values[i] = facts->values[dimensions->dimensions[i]]) == 0)
            return UINT32_MAX;
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

/* What the facts differ in counts in these groups. */
static void write(struct counter *counter, const struct counter_groups *groups, int f, const struct facts *before, const struct facts *after)
{
    if (groups->count == 0)
        return;
    counter->contributions.count = 0;
    contribution_difference(&counter->contributions, &counter->definition->funnels[f], counter->definition->slice_s, before, after);
    journal_add(counter->journal, groups->list, groups->count, &counter->contributions);
}

static void post_if_full(struct counter *counter)
{
    if (journal_is_full(counter->journal))
        journal_post(counter->journal, &counter->deltas);
}

static void put(struct counter_groups *groups, uint32_t group)
{
    if (group != UINT32_MAX)
        groups->list[groups->count++] = group;
}

void counter_recount(struct counter *counter, int f, const struct facts *before, const struct facts *after)
{
    const struct funnel *funnel = &counter->definition->funnels[f];
    bool both = before != NULL && after != NULL;
    counter->stayed.count = counter->left.count = counter->joined.count = 0;
    put(&counter->stayed, (uint32_t)f);
    for (int b = 0; b < funnel_counted_breakdowns(funnel); b++) {
        bool same = both && same_values(&funnel->breakdowns[b], before, after);
        uint32_t was = group_of(counter, f, b, before), is = same ? was : group_of(counter, f, b, after);
        if (both && was == is) {
            put(&counter->stayed, is);
        } else { /* what comes of nothing, or goes to nothing, is the difference, too */
            put(both ? &counter->left : &counter->stayed, was);
            put(both ? &counter->joined : &counter->stayed, is);
        }
    }
    write(counter, &counter->stayed, f, before, after);
    write(counter, &counter->left, f, before, NULL);
    write(counter, &counter->joined, f, NULL, after);
    if (!same_stay(before, after))
        deltas_note_stay(&counter->deltas, (uint32_t)f); /* leads are named in the group of all of them only */
    post_if_full(counter);
}

void counter_leave_standing(struct counter *counter, int f, const struct facts *facts)
{
    if (!stands(facts))
        return;
    counter->stayed.count = 0;
    put(&counter->stayed, (uint32_t)f);
    for (int b = 0; b < funnel_counted_breakdowns(&counter->definition->funnels[f]); b++)
        put(&counter->stayed, group_of(counter, f, b, facts));
    counter->contributions.count = 0;
    contribution_leave_standing(&counter->contributions, counter->definition->slice_s, facts);
    journal_add(counter->journal, counter->stayed.list, counter->stayed.count, &counter->contributions);
    deltas_note_stay(&counter->deltas, (uint32_t)f);
    post_if_full(counter);
}

struct deltas *counter_deltas(struct counter *counter)
{
    journal_post(counter->journal, &counter->deltas);
    journal_trim(counter->journal);
    deltas_settle(&counter->deltas); /* here, where ledgers do it side by side */
    return &counter->deltas;
}

void counter_init(struct counter *counter, const struct ledger_definition *definition)
{
    int most = 0;
    for (int f = 0; f < definition->funnel_count; f++)
        if (funnel_counted_breakdowns(&definition->funnels[f]) > most)
            most = funnel_counted_breakdowns(&definition->funnels[f]);
    counter->definition = definition;
    counter->groups = groups_new(definition->funnel_count);
    counter->journal = journal_new();
    deltas_init(&counter->deltas);
    counter->stayed.list = memory_new(((size_t)most + 1) * sizeof(uint32_t));
    counter->left.list = memory_new(((size_t)most + 1) * sizeof(uint32_t));
    counter->joined.list = memory_new(((size_t)most + 1) * sizeof(uint32_t));
}

void counter_free(struct counter *counter)
{
    groups_free(counter->groups);
    journal_free(counter->journal);
    deltas_free(&counter->deltas);
    free(counter->contributions.list);
    free(counter->stayed.list);
    free(counter->left.list);
    free(counter->joined.list);
}
