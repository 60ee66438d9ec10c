#include "kafka.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../host/clock.h"
#include "../host/watchdog.h"
#include "client.h"
#include "leadership.h"
#include "protocol.h"
#include "reader.h"
#include "topics.h"
#include "writer.h"

enum {
    LEAVING_MS = 30000,
    ASK_AGAIN_MS = 1000,
    SUCCESSOR_MS = 3000, /* within which the group tells of a successor */
    GONE_MS = 10000,     /* a topic that the brokers do not know for so long was deleted: others have yet to hear of a new one */
};

struct kafka {
    struct cluster cluster; /* first, so that a struct cluster * is one of these */
    struct kafka_options options;
    struct client *client;
    struct topics topics;
    rd_kafka_t *control;           /* each of these NULL while not needed */
    struct leadership *leadership;
    struct writer *writer;
    struct kafka_reader *latest;   /* the reader opened last */
};

struct kafka_reader { /* a struct cluster_reader * is one of these */
    struct kafka *kafka;
    struct reader *reader;
};

static struct kafka *of(struct cluster *cluster)
{
    return (struct kafka *)cluster;
}

static struct reader *reader_of(struct cluster_reader *reader)
{
    return ((struct kafka_reader *)reader)->reader;
}

/* ---- before leading ---- */

static enum log_status open_control(struct kafka *kafka)
{
    char error[512];
    const struct settings *settings = client_settings(kafka->client);
    if (!client_embedded(kafka->client) && !client_check(settings, error, sizeof error))
        return client_fail(kafka->client, LOG_FAILED, "kafka: %s", error);
    kafka->control = client_open(kafka->client, CLIENT_CONTROL, client_configure(kafka->client, CLIENT_CONTROL));
    return kafka->control != NULL ? LOG_OK : LOG_FAILED;
}

static enum log_status kafka_prepare(struct cluster *cluster, struct cluster_topics *out)
{
    struct kafka *kafka = of(cluster);
    enum log_status status = kafka->control == NULL ? open_control(kafka) : LOG_OK;
    if (status == LOG_OK)
        status = topics_prepare(&kafka->topics, kafka->client, kafka->control);
    *out = (struct cluster_topics){.input_count = kafka->topics.input_count, .inputs = kafka->topics.inputs};
    for (int i = 0; i < LOG_TOPIC_COUNT; i++) {
        out->names[i] = kafka->topics.names[i];
        out->partition_counts[i] = kafka->topics.partition_counts[i];
    }
    return status;
}

/* ---- who tries to lead; on the embedded cluster nobody else is there ---- */

static enum log_status kafka_elect(struct cluster *cluster)
{
    struct kafka *kafka = of(cluster);
    if (client_embedded(kafka->client))
        return LOG_OK;
    if (kafka->leadership == NULL)
        kafka->leadership = leadership_join(kafka->client, kafka->topics.names[LOG_CHECKPOINT], kafka->options.takes_over);
    return kafka->leadership != NULL ? leadership_wait(kafka->leadership) : LOG_FAILED;
}

static enum log_status kafka_elected(struct cluster *cluster)
{
    struct kafka *kafka = of(cluster);
    if (kafka->leadership == NULL || leadership_held(kafka->leadership))
        return LOG_OK;
    return client_fail(kafka->client, LOG_FENCED, "the lead is lost: this process was away from its group for too long, or another one leads");
}

static void kafka_resign(struct cluster *cluster)
{
    struct kafka *kafka = of(cluster);
    if (kafka->leadership == NULL)
        return;
    struct watchdog *watchdog = watchdog_set(LEAVING_MS, "kafka");
    leadership_leave(kafka->leadership);
    kafka->leadership = NULL;
    watchdog_call_off(watchdog);
}

/* ---- the only writer ---- */

static void kafka_end_writing(struct cluster *cluster)
{
    struct kafka *kafka = of(cluster);
    if (kafka->writer == NULL)
        return;
    struct watchdog *watchdog = watchdog_set(LEAVING_MS, "kafka");
    writer_close(kafka->writer);
    kafka->writer = NULL;
    watchdog_call_off(watchdog);
}

