#include "subscription.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "../host/clock.h"
#include "client.h"

enum {
    AGAIN_MS = 1000, /* between two tries to learn positions, or to commit them */
    LEAVE_MS = 3000, /* for the last commits and the word that we leave the group */
    LOOK_MS = 50,
};

struct part {
    struct subscription_partition seen;      /* what the caller sees */
    char *note;                      /* owner of seen.note */
    bool ended;                      /* its end has been reached once */
    int64_t wanted_position;         /* to be committed; -1: nothing */
    char *wanted_note;
    bool committed;                  /* the wanted ones have been sent and, as far as is known, taken */
};

struct subscription {
    struct client *client;
    const char *topic, *group;
    rd_kafka_t *handle;
    rd_kafka_queue_t *queue;
    rd_kafka_event_t *event;         /* that the last record borrows from */
    int count;
    struct part *parts;
    struct subscription_partition *partitions; /* copies for the caller */
    bool asking;                     /* given, but the positions are not known yet */
    bool taken;                      /* to be told */
    bool end_told;
    int64_t try_ms;                  /* steady: not before */
    struct operator_trouble trouble;
    bool failed, left;
    char error[512];
};

/* ---- opening and closing ---- */

struct subscription *subscription_open(const struct settings *settings, const char *bootstrap_servers, const char *topic, const char *group)
{
    struct client *client = client_new(settings, bootstrap_servers);
    rd_kafka_conf_t *configuration = client_configure(client, CLIENT_SUBSCRIBER);
    client_set(configuration, "group.id", group);
    rd_kafka_conf_set_events(configuration, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_ERROR);
    rd_kafka_t *handle = client_open(client, CLIENT_SUBSCRIBER, configuration);
    if (handle == NULL) {
        operator_log(OPERATOR_ERROR, group, "%s", client_error(client));
        client_free(client);
        return NULL;
    }
    struct subscription *subscription = memory_new(sizeof *subscription);
    subscription->client = client;
    subscription->topic = topic;
    subscription->group = group;
    subscription->handle = handle;
    rd_kafka_poll_set_consumer(handle);
    subscription->queue = rd_kafka_queue_get_consumer(handle);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(handle, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return subscription;
}

static void forget_parts(struct subscription *subscription)
{
    for (int i = 0; i < subscription->count; i++) {
        free(subscription->parts[i].note);
        free(subscription->parts[i].wanted_note);
    }
    free(subscription->parts);
    free(subscription->partitions);
    subscription->parts = NULL;
    subscription->partitions = NULL;
    subscription->count = 0;
}

void subscription_stop(struct subscription *subscription)
{
    client_stop(subscription->client);
    rd_kafka_queue_yield(subscription->queue);
}

const char *subscription_error(const struct subscription *subscription)
{
    return subscription->error;
}

/* ---- commits ---- */

static struct part *part_of(struct subscription *subscription, int32_t partition)
{
    for (int i = 0; i < subscription->count; i++)
        if (subscription->parts[i].seen.partition == partition)
            return &subscription->parts[i];
    return NULL;
}

static rd_kafka_topic_partition_list_t *wanted_list(struct subscription *subscription)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(subscription->count);
    for (int i = 0; i < subscription->count; i++) {
        struct part *part = &subscription->parts[i];
        if (part->wanted_position < 0 || part->committed)
            continue;
        rd_kafka_topic_partition_t *element = rd_kafka_topic_partition_list_add(list, subscription->topic, part->seen.partition);
        element->offset = part->wanted_position;
        element->metadata = strdup(part->wanted_note); /* freed with the list, by free() */
        element->metadata_size = element->metadata != NULL ? strlen(part->wanted_note) : 0;
        part->committed = true;
    }
    return list;
}

static void send_commits(struct subscription *subscription)
{
    rd_kafka_topic_partition_list_t *list = wanted_list(subscription);
    if (list->cnt > 0)
        rd_kafka_commit(subscription->handle, list, 1);
    rd_kafka_topic_partition_list_destroy(list);
}

void subscription_commit(struct subscription *subscription, int32_t partition, int64_t position, const char *note)
{
    struct part *part = part_of(subscription, partition);
    if (part == NULL || (part->wanted_position == position && strcmp(part->wanted_note, note) == 0))
        return;
    free(part->wanted_note);
    part->wanted_note = strndup(note, SUBSCRIPTION_NOTE_MAX);
    part->wanted_position = position;
    part->committed = false;
    send_commits(subscription);
}

