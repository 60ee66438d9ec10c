#include "drift_limit.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "statistics.h"

enum {
    STEPS_A_DEVIATION = 15, /* points of the grid that the standard deviation of what a slice brings passes; run lengths are then right within about 3 % */
    POINTS_LEAST = 100,
    POINTS_MOST = 1500,
    HALVINGS = 24,
    RATES = 5,              /* points that stand for what the true rate may be; the tails are left out: the worst baselines go with their first episode */
};
#define CHANCE_LEAST 1e-14  /* of a move: a rarer one is taken for none, so that bands are narrow */
#define LIMIT_MOST 60.0     /* e^60 outcomes between false alarms are for ever */

/* One equation of the chain: the unknowns `below` places before to `above` places after its own, in a row. */
struct band { int points, below, above; double *rows, *right; };

static double *at(const struct band *band, int row, int column)
{
    return &band->rows[(size_t)row * (size_t)(band->below + band->above + 1) + (size_t)(column - row + band->below)];
}

/* What a slice brings, in points of the grid: with the chance by[points + i] the sum moves by i, -points <= i < points; what is left over ends the run. */
struct moves { int points; double *by; };

static void deal(struct moves *moves, double move, double chance)
{
    double least = -moves->points, to = fmax(least, move), whole = floor(to), part = to - whole;
    if (whole < moves->points)
        moves->by[moves->points + (int)whole] += chance * (1 - part);
    if (whole + 1 < moves->points)
        moves->by[moves->points + (int)whole + 1] += chance * part;
}

/* Slices of every size, as often as there are, each with its successes at random. */
static struct moves moves_of(int points, double p, double success, double failure, const int64_t slices[], int64_t all)
{
    struct moves moves = {points, memory_new((size_t)points * 2 * sizeof *moves.by)};
    double chances[DRIFT_BATCH_MOST + 1] = {1}; /* of k successes among n */
    for (int n = 1; n <= DRIFT_BATCH_MOST; n++) {
        for (int k = n; k >= 0; k--)
            chances[k] = (k < n ? chances[k] * (1 - p) : 0) + (k > 0 ? chances[k - 1] * p : 0);
        for (int k = 0; slices[n] > 0 && k <= n; k++)
            deal(&moves, k * success + (n - k) * failure, chances[k] * (double)slices[n] / (double)all);
    }
    for (int i = 0; i < 2 * points; i++)
        if (i != points && moves.by[i] < CHANCE_LEAST) {
            moves.by[points] += moves.by[i];
            moves.by[i] = 0;
        }
    return moves;
}

/* The equations of the chain: from each point, on to where the slice moves it; below 0 the sum stays at 0. */
static struct band band_of(const struct moves *moves)
{
    int lowest = 0, highest = 0, points = moves->points;
    for (int i = -points; i < points; i++)
        if (moves->by[points + i] > 0) {
            lowest = i < lowest ? i : lowest;
            highest = i > highest ? i : highest;
        }
    struct band band = {.points = points, .below = -lowest, .above = highest};
    band.rows = memory_new((size_t)points * (size_t)(band.below + band.above + 1) * sizeof *band.rows);
    band.right = memory_new((size_t)points * sizeof *band.right);
    for (int row = 0; row < points; row++) {
        *at(&band, row, row) += 1;
        band.right[row] = 1;
        for (int i = lowest; i <= highest && row + i < points; i++)
            *at(&band, row, row + i > 0 ? row + i : 0) -= moves->by[points + i];
    }
    return band;
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

double drift_limit_run_length(double p, double p0, double drop, double limit, const int64_t slices[])
{
    double p1 = p0 * (1 - drop), success = log(p1 / p0), failure = log((1 - p1) / (1 - p0));
    int64_t all = 0, outcomes = 0;
    for (int n = 1; n <= DRIFT_BATCH_MOST; n++) {
        all += slices[n];
        outcomes += n * slices[n];
    }
    double mean = (double)outcomes / (double)all, step = (failure - success) * sqrt(mean * p0 * (1 - p0)) / STEPS_A_DEVIATION;
    int points = (int)fmin(POINTS_MOST, fmax(POINTS_LEAST, ceil(limit / step)));
    step = limit / points;
    struct moves moves = moves_of(points, p, success / step, failure / step, slices, all);
    struct band band = band_of(&moves);
    double length = solve_first(&band) * mean;
    free(moves.by);
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
        rate += 1 / drift_limit_run_length(1 / (1 + exp(-logit)), p0, drop, limit, baseline->slices) / RATES;
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
