/* statistics.h -- the few formulas of probability that figures and alerts rest on. Pure functions of numbers. */
#ifndef FUNNELD_CORE_STATISTICS_H
#define FUNNELD_CORE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATISTICS_Z95 1.959963984540054 /* the 0.975 quantile of the normal distribution */

struct interval { double low, high; };

/* Wilson score interval of passed/total at the two-sided level of z; total > 0, 0 <= passed <= total. Clamped to [0, 1].
 * Source: Wilson, JASA 22 (1927). */
struct interval statistics_wilson(int64_t passed, int64_t total, double z);

/* One-sided p-value of "the first proportion is lower than the second", pooled two-proportion z-test; totals > 0.
 * NAN where the pooled variance is 0 or a proportion is above 1. */
double statistics_lower_p(int64_t passed1, int64_t total1, int64_t passed2, int64_t total2);

/* Distribution function of the standard normal, and its inverse for 0 < p < 1. */
double statistics_normal(double z);
double statistics_normal_quantile(double p);

struct p_value { double p, q; int place; }; /* place: the caller's own */

/* Fill the q of a family of p-values: the least level of false discoveries at which it would be rejected. Sorts the family by p, then by place.
 * Source: Benjamini, Hochberg, JRSS B 57 (1995), as adjusted p-values. */
void statistics_false_discovery(struct p_value *family, size_t count);

#endif
