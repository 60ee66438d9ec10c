/* matured.h -- what part of the leads that came to a step will have gone on by the horizon: Aalen-Johansen cumulative incidence of advancing, loss a
 * competing event, leads still on their way censored at their age.
 * Source: semantics, section 10; Aalen, O., Borgan, Gjessing: Survival and Event History Analysis (2008), 3.4; variance after Aalen. Pure. */
#ifndef FUNNELD_CORE_MATURED_H
#define FUNNELD_CORE_MATURED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "statistics.h"

struct matured_exit { /* exits after one duration (one bucket), not beyond the horizon */
    int64_t duration;     /* seconds, or a bucket's number: in the same measure as ages, ascending */
    int64_t advanced, left;
    bool equal;           /* the durations are the same second; else they only share a bucket and are taken one after another where it matters */
};

struct matured_age { /* leads still on their way at one age, less than the horizon */
    int64_t age;
    int64_t leads;
};

struct matured {
    int64_t leads;        /* all that came to the step, without those left out */
    int64_t mature;       /* of these, whose whole slice lies more than the horizon ago */
    double conversion;    /* F(H); NAN: null */
    double low, high;     /* NAN: null */
    double variance;      /* of F */
};

/* Interval of a conversion F, 0 < F < 1, at the two-sided level of z: log-log, so that it stays within 0 and 1. */
struct interval matured_interval(double conversion, double variance, double z);

/* Fill conversion, low, high and variance from leads and mature. `exits` ascend by duration, `ages` by age; who is in neither stays at risk to the end. */
void matured_estimate(struct matured *matured, const struct matured_exit *exits, size_t exit_count, const struct matured_age *ages, size_t age_count);

#endif
