#include "matured.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "statistics.h"

static double ratio(double a, double b)
{
    return b != 0 ? a / b : 0; /* every 0/0 is 0 */
}

#define ROUNDING 1e-12 /* an incidence this close to 0 or 1 is that */

struct moment { double at_risk, exits, advanced, incidence, survival_before; }; /* n, d, e, F and S- at one exit time */

void matured_estimate(struct matured *matured, const struct matured_exit *exits, size_t exit_count, const struct matured_age *ages, size_t age_count)
{
    matured->conversion = matured->low = matured->high = NAN;
    matured->variance = 0;
    struct moment *moments = memory_new((exit_count + 1) * sizeof *moments);
    double at_risk = (double)matured->leads, survival = 1, incidence = 0;
    size_t age = 0, count = 0;
    for (size_t i = 0; i < exit_count; i++) {
        while (age < age_count && ages[age].age_s < exits[i].duration_s) /* exits come before censorings at equal times */
            at_risk -= (double)ages[age++].leads;
        double advanced = (double)exits[i].advanced, all = advanced + (double)exits[i].left;
        double before = survival;
        incidence += before * ratio(advanced, at_risk);
        survival *= 1 - ratio(all, at_risk);
        if (at_risk - all <= 0)
            survival = 0; /* nobody is left; not a rounded nothing */
        moments[count++] = (struct moment){at_risk, all, advanced, incidence, before};
        at_risk -= all;
    }
    if (matured->leads > 0 && (matured->mature > 0 || survival <= 0)) {
        matured->conversion = incidence < ROUNDING ? 0 : incidence > 1 - ROUNDING ? 1 : incidence;
        for (size_t i = 0; i < count; i++) {
            const struct moment *m = &moments[i];
            double n = m->at_risk, d = m->exits, e = m->advanced, rest = incidence - m->incidence, s = m->survival_before;
            matured->variance += rest * rest * ratio(d, (n - 1) * (n - d)) + s * s * ratio(e * (n - e), n * n * (n - 1)) -
                                 2 * rest * s * ratio(e * (n - e), n * (n - d) * (n - 1));
        }
        if (matured->conversion > 0 && matured->conversion < 1) {
            double spread = STATISTICS_Z95 * sqrt(fmax(0, matured->variance)) / (incidence * log(incidence));
            matured->low = pow(incidence, exp(-spread)); /* log F < 0, and so is the spread */
            matured->high = pow(incidence, exp(spread));
        }
    }
    free(moments);
}
