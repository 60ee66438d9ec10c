#include "restore.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "../wire/lead_json.h"
#include "bound.h"
#include "latest.h"
#include "outputs.h"
#include "published.h"

enum { PREFETCH_SLOT = 16, PREFETCH_LEAD = 8 }; /* as in fold.c */

struct restoring_row { const struct log_record *record; uint64_t hash; };

struct shard { /* what one thread reads rows with */
    struct lead_reader *reader;
    struct restoring_row *rows; /* its own of the block at hand, in their order: a lead's rows are all of one shard */
    size_t row_count, row_capacity;
    uint64_t unread_rows;
    struct unknowns unread, unknowns;
};

struct restoring {
    struct fold *fold;
    struct publisher *publisher;
    struct restored *restored;
    struct shard *shards;    /* one for each of the fold's */
    struct published *published;
    struct latest alerts;    /* as last told */
};

struct checkpoint_seen { /* what lies on the checkpoint's topic */
    const struct settings *settings;
    struct checkpoint *last;
    bool unread;             /* one after it could not be read */
    struct latest *memory;   /* everything else; NULL: not asked for */
};

static void see_checkpoint(void *context, const struct log_record *records, int count)
{
    struct checkpoint_seen *seen = context;
    for (int i = 0; i < count; i++) {
        if (seen->memory != NULL && records[i].key.data != NULL && !text_equal(records[i].key, TEXT(CHECKPOINT_KEY)))
            latest_put(seen->memory, records[i].key, records[i].value);
        if (records[i].value.data == NULL || !text_equal(records[i].key, TEXT(CHECKPOINT_KEY)))
            continue;
        struct checkpoint *checkpoint = checkpoint_json_read(seen->settings, records[i].value);
        seen->unread = checkpoint == NULL;
        if (checkpoint == NULL)
            continue;
        checkpoint_free(seen->last);
        seen->last = checkpoint;
    }
}

enum log_status restore_checkpoint(struct log *log, const struct settings *settings, struct checkpoint **out)
{
    struct checkpoint_seen seen = {.settings = settings};
    enum log_status status = log->ops->restore(log, LOG_CHECKPOINT, see_checkpoint, &seen);
    *out = seen.last;
    return status;
}

/* What is not known wholly is written anew as far as it is, if the daemon goes on at all (changes.h). */
static void restore_lead(struct shard *shard, struct ledger *ledger, const struct log_record *row, uint64_t hash)
{
    struct ledger_lead lead = {.id = row->key, .forgotten = true};
    bool is_read = row->value.data == NULL || lead_json_read(shard->reader, row->key, row->value, ledger_names(ledger), &lead);
    struct text unnamed = is_read && row->value.data != NULL ? lead_reader_unnamed(shard->reader) : TEXT("");
    unknowns_see(&shard->unread, hash, is_read ? TEXT("") : TEXT("unread"));
    unknowns_see(&shard->unknowns, hash, unnamed);
    shard->unread_rows += !is_read;
    if (is_read && row->key.length >= 1 && row->key.length <= 255)
        ledger_restore(ledger, &lead, hash);
    if (!is_read || unnamed.length > 0)
        ledger_rewrite(ledger, row->key, hash);
}

static void restore_shard(void *context, int number)
{
    struct restoring *restoring = context;
    struct ledger *ledger = restoring->fold->shards[number];
    struct shard *shard = &restoring->shards[number];
    for (size_t i = 0; i < shard->row_count; i++) {
        if (i + PREFETCH_SLOT < shard->row_count)
            ledger_prefetch_slot(ledger, shard->rows[i + PREFETCH_SLOT].hash);
        if (i + PREFETCH_LEAD < shard->row_count)
            ledger_prefetch_lead(ledger, shard->rows[i + PREFETCH_LEAD].hash);
        restore_lead(shard, ledger, shard->rows[i].record, shard->rows[i].hash);
    }
    shard->row_count = 0;
}

static void restore_leads(void *context, const struct log_record *records, int count)
{
    struct restoring *restoring = context;
    restoring->restored->rows += (uint64_t)count;
    for (int i = 0; i < count; i++) {
        uint64_t hash = lead_json_hash(records[i].key);
        struct shard *shard = &restoring->shards[fold_shard_number(restoring->fold, hash)];
        shard->rows = memory_grow(shard->rows, &shard->row_capacity, shard->row_count + 1, sizeof *shard->rows);
        shard->rows[shard->row_count++] = (struct restoring_row){&records[i], hash};
    }
    pool_run_for(restoring->fold->pool, (size_t)count, restore_shard, restoring);
}

