/* How long an event takes from its produce to the record that shows it. Each event is a new lead at the first step, one after another on one
 * partition, so the record of all leads in this month, which counts N as entered, shows the first N of them and no others.
 * The yardstick is the same with INPUT for OUTPUT: a bare round trip, the record that shows an event being the event.
 *     bench_latency SERVERS INPUT OUTPUT EVENTS-PER-SECOND SECONDS
 * The events of the first second warm up and are not measured. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kafka_client.h"

enum { SILENCE_MS = 15000 }; /* without news for so long, events are lost */

struct course {
    const char *servers, *input;
    int64_t pause_ns;
    int count, warm_up;
    _Atomic int64_t *sent_ns; /* by event */
};

/* ---- sending ---- */

static void *send_events(void *argument)
{
    struct course *course = argument;
    const char *properties[] = {"linger.ms", "0", "socket.nagle.disable", "true", NULL};
    rd_kafka_t *handle = kafka_open(RD_KAFKA_PRODUCER, course->servers, properties);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(handle, course->input, NULL);
    rd_kafka_topic_partition_list_destroy(kafka_partitions(handle, course->input)); /* so that the first event need not wait for its leader */
    int64_t next_ns = steady_ns();
    for (int i = 0; i < course->count; i++) {
        char key[32], value[160];
        int key_length = snprintf(key, sizeof key, "L%d", i);
        int length = snprintf(value, sizeof value,
                              "{\"lead_id\":\"%s\",\"stage\":\"new\",\"manager\":\"M%d\",\"channel\":\"C%d\",\"amount\":%d.00,\"currency\":\"RUB\"}",
                              key, i % 10, i % 4, i % 1000);
        atomic_store(&course->sent_ns[i], steady_ns());
        if (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, value, (size_t)length, key, (size_t)key_length, NULL) != 0)
            must(rd_kafka_last_error(), "produce");
        rd_kafka_poll(handle, 0);
        next_ns += course->pause_ns;
        struct timespec next = {next_ns / 1000000000, next_ns % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    must(rd_kafka_flush(handle, KAFKA_REQUEST_MS), "flush");
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(handle);
    return NULL;
}

/* ---- receiving ---- */

static bool contains(const rd_kafka_message_t *message, const char *text, const char **after)
{
    const char *found = memmem(message->payload, message->len, text, strlen(text));
    *after = found != NULL ? found + strlen(text) : NULL;
    return found != NULL;
}

/* How many events the record shows: so many more than were shown before. */
static int shown_by(const rd_kafka_message_t *message, bool round_trip, int shown)
{
    const char *after;
    if (round_trip)
        return shown + 1;
    if (message->len == 0 || !contains(message, "\"window\":\"month\"", &after) || !contains(message, "\"group\":{}", &after) ||
        !contains(message, "\"activity\":{\"entered\":", &after))
        return shown;
    return atoi(after); /* a comma follows */
}

static rd_kafka_t *open_consumer(const char *servers, const char *topic)
{
    const char *properties[] = {"group.id", "bench-latency", "isolation.level", "read_committed", "enable.auto.commit", "false", "socket.nagle.disable", "true", NULL};
    rd_kafka_t *handle = kafka_open(RD_KAFKA_CONSUMER, servers, properties);
    must(rd_kafka_poll_set_consumer(handle), "poll_set_consumer");
    rd_kafka_topic_partition_list_t *partitions = kafka_partitions(handle, topic);
    for (int p = 0; p < partitions->cnt; p++) {
        int64_t oldest;
        must(rd_kafka_query_watermark_offsets(handle, topic, p, &oldest, &partitions->elems[p].offset, KAFKA_REQUEST_MS), "ends");
    }
    must(rd_kafka_assign(handle, partitions), "assign");
    rd_kafka_topic_partition_list_destroy(partitions);
    return handle;
}

/* Follow the output until it shows every event. Returns how many of its records said something new. */
static int receive(const struct course *course, rd_kafka_t *consumer, bool round_trip, int64_t *took_ns)
{
    int records = 0;
    for (int shown = 0; shown < course->count;) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, SILENCE_MS);
        if (message == NULL)
            fail("no news after %d of %d events", shown, course->count);
        must(message->err, "consume");
        int64_t now_ns = steady_ns();
        int now_shown = shown_by(message, round_trip, shown);
        if (now_shown > course->count)
            fail("the output shows %d events, %d were sent", now_shown, course->count);
        records += now_shown > shown;
        for (; shown < now_shown; shown++)
            took_ns[shown] = now_ns - atomic_load(&course->sent_ns[shown]);
        rd_kafka_message_destroy(message);
    }
    return records;
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 6 || atoi(argv[4]) < 1 || atoi(argv[5]) < 2)
        fail("bench_latency SERVERS INPUT OUTPUT EVENTS-PER-SECOND SECONDS (at least 2)");
    int rate = atoi(argv[4]);
    struct course course = {.servers = argv[1], .input = argv[2], .pause_ns = 1000000000 / rate, .count = rate * atoi(argv[5]), .warm_up = rate};
    course.sent_ns = calloc((size_t)course.count, sizeof *course.sent_ns);
    int64_t *took_ns = calloc((size_t)course.count, sizeof *took_ns);
    if (course.sent_ns == NULL || took_ns == NULL)
        fail("out of memory");

    rd_kafka_t *consumer = open_consumer(course.servers, argv[3]);
    pthread_t sender;
    if (pthread_create(&sender, NULL, send_events, &course) != 0)
        fail("no thread");
    int records = receive(&course, consumer, strcmp(argv[2], argv[3]) == 0, took_ns);
    pthread_join(sender, NULL);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);

    int64_t *measured = took_ns + course.warm_up;
    int count = course.count - course.warm_up;
    qsort(measured, (size_t)count, sizeof *measured, compare_times);
    printf("{\"events\": %d, \"records\": %d, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"most_ms\": %.3f}\n", count, records, (double)measured[count / 2] / 1e6,
           (double)measured[count - 1 - count / 100] / 1e6, (double)measured[count - 1] / 1e6);
    free(took_ns);
    free(course.sent_ns);
    return EXIT_SUCCESS;
}
