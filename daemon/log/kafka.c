#include "kafka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "client.h"
#include "clock.h"
#include "leadership.h"
#include "reader.h"
#include "service.h"
#include "topics.h"
#include "watchdog.h"
#include "writer.h"

enum {
    LEAVING_MS = 30000,
    RESTORE_BLOCK = 10000,
    RESTORE_WAIT_MS = 1000,
    IDLE_MS_LEAST = 20, /* between two looks at the ends of an idle input */
    IDLE_MS_MOST = 500,
};

struct kafka_log {
    struct log log; /* first, so that a struct log * is one of these */
    struct kafka_options options;
    struct client *client;
    struct topics topics;
    rd_kafka_t *control;           /* each of these NULL while not needed */
    struct leadership *leadership;
    struct writer *writer;
    struct reader *reader;
};

static struct kafka_log *of(struct log *log)
{
    return (struct kafka_log *)log;
}

/* ---- leading ---- */

/* A lead that is lost is given up for good: another member may have it by now, and coming back as the younger one leaves it there. */
static enum log_status give_up_lead(struct kafka_log *kafka)
{
    leadership_leave(kafka->leadership);
    kafka->leadership = NULL;
    return LOG_FENCED;
}

/* Does the group still call us the leader? */
static enum log_status check_lead(struct kafka_log *kafka)
{
    if (kafka->leadership == NULL || leadership_held(kafka->leadership))
        return LOG_OK;
    client_fail(kafka->client, LOG_FENCED, "the lead is lost: the group has given it to another process");
    return give_up_lead(kafka);
}

static enum log_status after(struct kafka_log *kafka, enum log_status status)
{
    return status == LOG_FENCED ? give_up_lead(kafka) : status;
}

static enum log_status open_control(struct kafka_log *kafka)
{
    char error[512];
    const struct settings *settings = client_settings(kafka->client);
    if (!client_embedded(kafka->client) && !client_check(settings, error, sizeof error))
        return client_fail(kafka->client, LOG_FAILED, "kafka: %s", error);
    kafka->control = client_open(kafka->client, CLIENT_CONTROL, client_configure(kafka->client, CLIENT_CONTROL));
    return kafka->control != NULL ? LOG_OK : LOG_FAILED;
}

static enum log_status elect(struct kafka_log *kafka)
{
    if (client_embedded(kafka->client))
        return LOG_OK;
    if (kafka->leadership == NULL)
        kafka->leadership = leadership_join(kafka->client, kafka->topics.names[LOG_CHECKPOINT]);
    return kafka->leadership != NULL ? leadership_wait(kafka->leadership) : LOG_FAILED;
}

static void end_term(struct kafka_log *kafka)
{
    reader_close(kafka->reader);
    kafka->reader = NULL;
    writer_close(kafka->writer);
    kafka->writer = NULL;
}

static enum log_status kafka_lead(struct log *log)
{
    struct kafka_log *kafka = of(log);
    struct watchdog *watchdog = watchdog_set(LEAVING_MS, "kafka");
    end_term(kafka);
    check_lead(kafka);
    watchdog_call_off(watchdog);

    enum log_status status = kafka->control == NULL ? open_control(kafka) : LOG_OK;
    if (status == LOG_OK)
        status = topics_prepare(&kafka->topics, kafka->client, kafka->control);
    do {
        if (status == LOG_OK)
            status = elect(kafka);
        if (status == LOG_OK)
            status = writer_open(kafka->client, kafka->topics.names, &kafka->writer);
        if (status == LOG_OK && check_lead(kafka) != LOG_OK)
            end_term(kafka);
    } while (status == LOG_OK && kafka->writer == NULL);
    if (status == LOG_OK)
        operator_log(OPERATOR_INFO, client_settings(kafka->client)->application, "took the lead; input partitions: %d", kafka->topics.input_count);
    return client_stopped(kafka->client) && status != LOG_FAILED ? LOG_STOPPED : status;
}

static int kafka_partitions(struct log *log, const struct log_partition **out)
{
    *out = of(log)->topics.inputs;
    return of(log)->topics.input_count;
}

/* ---- restoring ---- */

/* Where a partition ends. Asked of the control handle, to which records in doubt count: a read_committed one would answer with the last stable
 * offset and so hide what a former writer had sent. Since writer_open nothing is in doubt, and all up to this end is decided. */
