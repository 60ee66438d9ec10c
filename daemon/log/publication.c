#include "publication.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "client.h"
#include "producer.h"
#include "topics.h"

enum { OUTPUT_COUNT = LOG_ALERTS + 1 }; /* LOG_SNAPSHOTS is 0 */

struct publication {
    struct client *client;
    struct topics topics;
    rd_kafka_t *control;
    struct producer *producer;
    const char *names[OUTPUT_COUNT];
    enum log_status status;
};

struct publication *publication_new(const struct settings *settings)
{
    struct publication *publication = memory_new(sizeof *publication);
    publication->client = client_new(settings, NULL);
    topics_init(&publication->topics, settings);
    return publication;
}

/* A checkpoint says that the application has run. */
static enum log_status check_new(struct publication *publication)
{
    struct client *client = publication->client;
    const char *name = publication->topics.names[LOG_CHECKPOINT];
    int64_t oldest = 0, end = 0;
    rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(publication->control, name, 0, &oldest, &end, CLIENT_REQUEST_MS);
    if (client_is_unknown(error))
        return LOG_OK;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return client_fail(client, LOG_FAILED, "topic %s: %s", name, rd_kafka_err2str(error));
    if (end > oldest)
        return client_fail(client, LOG_FAILED, "the application `%s` has run, and publishes for itself; use `funneld rebuild`, or another `application` with topics of its own",
                           client_settings(client)->application);
    return LOG_OK;
}

static bool check_properties(struct publication *publication)
{
    char error[512];
    struct client *client = publication->client;
    if (client_check(client_settings(client), error, sizeof error))
        return true;
    publication->status = client_fail(client, LOG_FAILED, "kafka: %s", error);
    return false;
}

static enum log_status open_outputs(struct publication *publication)
{
    struct client *client = publication->client;
    publication->control = client_open(client, CLIENT_CONTROL, client_configure(client, CLIENT_CONTROL));
    if (publication->control == NULL)
        return LOG_FAILED;
    enum log_status status = LOG_OK;
    for (int i = 0; i < OUTPUT_COUNT && status == LOG_OK; i++) {
        publication->names[i] = publication->topics.names[i];
        status = topics_prepare_output(&publication->topics, client, publication->control, (enum log_topic)i);
    }
    if (status == LOG_OK)
        status = check_new(publication);
    return status == LOG_OK ? producer_open(client, CLIENT_PRODUCER, publication->names, OUTPUT_COUNT, &publication->producer) : status;
}

bool publication_open_outputs(struct publication *publication)
{
    if (!check_properties(publication))
        return false;
    publication->status = open_outputs(publication);
    return publication->status == LOG_OK;
}

bool publication_open_inputs(struct publication *publication)
{
    const struct settings *settings = client_settings(publication->client);
    if (!check_properties(publication))
        return false;
    publication->status = producer_open(publication->client, CLIENT_PRODUCER, settings->topics, settings->topic_count, &publication->producer);
    return publication->status == LOG_OK;
}

const char *publication_error(const struct publication *publication)
{
    return client_error(publication->client);
}

bool publication_write(struct publication *publication, int topic, const struct log_record *record)
{
    if (publication->status == LOG_OK)
        publication->status = producer_write(publication->producer, topic, record);
    return publication->status == LOG_OK;
}

bool publication_finish(struct publication *publication)
{
    if (publication->status == LOG_OK)
        publication->status = producer_flush(publication->producer);
    return publication->status == LOG_OK;
}

void publication_close(struct publication *publication)
{
    if (publication == NULL)
        return;
    producer_close(publication->producer);
    if (publication->control != NULL) {
        rd_kafka_consumer_close(publication->control);
        rd_kafka_destroy(publication->control);
    }
    topics_free(&publication->topics);
    client_free(publication->client);
    free(publication);
}
