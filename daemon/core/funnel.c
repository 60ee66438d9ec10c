#include "funnel.h"

#include <string.h>

void funnel_link_steps(struct funnel *funnel)
{
    int required = -1;
    for (int k = 0; k < funnel->step_count; k++) {
        funnel->previous_required[k] = required;
        if (!funnel->steps[k].optional)
            required = k;
    }
    required = -1;
    for (int k = funnel->step_count - 1; k >= 0; k--) {
        funnel->next_required[k] = required;
        if (!funnel->steps[k].optional)
            required = k;
    }
}

int64_t funnel_youngest(const struct funnel *funnel, int64_t now, int64_t slice_s)
{
    int64_t longest_s = 0;
    for (int k = 0; k < funnel->step_count; k++)
        if (funnel->previous_required[k] >= 0 && funnel->steps[k].horizon_s > longest_s)
            longest_s = funnel->steps[k].horizon_s;
    return now - longest_s - slice_s + 1;
}

int funnel_breakdown(const struct funnel *funnel, const struct breakdown *breakdown)
{
    for (int b = 0; b < funnel_counted_breakdowns(funnel); b++)
        if (funnel->breakdowns[b].dimension_count == breakdown->dimension_count &&
            memcmp(funnel->breakdowns[b].dimensions, breakdown->dimensions, (size_t)breakdown->dimension_count * sizeof *breakdown->dimensions) == 0)
            return b;
    return -1;
}
