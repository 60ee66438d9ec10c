/* producer.h -- records onto topics for commands: each once and in order whatever a connection does (idempotent), acknowledged by all replicas. Or, of kind
 * CLIENT_RETURNER, in transactions together with how far a group has read, so that a run that ends anywhere repeats nothing and leaves nothing out.
 * Threads: one. Errors: LOG_FAILED, client_error says why; then it can only be closed. Broker trouble is waited out for librdkafka's message.timeout.ms. */
#ifndef FUNNELD_LOG_PRODUCER_H
#define FUNNELD_LOG_PRODUCER_H

#include "client.h"

struct producer;

/* The names are borrowed; all topics must be there. CLIENT_RETURNER shuts out any other one of the application. */
enum log_status producer_open(struct client *client, enum client_kind kind, const char *const *names, int count, struct producer **out);
void producer_close(struct producer *producer); /* what is not flushed or committed may be lost; NULL is fine */

/* Copies the record; waits while too much is on its way. `topic` is an index into the names; its offset does not count, its timestamp_ms INT64_MIN is now. */
enum log_status producer_write(struct producer *producer, int topic, const struct log_record *record);

/* Wait until all that was written is acknowledged. */
enum log_status producer_flush(struct producer *producer);

/* CLIENT_RETURNER only: all writes lie between these. */
enum log_status producer_begin(struct producer *producer);
enum log_status producer_commit(struct producer *producer, const rd_kafka_topic_partition_list_t *offsets, const char *group);

#endif
