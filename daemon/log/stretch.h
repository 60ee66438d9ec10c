/* stretch.h -- a stretch of topics as histories, one for each partition: from the oldest record, or a moment, or what a group has committed, to the end that
 * the partition has when the stretch is opened. Committed records only. No group is joined and nothing is written: a running daemon does not notice.
 * All partitions are fetched at once, however the histories are read.
 * Threads: one uses a stretch and its histories; stretch_stop is for any, also for signal handlers. */
#ifndef FUNNELD_LOG_STRETCH_H
#define FUNNELD_LOG_STRETCH_H

#include "../settings/settings.h"
#include "history.h"

struct stretch_bounds { /* STRETCH_WHOLE: none */
    int64_t begin_ms;        /* nothing that lies before the first record of that time (of its own timestamp) is read; INT64_MIN: from the oldest */
    int64_t from_ms, to_ms;  /* records before `from`, and those at or after `to`, are left out; INT64_MIN, INT64_MAX: none are */
    const char *after_group; /* begin at what this group has committed, where it has; NULL: does not count */
    const char *up_to_group; /* end at what this group has committed (at the beginning where it has not); NULL: does not count. One of the two at most */
};

#define STRETCH_WHOLE ((struct stretch_bounds){INT64_MIN, INT64_MIN, INT64_MAX, NULL, NULL})

struct stretch;

/* The settings say where Kafka is; they, the names and the bounds are borrowed until it is closed. */
struct stretch *stretch_new(const struct settings *settings, const char *const *topics, int topic_count);

/* Find the ends. A broker that does not answer is waited for, a topic that is not there is not. False: stretch_error says why. */
bool stretch_open(struct stretch *stretch, const struct stretch_bounds *bounds);
const char *stretch_error(const struct stretch *stretch);

/* The partitions' histories, by topic and number. They are the stretch's, which closes them. */
int stretch_histories(const struct stretch *stretch, struct history *const **out);

/* How many offsets before its oldest record a partition no longer has (deleted by retention, most likely). */
int64_t stretch_deleted(const struct stretch *stretch, int partition);

void stretch_stop(struct stretch *stretch); /* reading fails soon */
void stretch_close(struct stretch *stretch); /* NULL is fine */

#endif
