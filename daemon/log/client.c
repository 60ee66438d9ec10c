#include "client.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <syslog.h>
#include <unistd.h>

#include "../core/memory.h"
#include "../host/service.h"

enum { SCRAM_MENDED = 0x020601ff }; /* of librdkafka: #4895, the nonce of SCRAM sent twice, which Kafka 4.0 no longer lets pass */

struct client {
    const struct settings *settings;
    const char *bootstrap_servers;
    atomic_bool stopped;
    int stop_descriptor; /* an eventfd, written once and never read */
    char error[1024];

    pthread_mutex_t mutex; /* of what follows: librdkafka's threads come here too */
    char reason[256];      /* what librdkafka last said about a connection */
    bool refused;
    char untaken[256];     /* the topic that a transaction last could not take in, for want of a right */
    struct operator_trouble away;
};

/* ---- properties ---- */

/* What we rest on, so nobody may change it. Why, in the words that the user reads. */
static const struct property fixed_properties[] = {
    {"group.id", "it is made of `application`"},
    {"group.instance.id", "leadership needs plain members"},
    {"partition.assignment.strategy", "leadership needs `range`"},
    {"group.protocol", "leadership needs the classic protocol"},
    {"transactional.id", "it is made of `application`, so that a new leader shuts out the former one"},
    {"transaction.timeout.ms", "a new leader must not wait longer for the former one"},
    {"enable.idempotence", "transactions need it"},
    {"partitioner", "all records of a key must lie in one partition"},
    {"message.max.bytes", "every record read must fit into a dead letter"},
    {"isolation.level", "only committed records count"},
    {"enable.auto.commit", "offsets are committed with the outputs"},
    {"enable.auto.offset.store", "offsets are committed with the outputs"},
    {"enable.partition.eof", "the ends of partitions move the watermark"},
    {"auto.offset.reset", "where to begin is the checkpoint's matter"},
    {"allow.auto.create.topics", "see `output.create_topics`"},
    {"log.queue", "the daemon prints librdkafka's log itself"},
    {"test.mock.num.brokers", "use --embedded"},
};

enum { FIXED_COUNT = sizeof fixed_properties / sizeof *fixed_properties };

bool client_check(const struct settings *settings, char *error, size_t error_size)
{
    bool right = true, bootstrap_servers = false;
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    for (int i = 0; i < settings->property_count && right; i++) {
        const struct property *property = &settings->properties[i];
        char text[512];
        if (strcmp(property->name, "bootstrap.servers") == 0 || strcmp(property->name, "metadata.broker.list") == 0)
            bootstrap_servers = true;
        for (int f = 0; f < FIXED_COUNT && right; f++) {
            if (strcmp(property->name, fixed_properties[f].name) != 0)
                continue;
            snprintf(error, error_size, "%s cannot be set: %s", property->name, fixed_properties[f].value);
            right = false;
        }
        if (right && rd_kafka_conf_set(configuration, property->name, property->value, text, sizeof text) != RD_KAFKA_CONF_OK) {
            snprintf(error, error_size, "%s: %s", property->name, text);
            right = false;
        }
    }
    rd_kafka_conf_destroy(configuration);
    if (right && !bootstrap_servers) {
        snprintf(error, error_size, "bootstrap.servers is missing");
        right = false;
    }
    return right;
}

