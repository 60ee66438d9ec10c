/* reader.h -- reads given partitions from given offsets: committed records only, each partition from its own queue, so that whoever reads
 * decides which one goes on (that is all the back-pressure there is; librdkafka 2.0.2 loses offsets over pause and resume).
 * Threads: used by one thread; an end_watch runs behind it. */
#ifndef FUNNELD_LOG_READER_H
#define FUNNELD_LOG_READER_H

#include "client.h"

struct reader;

/* Begin reading. `partitions` is borrowed for the life of the reader; offsets: one per partition, -1: the oldest. `idle_ms`: how often ends are
 * asked for while nothing flows, and how long brokers may keep a fetch that finds nothing. NULL: LOG_FAILED, see client_error. */
struct reader *reader_open(struct client *client, const struct log_partition *partitions, const int64_t *offsets, int count, int idle_ms);
void reader_close(struct reader *reader); /* blocks not yet released are gone, too; NULL is fine */

/* As log_ops. read: LOG_ABORTED where a topic has gone or has more partitions by now, LOG_FAILED without permission. */
enum log_status reader_read(struct reader *reader, int partition, int most, struct log_block *block);
void reader_release(struct reader *reader, struct log_block *block);
void reader_wait(struct reader *reader, const bool *wanted, int timeout_ms);
int64_t reader_end_seen_ms(struct reader *reader, int partition, int64_t offset);

/* All committed records before this offset have been read (it passes over the marks of transactions, which no reader sees). */
int64_t reader_reached(const struct reader *reader, int partition);

/* Commit offsets outside a transaction, which only the embedded cluster needs. Best effort. */
void reader_commit(struct reader *reader, rd_kafka_topic_partition_list_t *offsets);

#endif
