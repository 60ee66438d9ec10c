#include "statistics.h"

#include <math.h>
#include <stdlib.h>

struct interval statistics_wilson(int64_t passed, int64_t total, double z)
{
    double n = (double)total, p = (double)passed / n, zz = z * z;
    double centre = (p + zz / (2 * n)) / (1 + zz / n);
    double half = z / (1 + zz / n) * sqrt(p * (1 - p) / n + zz / (4 * n * n));
    /* At the ends the bounds are 0 and 1, which rounding would miss by a hair. */
    return (struct interval){passed == 0 ? 0 : fmax(0, centre - half), passed == total ? 1 : fmin(1, centre + half)};
}

double statistics_normal(double z)
{
    return 0.5 * erfc(-z / 1.4142135623730950488);
}

double statistics_lower_p(int64_t passed1, int64_t total1, int64_t passed2, int64_t total2)
{
    if (passed1 > total1 || passed2 > total2)
        return NAN;
    double n1 = (double)total1, n2 = (double)total2;
    double pooled = (double)(passed1 + passed2) / (n1 + n2);
    double variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2);
    if (variance <= 0)
        return NAN;
    return statistics_normal(((double)passed1 / n1 - (double)passed2 / n2) / sqrt(variance));
}

double statistics_normal_quantile(double p)
{
    double low = -40, high = 40;
    for (int i = 0; i < 100; i++) { /* halved until it no longer moves: asked once a rule */
        double middle = (low + high) / 2;
        *(statistics_normal(middle) < p ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

static int by_p(const void *a, const void *b)
{
    const struct p_value *x = a, *y = b;
    return x->p != y->p ? (x->p > y->p) - (x->p < y->p) : x->place - y->place;
}

void statistics_false_discovery(struct p_value *family, size_t count)
{
    if (count > 1)
        qsort(family, count, sizeof *family, by_p);
    double least = 1;
    for (size_t i = count; i-- > 0;) {
        least = fmin(least, family[i].p * (double)count / (double)(i + 1));
        family[i].q = least;
    }
}