void client_set(rd_kafka_conf_t *configuration, const char *name, const char *value)
{
    char text[512];
    if (rd_kafka_conf_set(configuration, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
        operator_log(OPERATOR_ERROR, "kafka", "%s=%s: %s", name, value, text);
        abort(); /* our own mistake: librdkafka does not know what we rest on */
    }
}

void client_set_number(rd_kafka_conf_t *configuration, const char *name, int value)
{
    char number[16];
    snprintf(number, sizeof number, "%d", value);
    client_set(configuration, name, number);
}

static void set_application_id(rd_kafka_conf_t *configuration, const char *name, const char *application, const char *suffix)
{
    char value[512];
    snprintf(value, sizeof value, "%s%s", application, suffix);
    client_set(configuration, name, value);
}

static void set_defaults(struct client *client, rd_kafka_conf_t *configuration, enum client_kind kind)
{
    client_set(configuration, "client.id", client->settings->application);
    client_set(configuration, "socket.nagle.disable", "true");
    client_set(configuration, "reconnect.backoff.max.ms", "2000"); /* the default of 10 s delays the way back after a broker's restart */
    if (kind == CLIENT_LEADERSHIP) {
        client_set(configuration, "session.timeout.ms", "10000"); /* how long a dead leader is believed in */
        client_set(configuration, "heartbeat.interval.ms", "2000");
        client_set(configuration, "queued.min.messages", "1");
    }
    if (kind == CLIENT_SUBSCRIBER) {
        client_set(configuration, "session.timeout.ms", "10000"); /* how long a dead member keeps its partitions */
        client_set(configuration, "heartbeat.interval.ms", "2000");
        client_set(configuration, "topic.metadata.refresh.interval.ms", "10000"); /* a topic that is not there at first is soon found */
        client_set(configuration, "queued.max.messages.kbytes", "4096");
    }
    if (kind == CLIENT_READER)
        client_set_number(configuration, "fetch.wait.max.ms", CLIENT_FETCH_MS);
    if (kind >= CLIENT_WRITER) {
        client_set(configuration, "compression.type", "lz4");
        client_set(configuration, "linger.ms", "20"); /* a commit does not wait for it, see writer_commit */
        client_set(configuration, "retry.backoff.ms", "20"); /* a transaction right after another must try twice */
        client_set(configuration, "queue.buffering.max.messages", "500000");
        client_set(configuration, "queue.buffering.max.kbytes", "262144"); /* while brokers are slow; the default is a GiB */
    }
}

static void set_fixed(struct client *client, rd_kafka_conf_t *configuration, enum client_kind kind)
{
    const char *application = client->settings->application;
    if (kind >= CLIENT_WRITER) {
        if (kind != CLIENT_PRODUCER) {
            set_application_id(configuration, "transactional.id", application, kind == CLIENT_WRITER ? "-0" : "-dead-letters");
            client_set_number(configuration, "transaction.timeout.ms", CLIENT_TRANSACTION_MS);
        }
        client_set(configuration, "enable.idempotence", "true");
        client_set_number(configuration, "message.max.bytes", CLIENT_RECORD_MAX);
        client_set(configuration, "partitioner", "murmur2_random"); /* as Kafka's own producers */
        client_set(configuration, "delivery.report.only.error", "true");
        return;
    }
    switch (kind) {
    case CLIENT_CONTROL:
        client_set(configuration, "isolation.level", "read_uncommitted");
        break;
    case CLIENT_LEADERSHIP:
        set_application_id(configuration, "group.id", application, "-leader");
        client_set(configuration, "partition.assignment.strategy", "range");
        break;
    case CLIENT_READER:
        /* The group is not joined: partitions are assigned by hand. Its name is where lag tools look. */
        client_set(configuration, "group.id", application);
        client_set(configuration, "isolation.level", "read_committed");
        client_set(configuration, "enable.partition.eof", "true");
        client_set(configuration, "auto.offset.reset", "error");
        break;
    case CLIENT_SUBSCRIBER:
        client_set(configuration, "partition.assignment.strategy", "range");
        client_set(configuration, "isolation.level", "read_committed");
        client_set(configuration, "enable.partition.eof", "true");
        client_set(configuration, "auto.offset.reset", "earliest");
        break;
    default:
        break;
    }
    client_set(configuration, "enable.auto.commit", "false");
    client_set(configuration, "enable.auto.offset.store", "false");
    if (client->bootstrap_servers != NULL)
        client_set(configuration, "fetch.wait.max.ms", "5"); /* the mock cluster always waits that long before it says that there is nothing */
}

/* ---- callbacks ---- */

/* Without the thread that it begins with, which is for librdkafka's own people. */
static const char *without_thread(const char *text)
{
    const char *end = strncmp(text, "[thrd:", 6) == 0 ? strstr(text, "]: ") : NULL;
    return end != NULL ? end + 3 : text;
}

/* Without the time that it ends with, either, so that it stays the same. */
static void note_reason(struct client *client, const char *reason)
{
    const char *from = without_thread(reason), *after = strstr(from, " (after ");
    pthread_mutex_lock(&client->mutex);
    snprintf(client->reason, sizeof client->reason, "%.*s", (int)(after != NULL ? (size_t)(after - from) : strlen(from)), from);
    pthread_mutex_unlock(&client->mutex);
}

/* Only the log names the topic that a transaction could not take in: Failed to add partition "NAME" [0] to transaction: why. With it go those beside it,
 * which were "not attempted". */
static void note_untaken(struct client *client, const char *text)
{
    const char *name = strstr(text, "add partition \""), *end;
    if (strstr(text, rd_kafka_err2str(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)) == NULL || name == NULL || (end = strchr(name += strlen("add partition \""), '"')) == NULL)
        return;
    pthread_mutex_lock(&client->mutex);
    snprintf(client->untaken, sizeof client->untaken, "%.*s", (int)(end - name), name);
    pthread_mutex_unlock(&client->mutex);
}

/* From librdkafka's threads. Connections that fail are told by client_no_answer, once for all handles; here they would come again and again.
 * What a producer complains of comes back from the call that suffers it. */
static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    struct client *client = rd_kafka_opaque(handle);
    if (strcmp(facility, "FAIL") == 0 || strcmp(facility, "ERROR") == 0)
        note_reason(client, text);
    else if (strcmp(facility, "ADDPARTS") == 0)
        note_untaken(client, text);
    else if (level >= LOG_DEBUG)
        operator_log(OPERATOR_DEBUG, "librdkafka", "%s: %s", facility, without_thread(text));
    else if (level <= LOG_WARNING && rd_kafka_type(handle) == RD_KAFKA_CONSUMER && strcmp(facility, "CONFWARN") != 0)
        /* CONFWARN: a user's property that is not for this kind of handle. */
        operator_log(OPERATOR_WARN, "librdkafka", "%s: %s", facility, without_thread(text));
}

