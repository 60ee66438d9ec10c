#include "writer.h"

#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../host/clock.h"
#include "../host/service.h"
#include "sending.h"

enum {
    INIT_MS = 1000,      /* one attempt to initialize; then a look at the flag to stop */
    LONG_MS = 5000,      /* a coordinator that has just started takes a few seconds */
    PATIENCE_MS = 15000, /* with brokers that take nothing; then the transaction is undone */
    LONG_MS_MOST = 900000, /* transaction.max.timeout.ms, as brokers have it by default */
    FULL_MS = 50,
    FLUSH_SOON = 20,     /* milliseconds */
    SERVE_EVERY = 1024, /* writes between two looks at delivery errors */
};

struct writer {
    struct client *client;
    rd_kafka_t *producer;
    char *const *names;
    rd_kafka_topic_t *topics[LOG_TOPIC_COUNT];
    int64_t patience_ms, transaction_ms;
    bool open;          /* a transaction is */
    int64_t begun_ms;   /* since then */
    unsigned unserved;  /* writes since delivery errors were looked at */
    struct sending_failure failure; /* of a record in this transaction */
};

/* ---- errors ---- */

/* What will not go away by itself. */
static bool is_hopeless(rd_kafka_resp_err_t error)
{
    return client_is_denied(error) || error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || error == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE ||
           error == RD_KAFKA_RESP_ERR_POLICY_VIOLATION || error == RD_KAFKA_RESP_ERR_INVALID_RECORD ||
           error == RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION || error == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE ||
           error == RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT || error == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP;
}

/* What an error means to the engine. Looked at in this order: what a record suffered, being shut out, what is hopeless; the rest is undone and
 * tried anew. */
static enum log_status judge(struct writer *writer, rd_kafka_resp_err_t error, const char *doing, const char *text)
{
    char fatal_text[512];
    rd_kafka_poll(writer->producer, 0);
    rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(writer->producer, fatal_text, sizeof fatal_text);
    if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) {
        error = fatal;
        text = fatal_text;
    }
    if (sending_is_fenced(error))
        return client_fail(writer->client, LOG_FENCED, "%s: another process leads now (%s)", doing, text);
    if (error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED && writer->failure.error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        client_untaken(writer->client, writer->failure.topic, sizeof writer->failure.topic);
        writer->failure.error = error;
    }
    if (writer->failure.error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED && *writer->failure.topic != '\0')
        return client_deny(writer->client, "Write", "topic", writer->failure.topic, writer->failure.error);
    if (error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        return client_deny(writer->client, "Read", "group", client_settings(writer->client)->application, error);
    if (error == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED) {
        char id[300];
        snprintf(id, sizeof id, "%s-0", client_settings(writer->client)->application);
        return client_deny(writer->client, "Write", "transactional id", id, error);
    }
    if (is_hopeless(writer->failure.error))
        return client_fail(writer->client, LOG_FAILED, "topic %s takes no more records: %s%s", writer->failure.topic,
                           rd_kafka_err2str(writer->failure.error),
                           writer->failure.error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ? " (raise its max.message.bytes)" : "");
    if (is_hopeless(error))
        return client_fail(writer->client, LOG_FAILED, "%s: %s", doing, text);
    return client_fail(writer->client, LOG_ABORTED, "%s: %s", doing, text);
}

