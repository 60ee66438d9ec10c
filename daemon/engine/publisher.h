/* publisher.h -- which windows have something new to say at a tick, and their records in order of key. A record is published when anything but
 * as_of, last_event_at, matured and ages differs from the last one under its key, or when `final` turns true.  Source: semantics, section 11, "Records".
 * Threads: the thread that owns the fold. */
#ifndef FUNNELD_ENGINE_PUBLISHER_H
#define FUNNELD_ENGINE_PUBLISHER_H

#include "fold.h"

enum publish_scope {
    PUBLISH_CHANGED,   /* what is new */
    PUBLISH_NOT_FINAL, /* and every key that is not final: the last tick of a replay */
    PUBLISH_ALL,       /* every key in which something counts: --last */
};

/* Takes a record; value data NULL: a tombstone. `digest` stands for what the record says, so that a later run knows whether there is news. The bytes are
 * borrowed for the call. */
typedef void (*publish_sink)(void *context, struct text key, struct text value, uint64_t digest);

struct publisher;

struct publisher *publisher_new(struct fold *fold);
void publisher_free(struct publisher *publisher);

/* A record that an earlier run published last under its key. One that the configuration no longer has gets a tombstone at the next tick. */
void publisher_restore(struct publisher *publisher, struct text key, uint64_t digest);

/* Hand over the records of the tick the fold stands at. Returns how many. */
uint64_t publisher_publish(struct publisher *publisher, int64_t tick, enum publish_scope scope, publish_sink sink, void *context);

#endif
