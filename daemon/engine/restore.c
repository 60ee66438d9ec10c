#include "restore.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "../wire/lead_json.h"
#include "bound.h"

enum { PREFETCH = 16, WORTH_WAKING = 128 }; /* as in fold.c */

struct shard { /* what one thread reads rows with */
    struct lead_reader *reader;
    uint64_t unread_rows;
};

struct restoring {
    struct fold *fold;
    struct publisher *publisher;
    struct restored *restored;
    struct shard *shards;    /* one for each of the fold's */
    const struct log_record *rows; /* of the block at hand, */
    int row_count;
    uint64_t *hashes;        /* and of their leads */
    size_t hash_capacity;
    struct names *keys;      /* of snapshots seen */
    uint64_t *digests;       /* by key; 0: a tombstone came last */
    size_t digest_capacity;
};

static void restore_checkpoint(void *context, const struct log_record *records, int count)
{
    struct restoring *restoring = context;
    for (int i = 0; i < count; i++) {
        if (records[i].value.data == NULL || !text_equal(records[i].key, TEXT(CHECKPOINT_KEY)))
            continue;
        struct checkpoint *checkpoint = checkpoint_json_read(restoring->fold->settings, records[i].value);
        if (checkpoint == NULL)
            continue;
        checkpoint_free(restoring->restored->checkpoint);
        restoring->restored->checkpoint = checkpoint;
    }
}

static void restore_lead(struct shard *shard, struct ledger *ledger, const struct log_record *row, uint64_t hash)
{
    struct ledger_lead lead = {.id = row->key, .forgotten = true};
    if (row->value.data != NULL && !lead_json_read(shard->reader, row->key, row->value, ledger_names(ledger), &lead))
        shard->unread_rows++;
    else if (row->key.length >= 1 && row->key.length <= 255)
        ledger_restore(ledger, &lead, hash);
}

/* The rows of one shard's leads, in their order: a lead's rows are all its own. */
static void restore_shard(void *context, int number)
{
    struct restoring *restoring = context;
    struct ledger *ledger = restoring->fold->shards[number];
    for (int i = 0; i < restoring->row_count; i++) {
        if (i + PREFETCH < restoring->row_count)
            ledger_prefetch_slot(ledger, restoring->hashes[i + PREFETCH]);
        if (fold_shard(restoring->fold, restoring->hashes[i]) == ledger)
            restore_lead(&restoring->shards[number], ledger, &restoring->rows[i], restoring->hashes[i]);
    }
}

static void restore_leads(void *context, const struct log_record *records, int count)
{
    struct restoring *restoring = context;
    struct fold *fold = restoring->fold;
    restoring->restored->rows += (uint64_t)count;
    restoring->rows = records;
    restoring->row_count = count;
    restoring->hashes = memory_grow(restoring->hashes, &restoring->hash_capacity, (size_t)count, sizeof *restoring->hashes);
    for (int i = 0; i < count; i++)
        restoring->hashes[i] = lead_json_hash(records[i].key);
    if (count >= WORTH_WAKING)
        pool_run(fold->pool, restore_shard, restoring);
    else
        for (int i = 0; i < fold->shard_count; i++)
            restore_shard(restoring, i);
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

static bool is_snapshot(const struct log_record *record)
{
    for (int i = 0; i < record->header_count; i++)
        if (text_equal(record->headers[i].name, TEXT("type")) && !text_equal(record->headers[i].value, TEXT("snapshot")))
            return false; /* alerts may share the topic */
    return true;
}

static void restore_snapshots(void *context, const struct log_record *records, int count)
{
    struct restoring *restoring = context;
    for (int i = 0; i < count; i++) {
        if (!is_snapshot(&records[i]))
            continue;
        uint32_t key = names_number(restoring->keys, records[i].key);
        size_t before = restoring->digest_capacity;
        restoring->digests = memory_grow(restoring->digests, &restoring->digest_capacity, key + 1, sizeof *restoring->digests);
        if (restoring->digest_capacity > before)
            memset(restoring->digests + before, 0, (restoring->digest_capacity - before) * sizeof *restoring->digests);
        restoring->digests[key] = digest_of(&records[i]);
    }
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
    restoring.shards = memory_new((size_t)fold->shard_count * sizeof *restoring.shards);
    for (int i = 0; i < fold->shard_count; i++)
        restoring.shards[i].reader = lead_reader_new(fold->settings);
    restoring.keys = names_new(UINT32_MAX);
    enum log_status status = log->ops->restore(log, LOG_CHECKPOINT, restore_checkpoint, &restoring);
    if (status == LOG_OK)
        status = log->ops->restore(log, LOG_LEADS_CHANGELOG, restore_leads, &restoring);
    if (status == LOG_OK)
        status = log->ops->restore(log, LOG_SNAPSHOTS, restore_snapshots, &restoring);
    if (status == LOG_OK)
        settle(&restoring);
    for (int i = 0; i < fold->shard_count; i++) {
        restored->unread_rows += restoring.shards[i].unread_rows;
        lead_reader_free(restoring.shards[i].reader);
    }
    free(restoring.shards);
    free(restoring.hashes);
    names_free(restoring.keys);
    free(restoring.digests);
    return status;
}
