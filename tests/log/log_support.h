/* log_support.h -- what the tests of the Kafka log share: settings by hand, a plain producer and consumer beside the daemon, and reading in short. */
#ifndef FUNNELD_TESTS_LOG_SUPPORT_H
#define FUNNELD_TESTS_LOG_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/host/clock.h"
#include "../../daemon/log/log.h"
#include "../../daemon/settings/settings.h"

enum { WAIT_MS = 30000 }; /* for anything that must come; a test that waits longer fails */

/* ---- settings ---- */

struct sample { /* settings of one test, with names of their own so that tests do not meet in one cluster */
    struct settings settings;
    char application[64], input[64], snapshots[64], alerts[64], dead_letters[64];
    const char *topics[1];
    struct property property;
};

static inline void sample_init(struct sample *sample, const char *name, const char *bootstrap_servers)
{
    memset(sample, 0, sizeof *sample);
    snprintf(sample->application, sizeof sample->application, "%s", name);
    snprintf(sample->input, sizeof sample->input, "%s.events", name);
    snprintf(sample->snapshots, sizeof sample->snapshots, "%s.snapshots", name);
    snprintf(sample->alerts, sizeof sample->alerts, "%s.alerts", name);
    snprintf(sample->dead_letters, sizeof sample->dead_letters, "%s.dead-letters", name);
    sample->topics[0] = sample->input;
    sample->property = (struct property){"bootstrap.servers", bootstrap_servers};
    sample->settings = (struct settings){
        .application = sample->application,
        .property_count = 1,
        .properties = &sample->property,
        .topic_count = 1,
        .topics = sample->topics,
        .max_record = 1 << 20,
        .snapshots_topic = sample->snapshots,
        .alerts_topic = sample->alerts,
        .dead_letters_topic = sample->dead_letters,
        .every_ms = 1000,
        .create_topics = true,
    };
}

/* ---- a plain producer ---- */

static inline rd_kafka_t *producer_open(const char *bootstrap_servers)
{
    char text[256];
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    assert_int_equal(rd_kafka_conf_set(configuration, "bootstrap.servers", bootstrap_servers, text, sizeof text), RD_KAFKA_CONF_OK);
    assert_int_equal(rd_kafka_conf_set(configuration, "enable.idempotence", "true", text, sizeof text), RD_KAFKA_CONF_OK); /* keeps the order */
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, text, sizeof text);
    assert_non_null(producer);
    return producer;
}

static inline void producer_send(rd_kafka_t *producer, const char *topic, int partition, const char *key, const char *value, int64_t timestamp_ms)
{
    rd_kafka_resp_err_t error;
    do {
        error = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                  RD_KAFKA_V_KEY(key, text_of(key).length),
                                  RD_KAFKA_V_VALUE((void *)(uintptr_t)value, text_of(value).length), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
                                  RD_KAFKA_V_HEADER("source", "test", 4), RD_KAFKA_V_END);
        rd_kafka_poll(producer, error != RD_KAFKA_RESP_ERR_NO_ERROR ? 10 : 0);
    } while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    assert_int_equal(error, RD_KAFKA_RESP_ERR_NO_ERROR);
}

static inline void producer_finish(rd_kafka_t *producer)
{
    assert_int_equal(rd_kafka_flush(producer, WAIT_MS), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(producer);
}

static inline void send_numbers(const char *bootstrap_servers, const char *topic, int partition, int from, int to)
{
    rd_kafka_t *producer = producer_open(bootstrap_servers);
    for (int i = from; i < to; i++) {
        char value[32];
        snprintf(value, sizeof value, "%d", i);
        producer_send(producer, topic, partition, value, value, 0);
    }
    producer_finish(producer);
}

/* ---- reading the log in short ---- */

static inline void lead_and_start(struct log *log, int64_t offset)
{
    const struct log_partition *partitions;
    assert_int_equal(log->ops->lead(log), LOG_OK);
    int count = log->ops->partitions(log, &partitions);
    struct log_position *positions = memory_new((size_t)count * sizeof *positions);
    for (int i = 0; i < count; i++)
        positions[i] = (struct log_position){.partition = i, .offset = offset};
    assert_int_equal(log->ops->start(log, positions, count), LOG_OK);
    free(positions);
}

/* The next block that has records. */
static inline void read_some(struct log *log, int partition, int most, struct log_block *block)
{
    bool wanted[16] = {false};
    wanted[partition] = true;
    int64_t until_ms = clock_steady_ms() + WAIT_MS;
    for (;;) {
        assert_int_equal(log->ops->read(log, partition, most, block), LOG_OK);
        if (block->count > 0)
            return;
        assert_true(clock_steady_ms() < until_ms);
        log->ops->wait(log, wanted, 1000);
    }
}

/* Read records whose values are the numbers from .. to - 1, in order; returns the position after them. */
static inline int64_t expect_numbers(struct log *log, int partition, int from, int to)
{
    int64_t next = -1;
    while (from < to) {
        struct log_block block;
        read_some(log, partition, to - from, &block);
        for (int i = 0; i < block.count; i++) {
            char value[32];
            int length = snprintf(value, sizeof value, "%d", from++);
            assert_int_equal(block.records[i].value.length, length);
            assert_memory_equal(block.records[i].value.data, value, (size_t)length);
            next = block.records[i].offset + 1;
        }
        log->ops->release(log, &block);
    }
    return next;
}

/* Wait until the position is known to be the end at or after a moment. */
static inline void expect_end_seen(struct log *log, int partition, int64_t position, int64_t since_ms)
{
    bool wanted[16] = {false};
    wanted[partition] = true;
    int64_t until_ms = clock_steady_ms() + WAIT_MS;
    while (log->ops->end_seen_ms(log, partition, position) < since_ms) {
        struct log_block block;
        assert_true(clock_steady_ms() < until_ms);
        log->ops->wait(log, wanted, 1000);
        assert_int_equal(log->ops->read(log, partition, 100, &block), LOG_OK);
        assert_int_equal(block.count, 0);
    }
}

static inline void write_text(struct log *log, enum log_topic topic, const char *key, const char *value)
{
    static const struct log_header header = {{"type", 4}, {"snapshot", 8}};
    struct log_record record = {
        .key = text_of(key), .value = text_of(value), .timestamp_ms = INT64_MIN, .headers = &header, .header_count = 1,
    };
    assert_int_equal(log->ops->write(log, topic, &record), LOG_OK);
}

struct seen { /* what a restore showed: keys and values, one a line, sorted by nothing */
    char text[4096];
    int count;
};

static inline void see(void *context, const struct log_record *records, int count)
{
    struct seen *seen = context;
    for (const struct log_record *record = records; record < records + count; record++) {
        size_t length = strlen(seen->text);
        snprintf(seen->text + length, sizeof seen->text - length, "%.*s=%.*s\n", (int)record->key.length, record->key.data,
                 record->value.data != NULL ? (int)record->value.length : 4, record->value.data != NULL ? record->value.data : "null");
    }
    seen->count += count;
}

static inline void expect_restored(struct log *log, enum log_topic topic, const char *text)
{
    struct seen seen = {.count = 0};
    assert_int_equal(log->ops->restore(log, topic, see, &seen), LOG_OK);
    assert_string_equal(seen.text, text);
}

#endif
