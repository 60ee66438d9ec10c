/* end_watch.h -- asks the brokers for the ends of the partitions that a handle reads, again and again.
 *
 * It serves three purposes at once. The end tells whether the reader has caught up, and as of when (the watermark of live running rests on it).
 * Any request wakes the handle's broker threads: librdkafka 2.0.2 looks only once a second whether a full queue has room again, which would cut
 * its speed to a fifth. And whether brokers answer at all is seen here first.
 * While records flow it asks every END_WATCH_BUSY_MS, else every `idle_ms`, and besides when somebody waits for it. Now and then it counts the partitions.
 *
 * Threads: has one of its own; all functions are called by one thread. */
#ifndef FUNNELD_LOG_END_WATCH_H
#define FUNNELD_LOG_END_WATCH_H

#include "client.h"

enum { END_WATCH_BUSY_MS = 20 };

struct end_watch;

/* Begin watching. `partitions` is borrowed for the life of the watch; `wake` (an eventfd) is written after every answer. */
struct end_watch *end_watch_open(struct client *client, rd_kafka_t *handle, const struct log_partition *partitions, int count, int idle_ms, int wake);

/* Records flow: ask more often until this has not been called for a round. */
void end_watch_busy(struct end_watch *watch);

/* Ask anew so many milliseconds from now, if not before; takes the place of what was last wished. */
void end_watch_ask_in(struct end_watch *watch, int delay_ms);

/* The end of a partition (of what is committed) and the wall-clock moment (ms) before the brokers were asked for it. false: not known yet. */
bool end_watch_end(struct end_watch *watch, int partition, int64_t *offset, int64_t *asked_ms);

/* Have the topics more partitions by now than are watched, or has one of them gone? */
bool end_watch_changed(struct end_watch *watch);

void end_watch_close(struct end_watch *watch); /* NULL is fine; before the handle is destroyed */

#endif