/* Takes the error. */
static enum log_status judge_taken(struct writer *writer, rd_kafka_error_t *error, const char *doing)
{
    enum log_status status = judge(writer, rd_kafka_error_code(error), doing, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return status;
}

/* Does it pay to call again? Takes the error if so. */
static bool retries(struct writer *writer, rd_kafka_error_t *error, int64_t until_ms)
{
    if (!sending_may_retry(error) || clock_steady_ms() >= until_ms)
        return false;
    rd_kafka_poll(writer->producer, 0);
    service_alive(); /* patience is bounded by until_ms */
    rd_kafka_error_destroy(error);
    return true;
}

/* ---- opening and closing ---- */

static enum log_status initialize(struct writer *writer)
{
    int64_t since_ms = clock_steady_ms();
    while (!client_stopped(writer->client)) {
        service_alive();
        rd_kafka_error_t *error = rd_kafka_init_transactions(writer->producer, INIT_MS);
        if (error == NULL) {
            client_answered(writer->client);
            return LOG_OK;
        }
        if (clock_steady_ms() - since_ms > LONG_MS)
            client_no_answer(writer->client, rd_kafka_error_code(error));
        if (!retries(writer, error, INT64_MAX)) {
            enum log_status status = judge_taken(writer, error, "shutting out the former writer");
            return status == LOG_FAILED ? LOG_FAILED : LOG_ABORTED;
        }
    }
    return LOG_STOPPED;
}

static struct writer *new_writer(struct client *client, char *const names[LOG_TOPIC_COUNT], bool long_transaction)
{
    rd_kafka_conf_t *configuration = client_configure(client, CLIENT_WRITER);
    sending_watch(configuration);
    if (long_transaction)
        client_set_number(configuration, "transaction.timeout.ms", LONG_MS_MOST);
    rd_kafka_t *producer = client_open(client, CLIENT_WRITER, configuration);
    if (producer == NULL)
        return NULL;
    struct writer *writer = memory_new(sizeof *writer);
    writer->client = client;
    writer->producer = producer;
    writer->names = names;
    writer->patience_ms = long_transaction ? LONG_MS_MOST : PATIENCE_MS;
    writer->transaction_ms = long_transaction ? LONG_MS_MOST : CLIENT_TRANSACTION_MS;
    return writer;
}

/* Look every topic up now: the first record of an unknown one would wait a second for it. */
static void know_topics(struct writer *writer)
{
    for (int i = 0; i < LOG_TOPIC_COUNT; i++) {
        const rd_kafka_metadata_t *metadata;
        writer->topics[i] = rd_kafka_topic_new(writer->producer, writer->names[i], NULL);
        if (rd_kafka_metadata(writer->producer, 0, writer->topics[i], &metadata, CLIENT_REQUEST_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
            rd_kafka_metadata_destroy(metadata);
    }
}

enum log_status writer_open(struct client *client, char *const names[LOG_TOPIC_COUNT], bool long_transaction, struct writer **out)
{
    for (;;) {
        struct writer *writer = new_writer(client, names, long_transaction);
        if (writer == NULL)
            return LOG_FAILED;
        enum log_status status = initialize(writer);
        if (status == LOG_OK) {
            know_topics(writer);
            *out = writer;
            return LOG_OK;
        }
        writer_close(writer);
        if (status != LOG_ABORTED)
            return status;
        operator_log(OPERATOR_WARN, client_settings(client)->application, "%s; trying again", client_error(client));
        client_sleep(client, INIT_MS);
    }
}

void writer_close(struct writer *writer)
{
    if (writer == NULL)
        return;
    sending_close(writer->producer, writer->topics, LOG_TOPIC_COUNT, writer->open);
    free(writer);
}

/* ---- a transaction ---- */

bool writer_overran(const struct writer *writer)
{
    return writer->open && clock_steady_ms() - writer->begun_ms >= writer->transaction_ms;
}

enum log_status writer_begin(struct writer *writer)
{
    rd_kafka_error_t *error = rd_kafka_begin_transaction(writer->producer);
    if (error != NULL)
        return judge_taken(writer, error, "beginning a transaction");
    writer->open = true;
    writer->begun_ms = clock_steady_ms();
    return LOG_OK;
}

enum log_status writer_write(struct writer *writer, enum log_topic topic, const struct log_record *record)
{
    if (++writer->unserved >= SERVE_EVERY) {
        writer->unserved = 0;
        rd_kafka_poll(writer->producer, 0);
        service_alive();
    }
    int64_t until_ms = INT64_MAX;
    for (;;) {
        rd_kafka_resp_err_t error = sending_produce(writer->producer, writer->topics[topic], record, &writer->failure);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
            return LOG_OK;
        if (until_ms == INT64_MAX)
            until_ms = clock_steady_ms() + writer->patience_ms;
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL || clock_steady_ms() >= until_ms)
            return judge(writer, error, writer->names[topic], rd_kafka_err2str(error));
        rd_kafka_poll(writer->producer, FULL_MS);
    }
}

/* All written records out and acknowledged. rd_kafka_flush looks only every 10 ms whether that is so, since deliveries that succeed are no events here:
 * it is asked for a millisecond at first, and for its own time when there is much to send. */
static void flush(struct writer *writer, int64_t until_ms)
{
    for (int round = 0; rd_kafka_flush(writer->producer, round < FLUSH_SOON ? 1 : FULL_MS) != RD_KAFKA_RESP_ERR_NO_ERROR; round++)
        if (clock_steady_ms() >= until_ms)
            return; /* committing will tell */
}

enum log_status writer_commit(struct writer *writer, const rd_kafka_topic_partition_list_t *offsets, const char *group)
{
    int64_t until_ms = clock_steady_ms() + writer->patience_ms;
    rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata_new(group);
    rd_kafka_error_t *error = NULL;
    rd_kafka_flush(writer->producer, 0); /* do not linger: the records go out while the offsets do */
    if (offsets->cnt > 0)
        do
            error = rd_kafka_send_offsets_to_transaction(writer->producer, offsets, metadata, CLIENT_REQUEST_MS);
        while (error != NULL && retries(writer, error, until_ms));
    rd_kafka_consumer_group_metadata_destroy(metadata);
    if (error != NULL)
        return judge_taken(writer, error, "committing offsets");

    flush(writer, until_ms);
    do
        error = rd_kafka_commit_transaction(writer->producer, CLIENT_REQUEST_MS);
    while (error != NULL && retries(writer, error, until_ms));
    if (error != NULL)
        return judge_taken(writer, error, "committing");
    writer->open = false;
    return LOG_OK;
}
