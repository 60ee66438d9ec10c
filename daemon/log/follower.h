/* follower.h -- reads output topics from their start, or from a moment on, and goes on reading, as anybody's consumer would: committed records only, no group joined, nothing
 * written. A broker or a topic that is away is waited for.
 * Threads: a follower has one of its own, on which the callbacks run; start and stop belong to one thread. */
#ifndef FUNNELD_LOG_FOLLOWER_H
#define FUNNELD_LOG_FOLLOWER_H

#include "../settings/settings.h"
#include "log.h"

struct follower_callbacks {
    /* Records in order within each partition. `topic` is the index into the topics given; the record is borrowed for the call. */
    void (*record)(void *context, int topic, const struct log_record *record);
    /* Between batches and at least every FOLLOWER_PAUSE_MS. `caught_up`: everything that was there has been read since the start, or the last trouble. */
    void (*pause)(void *context, bool caught_up);
    void *context;
};

enum { FOLLOWER_PAUSE_MS = 250, FOLLOWER_TOPICS_MAX = 8 };

struct follower_topic {
    const char *name;
    int64_t since_ms; /* begin at the first record that is not older (Kafka's timestamps); INT64_MIN: at the start */
};

struct follower;

/* Begin. `bootstrap_servers`: of the embedded cluster; NULL: what the settings say. The names are borrowed until follower_stop; the same name
 * twice is read once, under its first index. */
struct follower *follower_start(const struct settings *settings, const char *bootstrap_servers, const struct follower_topic *topics, int count,
                                const struct follower_callbacks *callbacks);

/* End, and wait for its thread. */
void follower_stop(struct follower *follower);

#endif
