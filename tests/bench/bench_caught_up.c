/* Waits until a group has committed the end of every partition of a topic, and prints the wall-clock moment, to about 20 ms.
 *     bench_caught_up SERVERS TOPIC GROUP SECONDS-AT-MOST */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "kafka_client.h"

enum { PAUSE_US = 10000 };

static bool reached(rd_kafka_t *handle, rd_kafka_topic_partition_list_t *committed, const int64_t *ends)
{
    must(rd_kafka_committed(handle, committed, KAFKA_REQUEST_MS), "committed");
    for (int p = 0; p < committed->cnt; p++)
        if (ends[p] > 0 && committed->elems[p].offset < ends[p])
            return false;
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        fail("bench_caught_up SERVERS TOPIC GROUP SECONDS-AT-MOST");
    /* Offsets of an open transaction are asked for again, soon; that it takes the property for a producer's is not worth a warning. */
    const char *properties[] = {"group.id", argv[3], "retry.backoff.ms", "10", "log_level", "3", NULL};
    rd_kafka_t *handle = kafka_open(RD_KAFKA_CONSUMER, argv[1], properties);
    rd_kafka_topic_partition_list_t *partitions = kafka_partitions(handle, argv[2]);
    int64_t *ends = calloc((size_t)partitions->cnt, sizeof *ends);
    for (int p = 0; ends != NULL && p < partitions->cnt; p++) {
        int64_t oldest;
        must(rd_kafka_query_watermark_offsets(handle, argv[2], p, &oldest, &ends[p], KAFKA_REQUEST_MS), "ends");
    }
    int64_t latest_ns = steady_ns() + atoll(argv[4]) * INT64_C(1000000000);
    while (!reached(handle, partitions, ends)) {
        if (steady_ns() > latest_ns)
            fail("%s is not at the end of %s after %s s", argv[3], argv[2], argv[4]);
        usleep(PAUSE_US);
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t events = 0;
    for (int p = 0; p < partitions->cnt; p++)
        events += ends[p];
    printf("{\"events\": %" PRId64 ", \"wall_s\": %.3f}\n", events, (double)now.tv_sec + (double)now.tv_nsec / 1e9);
    free(ends);
    rd_kafka_topic_partition_list_destroy(partitions);
    rd_kafka_destroy(handle);
    return EXIT_SUCCESS;
}
