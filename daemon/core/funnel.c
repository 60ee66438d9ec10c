#include "funnel.h"

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
