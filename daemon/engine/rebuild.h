/* rebuild.h -- a running application's state made anew from its input, under the next generation, and put in the place of the old one at once.
 *
 *   1. read    The input is folded in memory up to where the application has committed, as a replay would. No group is joined and nothing is written: the
 *              application goes on publishing.
 *   2. lead    The rebuild joins the leaders' group as the eldest, so whoever leads gives way and stands by, and fences it. What was published last
 *              stays on the topics. The checkpoint is read.
 *   3. tail    The records behind those of step 1 are folded, up to the last tick that is due once the end of each partition was seen. Those that the
 *              former leader had not committed may leave dead letters, which begin the transaction.
 *   4. swap    In that one transaction: a row for every lead, tombstones for the rows of leads that are not known any more, the snapshots that differ from those
 *              on the topic, tombstones for keys that are not there any more, and the checkpoint with the next generation and the positions.
 *   5. leave   Whoever stands by leads, and restores the new generation as it would restore any.
 *
 * Alert rules stand still meanwhile, as they do while partitions are behind; whoever leads next goes on with what they remembered.
 *
 * A crash in 1 leaves nothing. In 2 and 3 the old generation is all that is committed, and the next leader goes on with it (after the session timeout of the
 * group). In 4 the transaction is committed or not: the next leader's fence learns which (init_transactions aborts it, or waits for its end), and restores
 * one generation or the other, never a mixture; rows of an aborted one are read by nobody. So there are no marks of generations in rows and nothing to
 * clean up. To go on after an interruption is to begin again. The transaction may be long: brokers keep it for transaction.max.timeout.ms (15 minutes by
 * default), which bounds how much can be swapped: a few hundred million records.
 * Threads: one, which lends a pool's others. Source: KIP-98. */
#ifndef FUNNELD_ENGINE_REBUILD_H
#define FUNNELD_ENGINE_REBUILD_H

#include <stdatomic.h>

#include "../log/history.h"
#include "outcomes.h"

struct rebuild_progress {
    const char *doing;        /* "reading", "taking the lead", "catching up", "writing": for people */
    int64_t position, size;   /* records; size -1: not known */
    uint64_t events;
    int64_t reached;          /* event time: the greatest `at` counted, seconds; TIME_NONE */
};

struct rebuild_options {
    int threads;
    const atomic_bool *stopping;
    void (*progress)(void *context, const struct rebuild_progress *progress); /* now and then */
    void *context;
};

struct rebuild_figures {
    int64_t generation;       /* the new one */
    bool committed;           /* it is in the old one's place */
    bool in_doubt;            /* it may be: nobody answered */
    bool other_config;        /* the former leader ran another configuration */
    uint64_t leads, leads_gone, snapshots; /* rows, tombstones, and records of snapshots written */
    struct outcomes outcomes; /* of all events; outcomes_free */
    char error[512];          /* what went wrong; for people */
};

/* `histories`: of the input's partitions, up to what the application has committed (borrowed). `log` takes over (kafka_options.takes_over). LOG_OK: done. */
enum log_status rebuild_run(const struct settings *settings, struct log *log, int count, struct history *const *histories, const struct rebuild_options *options,
                            struct rebuild_figures *figures);

/* How long is it likely to take? Folds what comes first for about so long and throws it away. Records a second; 0: there are none. False: `error` says why. */
bool rebuild_measure(const struct settings *settings, int count, struct history *const *histories, int threads, int64_t for_ms, double *rate, uint64_t *records,
                     char *error, size_t error_size);

#endif
