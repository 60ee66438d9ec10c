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

int funnel_breakdown(const struct funnel *funnel, const struct breakdown *breakdown)
{
    for (int b = 0; b < funnel_counted_breakdowns(funnel); b++)
        if (funnel->breakdowns[b].dimension_count == breakdown->dimension_count &&
            memcmp(funnel->breakdowns[b].dimensions, breakdown->dimensions, (size_t)breakdown->dimension_count * sizeof *breakdown->dimensions) == 0)
            return b;
    return -1;
}
