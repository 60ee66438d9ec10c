/* alerts.h -- the alert rules of an application, stepped from slice end to slice end: which series hold, what each one's episode comes to, and what is told of it.
 * A function of the board, the ticks at which it is stepped, and what was restored: the same log gives the same alerts.
 * Ownership: definition and board are borrowed. Threads: the thread that owns the board.  Source: semantics, section 9. */
#ifndef FUNNELD_CORE_ALERTS_H
#define FUNNELD_CORE_ALERTS_H

#include "alert.h"
#include "board.h"
#include "drift.h"
#include "episode.h"
#include "rejections.h"

struct alerts_definition { /* as the settings have it */
    const struct zone *zone;
    const struct dimension *dimensions;
    int funnel_count;
    const struct funnel *funnels;
    const int *rule_counts;
    struct alert_rule *const *rules; /* by funnel */
    int application_rule_count;
    const struct alert_rule *application_rules;
};

struct alerts;

/* Before anything is merged into the board: rules tell it what to sum up for them. */
struct alerts *alerts_new(const struct alerts_definition *definition, struct board *board);
void alerts_free(struct alerts *alerts);

struct alerts_moment {
    int64_t tick;                 /* a multiple of the slice, later than the one before */
    int64_t bound;                /* what lies before it is forgotten; TIME_NONE: nothing is */
    const int64_t *last_event_at; /* by funnel; TIME_NONE: none yet */
    bool live;                    /* while a funnel is silent, its other rules stand still */
    int (*oldest)(void *context, const struct board_group *group, int step, struct ledger_open *out); /* at most ALERT_OLDEST_MAX, or -1: not told; NULL: never */
    void *context;
};

/* Takes what is told of an alert. `withdrawn`: it was pending and is nothing any more. Borrowed for the call. */
typedef void (*alerts_sink)(void *context, const struct alert *alert, bool withdrawn);

/* Step every rule whose hours hold the slice that has just ended. What there is to tell comes in order of the fingerprints. */
void alerts_step(struct alerts *alerts, const struct alerts_moment *moment, alerts_sink sink, void *context);

/* Where dead letters are counted. */
struct rejections *alerts_rejections(struct alerts *alerts);

/* The drift series whose state has changed since the last time, each once: what nothing else tells a later run. `rule` is their drift_rule_hash. */
void alerts_each_drift(struct alerts *alerts,
                       void (*each)(void *context, uint64_t fingerprint, const struct alert_label *labels, int label_count, uint64_t rule, const struct drift *drift),
                       void *context);
bool alerts_has_memory(const struct alerts *alerts); /* something has changed there, or in the rejections */
void alerts_restore_drift(struct alerts *alerts, const struct alert_label *labels, int label_count, uint64_t rule, const struct drift *drift);

/* An alert that an earlier run told last, with its labels. One that no rule has any more ends at the next step. */
void alerts_restore(struct alerts *alerts, const struct alert_label *labels, int label_count, const struct episode *episode);

#endif
