#include "kafka_client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

void must(rd_kafka_resp_err_t error, const char *what)
{
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        fail("%s: %s", what, rd_kafka_err2str(error));
}

int64_t steady_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *context)
{
    (void)handle;
    (void)context;
    must(message->err, "delivery");
}

rd_kafka_t *kafka_open(rd_kafka_type_t type, const char *servers, const char *const *properties)
{
    char text[512];
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    if (rd_kafka_conf_set(configuration, "bootstrap.servers", servers, text, sizeof text) != RD_KAFKA_CONF_OK)
        fail("%s", text);
    for (; *properties != NULL; properties += 2)
        if (rd_kafka_conf_set(configuration, properties[0], properties[1], text, sizeof text) != RD_KAFKA_CONF_OK)
            fail("%s", text);
    if (type == RD_KAFKA_PRODUCER)
        rd_kafka_conf_set_dr_msg_cb(configuration, on_delivery);
    rd_kafka_t *handle = rd_kafka_new(type, configuration, text, sizeof text);
    if (handle == NULL)
        fail("%s", text);
    return handle;
}

void kafka_create_topic(rd_kafka_t *handle, const char *topic, int partitions)
{
    char text[512];
    rd_kafka_NewTopic_t *plan = rd_kafka_NewTopic_new(topic, partitions, 1, text, sizeof text);
    if (plan == NULL)
        fail("%s", text);
    rd_kafka_queue_t *answers = rd_kafka_queue_new(handle);
    rd_kafka_CreateTopics(handle, &plan, 1, NULL, answers);
    rd_kafka_event_t *answer = rd_kafka_queue_poll(answers, KAFKA_REQUEST_MS);
    if (answer == NULL)
        fail("topic %s: the broker does not answer", topic);
    must(rd_kafka_event_error(answer), topic);
    size_t count;
    const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer), &count);
    must(rd_kafka_topic_result_error(results[0]), topic);
    rd_kafka_event_destroy(answer);
    rd_kafka_queue_destroy(answers);
    rd_kafka_NewTopic_destroy(plan);
}

rd_kafka_topic_partition_list_t *kafka_partitions(rd_kafka_t *handle, const char *topic)
{
    rd_kafka_topic_t *one = rd_kafka_topic_new(handle, topic, NULL);
    const rd_kafka_metadata_t *metadata;
    must(rd_kafka_metadata(handle, 0, one, &metadata, KAFKA_REQUEST_MS), topic);
    must(metadata->topics[0].err, topic);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(metadata->topics[0].partition_cnt);
    for (int p = 0; p < metadata->topics[0].partition_cnt; p++)
        rd_kafka_topic_partition_list_add(list, topic, p);
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(one);
    return list;
}
