/* sending.h -- what the engine's writer and the commands' producer have in common: how a record is handed to librdkafka, what became of the first one that was
 * not delivered, whether a step of a transaction may be asked for again, and how a handle ends.
 * Threads: one a handle. */
#ifndef FUNNELD_LOG_SENDING_H
#define FUNNELD_LOG_SENDING_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "log.h"

struct sending_failure { /* zeroed: all was delivered so far */
    rd_kafka_resp_err_t error; /* of the first record that was not */
    char topic[256];
};

/* Let sending_failure hear of records, from rd_kafka_poll and rd_kafka_flush in our own thread. Before the handle is made. */
void sending_watch(rd_kafka_conf_t *configuration);

/* Hand over a copy of the record; its offset does not count, its timestamp_ms INT64_MIN is now. `failure` is borrowed until sending_close. */
rd_kafka_resp_err_t sending_produce(rd_kafka_t *handle, rd_kafka_topic_t *topic, const struct log_record *record, struct sending_failure *failure);

bool sending_is_fenced(rd_kafka_resp_err_t error);       /* another one with the same transactional id writes now */
bool sending_may_retry(const rd_kafka_error_t *error);   /* of a step of a transaction: the same call may succeed */

/* Undo an open transaction if that is quickly done, throw away what is not delivered, and free all (of the topics, what they stand for). */
void sending_close(rd_kafka_t *handle, rd_kafka_topic_t *const *topics, int topic_count, bool in_transaction);

#endif