static enum log_status kafka_fence(struct cluster *cluster)
{
    struct kafka *kafka = of(cluster);
    return writer_open(kafka->client, kafka->topics.names, kafka->options.takes_over, &kafka->writer);
}

/* Shut out: by a successor, as the group will tell within a heartbeat. Else the brokers have ended a transaction that took too long, about which they say no more,
 * or somebody else goes by our transactional id. */
static enum log_status after(struct kafka *kafka, enum log_status status)
{
    if (status != LOG_FENCED || kafka->leadership == NULL)
        return status;
    bool overran = writer_overran(kafka->writer);
    for (int waited_ms = 0; waited_ms < SUCCESSOR_MS && leadership_held(kafka->leadership) && !client_stopped(kafka->client); waited_ms += ASK_AGAIN_MS)
        client_sleep(kafka->client, ASK_AGAIN_MS);
    if (!leadership_held(kafka->leadership) || client_stopped(kafka->client))
        return status;
    if (overran)
        return client_fail(kafka->client, LOG_ABORTED, "the brokers have ended our transaction: it took longer than they leave one open");
    return client_fail(kafka->client, LOG_FENCED,
                       "another program has taken the transactional id %s-0 though this process leads: only this application may use it, name one of them differently",
                       client_settings(kafka->client)->application);
}

static enum log_status kafka_begin(struct cluster *cluster)
{
    return after(of(cluster), writer_begin(of(cluster)->writer));
}

static enum log_status kafka_write(struct cluster *cluster, enum log_topic topic, const struct log_record *record)
{
    return after(of(cluster), writer_write(of(cluster)->writer, topic, record));
}

static enum log_status kafka_commit(struct cluster *cluster, const struct log_position *positions, int count)
{
    struct kafka *kafka = of(cluster);
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(count);
    for (int i = 0; i < count; i++) {
        const struct log_partition *partition = &kafka->topics.inputs[positions[i].partition];
        if (positions[i].offset >= 0)
            rd_kafka_topic_partition_list_add(offsets, partition->topic, partition->partition)->offset = positions[i].offset;
    }
    enum log_status status = after(kafka, writer_commit(kafka->writer, offsets, client_settings(kafka->client)->application));
    if (status == LOG_OK && client_embedded(kafka->client) && offsets->cnt > 0 && kafka->latest != NULL)
        reader_commit(kafka->latest->reader, offsets); /* the mock cluster drops the offsets of a transaction */
    rd_kafka_topic_partition_list_destroy(offsets);
    return status;
}

/* ---- reading ---- */

/* Asked of the control handle, to which records in doubt count. */
static enum log_status kafka_find_end(struct cluster *cluster, const struct log_partition *partition, int64_t *end)
{
    struct kafka *kafka = of(cluster);
    int64_t since_ms = clock_steady_ms();
    while (!client_stopped(kafka->client)) {
        int64_t oldest;
        rd_kafka_resp_err_t error =
            rd_kafka_query_watermark_offsets(kafka->control, partition->topic, partition->partition, &oldest, end, CLIENT_REQUEST_MS);
        rd_kafka_poll(kafka->control, 0);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            client_answered(kafka->client);
            if (oldest >= *end)
                *end = 0; /* nothing in it */
            return LOG_OK;
        }
        if (client_is_denied(error))
            return client_deny(kafka->client, "Read", "topic", partition->topic, error);
        if (client_is_unknown(error) && clock_steady_ms() - since_ms >= GONE_MS)
            return client_fail(kafka->client, LOG_ABORTED, "%s/%" PRId32 " has gone", partition->topic, partition->partition);
        client_no_answer(kafka->client, error);
        client_sleep(kafka->client, ASK_AGAIN_MS);
    }
    return LOG_STOPPED;
}

