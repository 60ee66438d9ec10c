/* judge.h -- does the condition of a rule hold now, for each of its series. One function a kind; state between ticks lives in the caller's series.
 * Source: semantics, section 9. */
#ifndef FUNNELD_CORE_JUDGE_H
#define FUNNELD_CORE_JUDGE_H

#include "alert.h"
#include "board.h"
#include "drift.h"
#include "maturing.h"
#include "rejections.h"

struct ruling { /* a rule, bound to what it looks at on a board */
    const struct alert_rule *rule;
    int funnel;                  /* -1: the whole application */
    int group_count;             /* as the rule's groups */
    struct ruling_group {
        int breakdown;           /* -1: all leads */
        int window, compared;    /* numbers of watches (board.h); -1: none */
    } *groups;
    double z;                    /* of the interval round a conversion */
};

struct candidate { /* one series at one tick */
    struct board_group *group;   /* NULL: none */
    int step;                    /* -1: none */
    int word;                    /* of the rejections; -1: none */
    bool holds;
    struct alert_figures figures;
};

struct candidates { struct candidate *list; size_t count, capacity; };

struct judge_moment { /* what is known at a tick, a multiple of the slice */
    int64_t tick;
    int64_t step;                   /* counts the ticks at which rules are judged; trials are settled after each */
    int64_t bound;                  /* what lies before it is forgotten; TIME_NONE: nothing is */
    const int64_t *last_event_at;   /* by funnel; TIME_NONE */
    const struct rejections *rejections;
    struct maturing *maturing;      /* two of them; scratch */
};

/* The number a ruling's group list has for this group; -1: the rule does not look at it. */
int judge_group(const struct ruling *ruling, const struct board_group *group);

/* Watches move to the tick's spans first. All append to `out`, groups in the board's order, steps in the funnel's. */
void judge_below_target(struct candidates *out, struct board *board, const struct ruling *ruling, const struct judge_moment *moment);
void judge_dropped(struct candidates *out, struct board *board, const struct ruling *ruling, const struct judge_moment *moment);

/* `state` gives the state of a series, made if it is not there, in which `changed` is set where it is new to whoever keeps it over restarts. */
struct judge_drift {
    struct drift drift;
    bool changed;
    /* What it came to at the tick before: kept so that only new slices are looked at. */
    int64_t weighed_step, weighed_to;
    struct drift_evidence weighed;
};
void judge_drifts(struct candidates *out, struct board *board, const struct ruling *ruling, const struct judge_moment *moment,
                  struct judge_drift *(*state)(void *context, const struct ruling *ruling, struct board_group *group, int step), void *context);

void judge_stuck(struct candidates *out, const struct board *board, const struct ruling *ruling, const struct judge_moment *moment);
void judge_silence(struct candidates *out, const struct board *board, const struct ruling *ruling, const struct judge_moment *moment);
void judge_rejected(struct candidates *out, const struct board *board, const struct ruling *ruling, const struct judge_moment *moment);

#endif
