/* alert.h -- an alert as the world sees it: who it is, in which state, and the figures behind it. Made by alerts.c, written and read back by wire/.
 * Identity is the labels; the fingerprint is Alertmanager's own, so the alert carries the same name there and here.
 * Texts are borrowed; whoever hands an alert out says how long they live. Absent figures (null on the wire): -1 for counts, NAN for ratios, TIME_NONE for moments.
 * Source: semantics, section 9; formats, "Alert". */
#ifndef FUNNELD_CORE_ALERT_H
#define FUNNELD_CORE_ALERT_H

#include <math.h>

#include "ledger.h"
#include "rule.h"

enum {
    ALERT_OLDEST_MAX = 10,
    ALERT_LABELS_OWN = 5,
};

/* The labels that the daemon sets itself, besides those named as dimensions; ended by NULL. */
extern const char *const alert_own_labels[ALERT_LABELS_OWN + 1];
bool alert_is_own_label(struct text name);

enum alert_status { ALERT_PENDING, ALERT_FIRING, ALERT_RESOLVED };

struct alert_label { struct text name, value; };

struct alert_figures { /* what a condition was judged by */
    double value, threshold;
    int64_t reached, passed;
    double low, high;
    double p_value, q_value;
    double evidence;
    double burst;
};

#define ALERT_NO_FIGURES ((struct alert_figures){NAN, NAN, -1, -1, NAN, NAN, NAN, NAN, NAN, NAN})

/* Does it look as if somebody had edited many leads together? `burst`: the share of the leads that one slice holds, be it as rounded as on the wire. */
static inline bool alert_is_bulk(double burst, int64_t reached)
{
    enum { MANY = 5 };
    return burst >= 0.5 && burst * (double)reached > MANY - 0.5;
}

struct alert {
    uint64_t fingerprint;
    int label_count;
    const struct alert_label *labels; /* in the order they are written; none has an empty value */
    enum alert_status status;
    int64_t active_at;       /* the tick at which the condition came to hold; with the fingerprint the episode's id */
    int64_t starts_at;       /* the tick at which it fired */
    int64_t held_until;      /* the last tick at which the condition held */
    int64_t ends_at;         /* the tick at which it was resolved */
    int64_t as_of;
    const struct alert_rule *rule; /* NULL: the configuration no longer has it */
    const struct funnel *funnel;   /* NULL: it is about the whole application */
    int step;                /* -1: none */
    struct alert_figures figures;
    int oldest_count;        /* -1: not told */
    struct ledger_open oldest[ALERT_OLDEST_MAX];
};

/* FNV-1a, 64 bits, over names and values in byte order of the names, each followed by a byte 255.
 * Source: prometheus/common, model/signature.go, labelSetToFingerprint. */
uint64_t alert_fingerprint(const struct alert_label *labels, int count);

#endif