static struct cluster_reader *kafka_open_reader(struct cluster *cluster, const struct log_partition *partitions, const int64_t *offsets, int count, int idle_ms)
{
    struct kafka *kafka = of(cluster);
    struct reader *reader = reader_open(kafka->client, partitions, offsets, count, idle_ms);
    if (reader == NULL)
        return NULL;
    struct kafka_reader *opened = memory_new(sizeof *opened);
    *opened = (struct kafka_reader){kafka, reader};
    kafka->latest = opened;
    return (struct cluster_reader *)opened;
}

static void kafka_close_reader(struct cluster_reader *reader)
{
    struct kafka_reader *opened = (struct kafka_reader *)reader;
    if (opened == NULL)
        return;
    struct watchdog *watchdog = watchdog_set(LEAVING_MS, "kafka");
    if (opened->kafka->latest == opened)
        opened->kafka->latest = NULL;
    reader_close(opened->reader);
    free(opened);
    watchdog_call_off(watchdog);
}

static enum log_status kafka_read(struct cluster_reader *reader, int partition, int most, struct log_block *block)
{
    return reader_read(reader_of(reader), partition, most, block);
}

static void kafka_release(struct cluster_reader *reader, struct log_block *block)
{
    reader_release(reader_of(reader), block);
}

static void kafka_wait(struct cluster_reader *reader, const bool *wanted, int timeout_ms)
{
    reader_wait(reader_of(reader), wanted, timeout_ms);
}

static int64_t kafka_reached(struct cluster_reader *reader, int partition)
{
    return reader_reached(reader_of(reader), partition);
}

static int64_t kafka_end_seen_ms(struct cluster_reader *reader, int partition, int64_t offset)
{
    return reader_end_seen_ms(reader_of(reader), partition, offset);
}

/* ---- the rest ---- */

static int64_t kafka_now_ms(struct cluster *cluster)
{
    (void)cluster;
    return clock_wall_ms();
}

static int64_t kafka_steady_ms(struct cluster *cluster)
{
    (void)cluster;
    return clock_steady_ms();
}

static const char *kafka_error(struct cluster *cluster)
{
    return client_error(of(cluster)->client);
}

static bool kafka_stopped(struct cluster *cluster)
{
    return client_stopped(of(cluster)->client);
}

static void kafka_stop(struct cluster *cluster)
{
    client_stop(of(cluster)->client);
}

static void kafka_close(struct cluster *cluster)
{
    struct kafka *kafka = of(cluster);
    struct watchdog *watchdog = watchdog_set(LEAVING_MS, "kafka");
    if (kafka->control != NULL)
        rd_kafka_destroy(kafka->control);
    if (kafka->options.closed != NULL)
        kafka->options.closed(kafka->options.context);
    watchdog_call_off(watchdog);
    topics_free(&kafka->topics);
    client_free(kafka->client);
    free(kafka);
}

static const struct cluster_ops kafka_ops = {
    .prepare = kafka_prepare,
    .elect = kafka_elect,
    .elected = kafka_elected,
    .resign = kafka_resign,
    .fence = kafka_fence,
    .end_writing = kafka_end_writing,
    .begin = kafka_begin,
    .write = kafka_write,
    .commit = kafka_commit,
    .find_end = kafka_find_end,
    .open_reader = kafka_open_reader,
    .close_reader = kafka_close_reader,
    .read = kafka_read,
    .release = kafka_release,
    .wait = kafka_wait,
    .reached = kafka_reached,
    .end_seen_ms = kafka_end_seen_ms,
    .now_ms = kafka_now_ms,
    .steady_ms = kafka_steady_ms,
    .error = kafka_error,
    .stopped = kafka_stopped,
    .stop = kafka_stop,
    .close = kafka_close,
};

struct log *kafka_log_open(const struct settings *settings, const struct kafka_options *options)
{
    struct kafka *kafka = memory_new(sizeof *kafka);
    *kafka = (struct kafka){.cluster = {&kafka_ops}, .options = *options, .client = client_new(settings, options->embedded_servers)};
    topics_init(&kafka->topics, settings);
    return protocol_open(settings, &kafka->cluster);
}

bool kafka_check(const struct settings *settings, char *error, size_t error_size)
{
    return client_check(settings, error, error_size);
}