static void on_committed(struct subscription *subscription, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t error = rd_kafka_event_error(event);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__NO_OFFSET) {
        operator_trouble_over(&subscription->trouble, subscription->group, "positions are committed again");
        return;
    }
    operator_trouble_is(&subscription->trouble, subscription->group, "the position cannot be committed, trying again: %s", rd_kafka_err2str(error));
    subscription->try_ms = clock_steady_ms() + AGAIN_MS;
    for (int i = 0; i < subscription->count; i++)
        subscription->parts[i].committed = false;
}

/* ---- partitions come and go ---- */

static void on_rebalance(struct subscription *subscription, rd_kafka_event_t *event)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_event_topic_partition_list(event);
    subscription->taken = subscription->taken || subscription->count > 0;
    forget_parts(subscription);
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        subscription->asking = false;
        rd_kafka_assign(subscription->handle, NULL);
        return;
    }
    subscription->parts = memory_new((size_t)list->cnt * sizeof *subscription->parts);
    subscription->partitions = memory_new((size_t)list->cnt * sizeof *subscription->partitions);
    subscription->count = list->cnt;
    for (int i = 0; i < list->cnt; i++) {
        subscription->parts[i] = (struct part){.seen = {.partition = list->elems[i].partition, .position = -1, .note = ""}, .wanted_position = -1};
        list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
    }
    subscription->asking = true;
    subscription->end_told = false;
    subscription->try_ms = 0;
    rd_kafka_assign(subscription->handle, list);
}

/* What the group has committed. False: not known yet. */
static bool ask_positions(struct subscription *subscription)
{
    if (clock_steady_ms() < subscription->try_ms)
        return false;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(subscription->count);
    for (int i = 0; i < subscription->count; i++)
        rd_kafka_topic_partition_list_add(list, subscription->topic, subscription->parts[i].seen.partition);
    rd_kafka_resp_err_t error = rd_kafka_committed(subscription->handle, list, CLIENT_REQUEST_MS);
    for (int i = 0; i < subscription->count && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        error = list->elems[i].err;
    for (int i = 0; i < subscription->count && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        struct part *part = &subscription->parts[i];
        const rd_kafka_topic_partition_t *element = &list->elems[i];
        part->seen.position = element->offset >= 0 ? element->offset : -1;
        part->note = element->metadata_size > 0 ? strndup(element->metadata, element->metadata_size) : NULL;
        part->seen.note = part->note != NULL ? part->note : "";
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        operator_trouble_over(&subscription->trouble, subscription->group, "the position is known");
        return true;
    }
    operator_trouble_is(&subscription->trouble, subscription->group, "the position is not known yet, asking again: %s", rd_kafka_err2str(error));
    subscription->try_ms = clock_steady_ms() + AGAIN_MS;
    return false;
}

int subscription_partitions(const struct subscription *subscription, const struct subscription_partition **out)
{
    for (int i = 0; i < subscription->count; i++)
        subscription->partitions[i] = subscription->parts[i].seen;
    *out = subscription->partitions;
    return subscription->count;
}

/* ---- leaving ---- */

void subscription_leave(struct subscription *subscription)
{
    int64_t until_ms = clock_steady_ms() + LEAVE_MS;
    if (subscription->event != NULL)
        rd_kafka_event_destroy(subscription->event);
    subscription->event = NULL;
    send_commits(subscription);
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(subscription->handle, subscription->queue);
    if (error != NULL)
        rd_kafka_error_destroy(error);
    while (!rd_kafka_consumer_closed(subscription->handle) && clock_steady_ms() < until_ms) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(subscription->queue, LOOK_MS);
        if (event == NULL)
            continue;
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE)
            rd_kafka_assign(subscription->handle, NULL);
        rd_kafka_event_destroy(event);
    }
    subscription->left = rd_kafka_consumer_closed(subscription->handle);
    if (!subscription->left)
        operator_log(OPERATOR_WARN, subscription->group, "left without an answer of the brokers; what they do not know will be told again");
}

/* librdkafka waits for the brokers when a member's handle is destroyed, for minutes if need be. One that could not leave is left to the process's end, with
 * what its threads use. */
void subscription_close(struct subscription *subscription)
{
    if (subscription == NULL)
        return;
    forget_parts(subscription);
    rd_kafka_queue_destroy(subscription->queue);
    if (!subscription->left)
        return;
    rd_kafka_destroy(subscription->handle);
    client_free(subscription->client);
    free(subscription);
}

