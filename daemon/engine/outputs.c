#include "outputs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../wire/lead_json.h"

static const enum outputs_kind kinds[LOG_TOPIC_COUNT] = { /* the checkpoint is no output */
    [LOG_SNAPSHOTS] = OUTPUTS_SNAPSHOT, [LOG_ALERTS] = OUTPUTS_ALERT, [LOG_DEAD_LETTERS] = OUTPUTS_LETTER,
    [LOG_LEADS_CHANGELOG] = OUTPUTS_LEAD, [LOG_CHECKPOINT] = OUTPUTS_KINDS,
};

static void count(struct outputs *outputs, enum log_topic topic, const struct log_record *record)
{
    bool tombstone = record->value.data == NULL && (topic == LOG_SNAPSHOTS || topic == LOG_ALERTS);
    enum outputs_kind kind = tombstone ? OUTPUTS_TOMBSTONE : kinds[topic];
    if (kind != OUTPUTS_KINDS)
        outputs->written[kind]++;
}

static void write_record(struct outputs *outputs, enum log_topic topic, const struct log_record *record)
{
    const struct log_ops *ops = outputs->log->ops;
    if (outputs->status == LOG_OK && !outputs->begun) {
        outputs->status = ops->begin(outputs->log);
        outputs->begun = outputs->status == LOG_OK;
    }
    if (outputs->status == LOG_OK)
        outputs->status = ops->write(outputs->log, topic, record);
    count(outputs, topic, record);
}

void outputs_headers(struct outputs_headers *headers, const char *type, const char *application, uint64_t digest)
{
    headers->list[0] = (struct log_header){TEXT("type"), text_of(type)};
    headers->list[1] = (struct log_header){TEXT("schema"), TEXT("1")};
    headers->list[2] = (struct log_header){TEXT(LOG_WHOSE), text_of(application)};
    headers->count = 3;
    if (digest == 0)
        return;
    headers->digits = digits_of(digest);
    headers->list[headers->count++] = (struct log_header){TEXT("digest"), text_of(headers->digits.text)};
}

/* A tombstone has no headers. */
static void write_output(struct outputs *outputs, enum log_topic topic, const char *type, struct text key, struct text value, uint64_t digest)
{
    struct outputs_headers headers;
    outputs_headers(&headers, type, outputs->settings->application, digest);
    write_record(outputs, topic, &(struct log_record){.key = key, .value = value, .timestamp_ms = INT64_MIN, .headers = headers.list,
                                                      .header_count = value.data != NULL ? headers.count : 0});
}

void outputs_snapshot(void *outputs, struct text key, struct text value, uint64_t digest)
{
    write_output(outputs, LOG_SNAPSHOTS, "snapshot", key, value, digest);
}

void outputs_alert(void *outputs, struct text key, struct text value, uint64_t digest)
{
    (void)digest;
    write_output(outputs, LOG_ALERTS, "alert", key, value, 0);
}

void outputs_memory(void *outputs, struct text key, struct text value, uint64_t digest)
{
    (void)digest;
    write_record(outputs, LOG_CHECKPOINT, &(struct log_record){.key = key, .value = value, .timestamp_ms = INT64_MIN});
}

struct lead_writer { struct outputs *outputs; const struct lead_names *names; int64_t now_ms; };

static void write_lead(void *context, const struct ledger_lead *lead)
{
    struct lead_writer *writer = context;
    struct outputs *outputs = writer->outputs;
    if (lead->forgotten) {
        outputs_no_lead(outputs, lead->id);
        return;
    }
    outputs->value.length = 0;
    lead_json_write(&outputs->value, outputs->settings, writer->names, lead);
    write_record(outputs, LOG_LEADS_CHANGELOG,
                 &(struct log_record){.key = lead->id, .value = {outputs->value.data, outputs->value.length}, .timestamp_ms = writer->now_ms});
}

/* The shards in turn: they come back from the log in this order, and each is restored by a thread of its own. */
void outputs_leads(struct outputs *outputs, struct fold *fold)
{
    enum { AT_ONCE = 256 };
    for (bool any = true; any;) {
        any = false;
        for (int i = 0; i < fold->shard_count; i++) {
            struct lead_writer writer = {outputs, ledger_names(fold->shards[i]), outputs->log->ops->now_ms(outputs->log)}; /* one look at the clock for all of them */
            any |= ledger_each_changed(fold->shards[i], AT_ONCE, write_lead, &writer);
        }
    }
}

void outputs_no_lead(struct outputs *outputs, struct text lead)
{
    write_record(outputs, LOG_LEADS_CHANGELOG, &(struct log_record){.key = lead, .timestamp_ms = INT64_MIN});
}

void outputs_letter(struct outputs *outputs, const struct log_partition *from, const struct log_record *came, const struct intake_item *faulty)
{
    char partition[16], offset[24];
    snprintf(partition, sizeof partition, "%" PRId32, from->partition);
    snprintf(offset, sizeof offset, "%" PRId64, came->offset);
    struct log_header *headers = memory_new((size_t)(came->header_count + 5) * sizeof *headers);
    int count = came->header_count;
    if (count > 0)
        memcpy(headers, came->headers, (size_t)count * sizeof *headers);
    headers[count++] = (struct log_header){TEXT("__streams.errors.message"), text_of(faulty->decoded->message)};
    headers[count++] = (struct log_header){TEXT("__streams.errors.topic"), text_of(from->topic)};
    headers[count++] = (struct log_header){TEXT("__streams.errors.partition"), text_of(partition)};
    headers[count++] = (struct log_header){TEXT("__streams.errors.offset"), text_of(offset)};
    headers[count++] = (struct log_header){TEXT("funneld.error"), text_of(fault_word(faulty->fault))};
    write_record(outputs, LOG_DEAD_LETTERS, &(struct log_record){.key = came->key, .value = came->value, .timestamp_ms = came->timestamp_ms, .headers = headers, .header_count = count});
    free(headers);
}

void outputs_commit(struct outputs *outputs, const struct checkpoint *checkpoint)
{
    outputs->value.length = 0;
    checkpoint_json_write(&outputs->value, outputs->settings, checkpoint);
    write_record(outputs, LOG_CHECKPOINT, &(struct log_record){.key = TEXT(CHECKPOINT_KEY), .value = {outputs->value.data, outputs->value.length}, .timestamp_ms = INT64_MIN});
    struct log_position *positions = memory_new((size_t)checkpoint->partition_count * sizeof *positions);
    for (int i = 0; i < checkpoint->partition_count; i++) /* the log's partitions, in its order */
        positions[i] = (struct log_position){i, checkpoint->partitions[i].offset};
    if (outputs->status == LOG_OK)
        outputs->status = outputs->log->ops->commit(outputs->log, positions, checkpoint->partition_count);
    free(positions);
    outputs->begun = false;
}

void outputs_free(struct outputs *outputs)
{
    free(outputs->value.data);
}
