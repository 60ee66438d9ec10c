#include "topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"

enum { POLL_MS = 100, LOOK_AGAIN_MS = 1000, CREATE_MS = 30000, LOOKS_OF_GRACE = 20 /* until a new topic has its leaders */, REPLICATION_MAX = 3 };

/* ---- names ---- */

static char *application_name(const struct settings *settings, const char *suffix)
{
    size_t size = strlen(settings->application) + strlen(suffix) + 1;
    char *name = memory_new(size);
    snprintf(name, size, "%s%s", settings->application, suffix);
    return name;
}

static char *given_name(const char *name)
{
    return memory_string(name, strlen(name));
}

void topics_init(struct topics *topics, const struct settings *settings)
{
    *topics = (struct topics){
        .names = {
            [LOG_SNAPSHOTS] = given_name(settings->snapshots_topic),
            [LOG_ALERTS] = given_name(settings->alerts_topic),
            [LOG_DEAD_LETTERS] = given_name(settings->dead_letters_topic),
            [LOG_LEADS_CHANGELOG] = application_name(settings, "-leads-changelog"),
            [LOG_CHECKPOINT] = application_name(settings, "-checkpoint"),
        },
    };
}

void topics_free(struct topics *topics)
{
    for (int i = 0; i < LOG_TOPIC_COUNT; i++)
        free(topics->names[i]);
    free(topics->inputs);
    *topics = (struct topics){0};
}

/* ---- what is there ---- */

struct look { /* one look at a topic */
    int partition_count; /* 0: it is not there, or `leaderless` */
    bool leaderless;     /* it is there, but some partition has no leader: a broker is away, or its disk has failed or is full */
    int broker_count;
};

static const char leaderless_text[] = "a partition has no leader, waiting: a broker is away, or its disk has failed or is full";

static bool has_leaders(const rd_kafka_metadata_topic_t *topic)
{
    for (int p = 0; p < topic->partition_cnt; p++)
        if (topic->partitions[p].leader < 0)
            return false;
    return topic->err == RD_KAFKA_RESP_ERR_NO_ERROR;
}

static enum log_status look_at(struct client *client, rd_kafka_t *control, const char *name, struct look *look)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(control, name, NULL);
    if (topic == NULL)
        return client_fail(client, LOG_FAILED, "topic %s: %s", name, rd_kafka_err2str(rd_kafka_last_error()));

    enum log_status status = LOG_STOPPED;
    while (!client_stopped(client)) {
        char reason[512];
        const rd_kafka_metadata_t *metadata;
        rd_kafka_resp_err_t error = rd_kafka_metadata(control, 0, topic, &metadata, CLIENT_REQUEST_MS);
        rd_kafka_poll(control, 0); /* errors of connections come as callbacks */
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            if (client_refused(client, reason, sizeof reason)) {
                status = client_fail(client, LOG_FAILED, "the brokers refuse our credentials: %s", reason);
                break;
            }
            client_no_answer(client, error);
            client_sleep(client, POLL_MS);
            continue;
        }
        client_answered(client);
        *look = (struct look){.broker_count = metadata->broker_cnt};
        error = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
        if (client_is_denied(error)) {
            status = client_deny(client, "Describe", "topic", name, error);
        } else {
            if (metadata->topic_cnt == 1 && has_leaders(&metadata->topics[0]))
                look->partition_count = metadata->topics[0].partition_cnt;
            else
                look->leaderless = metadata->topic_cnt == 1 && metadata->topics[0].partition_cnt > 0;
            status = LOG_OK;
        }
        rd_kafka_metadata_destroy(metadata);
        break;
    }
    rd_kafka_topic_destroy(topic);
    return status;
}

/* ---- creation ---- */

static int planned_partitions(enum log_topic topic)
{
    return topic == LOG_LEADS_CHANGELOG ? TOPICS_CHANGELOG_PARTITIONS : 1;
}

static rd_kafka_NewTopic_t *plan_topic(enum log_topic topic, const char *name, const struct settings *settings, int broker_count)
{
    char text[256], record_max[16], retention_ms[24];
    int replication = broker_count < REPLICATION_MAX ? broker_count : REPLICATION_MAX;
    rd_kafka_NewTopic_t *plan = rd_kafka_NewTopic_new(name, planned_partitions(topic), replication, text, sizeof text);
    if (plan == NULL)
        return NULL;
    snprintf(record_max, sizeof record_max, "%d", CLIENT_RECORD_MAX);
    if (topic == LOG_DEAD_LETTERS) {
        rd_kafka_NewTopic_set_config(plan, "cleanup.policy", "delete");
        snprintf(retention_ms, sizeof retention_ms, "%" PRId64, settings->dead_letters_retention_s * 1000);
        rd_kafka_NewTopic_set_config(plan, "retention.ms", retention_ms);
        rd_kafka_NewTopic_set_config(plan, "max.message.bytes", record_max);
    } else {
        rd_kafka_NewTopic_set_config(plan, "cleanup.policy", "compact");
        rd_kafka_NewTopic_set_config(plan, "min.cleanable.dirty.ratio", "0.2"); /* a restore reads what is not compacted yet, too */
        rd_kafka_NewTopic_set_config(plan, "max.compaction.lag.ms", "86400000"); /* what was known about a lead since removed is gone after a day */
    }
    if (topic == LOG_CHECKPOINT)
        rd_kafka_NewTopic_set_config(plan, "segment.bytes", "16777216"); /* the newest segment is never compacted */
    return plan;
}

