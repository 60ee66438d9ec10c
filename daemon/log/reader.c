#include "reader.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../core/memory.h"
#include "../host/clock.h"
#include "../metrics/metrics.h"
#include "end_watch.h"

enum {
    PREFETCH_KB = 262144, /* memory for records fetched but not yet read, over all partitions */
    PREFETCH_KB_LEAST = 1024,
    PREFETCH_KB_MOST = 65536,
    LAG_MS = 1000, /* between two words about it */
    PREFETCH_RECORDS = 20000, /* enough with an end watch behind it, and 23 MB instead of 67 */
};

struct place { /* where reading of one partition stands */
    rd_kafka_queue_t *queue;
    int64_t delivered; /* after the last record given out: what the caller calls its position (-1: the start) */
    int64_t lag_told_ms; /* when the lag was last said */
    int64_t reached;   /* no record lies between that position and this offset; -1: the log may not have that position */
};

struct batch { /* what a block borrows from */
    struct batch *previous, *next; /* of the reader's batches not yet released */
    int count;
    rd_kafka_message_t **messages;
    struct log_record *records;
    struct log_header *headers;
};

struct reader {
    struct client *client;
    rd_kafka_t *handle;
    const struct log_partition *partitions;
    int count;
    struct place *places;
    int wake; /* an eventfd: some queue is no longer empty, or the end watch knows more */
    struct end_watch *ends;
    struct batch *batches;
};

/* ---- opening and closing ---- */

static rd_kafka_t *open_handle(struct client *client, int partition_count, int idle_ms)
{
    rd_kafka_conf_t *configuration = client_configure(client, CLIENT_READER);
    int share_kb = PREFETCH_KB / (partition_count > 0 ? partition_count : 1);
    share_kb = share_kb < PREFETCH_KB_LEAST ? PREFETCH_KB_LEAST : share_kb > PREFETCH_KB_MOST ? PREFETCH_KB_MOST : share_kb;
    client_set_number(configuration, "queued.max.messages.kbytes", share_kb);
    client_set_number(configuration, "queued.min.messages", PREFETCH_RECORDS);
    if (idle_ms < CLIENT_FETCH_MS && !client_embedded(client))
        client_set_number(configuration, "fetch.wait.max.ms", idle_ms);
    return client_open(client, CLIENT_READER, configuration);
}

struct reader *reader_open(struct client *client, const struct log_partition *partitions, const int64_t *offsets, int count, int idle_ms)
{
    rd_kafka_t *handle = open_handle(client, count, idle_ms);
    if (handle == NULL)
        return NULL;
    struct reader *reader = memory_new(sizeof *reader);
    reader->client = client;
    reader->handle = handle;
    reader->partitions = partitions;
    reader->count = count;
    reader->places = memory_new((size_t)count * sizeof *reader->places);
    reader->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (reader->wake < 0)
        abort(); /* out of descriptors: as out of memory */

