/* published.h -- what was published last under every key of the snapshots' topic: what a leader compares with what it has to say. Threads: the leader's. */
#ifndef FUNNELD_ENGINE_PUBLISHED_H
#define FUNNELD_ENGINE_PUBLISHED_H

#include "../log/log.h"
#include "publisher.h"

struct published;

struct published *published_new(const char *application); /* borrowed; other applications' records are left alone */
void published_free(struct published *published);

/* A log_see for the topic, from its start; the context is the published. Later records replace earlier ones. */
void published_see(void *published, const struct log_record *records, int count);

/* Tell the publisher, whose fold stands at a tick: a key that the fold does not have is to get a tombstone. Returns how many keys there are. */
uint64_t published_tell(const struct published *published, struct publisher *publisher);

#endif