/* Ask for one topic. LOG_OK also where it cannot be created just now, which is told as trouble: the caller looks and asks again. */
static enum log_status create(struct client *client, rd_kafka_t *control, enum log_topic topic, const char *name, int broker_count,
                              struct operator_trouble *trouble)
{
    rd_kafka_NewTopic_t *plan = plan_topic(topic, name, client_settings(client), broker_count);
    if (plan == NULL)
        return client_fail(client, LOG_FAILED, "topic %s: not a name for a topic", name);

    enum log_status status = LOG_STOPPED;
    rd_kafka_event_t *answer = NULL;
    rd_kafka_queue_t *answers = rd_kafka_queue_new(control);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(control, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_operation_timeout(options, CREATE_MS, NULL, 0);
    rd_kafka_CreateTopics(control, &plan, 1, options, answers);
    while (answer == NULL && !client_stopped(client))
        answer = rd_kafka_queue_poll(answers, POLL_MS);
    if (answer != NULL) {
        rd_kafka_resp_err_t error = rd_kafka_event_error(answer);
        const char *text = rd_kafka_event_error_string(answer);
        size_t count = 0;
        const rd_kafka_topic_result_t **results = NULL;
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
            results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer), &count);
        if (count == 1) {
            error = rd_kafka_topic_result_error(results[0]);
            text = rd_kafka_topic_result_error_string(results[0]);
        }
        if (text == NULL)
            text = rd_kafka_err2str(error);
        status = LOG_OK;
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
            operator_log(OPERATOR_INFO, name, "topic created, partitions: %d", planned_partitions(topic));
        else if (client_is_denied(error))
            status = client_deny(client, "Create", "topic", name, error);
        else if (error == RD_KAFKA_RESP_ERR_POLICY_VIOLATION || error == RD_KAFKA_RESP_ERR_INVALID_CONFIG ||
                 error == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION)
            status = client_fail(client, LOG_FAILED, "topic %s is not there and cannot be created: %s", name, text);
        else if (error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            operator_trouble_is(trouble, name, "the topic is not there and cannot be created just now, waiting: %s", text);
        rd_kafka_event_destroy(answer);
    }
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(answers);
    rd_kafka_NewTopic_destroy(plan);
    return status;
}

enum log_status topics_prepare_output(struct topics *topics, struct client *client, rd_kafka_t *control, enum log_topic topic)
{
    const char *name = topics->names[topic];
    bool may_create = client_settings(client)->create_topics && !client_embedded(client);
    struct operator_trouble missing = {0};
    struct look look;
    for (int looks = 0;; looks++) {
        enum log_status status = look_at(client, control, name, &look);
        if (status == LOG_OK && look.partition_count == 0 && !look.leaderless && may_create)
            status = create(client, control, topic, name, look.broker_count, &missing);
        if (status != LOG_OK)
            return status;
        if (look.partition_count > 0)
            break;
        if (look.leaderless && looks >= LOOKS_OF_GRACE)
            operator_trouble_is(&missing, name, "%s", leaderless_text);
        else if (!look.leaderless && !may_create)
            operator_trouble_is(&missing, name, "the topic is not there, waiting: the daemon writes to it, create it (`output.create_topics` is false)");
        client_sleep(client, may_create ? POLL_MS : LOOK_AGAIN_MS);
    }
    operator_trouble_over(&missing, name, "the topic is there now");
    topics->partition_counts[topic] = look.partition_count;
    if (topic == LOG_CHECKPOINT && look.partition_count != 1)
        return client_fail(client, LOG_FAILED, "topic %s has %d partitions: it must have 1, which is the lead", name, look.partition_count);
    return LOG_OK;
}

/* ---- topics to read ---- */

/* Look until the topic is there; once, where nobody waits. */
static enum log_status find_topic(struct client *client, rd_kafka_t *control, const char *name, const char *role, int *partition_count)
{
    struct operator_trouble missing = {0};
    for (;;) {
        struct look look = {0};
        enum log_status status = look_at(client, control, name, &look);
        *partition_count = look.partition_count;
        if (status != LOG_OK)
            return status;
        if (look.partition_count > 0)
            break;
        if (role == NULL)
            return client_fail(client, LOG_FAILED, "topic %s: %s", name, look.leaderless ? leaderless_text : "it is not there");
        if (look.leaderless)
            operator_trouble_is(&missing, name, "%s", leaderless_text);
        else
            operator_trouble_is(&missing, name, "the topic is not there, waiting: %s", role);
        client_sleep(client, LOOK_AGAIN_MS);
    }
    operator_trouble_over(&missing, name, "the topic is there now");
    return LOG_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum log_status topics_partitions(struct client *client, rd_kafka_t *control, const char *const *names, int count, const char *role,
                                  struct log_partition **out, int *out_count)
{
    size_t capacity = 0;
    *out = NULL;
    *out_count = 0;
    const char **sorted = memory_copy(names, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, compare_names);
    enum log_status status = LOG_OK;
    for (int t = 0; t < count && status == LOG_OK; t++) {
        int partitions = 0;
        status = find_topic(client, control, sorted[t], role, &partitions);
        *out = memory_grow(*out, &capacity, (size_t)(*out_count + partitions), sizeof **out);
        for (int p = 0; p < partitions; p++)
            (*out)[(*out_count)++] = (struct log_partition){.topic = sorted[t], .partition = p};
    }
    free(sorted);
    return status;
}

enum log_status topics_prepare(struct topics *topics, struct client *client, rd_kafka_t *control)
{
    for (int i = 0; i < LOG_TOPIC_COUNT; i++) {
        enum log_status status = topics_prepare_output(topics, client, control, (enum log_topic)i);
        if (status != LOG_OK)
            return status;
    }
    const struct settings *settings = client_settings(client);
    free(topics->inputs);
    return topics_partitions(client, control, settings->topics, settings->topic_count, "it is the input, create it or correct `input`", &topics->inputs,
                             &topics->input_count);
}
