#include "sending.h"

#include <stdio.h>

enum { CLOSE_MS = 3000 };

/* Only failures come here (delivery.report.only.error). */
static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    (void)handle;
    (void)opaque;
    struct sending_failure *failure = message->_private;
    if (failure->error != RD_KAFKA_RESP_ERR_NO_ERROR || message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        return;
    failure->error = message->err;
    snprintf(failure->topic, sizeof failure->topic, "%s", rd_kafka_topic_name(message->rkt));
}

void sending_watch(rd_kafka_conf_t *configuration)
{
    rd_kafka_conf_set_dr_msg_cb(configuration, on_delivery);
}

static rd_kafka_headers_t *copy_headers(const struct log_record *record)
{
    if (record->header_count == 0)
        return NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new((size_t)record->header_count);
    for (int i = 0; i < record->header_count; i++) {
        const struct log_header *header = &record->headers[i];
        rd_kafka_header_add(headers, header->name.data, (ssize_t)header->name.length, header->value.data, (ssize_t)header->value.length);
    }
    return headers;
}

rd_kafka_resp_err_t sending_produce(rd_kafka_t *handle, rd_kafka_topic_t *topic, const struct log_record *record, struct sending_failure *failure)
{
    rd_kafka_headers_t *headers = copy_headers(record);
    int64_t timestamp_ms = record->timestamp_ms != INT64_MIN ? record->timestamp_ms : 0; /* 0: now */
    rd_kafka_resp_err_t error = rd_kafka_producev(handle, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                                  RD_KAFKA_V_KEY(record->key.data, record->key.length),
                                                  RD_KAFKA_V_VALUE((void *)(uintptr_t)record->value.data, record->value.length),
                                                  RD_KAFKA_V_TIMESTAMP(timestamp_ms), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(failure), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && headers != NULL)
        rd_kafka_headers_destroy(headers); /* still ours */
    return error;
}

bool sending_is_fenced(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR__FENCED || error == RD_KAFKA_RESP_ERR_PRODUCER_FENCED || error == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

bool sending_may_retry(const rd_kafka_error_t *error)
{
    return !rd_kafka_error_is_fatal(error) && !rd_kafka_error_txn_requires_abort(error) && rd_kafka_error_is_retriable(error);
}

void sending_close(rd_kafka_t *handle, rd_kafka_topic_t *const *topics, int topic_count, bool in_transaction)
{
    char text[8];
    if (in_transaction && rd_kafka_fatal_error(handle, text, sizeof text) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        /* Readers would wait for its timeout otherwise. Flush first: in librdkafka 2.0.2 an abort may overtake what it aborts. */
        rd_kafka_flush(handle, CLOSE_MS);
        rd_kafka_error_destroy(rd_kafka_abort_transaction(handle, CLOSE_MS));
    }
    rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(handle, CLOSE_MS);
    for (int i = 0; i < topic_count; i++)
        if (topics[i] != NULL)
            rd_kafka_topic_destroy(topics[i]);
    rd_kafka_destroy(handle);
}