static void count_shard(void *context, int shard)
{
    struct ledger *ledger = ((struct fold *)context)->shards[shard];
    ledger_count_restored(ledger);
    ledger_deltas(ledger); /* so that the tick finds them in order */
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
    if (checkpoint != NULL) {
        memcpy(fold->last_event_at, checkpoint->last_event_at, (size_t)fold->settings->funnel_count * sizeof *fold->last_event_at);
        if (checkpoint->last_tick_ms != TIME_NONE)
            fold_tick(fold, time_floor(checkpoint->last_tick_ms, 1000) / 1000, least_bound(fold->settings, checkpoint));
    }
    published_tell(restoring->published, restoring->publisher);
}

/* ---- alerts ---- */

static void see_alerts(void *context, const struct log_record *records, int count)
{
    struct restoring *restoring = context;
    for (int i = 0; i < count; i++)
        if (records[i].key.data != NULL && !text_equal(log_header_value(&records[i], TEXT("type")), TEXT("snapshot")) && /* a topic may be that of both */
            !log_is_foreign(&records[i], restoring->fold->settings->application))
            latest_put(&restoring->alerts, records[i].key, records[i].value);
}

static void see_both(void *context, const struct log_record *records, int count)
{
    published_see(((struct restoring *)context)->published, records, count);
    see_alerts(context, records, count);
}

static enum log_status restore_told(struct log *log, struct restoring *restoring)
{
    const struct settings *settings = restoring->fold->settings;
    if (strcmp(settings->snapshots_topic, settings->alerts_topic) == 0)
        return log->ops->restore(log, LOG_SNAPSHOTS, see_both, restoring);
    enum log_status status = log->ops->restore(log, LOG_SNAPSHOTS, published_see, restoring->published);
    return status == LOG_OK ? log->ops->restore(log, LOG_ALERTS, see_alerts, restoring) : status;
}

static void tell_alert(void *alerting, struct text key, struct text value)
{
    (void)key;
    alerting_restore(alerting, value);
}

static void tell_memory(void *alerting, struct text key, struct text value)
{
    alerting_restore_memory(alerting, key, value);
}

enum log_status restore_all(struct log *log, struct fold *fold, struct publisher *publisher, struct alerting *alerting, struct restored *restored)
{
    *restored = (struct restored){0};
    struct latest memory = {0};
    struct checkpoint_seen seen = {.settings = fold->settings, .memory = &memory};
    struct restoring restoring = {.fold = fold, .publisher = publisher, .restored = restored};
    restoring.shards = memory_new((size_t)fold->shard_count * sizeof *restoring.shards);
    for (int i = 0; i < fold->shard_count; i++)
        restoring.shards[i].reader = lead_reader_new(fold->settings);
    restoring.published = published_new(fold->settings->application);
    enum log_status status = log->ops->restore(log, LOG_CHECKPOINT, see_checkpoint, &seen);
    restored->checkpoint = seen.last;
    restored->checkpoint_unread = seen.unread;
    if (status == LOG_OK)
        status = log->ops->restore(log, LOG_LEADS_CHANGELOG, restore_leads, &restoring);
    if (status == LOG_OK)
        status = restore_told(log, &restoring);
    if (status == LOG_OK) {
        settle(&restoring);
        latest_each(&restoring.alerts, tell_alert, alerting);
        latest_each(&memory, tell_memory, alerting);
    }
    for (int i = 0; i < fold->shard_count; i++) {
        restored->unread_rows += restoring.shards[i].unread_rows;
        unknowns_merge(&restored->unread, &restoring.shards[i].unread);
        unknowns_merge(&restored->unknowns, &restoring.shards[i].unknowns);
        unknowns_free(&restoring.shards[i].unread);
        unknowns_free(&restoring.shards[i].unknowns);
        lead_reader_free(restoring.shards[i].reader);
        free(restoring.shards[i].rows);
    }
    free(restoring.shards);
    published_free(restoring.published);
    latest_free(&restoring.alerts);
    latest_free(&memory);
    return status;
}
