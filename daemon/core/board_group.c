#include "board_group.h"

#include <stdlib.h>

#include "memory.h"

struct board_group *board_group_new(const struct board_group *identity, const struct funnel *funnel, size_t watch_count)
{
    struct board_group *group = memory_copy(identity, sizeof *identity);
    group->standing = memory_new((size_t)funnel->step_count * sizeof *group->standing);
    group->series = memory_new((size_t)funnel->window_count * sizeof *group->series);
    group->watched = memory_new(watch_count * sizeof *group->watched);
    if (group->trial_steps != 0)
        group->trials = memory_new((size_t)funnel->step_count * sizeof *group->trials);
    return group;
}

void board_group_free(struct board_group *group, const struct funnel *funnel, size_t watch_count)
{
    for (int w = 0; w < funnel->window_count; w++)
        board_series_free(&group->series[w]);
    for (size_t i = 0; i < watch_count; i++)
        tally_free(&group->watched[i]);
    for (int k = 0; k < funnel->step_count; k++)
        standing_free(&group->standing[k]);
    for (int k = 0; group->trials != NULL && k < funnel->step_count; k++)
        trials_free(&group->trials[k]);
    slices_free(&group->slices);
    free(group->series);
    free(group->watched);
    free(group->standing);
    free(group->trials);
    free(group);
}

void board_group_take_standing(struct board_group *group, int32_t slice, struct tally *delta)
{
    size_t count;
    const struct tally_entry *entries = tally_of_field(delta, TALLY_ACTIVITY, TALLY_STANDING, &count);
    for (size_t i = 0; i < count; i++) {
        struct tally_entry entry = entries[i];
        if (entry.count == 0)
            continue;
        standing_add(&group->standing[tally_key_step(entry.key)], slice, entry.count);
        group->open_leads += entry.count;
        group->standing_changed = true;
        tally_drop(delta, entry.key);
    }
}

void board_group_take_trials(struct board_group *group, int32_t slice, struct tally *delta)
{
    static const enum tally_field fields[] = {TALLY_SUCCEEDED, TALLY_FAILED};
    for (int f = 0; f < 2; f++) {
        size_t count;
        const struct tally_entry *entries = tally_of_field(delta, TALLY_ACTIVITY, fields[f], &count);
        for (size_t i = 0; i < count; i++) {
            struct tally_entry entry = entries[i];
            int step = tally_key_step(entry.key);
            if (entry.count != 0 && (group->trial_steps >> step & 1) != 0)
                trials_add(&group->trials[step], slice, f == 0 ? entry.count : 0, f == 1 ? entry.count : 0);
            tally_drop(delta, entry.key);
        }
    }
}

void board_group_take_amounts(struct board_group *group, const struct funnel *funnel, const struct delta_standing *delta)
{
    const struct tally_sum *sums = delta->amounts;
    group->standing_changed |= delta->stays_changed;
    for (int k = 0; k < funnel->step_count; k++) {
        group->standing_changed |= sums[k].low != 0 || sums[k].high != 0;
        group->standing[k].amount.low += sums[k].low;
        group->standing[k].amount.high += sums[k].high;
    }
}
