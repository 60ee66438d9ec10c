/* rule.h -- an alert rule as the configuration gives it: what it looks at, when it holds, when it is told.
 * Plain values, made once by settings/ and never changed while the program runs; any thread may read them. Durations are seconds, ratios fractions.
 * Source: semantics, section 9; formats, "Configuration". */
#ifndef FUNNELD_CORE_RULE_H
#define FUNNELD_CORE_RULE_H

#include "funnel.h"

enum alert_kind { ALERT_BELOW_TARGET, ALERT_DROPPED, ALERT_DRIFT, ALERT_STUCK, ALERT_SILENCE, ALERT_REJECTED };
enum basis { BASIS_ACTIVITY, BASIS_COHORT };
enum compare_kind { COMPARE_PREVIOUS, COMPARE_PREVIOUS_LENGTH, COMPARE_YEAR_AGO };

struct label { const char *name, *value; };
struct pause { int64_t from, to; };
struct hours { int weekdays; /* bit 0 Monday .. bit 6 Sunday */ int from_s, to_s; /* local time of day */ };
struct days { int64_t from_day, to_day; /* days since 1970-01-01, local, inclusive */ };

struct alert_rule { /* what a kind does not have is 0, NAN or NULL */
    const char *alert;            /* its name */
    enum alert_kind kind;
    int step;                     /* -1: any (every required step but the first) */
    int group_count;              /* each a breakdown, among the funnel's own or not; dimension_count 0: all leads */
    struct breakdown *groups;
    struct window window;         /* below_target, dropped; else name NULL */
    enum basis basis;
    bool matured;
    enum compare_kind compare;
    int64_t compare_s;            /* COMPARE_PREVIOUS_LENGTH */
    double drop, q, confidence;
    int64_t min_leads, more_than;
    int64_t baseline_s, older_than_s, silent_for_s, within_s;
    double false_alarms_per_s;
    int64_t for_s, keep_firing_for_s;
    int hours_count;
    struct hours *hours;
    int days_off_count;
    struct days *days_off;
    int pause_count;
    struct pause *pauses;
    const char *severity;
    int label_count;
    struct label *labels;
    int annotation_count;
    struct label *annotations;
};

/* Does the rule look at the step? `any` is every required step but the first. */
static inline bool rule_looks_at(const struct alert_rule *rule, const struct funnel *funnel, int step)
{
    return rule->step >= 0 ? rule->step == step : step > 0 && !funnel->steps[step].optional;
}

#endif
