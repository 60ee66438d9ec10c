/* writer.h -- the only writer: a transactional producer whose id is fixed by the application's name, so that opening it shuts out every former
 * one and waits until the fate of its last transaction is known.
 *
 * There is no abort for the caller: a writer whose transaction could not be committed is closed, and opening the next one undoes whatever of it
 * the brokers still hold. (abort in librdkafka 2.0.2 may overtake what it aborts, and a fatal error needs a new producer anyway.)
 *
 * Threads: one. Source: KIP-98; librdkafka's rdkafka.h, "Transactional producer API". */
#ifndef FUNNELD_LOG_WRITER_H
#define FUNNELD_LOG_WRITER_H

#include "client.h"

struct writer;

/* Become the writer. `names`: the topics by role, borrowed for the writer's life. LOG_OK, LOG_STOPPED or LOG_FAILED. `long_transaction`: one may take as
 * long as brokers allow by default; a successor that fences does not wait for that. */
enum log_status writer_open(struct client *client, char *const names[LOG_TOPIC_COUNT], bool long_transaction, struct writer **out);

/* Undo an open transaction if that is quickly done, and free. NULL is fine. */
void writer_close(struct writer *writer);

/* As log_ops. LOG_OK, LOG_ABORTED, LOG_FENCED or LOG_FAILED; after any but LOG_OK a new writer must be opened. `offsets` are borrowed; they are
 * committed for `group` as part of the transaction. Brokers that take nothing are waited for a quarter of the transaction's time (a long one: all of it), also
 * after client_stop: what was begun may be finished. */
enum log_status writer_begin(struct writer *writer);
enum log_status writer_write(struct writer *writer, enum log_topic topic, const struct log_record *record);
enum log_status writer_commit(struct writer *writer, const rd_kafka_topic_partition_list_t *offsets, const char *group);

/* Has the open transaction taken longer than the brokers leave one open? They then shut its writer out, as a successor does. */
bool writer_overran(const struct writer *writer);

#endif
