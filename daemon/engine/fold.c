#include "fold.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "../core/snapshot.h"

enum {
    PREFETCH_SLOT = 16,      /* events ahead: about the time two lines of memory need to come one after the other */
    PREFETCH_LEAD = 8,
};

/* By the thread that will use it, so that their memory lies apart. */
static void make_shard(void *context, int shard)
{
    struct fold *fold = context;
    fold->shards[shard] = ledger_new(&fold->definition);
}

void fold_init(struct fold *fold, const struct settings *settings, struct pool *pool, bool changelog)
{
    *fold = (struct fold){.settings = settings, .pool = pool, .shard_count = pool_threads(pool)};
    fold->definition = (struct ledger_definition){
        .funnel_count = settings->funnel_count,
        .funnels = settings->funnels,
        .dimension_count = settings->dimension_count,
        .dimensions = settings->dimensions,
        .slice_s = settings->zone.slice_s,
        .names_oldest = settings->show_leads,
        .forgets = settings->retention_s >= 0,
        .no_changelog = !changelog,
    };
    fold->shards = memory_new((size_t)fold->shard_count * sizeof *fold->shards);
    pool_run(pool, make_shard, fold);
    fold->board = board_new(&fold->definition, &settings->zone, fold->shard_count);
    fold->last_event_at = memory_new((size_t)settings->funnel_count * sizeof *fold->last_event_at);
    for (int f = 0; f < settings->funnel_count; f++)
        fold->last_event_at[f] = TIME_NONE;
}

void fold_free(struct fold *fold)
{
    pool_settle(fold->pool);
    for (int i = 0; i < fold->shard_count; i++)
        ledger_free(fold->shards[i]);
    free(fold->shards);
    board_free(fold->board);
    free(fold->last_event_at);
    free(fold->batch.events);
    free(fold->applied.events);
}

int fold_shard_number(const struct fold *fold, uint64_t lead_hash)
{
    return (int)((lead_hash >> 32) * (uint64_t)fold->shard_count >> 32);
}

struct ledger *fold_shard(const struct fold *fold, uint64_t lead_hash)
{
    return fold->shards[fold_shard_number(fold, lead_hash)];
}

void fold_add(struct fold *fold, const struct event *event, int64_t bound)
{
    struct fold_batch *batch = &fold->batch;
    batch->events = memory_grow(batch->events, &batch->capacity, batch->count + 1, sizeof *batch->events);
    batch->events[batch->count++] = (struct fold_event){event, event->lead_hash, bound};
    for (int i = 0; i < event->move_count; i++)
        if (event->at > fold->last_event_at[event->moves[i].funnel])
            fold->last_event_at[event->moves[i].funnel] = event->at;
}

/* One shard's part of the batch, in the batch's order. */
static void apply_shard(void *context, int shard)
{
    struct fold *fold = context;
    struct ledger *ledger = fold->shards[shard];
    const struct fold_event *events = fold->applied.events;
    size_t count = fold->applied.count;
    for (size_t i = 0; i < count; i++) {
        if (i + PREFETCH_SLOT < count)
            ledger_prefetch_slot(ledger, events[i + PREFETCH_SLOT].lead_hash);
        if (i + PREFETCH_LEAD < count && fold_shard_number(fold, events[i + PREFETCH_LEAD].lead_hash) == shard)
            ledger_prefetch_lead(ledger, events[i + PREFETCH_LEAD].lead_hash);
        if (fold_shard_number(fold, events[i].lead_hash) == shard)
            ledger_apply(ledger, events[i].event, events[i].bound);
    }
}

void fold_apply(struct fold *fold)
{
    pool_settle(fold->pool); /* the one before it */
    struct fold_batch batch = fold->batch;
    fold->batch = fold->applied;
    fold->batch.count = 0;
    fold->applied = batch;
    fold->applied_count += batch.count;
    if (batch.count > 0)
        pool_leave(fold->pool, batch.count, apply_shard, fold);
}

void fold_settle(struct fold *fold)
{
    fold_apply(fold);
    pool_settle(fold->pool);
}

static void count_shard(void *context, int shard)
{
    struct fold *fold = context;
    if (fold->bound != TIME_NONE)
        ledger_forget(fold->shards[shard], fold->bound);
    ledger_deltas(fold->shards[shard]);
}

void fold_tick(struct fold *fold, int64_t tick, int64_t bound)
{
    fold_apply(fold);
    fold->bound = bound;
    pool_run_for(fold->pool, fold->applied_count, count_shard, fold);
    fold->applied_count = 0;
    for (int i = 0; i < fold->shard_count; i++)
        board_merge(fold->board, i, fold->shards[i]);
    board_tick(fold->board, tick, bound);
}

static int oldest_of(struct fold *fold, int funnel, int step, const struct breakdown *breakdown, const struct text *values, struct ledger_open *out)
{
    struct ledger_open *all = memory_new((size_t)fold->shard_count * SNAPSHOT_OLDEST_MAX * sizeof *all);
    int count = 0;
    for (int i = 0; i < fold->shard_count; i++)
        count += ledger_oldest(fold->shards[i], funnel, step, breakdown, values, SNAPSHOT_OLDEST_MAX, all + count);
    if (count > 1)
        qsort(all, (size_t)count, sizeof *all, ledger_open_order);
    if (count > SNAPSHOT_OLDEST_MAX)
        count = SNAPSHOT_OLDEST_MAX;
    for (int i = 0; i < count; i++)
        out[i] = all[i];
    free(all);
    return count;
}

int fold_oldest(void *fold, int funnel, int step, struct ledger_open *out)
{
    return oldest_of(fold, funnel, step, NULL, NULL, out);
}

int fold_oldest_in(void *context, const struct board_group *group, int step, struct ledger_open *out)
{
    struct fold *fold = context;
    const struct breakdown *breakdown = group->breakdown >= 0 ? &board_funnel(fold->board, group)->breakdowns[group->breakdown] : NULL;
    return oldest_of(fold, group->funnel, step, breakdown, group->values, out);
}

uint64_t fold_lead_count(const struct fold *fold)
{
    uint64_t count = 0;
    for (int i = 0; i < fold->shard_count; i++)
        count += ledger_lead_count(fold->shards[i]);
    return count;
}

uint64_t fold_changed_count(const struct fold *fold)
{
    uint64_t count = 0;
    for (int i = 0; i < fold->shard_count; i++)
        count += ledger_changed_count(fold->shards[i]);
    return count;
}

uint64_t fold_lead_bytes(const struct fold *fold)
{
    uint64_t bytes = 0;
    for (int i = 0; i < fold->shard_count; i++)
        bytes += ledger_bytes(fold->shards[i]);
    return bytes;
}
