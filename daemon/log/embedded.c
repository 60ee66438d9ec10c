#include "embedded.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../host/operator_log.h"
#include "kafka.h"
#include "topics.h"

struct embedded {
    rd_kafka_t *host; /* a mock cluster lives inside some handle; this one does nothing else */
    rd_kafka_mock_cluster_t *cluster;
};

static void embedded_end(void *context)
{
    struct embedded *embedded = context;
    if (embedded->cluster != NULL)
        rd_kafka_mock_cluster_destroy(embedded->cluster); /* before its host: asserted in librdkafka */
    if (embedded->host != NULL)
        rd_kafka_destroy(embedded->host);
    free(embedded);
}

static void create_topics(rd_kafka_mock_cluster_t *cluster, const struct settings *settings, int input_partitions)
{
    struct topics topics;
    topics_init(&topics, settings);
    for (int i = 0; i < LOG_TOPIC_COUNT; i++) /* two roles with one name: the second is refused, which is as well */
        rd_kafka_mock_topic_create(cluster, topics.names[i], 1, 1);
    topics_free(&topics);
    for (int i = 0; i < settings->topic_count; i++)
        rd_kafka_mock_topic_create(cluster, settings->topics[i], input_partitions, 1);
}

struct log *embedded_log_open(const struct settings *settings, int input_partitions, const char **bootstrap_servers)
{
    struct embedded *embedded = memory_new(sizeof *embedded);
    char text[512] = "the mock cluster does not start";
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(configuration, NULL); /* it would miss bootstrap.servers */
    embedded->host = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, text, sizeof text);
    if (embedded->host == NULL)
        rd_kafka_conf_destroy(configuration);
    else
        embedded->cluster = rd_kafka_mock_cluster_new(embedded->host, 1);
    if (embedded->cluster == NULL) {
        operator_log(OPERATOR_ERROR, "embedded", "%s", text);
        embedded_end(embedded);
        return NULL;
    }
    create_topics(embedded->cluster, settings, input_partitions);
    *bootstrap_servers = rd_kafka_mock_cluster_bootstraps(embedded->cluster);
    struct kafka_options options = {.embedded_servers = *bootstrap_servers, .closed = embedded_end, .context = embedded};
    return kafka_log_open(settings, &options);
}
