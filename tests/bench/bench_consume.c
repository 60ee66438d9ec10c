/* The yardstick of catching up: a consumer that reads a topic from its beginning to its end and does nothing else, or with --parse parses each
 * value with cJSON and throws the result away. It is as fast as we know how to make it: batches, no callbacks, no commits, and a second thread
 * that asks for a partition's end every 20 ms, because librdkafka 2.0.2 looks only once a second whether a full queue has room again, and any
 * request wakes it.
 *     bench_consume SERVERS TOPIC [--parse] */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "kafka_client.h"

enum { BATCH = 10000, BATCH_WAIT_MS = 50, WAKE_US = 20000 };

struct waker { rd_kafka_t *handle; const char *topic; atomic_bool done; };

static void *wake_fetcher(void *argument)
{
    struct waker *waker = argument;
    while (!atomic_load(&waker->done)) {
        int64_t oldest, end;
        rd_kafka_query_watermark_offsets(waker->handle, waker->topic, 0, &oldest, &end, KAFKA_REQUEST_MS);
        usleep(WAKE_US);
    }
    return NULL;
}

/* One message. Returns whether it was the end of its partition. */
static bool consume(const rd_kafka_message_t *message, bool parse, uint64_t *events)
{
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        return true;
    must(message->err, "consume");
    ++*events;
    if (!parse)
        return false;
    cJSON *value = cJSON_ParseWithLength(message->payload, message->len);
    if (value == NULL)
        fail("offset %" PRId64 ": not JSON", message->offset);
    cJSON_Delete(value);
    return false;
}

/* Everything there is, and when the last of it was done: that it was the last is known only when the broker has no more to give. */
static uint64_t consume_all(rd_kafka_t *handle, int partition_count, bool parse, int64_t *done_ns)
{
    static rd_kafka_message_t *messages[BATCH];
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(handle);
    uint64_t events = 0;
    for (int ended = 0; ended < partition_count;) {
        ssize_t count = rd_kafka_consume_batch_queue(queue, BATCH_WAIT_MS, messages, BATCH);
        uint64_t before = events;
        for (ssize_t i = 0; i < count; i++) {
            ended += consume(messages[i], parse, &events);
            rd_kafka_message_destroy(messages[i]);
        }
        if (events > before)
            *done_ns = steady_ns();
    }
    rd_kafka_queue_destroy(queue);
    return events;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        fail("bench_consume SERVERS TOPIC [--parse]");
    const char *properties[] = {"group.id", "bench-consume", "isolation.level", "read_committed", "enable.auto.commit", "false",
                                "enable.auto.offset.store", "false", "enable.partition.eof", "true", "socket.nagle.disable", "true",
                                "queued.min.messages", "1000000", "queued.max.messages.kbytes", "65536", NULL};
    rd_kafka_t *handle = kafka_open(RD_KAFKA_CONSUMER, argv[1], properties);
    must(rd_kafka_poll_set_consumer(handle), "poll_set_consumer");
    rd_kafka_topic_partition_list_t *partitions = kafka_partitions(handle, argv[2]);
    for (int p = 0; p < partitions->cnt; p++)
        partitions->elems[p].offset = RD_KAFKA_OFFSET_BEGINNING;

    int64_t started_ns = steady_ns(), done_ns = started_ns;
    must(rd_kafka_assign(handle, partitions), "assign");
    struct waker waker = {.handle = handle, .topic = argv[2]};
    pthread_t thread;
    if (pthread_create(&thread, NULL, wake_fetcher, &waker) != 0)
        fail("no thread");
    uint64_t events = consume_all(handle, partitions->cnt, argc > 3 && strcmp(argv[3], "--parse") == 0, &done_ns);
    printf("{\"events\": %" PRIu64 ", \"seconds\": %.6f}\n", events, (double)(done_ns - started_ns) / 1e9);

    atomic_store(&waker.done, true);
    pthread_join(thread, NULL);
    rd_kafka_topic_partition_list_destroy(partitions);
    rd_kafka_consumer_close(handle);
    rd_kafka_destroy(handle);
    return EXIT_SUCCESS;
}
