/* oracle.h -- what the application should say: the events that committed transactions rest on, folded afresh, in one go, by the engine's own parts but
 * without a log. Threads: one. */
#ifndef FUNNELD_TESTS_ORACLE_H
#define FUNNELD_TESTS_ORACLE_H

#include "../../daemon/engine/pool.h"
#include "../../daemon/log/log.h"
#include "../../daemon/settings/settings.h"
#include "../../daemon/wire/arena.h"

struct oracle_input { /* one partition */
    const char *topic;
    int count;
    struct log_record *records;
};

struct oracle_said { struct text key, value; uint64_t digest; }; /* digest: of snapshots only */
struct oracle_letter { int input; int64_t offset; const char *word; };

struct oracle { /* all in its arena; lists sorted by key, letters by place */
    struct arena arena;
    size_t snapshot_count, snapshot_capacity, row_count, row_capacity, letter_count, letter_capacity;
    struct oracle_said *snapshots; /* in which something counts, as of the tick */
    struct oracle_said *rows;      /* of the leads that are known */
    struct oracle_letter *letters;
};

/* `tick_s`: the snapshots' moment. */
void oracle_ask(struct oracle *oracle, const struct settings *settings, struct pool *pool, const struct oracle_input *inputs, int count, int64_t tick_s);
void oracle_free(struct oracle *oracle);

const struct oracle_said *oracle_find(const struct oracle_said *list, size_t count, struct text key);

#endif
