#include "oracle.h"

#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/engine/bound.h"
#include "../../daemon/engine/intake.h"
#include "../../daemon/engine/publisher.h"
#include "../../daemon/wire/lead_json.h"

struct asking {
    struct oracle *oracle;
    const struct settings *settings;
    const struct lead_names *names;
    struct buffer value;
};

static void see_snapshot(void *context, struct text key, struct text value, uint64_t digest)
{
    struct oracle *oracle = ((struct asking *)context)->oracle;
    if (value.data == NULL)
        return;
    oracle->snapshots = memory_grow(oracle->snapshots, &oracle->snapshot_capacity, oracle->snapshot_count + 1, sizeof *oracle->snapshots);
    oracle->snapshots[oracle->snapshot_count++] = (struct oracle_said){.key = arena_copy(&oracle->arena, key), .value = arena_copy(&oracle->arena, value), .digest = digest};
}

static void see_row(void *context, const struct ledger_lead *lead)
{
    struct asking *asking = context;
    struct oracle *oracle = asking->oracle;
    if (lead->forgotten)
        return;
    asking->value.length = 0;
    lead_json_write(&asking->value, asking->settings, asking->names, lead);
    oracle->rows = memory_grow(oracle->rows, &oracle->row_capacity, oracle->row_count + 1, sizeof *oracle->rows);
    oracle->rows[oracle->row_count++] = (struct oracle_said){
        .key = arena_copy(&oracle->arena, lead->id),
        .value = arena_copy(&oracle->arena, (struct text){asking->value.data, asking->value.length}),
    };
}

static void take_all(struct oracle *oracle, struct fold *fold, struct intake *intake, const struct oracle_input *input, int number)
{
    const struct intake_item *item;
    while ((item = intake_take(intake, TIME_NEVER)) != NULL) {
        if (item->admitted)
            fold_add(fold, &item->decoded->event, item->bound);
        if (!item->letter)
            continue;
        oracle->letters = memory_grow(oracle->letters, &oracle->letter_capacity, oracle->letter_count + 1, sizeof *oracle->letters);
        oracle->letters[oracle->letter_count++] = (struct oracle_letter){number, input->records[item->record].offset, fault_word(item->faulty->fault)};
    }
    fold_apply(fold);
}

static int by_key(const void *a, const void *b)
{
    return text_compare(((const struct oracle_said *)a)->key, ((const struct oracle_said *)b)->key);
}

const struct oracle_said *oracle_find(const struct oracle_said *list, size_t count, struct text key)
{
    struct oracle_said wanted = {.key = key};
    return count > 0 ? bsearch(&wanted, list, count, sizeof *list, by_key) : NULL;
}

void oracle_ask(struct oracle *oracle, const struct settings *settings, struct pool *pool, const struct oracle_input *inputs, int count, int64_t tick_s)
{
    *oracle = (struct oracle){0};
    struct fold fold;
    fold_init(&fold, settings, pool, true);
    struct publisher *publisher = publisher_new(&fold);
    int64_t greatest_at = TIME_NONE;
    for (int i = 0; i < count; i++) {
        struct intake intake;
        intake_init(&intake, settings, pool, TIME_NEVER, (struct intake_limits){TIME_NONE, TIME_NEVER, TIME_NEVER});
        intake_fill(&intake, inputs[i].records, inputs[i].count, inputs[i].topic);
        take_all(oracle, &fold, &intake, &inputs[i], i);
        greatest_at = bound_lesser(greatest_at, intake.greatest_at);
        intake_free(&intake);
    }
    fold_tick(&fold, tick_s, bound_of(settings, greatest_at));
    struct asking asking = {.oracle = oracle, .settings = settings, .names = ledger_names(fold.shards[0])};
    publisher_publish(publisher, tick_s, PUBLISH_ALL, see_snapshot, &asking);
    ledger_each_changed(fold.shards[0], SIZE_MAX, see_row, &asking);
    if (oracle->snapshot_count > 0)
        qsort(oracle->snapshots, oracle->snapshot_count, sizeof *oracle->snapshots, by_key);
    if (oracle->row_count > 0)
        qsort(oracle->rows, oracle->row_count, sizeof *oracle->rows, by_key);
    free(asking.value.data);
    publisher_free(publisher);
    fold_free(&fold);
}

void oracle_free(struct oracle *oracle)
{
    arena_free(&oracle->arena);
    free(oracle->snapshots);
    free(oracle->rows);
    free(oracle->letters);
}
