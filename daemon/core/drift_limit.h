/* drift_limit.h -- the limit h of a Bernoulli CUSUM (drift.h) that gives a wanted number of outcomes between false alarms.
 * The sum walks over a grid of [0, h) as a Markov chain; the expected number of outcomes until it leaves at the top solves a banded system of equations.
 * A step of the chain is a slice, since the evidence takes all outcomes of a slice at once: it holds n of them as often as slices of the baseline do, and among
 * these the successes are Binomial(n, p). Where slices hold many, a sum at 0 forgets more, so the same h would be reached more rarely.
 * What a slice brings that ends between two points of the grid is dealt to both so that the mean is kept.
 * What the rate is while nothing changes is itself an estimate; what is wanted is the expectation over what it may really be, Beta(s + 1/2, f + 1/2). Of a
 * series' first years that is right; a baseline that looked too good ends with the episode it causes, so in the long run episodes are rarer.
 * Source: Brook, Evans, "An approach to the probability distribution of cusum run length", Biometrika 59 (1972). Pure. */
#ifndef FUNNELD_CORE_DRIFT_LIMIT_H
#define FUNNELD_CORE_DRIFT_LIMIT_H

#include "drift.h"

/* Expected outcomes from S = 0 until S >= limit, where the chance of success is p and the weights are those of p0 and p0 (1 - drop).
 * slices[n], 0 < n <= DRIFT_BATCH_MOST: how many slices hold n outcomes; at least one of them is not 0. */
double drift_limit_run_length(double p, double p0, double drop, double limit, const int64_t slices[]);

/* The limit at which false alarms come once in `outcomes` outcomes, for this baseline: p0 is that of all of it, the true rate is looked for in its settled part. */
double drift_limit(const struct drift_baseline *baseline, double drop, double outcomes);

#endif
