#include "bottleneck.h"

#include <math.h>
#include <stdlib.h>

#include "statistics.h"

#define RELATIVE_DIFFERENCE 1e-9 /* below it two ratios are the same */

static bool above(double a, double b)
{
    return a > b && a - b > RELATIVE_DIFFERENCE * fabs(a);
}

/* All transitions with what follows from each alone. Returns how many. */
static int transitions_of(const struct funnel *funnel, const struct bottleneck_input *input, struct bottleneck *out)
{
    int count = 0;
    for (int k = 0; k < funnel->step_count; k++) {
        int next = funnel->next_required[k];
        if (funnel->steps[k].optional || next < 0)
            continue;
        struct bottleneck *t = &out[count++];
        *t = (struct bottleneck){.from = k, .to = next, .reached = input->reached[k], .passed = input->reached[next], .share = NAN, .conversion = NAN,
                                 .low = NAN, .high = NAN, .target = funnel->steps[next].target, .baseline = NAN, .extra_wins = NAN, .extra_amount = NAN};
        t->left = t->reached > t->passed ? t->reached - t->passed : 0;
        if (t->reached > 0)
            t->conversion = (double)t->passed / (double)t->reached;
        if (t->reached > 0 && t->passed <= t->reached) {
            struct interval wilson = statistics_wilson(t->passed, t->reached, STATISTICS_Z95);
            t->low = wilson.low;
            t->high = wilson.high;
        }
        if (input->baseline_reached != NULL && input->baseline_reached[k] > 0)
            t->baseline = (double)input->baseline_reached[next] / (double)input->baseline_reached[k];
    }
    return count;
}

/* G: the geometric mean of the conversions above 0; NAN where there is none. */
static double mean_conversion(const struct bottleneck *transitions, int count)
{
    double sum = 0;
    int counted = 0;
    for (int i = 0; i < count; i++)
        if (transitions[i].conversion > 0) {
            sum += log(transitions[i].conversion);
            counted++;
        }
    return counted > 0 ? exp(sum / counted) : NAN;
}

static bool is_below_baseline(const struct funnel *funnel, const struct bottleneck_input *input, const struct bottleneck *t)
{
    if (isnan(t->baseline) || !(t->conversion < t->baseline))
        return false;
    double p = statistics_lower_p(t->passed, t->reached, input->baseline_reached[t->to], input->baseline_reached[t->from]);
    return p < 1 - funnel->confidence; /* false where p is NAN */
}

/* The first of target, baseline and mean that is above the conversion; else the conversion itself. */
static double reference_of(const struct bottleneck *t, double mean)
{
    const double candidates[] = {t->target, t->baseline, mean};
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (!isnan(candidates[i]) && above(candidates[i], t->conversion))
            return candidates[i];
    return t->conversion;
}

static double rank_value(const struct bottleneck *t)
{
    return isnan(t->extra_wins) ? 0 : rint(t->extra_wins * 1e6); /* as published */
}

static int by_rank(const void *a, const void *b)
{
    const struct bottleneck *x = a, *y = b;
    double wins_x = rank_value(x), wins_y = rank_value(y);
    if (wins_x != wins_y)
        return wins_x > wins_y ? -1 : 1;
    if (x->left != y->left)
        return x->left > y->left ? -1 : 1;
    return x->from - y->from;
}

int bottleneck_rank(const struct funnel *funnel, const struct bottleneck_input *input, struct bottleneck *out)
{
    int count = transitions_of(funnel, input, out), kept = 0;
    double mean = mean_conversion(out, count);
    int64_t all_left = 0;
    for (int i = 0; i < count; i++)
        all_left += out[i].left;
    for (int i = 0; i < count; i++) {
        struct bottleneck t = out[i];
        if (t.reached < funnel->min_leads || t.reached == 0)
            continue;
        if (all_left > 0) {
            t.share = (double)t.left / (double)all_left;
            if (t.left * count >= all_left)
                t.reasons |= BOTTLENECK_MOST_LOST;
        }
        if (!isnan(t.target) && t.high < t.target)
            t.reasons |= BOTTLENECK_BELOW_TARGET;
        if (is_below_baseline(funnel, input, &t))
            t.reasons |= BOTTLENECK_BELOW_BASELINE;
        if (above(mean, t.conversion))
            t.reasons |= BOTTLENECK_LOWEST_CONVERSION;
        if (t.reasons == 0)
            continue;
        t.reference = reference_of(&t, mean);
        if (t.conversion > 0) {
            t.extra_wins = (double)input->won * (t.reference / t.conversion - 1);
            if (input->won > 0)
                t.extra_amount = t.extra_wins * ((double)input->won_amount / 100) / (double)input->won;
        }
        out[kept++] = t;
    }
    qsort(out, (size_t)kept, sizeof *out, by_rank);
    return kept;
}
