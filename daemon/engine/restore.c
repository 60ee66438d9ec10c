#include "restore.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "../wire/lead_json.h"
#include "bound.h"

struct restoring {
    struct fold *fold;
    struct publisher *publisher;
    struct restored *restored;
    struct lead_reader *reader;
    struct names *keys;      /* of snapshots seen */
    uint64_t *digests;       /* by key; 0: a tombstone came last */
    size_t digest_capacity;
};

static void restore_checkpoint(void *context, const struct log_record *record)
{
    struct restoring *restoring = context;
    if (record->value.data == NULL || !text_equal(record->key, TEXT(CHECKPOINT_KEY)))
        return;
    struct checkpoint *checkpoint = checkpoint_json_read(restoring->fold->settings, record->value);
    if (checkpoint == NULL)
        return;
    checkpoint_free(restoring->restored->checkpoint);
    restoring->restored->checkpoint = checkpoint;
}

static void restore_lead(void *context, const struct log_record *record)
{
    struct restoring *restoring = context;
    uint64_t hash = lead_json_hash(record->key);
    struct ledger *ledger = fold_shard(restoring->fold, hash);
    struct ledger_lead lead = {.id = record->key, .forgotten = true};
    restoring->restored->rows++;
    if (record->value.data != NULL && !lead_json_read(restoring->reader, record->key, record->value, ledger_names(ledger), &lead))
        restoring->restored->unread_rows++;
    else if (record->key.length >= 1 && record->key.length <= 255)
        ledger_restore(ledger, &lead, hash);
}

static uint64_t digest_of(const struct log_record *record)
{
    if (record->value.data == NULL)
        return 0;
    for (int i = 0; i < record->header_count; i++)
        if (text_equal(record->headers[i].name, TEXT("digest")) && record->headers[i].value.length == 16) {
            char digits[17] = "";
            memcpy(digits, record->headers[i].value.data, 16);
            return strtoull(digits, NULL, 16);
        }
    return 2; /* somebody else's record: whatever is to be said differs from it */
}

static void restore_snapshot(void *context, const struct log_record *record)
{
    struct restoring *restoring = context;
    for (int i = 0; i < record->header_count; i++)
        if (text_equal(record->headers[i].name, TEXT("type")) && !text_equal(record->headers[i].value, TEXT("snapshot")))
            return; /* alerts may share the topic */
    uint32_t key = names_number(restoring->keys, record->key);
    size_t before = restoring->digest_capacity;
    restoring->digests = memory_grow(restoring->digests, &restoring->digest_capacity, key + 1, sizeof *restoring->digests);
    if (restoring->digest_capacity > before)
        memset(restoring->digests + before, 0, (restoring->digest_capacity - before) * sizeof *restoring->digests);
    restoring->digests[key] = digest_of(record);
}

static void count_shard(void *context, int shard)
{
    ledger_count_restored(((struct fold *)context)->shards[shard]);
}

static int64_t least_bound(const struct settings *settings, const struct checkpoint *checkpoint)
{
    int64_t greatest_at = TIME_NONE;
    for (int i = 0; i < checkpoint->partition_count; i++)
        greatest_at = bound_lesser(greatest_at, checkpoint->partitions[i].greatest_at);
    return bound_of(settings, greatest_at);
}

/* The sums as they stood at the last tick, and what was published of them. */
static void settle(struct restoring *restoring)
{
    struct fold *fold = restoring->fold;
    const struct checkpoint *checkpoint = restoring->restored->checkpoint;
    pool_run(fold->pool, count_shard, fold);
    for (int i = 0; i < fold->shard_count; i++)
        ledger_clear_changed(fold->shards[i]);
    if (checkpoint != NULL) {
        memcpy(fold->last_event_at, checkpoint->last_event_at, (size_t)fold->settings->funnel_count * sizeof *fold->last_event_at);
        if (checkpoint->last_tick_ms != TIME_NONE)
            fold_tick(fold, time_floor(checkpoint->last_tick_ms, 1000) / 1000, least_bound(fold->settings, checkpoint));
    }
    for (uint32_t key = 1; key < names_count(restoring->keys); key++)
        if (restoring->digests[key] != 0)
            publisher_restore(restoring->publisher, names_text(restoring->keys, key), restoring->digests[key]);
}

enum log_status restore_all(struct log *log, struct fold *fold, struct publisher *publisher, struct restored *restored)
{
    *restored = (struct restored){0};
    struct restoring restoring = {.fold = fold, .publisher = publisher, .restored = restored};
    restoring.reader = lead_reader_new(fold->settings);
    restoring.keys = names_new(UINT32_MAX);
    enum log_status status = log->ops->restore(log, LOG_CHECKPOINT, restore_checkpoint, &restoring);
    if (status == LOG_OK)
        status = log->ops->restore(log, LOG_LEADS_CHANGELOG, restore_lead, &restoring);
    if (status == LOG_OK)
        status = log->ops->restore(log, LOG_SNAPSHOTS, restore_snapshot, &restoring);
    if (status == LOG_OK)
        settle(&restoring);
    lead_reader_free(restoring.reader);
    names_free(restoring.keys);
    free(restoring.digests);
    return status;
}
