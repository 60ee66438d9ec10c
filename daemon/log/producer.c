#include "producer.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "../host/clock.h"
#include "sending.h"

enum {
    ANSWER_MS = 30000, /* for a transaction's steps, and for topics to show */
    FULL_MS = 50,
    FLUSH_MS = 500,    /* then the next look at the flag to stop */
    SERVE_EVERY = 1024, /* writes between two looks at delivery errors */
};

struct producer {
    struct client *client;
    rd_kafka_t *handle;
    int count;
    rd_kafka_topic_t **topics;
    bool open;                       /* a transaction is */
    unsigned unserved;
    struct sending_failure failure;  /* of a record */
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
    bool fenced = sending_is_fenced(rd_kafka_error_code(error));
    fail(producer, doing, fenced ? "another process does the same now, and has shut this one out" : rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return LOG_FAILED;
}

static bool retries(struct producer *producer, rd_kafka_error_t *error, int64_t until_ms)
{
    if (!sending_may_retry(error) || clock_steady_ms() >= until_ms || client_stopped(producer->client))
        return false;
    rd_kafka_poll(producer->handle, 0);
    rd_kafka_error_destroy(error);
    return true;
}

static enum log_status delivered(struct producer *producer)
{
    char text[512];
    if (producer->failure.error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fail(producer, producer->failure.topic, rd_kafka_err2str(producer->failure.error));
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
    sending_watch(configuration);
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
    sending_close(producer->handle, producer->topics, producer->count, producer->open);
    free(producer->topics);
    free(producer);
}

/* ---- writing ---- */

enum log_status producer_write(struct producer *producer, int topic, const struct log_record *record)
{
    if (++producer->unserved >= SERVE_EVERY) {
        producer->unserved = 0;
        rd_kafka_poll(producer->handle, 0);
        if (delivered(producer) != LOG_OK)
            return LOG_FAILED;
    }
    for (;;) {
        rd_kafka_resp_err_t error = sending_produce(producer->handle, producer->topics[topic], record, &producer->failure);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
            return LOG_OK;
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            return fail(producer, "writing", rd_kafka_err2str(error));
        rd_kafka_poll(producer->handle, FULL_MS);
        if (delivered(producer) != LOG_OK)
            return LOG_FAILED;
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
