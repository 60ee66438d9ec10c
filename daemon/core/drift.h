/* drift.h -- evidence that a step's success rate has fallen for good: a Bernoulli CUSUM over the outcomes of leads, slice after slice.
 *     S = min(2h, max(0, S + successes ln(p1/p0) + failures ln((1-p1)/(1-p0)))),   p1 = p0 (1 - drop)
 * p0 is the success rate of a baseline that the series gathers first; h, the limit, comes from the false alarms that the rule allows (drift_limit.h).
 * S is a function of the slices, so the order of events does not matter; p0 and h are fixed when the series begins to be watched, until an episode resolves.
 * Source: semantics, section 9; Reynolds, Stoumbos, "A CUSUM chart for monitoring a proportion when inspecting continuously", J. Quality Technology 31 (1999).
 * Threads: one thread at a time. */
#ifndef FUNNELD_CORE_DRIFT_H
#define FUNNELD_CORE_DRIFT_H

#include "rule.h"
#include "trials.h"

enum {
    DRIFT_OUTCOMES_LEAST = 100, /* of a baseline: with 20 to 40 its error triples the false alarms */
    DRIFT_SETTLED_LEAST = 50,   /* of its settled part */
    /* Outcomes of a slice that the limit looks at together. With so few a limit also holds when slices shrink, as on holidays: alarms an outcome get more
     * frequent then, but not alarms a year. (With 56 one failure in a slice of its own would reach it.) */
    DRIFT_BATCH_MOST = 16,
};

struct drift_evidence {
    double sum;                 /* S */
    int64_t succeeded, failed;  /* since S was last 0 */
    int64_t most;               /* of these, as many as the fullest slice holds */
};

struct drift { /* one series. Moments are multiples of the slice */
    int64_t from;               /* outcomes before it do not count; TIME_NONE: all do */
    bool watched;               /* the rest is set */
    int64_t start;              /* from here on there is evidence */
    int64_t succeeded, failed;  /* in the baseline */
    double limit;               /* h */
    /* The evidence up to a moment, so that what lies before may be forgotten: */
    int64_t anchor;             /* >= start */
    struct drift_evidence anchored;
};

#define DRIFT_NEW ((struct drift){.from = TIME_NONE})

struct drift_baseline {
    int64_t first, start; /* its first slice; the first moment after it */
    int64_t succeeded, failed;
    int64_t settled_succeeded, settled_failed; /* the part of them that tells what nothing changed would look like from now on: see drift_baseline */
    int64_t slices[DRIFT_BATCH_MOST + 1]; /* [n]: how many slices hold n outcomes; one of more counts as several of the most, and the rest */
};

/* The series' baseline: from its first outcome to the first slice end by which `baseline` has passed and there are enough outcomes. False: it is not over at the
 * tick, or nothing ever succeeded, so that nothing can get worse.
 * Where the leads themselves begin there are successes from the first day on, but no failures by the horizon before it has passed: until then outcomes look too
 * good. The settled part leaves them out, unless that leaves too few. */
bool drift_baseline(const struct drift *drift, const struct alert_rule *rule, const struct trials *trials, int64_t slice_s, int64_t horizon_s, int64_t tick,
                    struct drift_baseline *out);

/* Outcomes a second, of late: over the time of a baseline before the tick, or since the first one. */
double drift_rate(const struct drift *drift, const struct alert_rule *rule, const struct trials *trials, int64_t slice_s, int64_t tick);

/* A digest of what in the rule and the step shapes the series: what was kept under another one is of no use. */
uint64_t drift_rule_hash(const struct alert_rule *rule, int64_t horizon_s);

/* Begin to watch the series. */
void drift_watch(struct drift *drift, const struct drift_baseline *baseline, double limit);

/* What it comes to at `to` that had come to `evidence` at `from`, by the slices between. The series is watched. */
struct drift_evidence drift_weigh(const struct drift *drift, const struct alert_rule *rule, const struct trials *trials, int64_t slice_s, struct drift_evidence evidence,
                                  int64_t from, int64_t to);

/* Let the anchor move to a moment that is not before it: slices before that are no longer asked for. */
void drift_move_anchor(struct drift *drift, const struct alert_rule *rule, const struct trials *trials, int64_t slice_s, int64_t anchor);

/* p0, which is what the baseline says, and as the weights have it: away from 0 and 1 by half an outcome. */
double drift_rate_before(const struct drift *drift);
double drift_p0(int64_t succeeded, int64_t failed);

#endif
