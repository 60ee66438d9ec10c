/* kafka_client.h -- a librdkafka client in short, for the yardsticks. Whatever goes wrong ends the program with a word: half a measure is none.
 * Threads: any, with their own handles. */
#ifndef FUNNELD_TESTS_BENCH_KAFKA_CLIENT_H
#define FUNNELD_TESTS_BENCH_KAFKA_CLIENT_H

#include <stdint.h>

#include <librdkafka/rdkafka.h>

enum { KAFKA_REQUEST_MS = 10000 };

/* Print the message and leave with status 1. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Leave if a call that must succeed did not. */
void must(rd_kafka_resp_err_t error, const char *what);

/* Nanoseconds on the steady clock. */
int64_t steady_ns(void);

/* A client with these properties, which alternate name and value and end with NULL. A message of a producer that is not delivered ends the program.
 * The caller destroys it. */
rd_kafka_t *kafka_open(rd_kafka_type_t type, const char *servers, const char *const *properties);

void kafka_create_topic(rd_kafka_t *handle, const char *topic, int partitions);

/* All partitions of a topic, without offsets. The caller destroys the list. */
rd_kafka_topic_partition_list_t *kafka_partitions(rd_kafka_t *handle, const char *topic);

#endif
