/* replay.h -- history from files: every snapshot that the past would have published, or only the last of each key. The same bytes every time, whatever the
 * number of threads.  Source: semantics, section 8; formats, "Commands". */
#ifndef FUNNELD_ENGINE_REPLAY_H
#define FUNNELD_ENGINE_REPLAY_H

#include "outcomes.h"
#include "publisher.h"

struct replay_progress { /* so far, over all files */
    int64_t bytes, bytes_total; /* total -1: not known */
    uint64_t events;
    int64_t watermark_ms;       /* event time reached; TIME_NONE */
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
    bool last;             /* only the last record of each key */
    int threads;
    publish_sink publish;  /* records in order: of ascending ticks, within a tick by key */
    void (*letter)(void *context, enum fault fault, const char *message, int file, int64_t offset, struct text value); /* dead letters as they come */
    void (*progress)(void *context, const struct replay_progress *progress); /* now and then; may be NULL */
    void *context;         /* of these three */
    struct replay_figures *figures; /* filled at the end; may be NULL */
};

/* Replay files (each is one partition; "-": standard input). 0: done; else the errno of the file number *failed that cannot be read. */
int replay_files(const struct settings *settings, const struct replay_options *options, int file_count, char *const *paths, struct outcomes *outcomes, int *failed);

#endif
