#include "leadership.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../host/clock.h"
#include "../host/service.h"

enum {
    POLL_MS = 100,
    STANDING_BY_MS = 5000, /* a lead that is free comes sooner */
};

struct leadership {
    struct client *client;
    const char *topic;
    rd_kafka_t *member;
    pthread_t thread;
    atomic_bool leaving;
    atomic_bool held;
    atomic_bool out;   /* of the group, and not to come back by itself */
    atomic_int denied; /* an rd_kafka_resp_err_t that no waiting will cure; 0: none */
};

static void subscribe(struct leadership *leadership)
{
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, leadership->topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(leadership->member, topics);
    rd_kafka_topic_partition_list_destroy(topics);
}

static void on_rebalance(struct leadership *leadership, rd_kafka_event_t *event)
{
    rd_kafka_topic_partition_list_t *partitions = rd_kafka_event_topic_partition_list(event);
    if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        for (int i = 0; i < partitions->cnt; i++)
            partitions->elems[i].offset = RD_KAFKA_OFFSET_END; /* its records are of no interest here */
        rd_kafka_assign(leadership->member, partitions);
        atomic_store(&leadership->held, partitions->cnt > 0);
    } else if (rd_kafka_assignment_lost(leadership->member)) {
        atomic_store(&leadership->held, false);
        rd_kafka_unsubscribe(leadership->member); /* librdkafka would join again: as the elder, which takes the lead from a successor that is well */
        rd_kafka_assign(leadership->member, NULL);
        atomic_store(&leadership->out, true);
    } else {
        rd_kafka_assign(leadership->member, NULL);
    }
}

static void on_error(struct leadership *leadership, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t error = rd_kafka_event_error(event);
    if (client_is_denied(error) || error == RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL)
        atomic_store(&leadership->denied, (int)error);
}

static void *keep_membership(void *context)
{
    struct leadership *leadership = context;
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(leadership->member);
    while (!atomic_load(&leadership->leaving)) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, POLL_MS);
        if (event == NULL)
            continue;
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE)
            on_rebalance(leadership, event);
        else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
            on_error(leadership, event);
        rd_kafka_event_destroy(event); /* records of the checkpoint are dropped here */
    }
    rd_kafka_queue_destroy(queue);
    return NULL;
}

struct leadership *leadership_join(struct client *client, const char *checkpoint_topic, bool takes_over)
{
    rd_kafka_conf_t *configuration = client_configure(client, CLIENT_LEADERSHIP);
    char id[256];
    snprintf(id, sizeof id, "%s-%013" PRId64, client_settings(client)->application, takes_over ? 0 : clock_wall_ms());
    client_set(configuration, "client.id", id);
    rd_kafka_conf_set_events(configuration, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR);
    rd_kafka_t *member = client_open(client, CLIENT_LEADERSHIP, configuration);
    if (member == NULL)
        return NULL;

    struct leadership *leadership = memory_new(sizeof *leadership);
    leadership->client = client;
    leadership->topic = checkpoint_topic;
    leadership->member = member;
    atomic_init(&leadership->leaving, false);
    atomic_init(&leadership->held, false);
    atomic_init(&leadership->out, false);
    atomic_init(&leadership->denied, RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_poll_set_consumer(member);
    subscribe(leadership);
    if (pthread_create(&leadership->thread, NULL, keep_membership, leadership) != 0)
        abort(); /* out of threads: as out of memory */
    return leadership;
}

enum log_status leadership_wait(struct leadership *leadership)
{
    struct client *client = leadership->client;
    const char *application = client_settings(client)->application;
    int64_t since_ms = clock_steady_ms();
    bool said = false;
    while (!leadership_held(leadership)) {
        if (client_stopped(client))
            return LOG_STOPPED;
        if (atomic_exchange(&leadership->out, false))
            subscribe(leadership); /* it was lost again before anybody knew that it was held */
        rd_kafka_resp_err_t denied = (rd_kafka_resp_err_t)atomic_load(&leadership->denied);
        if (denied == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
            char group[300];
            snprintf(group, sizeof group, "%s-leader", application);
            return client_deny(client, "Read", "group", group, denied);
        }
        if (denied != RD_KAFKA_RESP_ERR_NO_ERROR)
            return client_fail(client, LOG_FAILED, "group %s-leader cannot be joined: %s", application, rd_kafka_err2str(denied));
        if (!said && clock_steady_ms() - since_ms >= STANDING_BY_MS) {
            operator_log(OPERATOR_INFO, application, "standing by: another process leads (or has been gone for less than its session timeout)");
            service_ready("standing by: another process leads %s", application);
            said = true;
        }
        client_sleep(client, POLL_MS);
    }
    return LOG_OK;
}

bool leadership_held(struct leadership *leadership)
{
    return atomic_load(&leadership->held);
}

void leadership_leave(struct leadership *leadership)
{
    if (leadership == NULL)
        return;
    atomic_store(&leadership->leaving, true);
    pthread_join(leadership->thread, NULL);
    rd_kafka_consumer_close(leadership->member);
    rd_kafka_destroy(leadership->member);
    free(leadership);
}
