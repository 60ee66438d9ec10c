/* fold.h -- the application's state: leads in shards, sums on the board. Leads are sharded by a hash of their id, not by input partition, so a lead may
 * come over any partition or file. Between ticks shards fold on threads of their own; at a tick their deltas meet on the board. Sums are integers and commute:
 * the same bytes for any number of threads.
 * Threads: one thread owns a fold; it lends the pool's others. */
#ifndef FUNNELD_ENGINE_FOLD_H
#define FUNNELD_ENGINE_FOLD_H

#include "../core/board.h"
#include "../settings/settings.h"
#include "pool.h"

struct fold_event {
    const struct event *event;
    uint64_t lead_hash; /* the event's; here, so that other shards need not visit it */
    int64_t bound; /* leads whose last event lies before it are absent */
};

struct fold {
    const struct settings *settings;
    struct pool *pool;
    struct ledger_definition definition;
    int shard_count;
    struct ledger **shards;
    struct board *board;
    int64_t *last_event_at;   /* by funnel: the greatest `at` of an event counted there; TIME_NONE */
    struct fold_batch {
        struct fold_event *events;
        size_t count, capacity;
    } batch, applied;         /* admitted; and those before, which the pool may not have come to yet */
    size_t applied_count;     /* events since the last tick */
    int64_t bound;            /* of the tick at hand */
};

/* `changelog`: the leads that changed will be asked for. */
void fold_init(struct fold *fold, const struct settings *settings, struct pool *pool, bool changelog);
void fold_free(struct fold *fold);

/* Put an event on the batch; it must live until the batch is applied. */
void fold_add(struct fold *fold, const struct event *event, int64_t bound);

/* Apply the batch, with the pool's next run at the latest (pool_leave): its events must live until then. The one before it is applied now. */
void fold_apply(struct fold *fold);

/* Apply the batch now, and the one before it: whoever asks for leads calls it first. */
void fold_settle(struct fold *fold);

/* Move to the tick T: leads and windows before `bound` go, deltas meet on the board. The batch is applied before. */
void fold_tick(struct fold *fold, int64_t tick, int64_t bound);

/* The open leads that stand longest at a step, over all shards; as snapshot_make asks for them. */
int fold_oldest(void *fold, int funnel, int step, struct ledger_open *out);

/* The same in a group of the board; as alerts_step asks for them. */
int fold_oldest_in(void *fold, const struct board_group *group, int step, struct ledger_open *out);

int fold_shard_number(const struct fold *fold, uint64_t lead_hash);
struct ledger *fold_shard(const struct fold *fold, uint64_t lead_hash);
uint64_t fold_lead_count(const struct fold *fold);
uint64_t fold_changed_count(const struct fold *fold); /* leads, as ledger_changed_count */
uint64_t fold_lead_bytes(const struct fold *fold);

#endif
