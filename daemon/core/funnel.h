/* funnel.h -- what a funnel is: its stages, steps, windows and breakdowns, as the configuration gives them.
 * Plain values, made once by settings/ and never changed while the program runs; any thread may read them.
 * All strings are NUL-terminated and live as long as the settings. Source: semantics, section 1. */
#ifndef FUNNELD_CORE_FUNNEL_H
#define FUNNELD_CORE_FUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FUNNEL_STEPS_MAX = 64,
    FUNNEL_DIMENSIONS_MAX = 16,
    FUNNEL_FUNNELS_MAX = 64, /* in one application */
};

enum progress { PROGRESS_FURTHEST, PROGRESS_ORDERED, PROGRESS_ANY };
enum take { TAKE_FIRST, TAKE_LAST, TAKE_CLOSING };

struct dimension {
    const char *name;
    enum take take;
};

struct step { /* one goal */
    const char *id;
    const char *title;
    int stage;          /* index into funnel.stages */
    bool optional;
    double target;      /* wanted conversion into this step, 0..1; NAN: none */
    int64_t horizon_s;  /* of the matured conversion into this step */
};

struct stage {
    const char *id;
    const char *title;
    int first_step;     /* its goals are steps first_step .. first_step + step_count - 1 */
    int step_count;
};

enum window_kind { WINDOW_HOUR, WINDOW_DAY, WINDOW_WEEK, WINDOW_MONTH, WINDOW_QUARTER, WINDOW_YEAR, WINDOW_ROLLING };

struct window {
    enum window_kind kind;
    const char *name;   /* as in records: "month", "rolling-30d" */
    int64_t length_s;   /* rolling: its D; else 0 */
};

struct breakdown { /* dimensions in byte order of their names */
    int dimension_count;
    int dimensions[FUNNEL_DIMENSIONS_MAX]; /* indexes into the application's dimensions */
};

struct funnel {
    const char *id;
    const char *title;
    enum progress progress;
    int step_count;            /* K, 1..64; steps are counted from 0 here, from 1 in the semantics */
    struct step *steps;
    int stage_count;
    struct stage *stages;
    int won_step;
    int next_required[FUNNEL_STEPS_MAX];     /* the next required step after it; -1: none */
    int previous_required[FUNNEL_STEPS_MAX]; /* the required step before it; -1: none */
    int64_t within_s;          /* conversion window; -1: none */
    int64_t lateness_s;        /* allowed lateness: a window is final this long after its end */
    double confidence;         /* of below_baseline */
    int64_t min_leads;
    char currency[16];         /* "": any */
    int window_count;
    struct window *windows;
    int breakdown_count;
    int extra_breakdown_count; /* after those: counted too, for alert rules, but not published */
    struct breakdown *breakdowns;
    uint64_t trial_steps;      /* bit k: some rule asks for the outcomes of leads on the way into step k (trials.h) */
};

static inline int funnel_counted_breakdowns(const struct funnel *funnel) { return funnel->breakdown_count + funnel->extra_breakdown_count; }

/* The number of the breakdown by these dimensions among those that are counted; -1: it is not among them. */
int funnel_breakdown(const struct funnel *funnel, const struct breakdown *breakdown);

/* From a slice that begins at or after this moment on, some lead that came to a step may still be within the horizon of the next, seen at `now`. */
int64_t funnel_youngest(const struct funnel *funnel, int64_t now, int64_t slice_s);

/* Fill next_required and previous_required from the steps' `optional`. */
void funnel_link_steps(struct funnel *funnel);

#endif