/* From whichever thread polls the handle. */
static void on_error(rd_kafka_t *handle, int error, const char *reason, void *opaque)
{
    (void)handle;
    struct client *client = opaque;
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) /* says less than the reasons before it */
        return;
    note_reason(client, reason);
    if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
        pthread_mutex_lock(&client->mutex);
        client->refused = true;
        pthread_mutex_unlock(&client->mutex);
    }
}

/* ---- making handles ---- */

struct client *client_new(const struct settings *settings, const char *bootstrap_servers)
{
    struct client *client = memory_new(sizeof *client);
    client->settings = settings;
    client->bootstrap_servers = bootstrap_servers;
    client->stop_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (client->stop_descriptor < 0)
        abort(); /* out of descriptors: as out of memory */
    atomic_init(&client->stopped, false);
    pthread_mutex_init(&client->mutex, NULL);
    return client;
}

void client_free(struct client *client)
{
    if (client == NULL)
        return;
    close(client->stop_descriptor);
    pthread_mutex_destroy(&client->mutex);
    free(client);
}

const struct settings *client_settings(const struct client *client)
{
    return client->settings;
}

bool client_embedded(const struct client *client)
{
    return client->bootstrap_servers != NULL;
}

rd_kafka_conf_t *client_configure(struct client *client, enum client_kind kind)
{
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    rd_kafka_conf_set_opaque(configuration, client);
    rd_kafka_conf_set_log_cb(configuration, on_log);
    rd_kafka_conf_set_error_cb(configuration, on_error);
    set_defaults(client, configuration, kind);
    if (client->bootstrap_servers != NULL)
        client_set(configuration, "bootstrap.servers", client->bootstrap_servers);
    else
        for (int i = 0; i < client->settings->property_count; i++)
            client_set(configuration, client->settings->properties[i].name, client->settings->properties[i].value);
    set_fixed(client, configuration, kind);
    return configuration;
}

rd_kafka_t *client_open(struct client *client, enum client_kind kind, rd_kafka_conf_t *configuration)
{
    char text[512];
    rd_kafka_t *handle =
        rd_kafka_new(kind >= CLIENT_WRITER ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, configuration, text, sizeof text);
    if (handle == NULL) {
        rd_kafka_conf_destroy(configuration);
        client_fail(client, LOG_FAILED, "kafka: %s", text);
    }
    return handle;
}

/* ---- stopping ---- */

void client_stop(struct client *client)
{
    atomic_store(&client->stopped, true);
    eventfd_write(client->stop_descriptor, 1);
}

bool client_stopped(const struct client *client)
{
    return atomic_load(&client->stopped);
}

int client_stop_descriptor(const struct client *client)
{
    return client->stop_descriptor;
}

void client_sleep(struct client *client, int timeout_ms)
{
    struct pollfd stopped = {.fd = client->stop_descriptor, .events = POLLIN};
    service_alive(); /* who waits looks again afterwards */
    poll(&stopped, 1, timeout_ms);
}

/* ---- trouble ---- */

void client_no_answer(struct client *client, rd_kafka_resp_err_t error)
{
    pthread_mutex_lock(&client->mutex);
    operator_trouble_is(&client->away, "kafka", "the brokers do not answer, waiting: %s",
                        client->reason[0] != '\0' ? client->reason : rd_kafka_err2str(error));
    pthread_mutex_unlock(&client->mutex);
}

void client_answered(struct client *client)
{
    pthread_mutex_lock(&client->mutex);
    operator_trouble_over(&client->away, "kafka", "the brokers answer again");
    client->reason[0] = '\0';
    client->refused = false;
    pthread_mutex_unlock(&client->mutex);
}

bool client_refused(struct client *client, char *text, size_t text_size)
{
    pthread_mutex_lock(&client->mutex);
    bool refused = client->refused;
    if (refused)
        snprintf(text, text_size, "%s%s", client->reason,
                 strstr(client->reason, "SCRAM") == NULL || rd_kafka_version() >= SCRAM_MENDED
                     ? ""
                     : " (this librdkafka, older than 2.6.1, cannot speak SCRAM with Kafka 4.0 and later: take PLAIN over TLS, or mutual TLS)");
    pthread_mutex_unlock(&client->mutex);
    return refused;
}

void client_untaken(struct client *client, char *topic, size_t topic_size)
{
    pthread_mutex_lock(&client->mutex);
    snprintf(topic, topic_size, "%s", client->untaken);
    pthread_mutex_unlock(&client->mutex);
}

bool client_is_unknown(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

bool client_is_denied(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
           error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED || error == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED ||
           error == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED || error == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

enum log_status client_deny(struct client *client, const char *right, const char *kind, const char *name, rd_kafka_resp_err_t error)
{
    return client_fail(client, LOG_FAILED, "no permission: the daemon's user needs the right %s on the %s %s; `funneld check-config` lists all it needs (%s)",
                       right, kind, name, rd_kafka_err2str(error));
}

enum log_status client_fail(struct client *client, enum log_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(client->error, sizeof client->error, format, arguments);
    va_end(arguments);
    return status;
}

const char *client_error(const struct client *client)
{
    return client->error;
}
