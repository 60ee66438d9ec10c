#include "follower.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "../host/clock.h"
#include "reader.h"
#include "topics.h"

enum {
    BATCH_RECORDS = 1000, /* of a partition, between two looks at the others */
    ENDS_MS = 1000,       /* between two questions for the ends while nothing flows */
    AGAIN_MS = 5000,      /* after trouble that waiting alone may mend, such as a permission not given yet */
};

struct follower {
    struct client *client;
    struct follower_callbacks callbacks;
    const char *topics[FOLLOWER_TOPICS_MAX]; /* each once */
    int topic_count;
    int indexes[FOLLOWER_TOPICS_MAX]; /* as the caller counts them */
    int64_t since_ms[FOLLOWER_TOPICS_MAX];

    rd_kafka_t *control;
    struct reader *reader;
    struct log_partition *partitions;
    int64_t *positions; /* of each: the next offset to read; -1: the start */
    int count;
    pthread_t thread;
};

static int place_of(const struct follower *follower, const char *topic)
{
    int place = 0;
    while (strcmp(follower->topics[place], topic) != 0)
        place++;
    return place;
}

/* The offset to begin at; -1: the start. The mock cluster does not know offsets by time, and is small. */
static int64_t first_offset(struct follower *follower, const struct log_partition *partition)
{
    int64_t since_ms = follower->since_ms[place_of(follower, partition->topic)], offset = -1, oldest;
    if (since_ms == INT64_MIN || client_embedded(follower->client))
        return -1;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, partition->topic, partition->partition)->offset = since_ms;
    if (rd_kafka_offsets_for_times(follower->control, list, CLIENT_REQUEST_MS) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        list->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        offset = list->elems[0].offset;
        if (offset < 0 && /* all are older: the end */
            rd_kafka_query_watermark_offsets(follower->control, partition->topic, partition->partition, &oldest, &offset, CLIENT_REQUEST_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
            offset = -1;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return offset;
}

/* List the partitions there are now; of those known before reading goes on where it was. */
static enum log_status list_partitions(struct follower *follower)
{
    struct log_partition *partitions;
    int count;
    enum log_status status = topics_partitions(follower->client, follower->control, follower->topics, follower->topic_count,
                                               "the engine makes it when it first leads", &partitions, &count);
    if (status != LOG_OK) {
        free(partitions);
        return status;
    }
    int64_t *positions = memory_new((size_t)count * sizeof *positions);
    for (int i = 0; i < count; i++) {
        bool known = false;
        for (int k = 0; k < follower->count; k++)
            if (follower->partitions[k].partition == partitions[i].partition && strcmp(follower->partitions[k].topic, partitions[i].topic) == 0) {
                positions[i] = follower->positions[k];
                known = true;
            }
        if (!known)
            positions[i] = first_offset(follower, &partitions[i]);
    }
    free(follower->partitions);
    free(follower->positions);
    follower->partitions = partitions;
    follower->positions = positions;
    follower->count = count;
    return LOG_OK;
}

static enum log_status open_reader(struct follower *follower)
{
    if (follower->control == NULL)
        follower->control = client_open(follower->client, CLIENT_CONTROL, client_configure(follower->client, CLIENT_CONTROL));
    if (follower->control == NULL)
        return LOG_FAILED;
    enum log_status status = list_partitions(follower);
    if (status != LOG_OK)
        return status;
    follower->reader = reader_open(follower->client, follower->partitions, follower->positions, follower->count, ENDS_MS);
    return follower->reader != NULL ? LOG_OK : LOG_FAILED;
}

static void close_reader(struct follower *follower)
{
    reader_close(follower->reader);
    follower->reader = NULL;
}

/* One batch of each partition. */
static enum log_status read_round(struct follower *follower, bool *flows)
{
    for (int i = 0; i < follower->count; i++) {
        struct log_block block;
        enum log_status status = reader_read(follower->reader, i, BATCH_RECORDS, &block);
        if (status != LOG_OK)
            return status;
        int topic = block.count > 0 ? follower->indexes[place_of(follower, follower->partitions[i].topic)] : 0;
        for (int r = 0; r < block.count; r++)
            follower->callbacks.record(follower->callbacks.context, topic, &block.records[r]);
        *flows |= block.count > 0;
        if (block.count > 0)
            follower->positions[i] = block.records[block.count - 1].offset + 1;
        reader_release(follower->reader, &block);
    }
    return LOG_OK;
}

static bool at_ends(struct follower *follower)
{
    for (int i = 0; i < follower->count; i++)
        if (reader_end_seen_ms(follower->reader, i, follower->positions[i]) == INT64_MIN)
            return false;
    return true;
}

/* Read until stopped or in trouble. */
static enum log_status follow(struct follower *follower)
{
    enum log_status status = open_reader(follower);
    if (status != LOG_OK)
        return status;
    bool *wanted = memory_new((size_t)follower->count * sizeof *wanted);
    memset(wanted, true, (size_t)follower->count * sizeof *wanted);
    bool caught_up = false;
    while (status == LOG_OK && !client_stopped(follower->client)) {
        bool flows = false;
        status = read_round(follower, &flows);
        caught_up = caught_up || (status == LOG_OK && !flows && at_ends(follower));
        follower->callbacks.pause(follower->callbacks.context, caught_up);
        if (!flows && status == LOG_OK)
            reader_wait(follower->reader, wanted, FOLLOWER_PAUSE_MS);
    }
    free(wanted);
    return status;
}

static void *run(void *context)
{
    struct follower *follower = context;
    while (!client_stopped(follower->client)) {
        enum log_status status = follow(follower);
        close_reader(follower);
        if (client_stopped(follower->client))
            break;
        if (status == LOG_FAILED) {
            operator_log(OPERATOR_WARN, "follower", "%s; trying again", client_error(follower->client));
            client_sleep(follower->client, AGAIN_MS);
        }
        follower->callbacks.pause(follower->callbacks.context, false);
    }
    return NULL;
}

struct follower *follower_start(const struct settings *settings, const char *bootstrap_servers, const struct follower_topic *topics, int count,
                                const struct follower_callbacks *callbacks)
{
    assert(count <= FOLLOWER_TOPICS_MAX);
    struct follower *follower = memory_new(sizeof *follower);
    follower->client = client_new(settings, bootstrap_servers);
    follower->callbacks = *callbacks;
    for (int i = 0; i < count; i++) {
        bool known = false;
        for (int t = 0; t < follower->topic_count; t++)
            known |= strcmp(follower->topics[t], topics[i].name) == 0;
        if (known)
            continue;
        follower->topics[follower->topic_count] = topics[i].name;
        follower->since_ms[follower->topic_count] = topics[i].since_ms;
        follower->indexes[follower->topic_count++] = i;
    }
    if (pthread_create(&follower->thread, NULL, run, follower) != 0)
        abort(); /* out of threads: as out of memory */
    return follower;
}

void follower_stop(struct follower *follower)
{
    client_stop(follower->client);
    pthread_join(follower->thread, NULL);
    if (follower->control != NULL)
        rd_kafka_destroy(follower->control);
    client_free(follower->client);
    free(follower->partitions);
    free(follower->positions);
    free(follower);
}
