/* Makes a topic and fills it with the lines of a file, each keyed by its lead as a CRM's connector would.
 *     bench_fill SERVERS TOPIC PARTITIONS [FILE] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kafka_client.h"

enum { QUEUE_FULL_WAIT_MS = 10, FLUSH_MS = 60000 };

/* The text between the quotes after "lead_id":. */
static const char *find_key(const char *line, size_t *length)
{
    static const char member[] = "\"lead_id\":\"";
    const char *begin = strstr(line, member);
    if (begin == NULL)
        fail("a line without a lead_id: %s", line);
    begin += sizeof member - 1;
    *length = strcspn(begin, "\"");
    return begin;
}

static void produce(rd_kafka_t *handle, rd_kafka_topic_t *topic, char *line, size_t length)
{
    size_t key_length;
    const char *key = find_key(line, &key_length);
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, line, length, key, key_length, NULL) != 0) {
        if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            must(rd_kafka_last_error(), "produce");
        rd_kafka_poll(handle, QUEUE_FULL_WAIT_MS);
    }
}

static void fill(rd_kafka_t *handle, const char *name, FILE *file)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(handle, name, NULL);
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, file)) > 0) {
        produce(handle, topic, line, (size_t)length - (line[length - 1] == '\n'));
        rd_kafka_poll(handle, 0);
    }
    must(rd_kafka_flush(handle, FLUSH_MS), "flush");
    free(line);
    rd_kafka_topic_destroy(topic);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        fail("bench_fill SERVERS TOPIC PARTITIONS [FILE]");
    FILE *file = argc > 4 ? fopen(argv[4], "r") : NULL;
    if (argc > 4 && file == NULL)
        fail("%s cannot be read", argv[4]);
    const char *properties[] = {"enable.idempotence", "true", "compression.type", "lz4", "linger.ms", "20", "partitioner", "murmur2_random",
                                "delivery.report.only.error", "true", "log_level", "3", NULL}; /* a fresh broker needs a second for the first id */
    rd_kafka_t *handle = kafka_open(RD_KAFKA_PRODUCER, argv[1], properties);
    kafka_create_topic(handle, argv[2], atoi(argv[3]));
    if (file != NULL) {
        fill(handle, argv[2], file);
        fclose(file);
    }
    rd_kafka_destroy(handle);
    return EXIT_SUCCESS;
}
