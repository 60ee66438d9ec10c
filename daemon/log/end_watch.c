#include "end_watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "../core/memory.h"
#include "../host/clock.h"

enum { COUNT_AGAIN_MS = 10000 };

struct end { int64_t offset, asked_ms; }; /* asked_ms INT64_MIN: not known yet */

struct end_watch {
    struct client *client;
    rd_kafka_t *handle;
    const struct log_partition *partitions;
    int count;
    int idle_ms;
    int wake;
    pthread_t thread;
    atomic_bool busy;
    atomic_bool changed;

    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t hurry;  /* busy or closing has become true, or next_ms less */
    bool closing;
    int64_t next_ms;       /* steady clock: when to ask again, as somebody wishes */
    struct end *ends;
};

static void say_changed(struct end_watch *watch)
{
    atomic_store(&watch->changed, true);
    eventfd_write(watch->wake, 1);
}

/* One request per broker brings the ends of all its partitions: offsets_for_times takes the time "end". */
static void ask_ends(struct end_watch *watch)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(watch->count);
    for (int i = 0; i < watch->count; i++)
        rd_kafka_topic_partition_list_add(list, watch->partitions[i].topic, watch->partitions[i].partition)->offset = RD_KAFKA_OFFSET_END;

    int64_t asked_ms = clock_wall_ms();
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(watch->handle, list, CLIENT_REQUEST_MS);
    if (client_is_unknown(error)) {
        say_changed(watch); /* the reader itself would learn of it minutes later */
    } else if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        client_no_answer(watch->client, error);
    } else {
        client_answered(watch->client);
        pthread_mutex_lock(&watch->mutex);
        for (int i = 0; i < watch->count; i++) {
            if (client_is_unknown(list->elems[i].err))
                say_changed(watch);
            if (list->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR && list->elems[i].offset >= 0)
                watch->ends[i] = (struct end){.offset = list->elems[i].offset, .asked_ms = asked_ms};
        }
        pthread_mutex_unlock(&watch->mutex);
        eventfd_write(watch->wake, 1);
    }
    rd_kafka_topic_partition_list_destroy(list);
}

/* The topics that this handle knows are those it reads. */
static void count_partitions(struct end_watch *watch)
{
    const rd_kafka_metadata_t *metadata;
    if (rd_kafka_metadata(watch->handle, 0, NULL, &metadata, CLIENT_REQUEST_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    int count = 0;
    for (int t = 0; t < metadata->topic_cnt; t++)
        count += metadata->topics[t].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    if (count > watch->count)
        say_changed(watch);
}

/* Wait for the next round, as the header says. Returns whether to go on. */
static bool pause_between(struct end_watch *watch)
{
    int64_t asked_ms = clock_steady_ms();
    pthread_mutex_lock(&watch->mutex);
    watch->next_ms = INT64_MAX;
    while (!watch->closing) {
        int64_t until_ms = asked_ms + (atomic_load(&watch->busy) ? END_WATCH_BUSY_MS : watch->idle_ms);
        until_ms = watch->next_ms < until_ms ? watch->next_ms : until_ms;
        if (clock_steady_ms() >= until_ms)
            break;
        struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
        pthread_cond_timedwait(&watch->hurry, &watch->mutex, &until);
    }
    bool go_on = !watch->closing;
    pthread_mutex_unlock(&watch->mutex);
    atomic_store(&watch->busy, false);
    return go_on;
}

static void *watch_ends(void *context)
{
    struct end_watch *watch = context;
    int64_t counted_ms = clock_steady_ms();
    do {
        rd_kafka_poll(watch->handle, 0); /* errors of connections come as callbacks */
        ask_ends(watch);
        if (clock_steady_ms() - counted_ms >= COUNT_AGAIN_MS) {
            count_partitions(watch);
            counted_ms = clock_steady_ms();
        }
    } while (pause_between(watch));
    return NULL;
}

struct end_watch *end_watch_open(struct client *client, rd_kafka_t *handle, const struct log_partition *partitions, int count, int idle_ms, int wake)
{
    struct end_watch *watch = memory_new(sizeof *watch);
    watch->client = client;
    watch->handle = handle;
    watch->partitions = partitions;
    watch->count = count;
    watch->idle_ms = idle_ms > END_WATCH_BUSY_MS ? idle_ms : END_WATCH_BUSY_MS;
    watch->wake = wake;
    watch->next_ms = INT64_MAX;
    watch->ends = memory_new((size_t)count * sizeof *watch->ends);
    for (int i = 0; i < count; i++)
        watch->ends[i].asked_ms = INT64_MIN;
    atomic_init(&watch->busy, true);
    atomic_init(&watch->changed, false);

    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->hurry, &steady);
    pthread_condattr_destroy(&steady);
    pthread_mutex_init(&watch->mutex, NULL);
    if (pthread_create(&watch->thread, NULL, watch_ends, watch) != 0)
        abort(); /* out of threads: as out of memory */
    return watch;
}

void end_watch_busy(struct end_watch *watch)
{
    if (atomic_exchange(&watch->busy, true))
        return;
    pthread_mutex_lock(&watch->mutex); /* so that it is not missed between the look and the wait */
    pthread_cond_signal(&watch->hurry);
    pthread_mutex_unlock(&watch->mutex);
}

void end_watch_ask_in(struct end_watch *watch, int delay_ms)
{
    int64_t next_ms = clock_steady_ms() + delay_ms;
    pthread_mutex_lock(&watch->mutex);
    if (next_ms < watch->next_ms)
        pthread_cond_signal(&watch->hurry);
    watch->next_ms = next_ms;
    pthread_mutex_unlock(&watch->mutex);
}

bool end_watch_end(struct end_watch *watch, int partition, int64_t *offset, int64_t *asked_ms)
{
    pthread_mutex_lock(&watch->mutex);
    struct end end = watch->ends[partition];
    pthread_mutex_unlock(&watch->mutex);
    *offset = end.offset;
    *asked_ms = end.asked_ms;
    return end.asked_ms != INT64_MIN;
}

bool end_watch_changed(struct end_watch *watch)
{
    return atomic_load(&watch->changed);
}

void end_watch_close(struct end_watch *watch)
{
    if (watch == NULL)
        return;
    pthread_mutex_lock(&watch->mutex);
    watch->closing = true;
    pthread_cond_signal(&watch->hurry);
    pthread_mutex_unlock(&watch->mutex);
    pthread_join(watch->thread, NULL);
    pthread_cond_destroy(&watch->hurry);
    pthread_mutex_destroy(&watch->mutex);
    free(watch->ends);
    free(watch);
}
