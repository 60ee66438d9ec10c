#include "drift_limit.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "statistics.h"

enum {
    STEPS_A_MOVE = 12,    /* points of the grid that the smaller of the two moves passes; h is then right within about 1 % */
    POINTS_MOST = 1500,
    HALVINGS = 24,
    RATES = 5,            /* points that stand for what the true rate may be: alarms are rarer than reckoned anyway, so the tails are left out */
};
#define LIMIT_MOST 60.0   /* e^60 outcomes between false alarms are for ever */

/* One equation of the chain: the unknowns `below` places before to `above` places after its own, in a row. */
struct band { int points, below, above; double *rows, *right; };

static double *at(const struct band *band, int row, int column)
{
    return &band->rows[(size_t)row * (size_t)(band->below + band->above + 1) + (size_t)(column - row + band->below)];
}

/* From a point the sum moves by `move` points, with the chance p. Below 0 it stays at 0; past the top the run has ended. */
static void deal(const struct band *band, int from, double move, double p)
{
    double to = fmax(0, from + move), whole = floor(to), part = to - whole;
    int low = (int)whole;
    if (low < band->points)
        *at(band, from, low) -= p * (1 - part);
    if (low + 1 < band->points && part > 0)
        *at(band, from, low + 1) -= p * part;
}

/* Gauss without pivots: the matrix is one of a chain that is left in the end, so its diagonal dominates. Leaves the unknown of the first row in right[0]. */
static double solve_first(const struct band *band)
{
    for (int k = band->points - 1; k > 0; k--) /* from the top down: what is left at last is the equation of S = 0 */
        for (int row = k - 1; row >= 0 && row >= k - band->above; row--) {
            double factor = *at(band, row, k) / *at(band, k, k);
            if (factor == 0)
                continue;
            for (int column = k - 1; column >= 0 && column >= k - band->below; column--) /* all within the row's own band: it lies below k */
                *at(band, row, column) -= factor * *at(band, k, column);
            band->right[row] -= factor * band->right[k];
        }
    return band->right[0] / *at(band, 0, 0);
}

double drift_limit_run_length(double p, double p0, double drop, double limit)
{
    double p1 = p0 * (1 - drop), success = log(p1 / p0), failure = log((1 - p1) / (1 - p0));
    double step = fmin(-success, failure) / STEPS_A_MOVE;
    if (limit / step > POINTS_MOST)
        step = limit / POINTS_MOST;
    step = limit / ceil(limit / step);
    struct band band = {.points = (int)rint(limit / step)};
    band.below = (int)ceil(-success / step) + 1;
    band.above = (int)ceil(failure / step) + 1;
    if (band.below > band.points)
        band.below = band.points;
    band.rows = memory_new((size_t)band.points * (size_t)(band.below + band.above + 1) * sizeof *band.rows);
    band.right = memory_new((size_t)band.points * sizeof *band.right);
    for (int i = 0; i < band.points; i++) {
        *at(&band, i, i) += 1;
        band.right[i] = 1;
        deal(&band, i, success / step, p);
        deal(&band, i, failure / step, 1 - p);
    }
    double length = solve_first(&band);
    free(band.rows);
    free(band.right);
    return length;
}

/* False alarms an outcome, over what the true rate may be. */
static double alarm_rate(const struct drift_baseline *baseline, double drop, double limit)
{
    double outcomes = (double)(baseline->succeeded + baseline->failed), settled = (double)(baseline->settled_succeeded + baseline->settled_failed);
    double s = (double)baseline->settled_succeeded * outcomes / settled + 0.5, f = (double)baseline->settled_failed * outcomes / settled + 0.5;
    double rate = 0, p0 = drift_p0(baseline->succeeded, baseline->failed);
    for (int i = 0; i < RATES; i++) { /* the logit of a Beta is nearly normal */
        double z = statistics_normal_quantile((i + 0.5) / RATES), logit = log(s / f) + z * sqrt(1 / s + 1 / f);
        rate += 1 / drift_limit_run_length(1 / (1 + exp(-logit)), p0, drop, limit) / RATES;
    }
    return rate;
}

double drift_limit(const struct drift_baseline *baseline, double drop, double outcomes)
{
    double low = 0.01, high = LIMIT_MOST;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        *(alarm_rate(baseline, drop, middle) * outcomes > 1 ? &low : &high) = middle;
    }
    return high;
}