static enum log_status find_end(struct kafka_log *kafka, const struct log_partition *partition, int64_t *end)
{
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
            return client_fail(kafka->client, LOG_FAILED, "topic %s: no permission to read it (%s)", partition->topic, rd_kafka_err2str(error));
        client_no_answer(kafka->client, error);
        client_sleep(kafka->client, RESTORE_WAIT_MS);
    }
    return LOG_STOPPED;
}

struct restoring { /* one topic */
    int count;
    struct log_partition *partitions;
    int64_t *offsets; /* all -1: from the start */
    int64_t *ends;
    bool *wanted;     /* not yet read to its end */
    log_see *see;
    void *context;
};

static void restoring_init(struct restoring *restoring, const char *topic, int count)
{
    size_t size = (size_t)count;
    restoring->count = count;
    restoring->partitions = memory_new(size * sizeof *restoring->partitions);
    restoring->offsets = memory_new(size * sizeof *restoring->offsets);
    restoring->ends = memory_new(size * sizeof *restoring->ends);
    restoring->wanted = memory_new(size * sizeof *restoring->wanted);
    for (int i = 0; i < count; i++) {
        restoring->partitions[i] = (struct log_partition){.topic = topic, .partition = i};
        restoring->offsets[i] = -1;
    }
}

static void restoring_free(struct restoring *restoring)
{
    free(restoring->partitions);
    free(restoring->offsets);
    free(restoring->ends);
    free(restoring->wanted);
}

/* One round: what is there now of every partition that is not at its end. */
static enum log_status read_round(struct restoring *restoring, struct reader *reader, bool *all_read, bool *idle)
{
    *all_read = *idle = true;
    for (int p = 0; p < restoring->count; p++) {
        restoring->wanted[p] = reader_reached(reader, p) < restoring->ends[p];
        if (!restoring->wanted[p])
            continue;
        *all_read = false;
        struct log_block block;
        enum log_status status = reader_read(reader, p, RESTORE_BLOCK, &block);
        if (status != LOG_OK)
            return status;
        if (block.count > 0)
            *idle = false;
        int count = block.count;
        while (count > 0 && block.records[count - 1].offset >= restoring->ends[p])
            count--; /* what has come since */
        if (count > 0)
            restoring->see(restoring->context, block.records, count);
        reader_release(reader, &block);
    }
    return LOG_OK;
}

static enum log_status read_to_ends(struct kafka_log *kafka, struct restoring *restoring, struct reader *reader)
{
    for (;;) {
        bool all_read, idle;
        service_alive();
        if (client_stopped(kafka->client))
            return LOG_STOPPED;
        enum log_status status = check_lead(kafka);
        if (status == LOG_OK)
            status = read_round(restoring, reader, &all_read, &idle);
        if (status != LOG_OK || all_read)
            return status;
        if (idle)
            reader_wait(reader, restoring->wanted, RESTORE_WAIT_MS);
    }
}

static enum log_status kafka_restore(struct log *log, enum log_topic topic, log_see *see, void *context)
{
    struct kafka_log *kafka = of(log);
    struct restoring restoring = {.see = see, .context = context};
    restoring_init(&restoring, kafka->topics.names[topic], kafka->topics.partition_counts[topic]);
    enum log_status status = LOG_OK;
    bool empty = true;
    for (int p = 0; p < restoring.count && status == LOG_OK; p++) {
        status = find_end(kafka, &restoring.partitions[p], &restoring.ends[p]);
        empty = empty && restoring.ends[p] == 0;
    }
    if (status == LOG_OK && !empty) {
        struct reader *reader = reader_open(kafka->client, restoring.partitions, restoring.offsets, restoring.count, IDLE_MS_MOST);
        status = reader != NULL ? read_to_ends(kafka, &restoring, reader) : LOG_FAILED;
        reader_close(reader);
    }
    restoring_free(&restoring);
    return status;
}

/* ---- reading ---- */

static enum log_status kafka_start(struct log *log, const struct log_position *positions, int count)
{
    struct kafka_log *kafka = of(log);
    int partition_count = kafka->topics.input_count;
    int64_t *offsets = memory_new((size_t)partition_count * sizeof *offsets);
    for (int i = 0; i < partition_count; i++)
        offsets[i] = -1;
    for (int i = 0; i < count; i++)
        offsets[positions[i].partition] = positions[i].offset;

