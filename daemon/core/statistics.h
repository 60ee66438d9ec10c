/* statistics.h -- the few formulas of probability that figures and alerts rest on. Pure functions of numbers. */
#ifndef FUNNELD_CORE_STATISTICS_H
#define FUNNELD_CORE_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#define STATISTICS_Z95 1.959963984540054 /* the 0.975 quantile of the normal distribution */

struct interval { double low, high; };

/* Wilson score interval of passed/total at the two-sided level of z; total > 0, 0 <= passed <= total. Clamped to [0, 1].
 * Source: Wilson, JASA 22 (1927). */
struct interval statistics_wilson(int64_t passed, int64_t total, double z);

/* One-sided p-value of "the first proportion is lower than the second", pooled two-proportion z-test; totals > 0.
 * NAN where the pooled variance is 0 or a proportion is above 1. */
double statistics_lower_p(int64_t passed1, int64_t total1, int64_t passed2, int64_t total2);

/* Distribution function of the standard normal. */
double statistics_normal(double z);

#endif