/* ---- records ---- */

static struct text application_of(const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers;
    const void *value = NULL;
    size_t length = 0;
    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_header_get_last(headers, LOG_WHOSE, &value, &length);
    return (struct text){value, length};
}

static enum subscription_news on_message(struct subscription *subscription, const rd_kafka_message_t *message, struct subscription_record *out)
{
    struct part *part = message != NULL ? part_of(subscription, message->partition) : NULL;
    if (part == NULL)
        return SUBSCRIPTION_NOTHING;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return SUBSCRIPTION_NOTHING; /* comes as an error event, too, where it matters */
    part->seen.next = message->offset + 1;
    *out = (struct subscription_record){
        .key = {message->key, message->key_len}, .value = {message->payload, message->len}, .application = application_of(message),
        .partition = message->partition, .offset = message->offset};
    return SUBSCRIPTION_RECORD;
}

static void on_end(struct subscription *subscription, rd_kafka_event_t *event)
{
    rd_kafka_topic_partition_t *end = rd_kafka_event_topic_partition(event);
    struct part *part = end != NULL ? part_of(subscription, end->partition) : NULL;
    if (part != NULL) {
        part->ended = true;
        part->seen.next = end->offset > part->seen.next ? end->offset : part->seen.next;
    }
    if (end != NULL)
        rd_kafka_topic_partition_destroy(end);
}

static enum subscription_news on_error(struct subscription *subscription, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t error = rd_kafka_event_error(event);
    const char *text = rd_kafka_event_error_string(event);
    if (client_is_denied(error) || error == RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL) {
        snprintf(subscription->error, sizeof subscription->error, "topic %s cannot be read as group %s: %s", subscription->topic, subscription->group,
                 rd_kafka_err2str(error));
        subscription->failed = true;
        return SUBSCRIPTION_FAILED;
    }
    if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        operator_trouble_is(&subscription->trouble, subscription->group, "topic %s is not there yet", subscription->topic);
    else if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && error != RD_KAFKA_RESP_ERR__TRANSPORT && error != RD_KAFKA_RESP_ERR__RESOLVE)
        operator_trouble_is(&subscription->trouble, subscription->group, "%s", text);
    else
        client_no_answer(subscription->client, error);
    return SUBSCRIPTION_NOTHING;
}

static enum subscription_news on_event(struct subscription *subscription, struct subscription_record *out)
{
    rd_kafka_event_t *event = subscription->event;
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
        on_rebalance(subscription, event);
        return SUBSCRIPTION_NOTHING;
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
        on_committed(subscription, event);
        return SUBSCRIPTION_NOTHING;
    case RD_KAFKA_EVENT_FETCH:
        client_answered(subscription->client);
        return on_message(subscription, rd_kafka_event_message_next(event), out);
    case RD_KAFKA_EVENT_ERROR:
        if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            on_end(subscription, event);
        else
            return on_error(subscription, event);
        return SUBSCRIPTION_NOTHING;
    default:
        return SUBSCRIPTION_NOTHING;
    }
}

static bool all_ended(const struct subscription *subscription)
{
    for (int i = 0; i < subscription->count; i++)
        if (!subscription->parts[i].ended)
            return false;
    return subscription->count > 0;
}

enum subscription_news subscription_next(struct subscription *subscription, int timeout_ms, struct subscription_record *out)
{
    if (subscription->event != NULL)
        rd_kafka_event_destroy(subscription->event);
    subscription->event = NULL;
    if (subscription->failed)
        return SUBSCRIPTION_FAILED;
    if (subscription->taken) {
        subscription->taken = false;
        return SUBSCRIPTION_TAKEN;
    }
    if (subscription->asking) { /* records wait in the queue until then */
        if (!ask_positions(subscription)) {
            client_sleep(subscription->client, timeout_ms);
            return SUBSCRIPTION_NOTHING;
        }
        subscription->asking = false;
        return SUBSCRIPTION_GIVEN;
    }
    if (!subscription->end_told && all_ended(subscription)) {
        subscription->end_told = true;
        return SUBSCRIPTION_END;
    }
    if (clock_steady_ms() >= subscription->try_ms)
        send_commits(subscription);
    subscription->event = rd_kafka_queue_poll(subscription->queue, timeout_ms);
    return subscription->event != NULL ? on_event(subscription, out) : SUBSCRIPTION_NOTHING;
}