    int64_t idle_ms = client_settings(kafka->client)->every_ms / 10; /* a tick is not held up by more than a tenth of the time between two */
    idle_ms = idle_ms < IDLE_MS_LEAST ? IDLE_MS_LEAST : idle_ms > IDLE_MS_MOST ? IDLE_MS_MOST : idle_ms;
    reader_close(kafka->reader);
    kafka->reader = reader_open(kafka->client, kafka->topics.inputs, offsets, partition_count, (int)idle_ms);
    free(offsets);
    return kafka->reader != NULL ? LOG_OK : LOG_FAILED;
}

static enum log_status kafka_read(struct log *log, int partition, int most, struct log_block *block)
{
    *block = (struct log_block){.partition = partition};
    enum log_status status = check_lead(of(log));
    return status == LOG_OK ? reader_read(of(log)->reader, partition, most, block) : status;
}

static void kafka_release(struct log *log, struct log_block *block)
{
    reader_release(of(log)->reader, block);
}

static void kafka_wait(struct log *log, const bool *wanted, int timeout_ms)
{
    reader_wait(of(log)->reader, wanted, timeout_ms);
}

static int64_t kafka_end_seen_ms(struct log *log, int partition, int64_t offset)
{
    return reader_end_seen_ms(of(log)->reader, partition, offset);
}

static int64_t kafka_now_ms(struct log *log)
{
    (void)log;
    return clock_wall_ms();
}

/* ---- writing ---- */

static enum log_status kafka_begin(struct log *log)
{
    struct kafka_log *kafka = of(log);
    enum log_status status = check_lead(kafka);
    return status == LOG_OK ? after(kafka, writer_begin(kafka->writer)) : status;
}

static enum log_status kafka_write(struct log *log, enum log_topic topic, const struct log_record *record)
{
    return after(of(log), writer_write(of(log)->writer, topic, record));
}

static enum log_status kafka_commit(struct log *log, const struct log_position *positions, int count)
{
    struct kafka_log *kafka = of(log);
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(count);
    for (int i = 0; i < count; i++) {
        const struct log_partition *partition = &kafka->topics.inputs[positions[i].partition];
        if (positions[i].offset >= 0)
            rd_kafka_topic_partition_list_add(offsets, partition->topic, partition->partition)->offset = positions[i].offset;
    }
    enum log_status status = after(kafka, writer_commit(kafka->writer, offsets, client_settings(kafka->client)->application));
    if (status == LOG_OK && client_embedded(kafka->client) && offsets->cnt > 0)
        reader_commit(kafka->reader, offsets); /* the mock cluster drops the offsets of a transaction */
    rd_kafka_topic_partition_list_destroy(offsets);
    return status;
}

/* ---- the rest ---- */

static const char *kafka_error(struct log *log)
{
    return client_error(of(log)->client);
}

static void kafka_stop(struct log *log)
{
    client_stop(of(log)->client);
}

static void kafka_close(struct log *log)
{
    struct kafka_log *kafka = of(log);
    struct watchdog *watchdog = watchdog_set(LEAVING_MS, "kafka");
    end_term(kafka); /* first, so that the next leader need not wait for an open transaction */
    leadership_leave(kafka->leadership);
    if (kafka->control != NULL)
        rd_kafka_destroy(kafka->control);
    if (kafka->options.closed != NULL)
        kafka->options.closed(kafka->options.context);
    watchdog_call_off(watchdog);
    topics_free(&kafka->topics);
    client_free(kafka->client);
    free(kafka);
}

static const struct log_ops kafka_ops = {
    .lead = kafka_lead,
    .partitions = kafka_partitions,
    .restore = kafka_restore,
    .start = kafka_start,
    .read = kafka_read,
    .release = kafka_release,
    .wait = kafka_wait,
    .end_seen_ms = kafka_end_seen_ms,
    .now_ms = kafka_now_ms,
    .begin = kafka_begin,
    .write = kafka_write,
    .commit = kafka_commit,
    .error = kafka_error,
    .stop = kafka_stop,
    .close = kafka_close,
};

struct log *kafka_log_open(const struct settings *settings, const struct kafka_options *options)
{
    struct kafka_log *kafka = memory_new(sizeof *kafka);
    kafka->log.ops = &kafka_ops;
    kafka->options = *options;
    kafka->client = client_new(settings, options->embedded_servers);
    topics_init(&kafka->topics, settings);
    return &kafka->log;
}

bool kafka_check(const struct settings *settings, char *error, size_t error_size)
{
    return client_check(settings, error, error_size);
}
