/* subscription.h -- a compacted output topic, read whole by one of several processes that share a group: whoever is given a partition reads it from its start, so
 * that it knows the latest record of every key, and learns from the group's committed position what has been dealt with already.
 *
 *     GIVEN  RECORD  RECORD  END  RECORD ...      then perhaps TAKEN, and GIVEN again
 *
 * With a position a short text is committed, the note: what behind the position has been dealt with, too.
 * Threads: used by one thread; subscription_stop from any. Commits are sent in the background and again until they succeed. Errors: what a broker may get over
 * (away, topic not there yet) is waited for and told to the operator. */
#ifndef FUNNELD_LOG_SUBSCRIPTION_H
#define FUNNELD_LOG_SUBSCRIPTION_H

#include "../settings/settings.h"

enum { SUBSCRIPTION_NOTE_MAX = 3800 /* bytes; brokers take 4096 (offset.metadata.max.bytes) */ };

enum subscription_news {
    SUBSCRIPTION_NOTHING, /* within the time allowed */
    SUBSCRIPTION_RECORD,
    SUBSCRIPTION_GIVEN,   /* partitions are this process's from now on; whatever is known of earlier ones no longer holds */
    SUBSCRIPTION_END,     /* all that lay in them at first has been seen; once after each SUBSCRIPTION_GIVEN */
    SUBSCRIPTION_TAKEN,   /* they are not any more */
    SUBSCRIPTION_FAILED,  /* no permission: it will not go away by itself; subscription_error says what */
};

struct subscription_record {
    struct text key, value; /* borrowed until the next call; value data NULL: tombstone */
    struct text application; /* likewise: who wrote it, as its header says; data NULL: it does not */
    int32_t partition;
    int64_t offset;
};

struct subscription_partition {
    int32_t partition;
    int64_t position;    /* as committed by whoever had it before: the first offset not dealt with; -1: nobody has committed one */
    const char *note;    /* committed with it; "" */
    int64_t next;        /* after the last record seen */
};

struct subscription;

/* `bootstrap_servers`: of the embedded cluster, or NULL. All texts are borrowed until subscription_close. NULL: it cannot be set up, and the operator has
 * been told why. */
struct subscription *subscription_open(const struct settings *settings, const char *bootstrap_servers, const char *topic, const char *group);
enum subscription_news subscription_next(struct subscription *subscription, int timeout_ms, struct subscription_record *out);

/* Those given; valid until the next SUBSCRIPTION_GIVEN or SUBSCRIPTION_TAKEN. */
int subscription_partitions(const struct subscription *subscription, const struct subscription_partition **out);

/* Remember a position and a note (copied, at most SUBSCRIPTION_NOTE_MAX bytes) of a partition that is held. */
void subscription_commit(struct subscription *subscription, int32_t partition, int64_t position, const char *note);

const char *subscription_error(const struct subscription *subscription);
void subscription_stop(struct subscription *subscription); /* subscription_next returns soon */

/* By the thread that uses it, at the end: after the last commits it leaves the group, so that another member goes on at once; a few seconds at most. */
void subscription_leave(struct subscription *subscription);
void subscription_close(struct subscription *subscription); /* frees it; NULL is fine */

#endif
