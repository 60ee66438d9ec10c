#include "producer.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "clock.h"

enum {
    ANSWER_MS = 30000, /* for a transaction's steps, and for topics to show */
    FULL_MS = 50,
    FLUSH_MS = 500,    /* then the next look at the flag to stop */
    CLOSE_MS = 3000,
    SERVE_EVERY = 1024, /* writes between two looks at delivery errors */
};

struct producer {
    struct client *client;
    rd_kafka_t *handle;
    int count;
    rd_kafka_topic_t **topics;
    bool open;                       /* a transaction is */
    unsigned unserved;
    rd_kafka_resp_err_t undelivered; /* the first error of a record */
    const char *undelivered_topic;   /* librdkafka's, valid while the topic is */
};

static enum log_status fail(struct producer *producer, const char *doing, const char *text)
{
    return client_fail(producer->client, LOG_FAILED, "%s: %s", doing, text);
}

/* Takes the error; NULL is none. */
static enum log_status judge(struct producer *producer, rd_kafka_error_t *error, const char *doing)
{
    if (error == NULL)
        return LOG_OK;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    bool fenced = code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED || code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
    fail(producer, doing, fenced ? "another process does the same now, and has shut this one out" : rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return LOG_FAILED;
}

static bool retries(struct producer *producer, rd_kafka_error_t *error, int64_t until_ms)
{
    if (rd_kafka_error_is_fatal(error) || rd_kafka_error_txn_requires_abort(error) || !rd_kafka_error_is_retriable(error) || clock_steady_ms() >= until_ms ||
        client_stopped(producer->client))
        return false;
    rd_kafka_poll(producer->handle, 0);
    rd_kafka_error_destroy(error);
    return true;
}

/* Only failures come here, from rd_kafka_poll or flush in our own thread. */
static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    (void)handle;
    (void)opaque;
    struct producer *producer = message->_private;
    if (producer->undelivered != RD_KAFKA_RESP_ERR_NO_ERROR || message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        return;
    producer->undelivered = message->err;
    producer->undelivered_topic = rd_kafka_topic_name(message->rkt);
}

static enum log_status delivered(struct producer *producer)
{
    char text[512];
    if (producer->undelivered != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fail(producer, producer->undelivered_topic, rd_kafka_err2str(producer->undelivered));
    if (rd_kafka_fatal_error(producer->handle, text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fail(producer, "writing", text);
    return client_stopped(producer->client) ? fail(producer, "writing", "stopped") : LOG_OK;
}

/* ---- opening and closing ---- */

/* Wait until the brokers know the topic, or say that there is none. */
static enum log_status know_topic(struct producer *producer, int number, const char *name)
{
    struct client *client = producer->client;
    rd_kafka_topic_t *topic = producer->topics[number] = rd_kafka_topic_new(producer->handle, name, NULL);
    if (topic == NULL)
        return fail(producer, name, rd_kafka_err2str(rd_kafka_last_error()));
    while (!client_stopped(client)) {
        char reason[256];
        const rd_kafka_metadata_t *metadata;
        rd_kafka_resp_err_t error = rd_kafka_metadata(producer->handle, 0, topic, &metadata, CLIENT_REQUEST_MS);
        rd_kafka_poll(producer->handle, 0);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            client_answered(client);
            error = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
            rd_kafka_metadata_destroy(metadata);
            if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
                return fail(producer, name, "the topic is not there: create it, with as many partitions as it shall have");
            return error == RD_KAFKA_RESP_ERR_NO_ERROR ? LOG_OK : fail(producer, name, rd_kafka_err2str(error));
        }
        if (client_refused(client, reason, sizeof reason))
            return fail(producer, "the brokers refuse our credentials", reason);
        client_no_answer(client, error);
    }
    return fail(producer, name, "stopped");
}

static enum log_status shut_out(struct producer *producer)
{
    int64_t until_ms = clock_steady_ms() + ANSWER_MS;
    rd_kafka_error_t *error;
    do
        error = rd_kafka_init_transactions(producer->handle, CLIENT_REQUEST_MS);
    while (error != NULL && retries(producer, error, until_ms));
    return judge(producer, error, "shutting out a former run");
}

enum log_status producer_open(struct client *client, enum client_kind kind, const char *const *names, int count, struct producer **out)
{
    rd_kafka_conf_t *configuration = client_configure(client, kind);
    rd_kafka_conf_set_dr_msg_cb(configuration, on_delivery);
    rd_kafka_t *handle = client_open(client, kind, configuration);
    if (handle == NULL)
        return LOG_FAILED;
    struct producer *producer = memory_new(sizeof *producer);
    producer->client = client;
    producer->handle = handle;
    producer->topics = memory_new((size_t)count * sizeof(rd_kafka_topic_t *));
    producer->count = count;
    enum log_status status = LOG_OK;
    for (int i = 0; i < count && status == LOG_OK; i++)
        status = know_topic(producer, i, names[i]);
    if (status == LOG_OK && kind == CLIENT_RETURNER)
        status = shut_out(producer);
    *out = producer;
    if (status != LOG_OK) {
        producer_close(producer);
        *out = NULL;
    }
    return status;
}

void producer_close(struct producer *producer)
{
    if (producer == NULL)
        return;
    char text[8];
    if (producer->open && rd_kafka_fatal_error(producer->handle, text, sizeof text) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_flush(producer->handle, CLOSE_MS); /* first: in librdkafka 2.0.2 an abort may overtake what it aborts */
        rd_kafka_error_destroy(rd_kafka_abort_transaction(producer->handle, CLOSE_MS));
    }
    rd_kafka_purge(producer->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(producer->handle, CLOSE_MS);
    for (int i = 0; i < producer->count; i++)
        if (producer->topics[i] != NULL)
            rd_kafka_topic_destroy(producer->topics[i]);
    rd_kafka_destroy(producer->handle);
    free(producer->topics);
    free(producer);
}

/* ---- writing ---- */

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

enum log_status producer_write(struct producer *producer, int topic, const struct log_record *record)
{
    if (++producer->unserved >= SERVE_EVERY) {
        producer->unserved = 0;
        rd_kafka_poll(producer->handle, 0);
        if (delivered(producer) != LOG_OK)
            return LOG_FAILED;
    }
    rd_kafka_headers_t *headers = copy_headers(record);
    int64_t timestamp_ms = record->timestamp_ms != INT64_MIN ? record->timestamp_ms : 0; /* 0: now */
    for (;;) {
        rd_kafka_resp_err_t error =
            rd_kafka_producev(producer->handle, RD_KAFKA_V_RKT(producer->topics[topic]), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                              RD_KAFKA_V_KEY(record->key.data, record->key.length), RD_KAFKA_V_VALUE((void *)(uintptr_t)record->value.data, record->value.length),
                              RD_KAFKA_V_TIMESTAMP(timestamp_ms), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(producer), RD_KAFKA_V_END);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
            return LOG_OK;
        if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL)
            rd_kafka_poll(producer->handle, FULL_MS);
        enum log_status status = error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? delivered(producer) : fail(producer, "writing", rd_kafka_err2str(error));
        if (status != LOG_OK) {
            if (headers != NULL)
                rd_kafka_headers_destroy(headers);
            return status;
        }
    }
}

enum log_status producer_flush(struct producer *producer)
{
    enum log_status status;
    do {
        rd_kafka_flush(producer->handle, FLUSH_MS);
        status = delivered(producer);
    } while (status == LOG_OK && rd_kafka_outq_len(producer->handle) > 0);
    return status;
}

enum log_status producer_begin(struct producer *producer)
{
    enum log_status status = judge(producer, rd_kafka_begin_transaction(producer->handle), "beginning a transaction");
    producer->open = status == LOG_OK;
    return status;
}

enum log_status producer_commit(struct producer *producer, const rd_kafka_topic_partition_list_t *offsets, const char *group)
{
    int64_t until_ms = clock_steady_ms() + ANSWER_MS;
    rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata_new(group);
    rd_kafka_error_t *error;
    do
        error = rd_kafka_send_offsets_to_transaction(producer->handle, offsets, metadata, CLIENT_REQUEST_MS);
    while (error != NULL && retries(producer, error, until_ms));
    rd_kafka_consumer_group_metadata_destroy(metadata);
    if (error != NULL)
        return judge(producer, error, "committing offsets");
    do
        error = rd_kafka_commit_transaction(producer->handle, CLIENT_REQUEST_MS);
    while (error != NULL && retries(producer, error, until_ms));
    if (error == NULL)
        producer->open = false;
    return judge(producer, error, "committing");
}
