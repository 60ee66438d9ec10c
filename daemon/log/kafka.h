/* kafka.h -- the log on Kafka, whose steps protocol.c puts in order: a group of one partition elects the leader (leadership), a fixed transactional.id
 * makes it the only writer (writer), and its input is assigned, not shared out (reader). Positions and state are committed with the outputs in one
 * transaction.
 * Threads: as log.h says; three run behind it (leadership, the reader's end watch, librdkafka's). Errors: as log.h; an impossible configuration is
 * the first lead's LOG_FAILED. Source: KIP-98 (transactions), KIP-447 (offsets in transactions). */
#ifndef FUNNELD_LOG_KAFKA_H
#define FUNNELD_LOG_KAFKA_H

#include "../settings/settings.h"
#include "log.h"

struct kafka_options { /* zeroed: a real cluster, as the settings say */
    const char *embedded_servers;   /* bootstrap.servers of the embedded cluster: nobody else is there, so nobody is elected and fenced */
    bool takes_over;                /* whoever leads gives way, and one transaction may take a quarter of an hour: for a rebuild */
    void (*closed)(void *context);  /* called when all handles are gone; may be NULL */
    void *context;
};

/* Opens nothing yet: the first lead does. The settings are borrowed until close; the log is given to the caller, who closes it. */
struct log *kafka_log_open(const struct settings *settings, const struct kafka_options *options);

/* Are the `kafka` properties ones that librdkafka knows and the daemon leaves to the user? false: `error` says which is not, and why. */
bool kafka_check(const struct settings *settings, char *error, size_t error_size);

#endif