    static const uint64_t one = 1; /* what librdkafka writes into the eventfd */
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
    for (int i = 0; i < count; i++) {
        struct place *place = &reader->places[i];
        rd_kafka_topic_partition_list_add(list, partitions[i].topic, partitions[i].partition)->offset =
            offsets[i] >= 0 ? offsets[i] : RD_KAFKA_OFFSET_BEGINNING;
        place->delivered = offsets[i];
        place->reached = offsets[i] >= 0 ? -1 : 0;
        /* Taken before the assignment, so that no record goes to the handle's common queue. */
        place->queue = rd_kafka_queue_get_partition(handle, partitions[i].topic, partitions[i].partition);
        rd_kafka_queue_forward(place->queue, NULL);
        rd_kafka_queue_io_event_enable(place->queue, reader->wake, &one, sizeof one);
    }
    /* Learn the leaders now: librdkafka looks for those of new partitions once a second only. */
    const rd_kafka_metadata_t *metadata;
    if (rd_kafka_metadata(handle, 0, NULL, &metadata, CLIENT_REQUEST_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_assign(handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    reader->ends = end_watch_open(client, handle, partitions, count, idle_ms, reader->wake);
    return reader;
}

static void free_batch(struct batch *batch)
{
    for (int i = 0; i < batch->count; i++)
        rd_kafka_message_destroy(batch->messages[i]);
    free(batch->messages);
    free(batch->records);
    free(batch->headers);
    free(batch);
}

void reader_close(struct reader *reader)
{
    if (reader == NULL)
        return;
    end_watch_close(reader->ends);
    while (reader->batches != NULL) {
        struct batch *next = reader->batches->next;
        free_batch(reader->batches);
        reader->batches = next;
    }
    rd_kafka_assign(reader->handle, NULL);
    for (int i = 0; i < reader->count; i++)
        rd_kafka_queue_destroy(reader->places[i].queue);
    rd_kafka_consumer_close(reader->handle);
    rd_kafka_destroy(reader->handle);
    close(reader->wake);
    free(reader->places);
    free(reader);
}

/* ---- reading ---- */

/* The offset to begin at is not in the log (deleted by retention, or the topic was made anew): go on at the oldest record. */
static void begin_at_oldest(struct reader *reader, int partition)
{
    const struct log_partition *of = &reader->partitions[partition];
    struct place *place = &reader->places[partition];
    int64_t oldest = RD_KAFKA_OFFSET_BEGINNING, end;
    char object[300];
    snprintf(object, sizeof object, "%s/%" PRId32 "@%" PRId64, of->topic, of->partition, place->delivered);
    if (rd_kafka_query_watermark_offsets(reader->handle, of->topic, of->partition, &oldest, &end, CLIENT_REQUEST_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
        operator_log(OPERATOR_WARN, object, "this offset is not in the log: goes on at the oldest, %" PRId64 " (the end is %" PRId64 ")", oldest, end);
    else
        operator_log(OPERATOR_WARN, object, "this offset is not in the log: goes on at the oldest");

    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, of->topic, of->partition)->offset = oldest;
    rd_kafka_error_destroy(rd_kafka_incremental_unassign(reader->handle, list)); /* a partition in this state takes no seek */
    rd_kafka_error_destroy(rd_kafka_incremental_assign(reader->handle, list));
    rd_kafka_topic_partition_list_destroy(list);
    place->reached = oldest >= 0 ? oldest : 0;
}

static enum log_status on_error(struct reader *reader, int partition, const rd_kafka_message_t *message)
{
    const struct log_partition *of = &reader->partitions[partition];
    struct place *place = &reader->places[partition];
    switch (message->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        if (message->offset > place->reached)
            place->reached = message->offset;
        return LOG_OK;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        begin_at_oldest(reader, partition);
        return LOG_OK;
    default:
        if (client_is_unknown(message->err))
            return client_fail(reader->client, LOG_ABORTED, "%s/%" PRId32 " has gone", of->topic, of->partition);
        if (client_is_denied(message->err))
            return client_deny(reader->client, "Read", "topic", of->topic, message->err);
        operator_log(OPERATOR_WARN, of->topic, "partition %" PRId32 ": %s", of->partition, rd_kafka_message_errstr(message));
        return LOG_OK;
    }
}

/* Keep the records of a batch, act on the errors between them. */
static enum log_status sort_out(struct reader *reader, int partition, struct batch *batch)
{
    enum log_status status = LOG_OK;
    int count = 0;
    for (int i = 0; i < batch->count; i++) {
        rd_kafka_message_t *message = batch->messages[i];
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            batch->messages[count++] = message;
            continue;
        }
        enum log_status found = on_error(reader, partition, message);
        if (found != LOG_OK)
            status = found;
        rd_kafka_message_destroy(message);
    }
    batch->count = count;
    return status;
}

static struct text text_from(const void *data, size_t length)
{
    return (struct text){.data = data, .length = data != NULL ? length : 0};
}

static rd_kafka_headers_t *headers_of(const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers;
    return rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR ? headers : NULL;
}

static void fill_headers(struct batch *batch, size_t count)
{
    struct log_header *header = batch->headers = memory_new(count * sizeof *header);
    for (int i = 0; i < batch->count; i++) {
        struct log_record *record = &batch->records[i];
        record->headers = header;
        for (int h = 0; h < record->header_count; h++, header++) {
            const char *name;
            const void *value;
            size_t length;
            rd_kafka_header_get_all(headers_of(batch->messages[i]), (size_t)h, &name, &value, &length);
            *header = (struct log_header){.name = text_of(name), .value = text_from(value, length)};
        }
    }
}

/* Where a record's memory is first touched, it comes from far: it is fetched some records ahead. Whether there are headers stands behind the value. */
static void fill_records(struct batch *batch)
{
    enum { MESSAGE_AHEAD = 16, HEADERS_AHEAD = 8 };
    size_t header_count = 0;
    batch->records = memory_new((size_t)batch->count * sizeof *batch->records);
    for (int i = 0; i < batch->count; i++) {
        const rd_kafka_message_t *message = batch->messages[i];
        if (i + MESSAGE_AHEAD < batch->count)
            __builtin_prefetch(batch->messages[i + MESSAGE_AHEAD]);
        if (i + HEADERS_AHEAD < batch->count)
            __builtin_prefetch((const char *)batch->messages[i + HEADERS_AHEAD]->payload + batch->messages[i + HEADERS_AHEAD]->len);
        rd_kafka_timestamp_type_t type;
        int64_t timestamp_ms = rd_kafka_message_timestamp(message, &type);
        rd_kafka_headers_t *headers = headers_of(message);
        batch->records[i] = (struct log_record){
            .key = text_from(message->key, message->key_len),
            .value = text_from(message->payload, message->len),
            .offset = message->offset,
            .timestamp_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || timestamp_ms < 0 ? INT64_MIN : timestamp_ms,
            .header_count = headers != NULL ? (int)rd_kafka_header_cnt(headers) : 0,
        };
        header_count += (size_t)batch->records[i].header_count;
    }
    if (header_count > 0)
        fill_headers(batch, header_count);
}

static void link_batch(struct reader *reader, struct batch *batch)
{
    batch->next = reader->batches;
    if (batch->next != NULL)
        batch->next->previous = batch;
    reader->batches = batch;
}

static void unlink_batch(struct reader *reader, struct batch *batch)
{
    if (batch->next != NULL)
        batch->next->previous = batch->previous;
    if (batch->previous != NULL)
        batch->previous->next = batch->next;
    else
        reader->batches = batch->next;
}

/* Whoever scrapes hears how much is left, once a second. */
static void tell_lag(struct reader *reader, int partition)
{
    struct place *place = &reader->places[partition];
    int64_t end, asked_ms, now_ms = clock_steady_ms();
    if (now_ms - place->lag_told_ms < LAG_MS || !end_watch_end(reader->ends, partition, &end, &asked_ms))
        return;
    char number[16];
    snprintf(number, sizeof number, "%" PRId32, reader->partitions[partition].partition);
    int64_t from = place->reached > 0 ? place->reached : 0;
    metrics_set(METRIC_LAG, reader->partitions[partition].topic, number, end > from ? (double)(end - from) : 0);
    place->lag_told_ms = now_ms;
}

enum log_status reader_read(struct reader *reader, int partition, int most, struct log_block *block)
{
    struct place *place = &reader->places[partition];
    *block = (struct log_block){.partition = partition};
    if (end_watch_changed(reader->ends))
        return client_fail(reader->client, LOG_ABORTED, "%s: the topics read have other partitions now", reader->partitions[partition].topic);
    size_t waiting = rd_kafka_queue_length(place->queue);
    size_t size = waiting < (size_t)most ? waiting : (size_t)most;
    if (size == 0)
        return LOG_OK;

    struct batch *batch = memory_new(sizeof *batch);
    batch->messages = memory_new(size * sizeof(rd_kafka_message_t *));
    ssize_t count = rd_kafka_consume_batch_queue(place->queue, 0, batch->messages, size);
    batch->count = count > 0 ? (int)count : 0;
    enum log_status status = sort_out(reader, partition, batch);
    if (status != LOG_OK || batch->count == 0) {
        free_batch(batch);
        return status;
    }
    fill_records(batch);
    link_batch(reader, batch);
    end_watch_busy(reader->ends);

    place->delivered = batch->records[batch->count - 1].offset + 1;
    if (place->reached < place->delivered)
        place->reached = place->delivered;
    block->count = batch->count;
    block->records = batch->records;
    block->owner = batch;
    tell_lag(reader, partition);
    return LOG_OK;
}

void reader_release(struct reader *reader, struct log_block *block)
{
    struct batch *batch = block->owner;
    *block = (struct log_block){0};
    if (batch == NULL)
        return;
    unlink_batch(reader, batch);
    free_batch(batch);
}

void reader_wait(struct reader *reader, const bool *wanted, int timeout_ms)
{
    for (int i = 0; i < reader->count; i++)
        if (wanted[i] && rd_kafka_queue_length(reader->places[i].queue) > 0)
            return;
    end_watch_ask_in(reader->ends, timeout_ms);
    /* What was written into the eventfd before is not thrown away unseen: it costs one turn for nothing, and no news is missed. */
    struct pollfd sources[] = {
        {.fd = reader->wake, .events = POLLIN},
        {.fd = client_stop_descriptor(reader->client), .events = POLLIN},
    };
    if (poll(sources, 2, timeout_ms) > 0 && (sources[0].revents & POLLIN) != 0) {
        eventfd_t news;
        eventfd_read(reader->wake, &news);
    }
}

/* ---- where it stands ---- */

int64_t reader_reached(const struct reader *reader, int partition)
{
    return reader->places[partition].reached;
}

int64_t reader_end_seen_ms(struct reader *reader, int partition, int64_t offset)
{
    const struct place *place = &reader->places[partition];
    int64_t end, asked_ms;
    tell_lag(reader, partition);
    if (offset < place->delivered || !end_watch_end(reader->ends, partition, &end, &asked_ms))
        return INT64_MIN;
    return place->reached >= end ? asked_ms : INT64_MIN;
}

void reader_commit(struct reader *reader, rd_kafka_topic_partition_list_t *offsets)
{
    rd_kafka_resp_err_t error = rd_kafka_commit(reader->handle, offsets, 0);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        operator_log(OPERATOR_WARN, client_settings(reader->client)->application, "offsets not committed: %s", rd_kafka_err2str(error));
}
