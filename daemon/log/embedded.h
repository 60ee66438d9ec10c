/* embedded.h -- the Kafka log against librdkafka's in-process mock cluster: no broker to install, for a first look and for tests.
 *
 * The cluster lives and dies with the log and begins empty, so there is nothing to restore. It listens on a loopback port of its own choosing;
 * other programs (kcat) may produce to it and read from it, without groups. Its limits: it holds 5 MiB or 100 000 batches a partition and drops
 * the oldest without a word; it does not keep transactions apart; the user's `kafka` properties do not count.
 * Source: librdkafka's rdkafka_mock.h (experimental). */
#ifndef FUNNELD_LOG_EMBEDDED_H
#define FUNNELD_LOG_EMBEDDED_H

#include "../settings/settings.h"
#include "log.h"

/* Start the cluster with every topic of the settings, those of the input with `input_partitions` each. *bootstrap_servers: where it listens,
 * borrowed until close. NULL where the cluster cannot be started (no loopback?). Threads, ownership: as kafka_log_open. */
struct log *embedded_log_open(const struct settings *settings, int input_partitions, const char **bootstrap_servers);

#endif
