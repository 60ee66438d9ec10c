/* replay.h -- history from sources of records: every snapshot and alert that the past would have published, or only the last snapshot of each key. The same bytes
 * every time, whatever the number of threads.  Source: semantics, section 8; formats, "Commands". */
#ifndef FUNNELD_ENGINE_REPLAY_H
#define FUNNELD_ENGINE_REPLAY_H

#include "../log/history.h"
#include "outcomes.h"
#include "publisher.h"

struct replay_progress { /* so far, over all of it */
    int64_t position, size;     /* in the histories' units (bytes of files, records of topics); size -1: not known */
    uint64_t events;
    int64_t reached;            /* event time: the greatest `at` counted; TIME_NONE */
};

struct replay_figures { /* what the state at the end holds */
    uint64_t leads, lead_bytes;
    struct board_figures board;
};

struct replay_options {
    int64_t from, to;      /* TIME_NONE, TIME_NEVER: open */
    int64_t as_of;         /* TIME_NONE: the greatest `at` */
    int64_t now;           /* the wall clock at start: limits `in_future` where as_of is not given */
    int64_t every_ms;
    bool last;             /* only the last snapshot of each key; no alerts, whose story is one of ticks */
    bool alerts_only;      /* no snapshots */
    int threads;
    publish_sink publish;  /* snapshots in order: of ascending ticks, within a tick by key */
    publish_sink alert;    /* alerts likewise; within a tick they come after the snapshots */
    void (*letter)(void *context, enum fault fault, const char *message, const struct history *source, const struct log_record *record); /* dead letters as they come; may be NULL */
    void (*progress)(void *context, const struct replay_progress *progress); /* now and then; may be NULL */
    void *context;         /* of these four */
    struct replay_figures *figures; /* filled at the end; may be NULL */
};

/* Replay histories, each one partition; they are borrowed. False: number *failed of them cannot be read, its error says why. */
bool replay_run(const struct settings *settings, const struct replay_options *options, int count, struct history *const *histories, struct outcomes *outcomes, int *failed);

#endif
