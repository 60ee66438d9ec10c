/* step.h -- what the single steps of a process on the simulated cluster share, and those that write (writing.c) and read (reading.c). The others, and the
 * table of all of them, are process.c.
 * Any step may be the last one of its process, before, within or after; or take long; or never be answered. */
#ifndef FUNNELD_TESTS_STEP_H
#define FUNNELD_TESTS_STEP_H

#include <stdio.h>

#include "world.h"

#define STEP_DEAD LOG_FAILED /* the status of a step whose process has died meanwhile: for nobody */

static inline struct process *step_process(struct cluster *cluster)
{
    return (struct process *)cluster;
}

static inline bool step_chance(struct process *process, int one_in)
{
    return one_in > 0 && random_one_in(&process->world->random, one_in);
}

static inline int step_below(struct process *process, int most)
{
    return random_below(&process->world->random, most);
}

static inline enum log_status step_fail(struct process *process, enum log_status status, const char *why)
{
    snprintf(process->error, sizeof process->error, "%s", why);
    return status;
}

/* Let others run for so long. */
static inline void step_sleep_ms(struct process *process, int64_t ms)
{
    process->wake_ms = process->world->now_ms + ms;
    fiber_give_way(process->fiber);
}

/* A moment at which anything may happen to the process. Returns whether it lives; if not, the step has no effect from here on. */
bool step_point(struct process *process, const char *doing);

struct topic *step_topic(struct process *process, enum log_topic topic);

/* ---- writing ---- */

enum log_status writing_fence(struct cluster *cluster);
void writing_end(struct cluster *cluster);
enum log_status writing_begin(struct cluster *cluster);
enum log_status writing_write(struct cluster *cluster, enum log_topic topic, const struct log_record *record);
enum log_status writing_commit(struct cluster *cluster, const struct log_position *positions, int count);
void writing_free(struct process *process);

/* ---- reading ---- */

enum log_status reading_find_end(struct cluster *cluster, const struct log_partition *partition, int64_t *end);
struct cluster_reader *reading_open(struct cluster *cluster, const struct log_partition *partitions, const int64_t *offsets, int count, int idle_ms);
void reading_close(struct cluster_reader *reader);
enum log_status reading_read(struct cluster_reader *reader, int partition, int most, struct log_block *block);
void reading_release(struct cluster_reader *reader, struct log_block *block);
void reading_wait(struct cluster_reader *reader, const bool *wanted, int timeout_ms);
int64_t reading_reached(struct cluster_reader *reader, int partition);
int64_t reading_end_seen_ms(struct cluster_reader *reader, int partition, int64_t offset);
void reading_free(struct process *process);

#endif
