#include "matured.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"

static double ratio(double a, double b)
{
    return b != 0 ? a / b : 0; /* every 0/0 is 0 */
}

#define ROUNDING 1e-12 /* an incidence this close to 0 or 1 is that */

struct moment { double at_risk, exits, advanced, incidence, survival_before; }; /* n, d, e, F and S- at one exit time */

enum { PARTS_MOST = 32 };

/* Aalen's variance supposes few exits at one time among those at risk. Where a bucket holds a good part of these, its exits are dealt out over several times. */
static int64_t parts_of(const struct matured_exit *exits, double at_risk)
{
    int64_t all = exits->advanced + exits->left;
    if (exits->equal || all < 2 || 4 * (double)all < at_risk)
        return 1;
    return all < PARTS_MOST ? all : PARTS_MOST;
}

struct course { /* the estimate on its way through the exits */
    double at_risk, survival, incidence;
    struct moment *moments;
    size_t count, capacity;
};

static void exit_at(struct course *course, int64_t advanced, int64_t left)
{
    double n = course->at_risk, d = (double)(advanced + left), before = course->survival;
    course->incidence += before * ratio((double)advanced, n);
    course->survival = n - d <= 0 ? 0 : before * (1 - ratio(d, n)); /* nobody is left: not a rounded nothing */
    course->moments = memory_grow(course->moments, &course->capacity, course->count + 1, sizeof *course->moments);
    course->moments[course->count++] = (struct moment){n, d, (double)advanced, course->incidence, before};
    course->at_risk -= d;
}

static double variance_of(const struct course *course)
{
    double variance = 0;
    for (size_t i = 0; i < course->count; i++) {
        const struct moment *m = &course->moments[i];
        double n = m->at_risk, d = m->exits, e = m->advanced, rest = course->incidence - m->incidence, s = m->survival_before;
        variance += rest * rest * ratio(d, (n - 1) * (n - d)) + s * s * ratio(e * (n - e), n * n * (n - 1)) -
                    2 * rest * s * ratio(e * (n - e), n * (n - d) * (n - 1));
    }
    return fmax(0, variance);
}

struct interval matured_interval(double conversion, double variance, double z)
{
    double spread = z * sqrt(variance) / (conversion * log(conversion)); /* log F < 0, and so is the spread */
    return (struct interval){pow(conversion, exp(-spread)), pow(conversion, exp(spread))};
}

void matured_estimate(struct matured *matured, const struct matured_exit *exits, size_t exit_count, const struct matured_age *ages, size_t age_count)
{
    matured->conversion = matured->low = matured->high = NAN;
    matured->variance = 0;
    struct course course = {.at_risk = (double)matured->leads, .survival = 1};
    size_t age = 0;
    for (size_t i = 0; i < exit_count; i++) {
        while (age < age_count && ages[age].age < exits[i].duration) /* exits come before censorings at equal times */
            course.at_risk -= (double)ages[age++].leads;
        int64_t parts = parts_of(&exits[i], course.at_risk), advanced = 0, left = 0;
        for (int64_t part = 1; part <= parts; part++) { /* evenly, the rest of a division not all at one end */
            int64_t advanced_now = exits[i].advanced * part / parts - advanced, left_now = (exits[i].left * part + parts - 1) / parts - left;
            exit_at(&course, advanced_now, left_now);
            advanced += advanced_now;
            left += left_now;
        }
    }
    if (matured->leads > 0 && (matured->mature > 0 || course.survival <= 0)) {
        matured->conversion = course.incidence < ROUNDING ? 0 : course.incidence > 1 - ROUNDING ? 1 : course.incidence;
        matured->variance = variance_of(&course);
        if (matured->conversion > 0 && matured->conversion < 1) {
            struct interval interval = matured_interval(course.incidence, matured->variance, STATISTICS_Z95);
            matured->low = interval.low;
            matured->high = interval.high;
        }
    }
    free(course.moments);
}
