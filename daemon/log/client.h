/* client.h -- what all librdkafka handles of one log share: how they are configured, the flag to stop, and what people are told.
 *
 * Properties come in three layers: our defaults, then the user's (settings->properties), then what correctness fixes. A user who sets a fixed
 * one is told so (client_check), and so is one who sets what librdkafka does not know.
 *
 * Threads: a client is used by one thread, and by librdkafka's own through the callbacks. client_stop and client_stopped: any thread, also
 * signal handlers. Source: formats, "Configuration"; librdkafka's CONFIGURATION.md. */
#ifndef FUNNELD_LOG_CLIENT_H
#define FUNNELD_LOG_CLIENT_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>

#include "../host/operator_log.h"
#include "../settings/settings.h"
#include "log.h"

enum {
    CLIENT_REQUEST_MS = 3000,     /* for one question to the brokers; then the next look at the flag to stop */
    CLIENT_FETCH_MS = 50,         /* that a fetch which finds nothing stays at the brokers: a partition new in the round waits for those asked already */
    CLIENT_RECORD_MAX = 100000000 /* bytes: as much as one fetch may bring (receive.message.max.bytes), so whatever was read can be a dead letter */
};

enum { CLIENT_TRANSACTION_MS = 60000 }; /* so long brokers leave a transaction open. A successor ends it at once; where none comes, readers wait so long */

enum client_kind {
    CLIENT_CONTROL,    /* metadata, topics, high watermarks: sees uncommitted records, joins nothing */
    CLIENT_LEADERSHIP, /* the member of group <application>-leader */
    CLIENT_READER,     /* assigned partitions, committed records only */
    CLIENT_SUBSCRIBER,       /* a member of a group that shares out an output topic; whoever opens it adds group.id */
    CLIENT_WRITER,     /* the transactional producer */
    CLIENT_PRODUCER,   /* idempotent, without transactions: what commands put on topics */
    CLIENT_RETURNER,   /* the transactional producer that puts dead letters back */
};

struct client;

/* `bootstrap_servers`: of the embedded cluster, for which the user's properties do not count; NULL: what the settings say. Both are borrowed. */
struct client *client_new(const struct settings *settings, const char *bootstrap_servers);
void client_free(struct client *client); /* its handles must be gone */

const struct settings *client_settings(const struct client *client);
bool client_embedded(const struct client *client);

/* Are the user's properties understood, and none of them one that we fix? false: `error` says which one is wrong, and why. */
bool client_check(const struct settings *settings, char *error, size_t error_size);

/* A configuration for client_open; the caller may add to it. Given to the caller. */
rd_kafka_conf_t *client_configure(struct client *client, enum client_kind kind);
void client_set(rd_kafka_conf_t *configuration, const char *name, const char *value); /* one of our own properties: cannot fail */
void client_set_number(rd_kafka_conf_t *configuration, const char *name, int value);

/* A handle; takes the configuration. NULL: client_error says why (e.g. a key file that cannot be read). Freed with rd_kafka_destroy. */
rd_kafka_t *client_open(struct client *client, enum client_kind kind, rd_kafka_conf_t *configuration);

/* ---- stopping ---- */

void client_stop(struct client *client);
bool client_stopped(const struct client *client);
int client_stop_descriptor(const struct client *client); /* readable once stopped; for poll() */
void client_sleep(struct client *client, int timeout_ms); /* or until stopped */

/* ---- trouble ---- */

/* A broker did not answer a request (any thread): says so once and every minute; or it did, which ends the trouble. */
void client_no_answer(struct client *client, rd_kafka_resp_err_t error);
void client_answered(struct client *client);

/* The brokers refused our credentials; `text` (at least 512 bytes) says how. Forgotten by client_answered. */
bool client_refused(struct client *client, char *text, size_t text_size);

/* The topic that a transaction last could not take in for want of a right; "": none. */
void client_untaken(struct client *client, char *topic, size_t topic_size);

/* Is it a lack of permission, which does not go away by itself? */
bool client_is_denied(rd_kafka_resp_err_t error);

/* Do the brokers know no such topic or partition? */
bool client_is_unknown(rd_kafka_resp_err_t error);

/* LOG_FAILED, with words for an operator: which right (rights.h) on which kind of thing ("topic", "group", "transactional id") is missing. */
enum log_status client_deny(struct client *client, const char *right, const char *kind, const char *name, rd_kafka_resp_err_t error);

/* Keep a text for client_error; returns the status, so that a caller can `return client_fail(...)`. */
enum log_status client_fail(struct client *client, enum log_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
const char *client_error(const struct client *client);

#endif
