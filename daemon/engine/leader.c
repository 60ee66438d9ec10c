#include "leader.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../log/operator_log.h"
#include "../log/service.h"
#include "bound.h"
#include "convert.h"
#include "intake.h"
#include "outcomes.h"
#include "outputs.h"
#include "restore.h"
#include "ticks.h"

enum {
    BLOCK_RECORDS = 1 << 16,   /* read ahead at once, over all partitions */
    BLOCK_LEAST = 1 << 10,     /* of one partition */
    COMMIT_EVENTS = 200000,    /* folded between two commits at most, about */
    COMMIT_MS = 1000,          /* and so long after the first of them at most */
    TELL_MS = 60000,           /* between two words to the operator about dead letters */
    BEHIND_MS = 10000,         /* ticks this far behind the wall clock are not worth a commit each */
    WAIT_MS = 100,             /* for news, at most: ticks by the wall clock need a look now and then */
};

struct input { /* one partition */
    struct log_partition name;
    struct intake intake;
    struct log_block block;      /* being taken from; count 0: none */
    struct convert convert;
    int64_t offset;              /* the next one not wholly taken; -1: from the start */
    int64_t greatest_at;         /* of what was taken; TIME_NONE */
    int64_t watermark_ms;        /* likewise, or by the wall clock */
};

struct leader { /* one reign: from election to its end; thrown away after any doubt */
    const struct settings *settings;
    struct log *log;
    const struct log_ops *ops;
    struct pool *pool;
    struct fold fold;
    struct publisher *publisher;
    struct outputs outputs;      /* its status is the leader's: the first trouble met */
    struct outcomes outcomes;
    struct ticks ticks;
    int input_count;
    struct input *inputs;
    int64_t generation, last_tick_ms;
    uint64_t pending;            /* elements taken since the last commit */
    int64_t pending_since_ms;
    uint64_t letters_told[FAULT_COUNT]; /* what the operator has heard of */
    int64_t told_ms;
};

static int64_t steady_ms(const struct leader *leader)
{
    return leader->ops->steady_ms(leader->log);
}

/* Everything that changed, and how far the input was read, or nothing. */
static void commit(struct leader *leader)
{
    struct checkpoint checkpoint = {.generation = leader->generation, .config = leader->settings->hash, .last_tick_ms = leader->last_tick_ms,
                                    .last_event_at = leader->fold.last_event_at, .partition_count = leader->input_count};
    checkpoint.partitions = memory_new((size_t)leader->input_count * sizeof *checkpoint.partitions);
    for (int i = 0; i < leader->input_count; i++) {
        const struct input *input = &leader->inputs[i];
        checkpoint.partitions[i] = (struct checkpoint_partition){input->name.topic, input->name.partition, input->offset, input->greatest_at, input->watermark_ms};
    }
    outputs_leads(&leader->outputs, &leader->fold);
    outputs_commit(&leader->outputs, &checkpoint);
    free(checkpoint.partitions);
    leader->pending = 0;
}

/* ---- input ---- */

static void release(struct leader *leader, struct input *input)
{
    if (input->block.count > 0)
        leader->ops->release(leader->log, &input->block);
    input->block.count = 0;
}

/* Read where nothing is left to take; at a partition's end the wall clock moves its watermark. */
static void read_inputs(struct leader *leader)
{
    int most = BLOCK_RECORDS / (leader->input_count > 0 ? leader->input_count : 1);
    for (int i = 0; i < leader->input_count && leader->outputs.status == LOG_OK; i++) {
        struct input *input = &leader->inputs[i];
        if (!intake_is_empty(&input->intake))
            continue;
        release(leader, input);
        leader->outputs.status = leader->ops->read(leader->log, i, most > BLOCK_LEAST ? most : BLOCK_LEAST, &input->block);
        if (leader->outputs.status != LOG_OK)
            return;
        if (input->block.count > 0) {
            intake_fill(&input->intake, convert_records(&input->convert, input->block.records, input->block.count, input->name.topic), input->block.count);
            leader->outcomes.records += (uint64_t)input->block.count;
            continue;
        }
        int64_t end_seen_ms = leader->ops->end_seen_ms(leader->log, i, input->offset);
        if (end_seen_ms == INT64_MIN)
            continue;
        intake_advance(&input->intake, end_seen_ms - leader->settings->out_of_orderness_s * 1000);
        input->watermark_ms = input->intake.watermark_ms;
    }
}

static void take(struct leader *leader, struct input *input, const struct intake_item *item)
{
    leader->outcomes.events++;
    leader->outcomes.ignored += item->decoded->ignored;
    if (item->admitted) {
        leader->outcomes.counted++;
        fold_add(&leader->fold, &item->decoded->event, item->bound);
    }
    if (item->letter) {
        outputs_letter(&leader->outputs, &input->name, &input->block.records[item->record], item->faulty);
        outcomes_fault(&leader->outcomes, item->faulty->fault, item->faulty->decoded->value);
    }
    if (item->ends_record)
        input->offset = input->block.records[item->record].offset + 1;
    input->greatest_at = item->greatest_at;
    input->watermark_ms = item->watermark_ms;
    if (leader->pending++ == 0)
        leader->pending_since_ms = steady_ms(leader);
}

/* Take from every partition what lies before the cut. Returns how much. */
static uint64_t take_to(struct leader *leader, int64_t cut_ms)
{
    uint64_t taken = 0;
    for (int i = 0; i < leader->input_count; i++) {
        const struct intake_item *item;
        while ((item = intake_take(&leader->inputs[i].intake, cut_ms)) != NULL) {
            take(leader, &leader->inputs[i], item);
            taken++;
        }
    }
    fold_apply(&leader->fold);
    return taken;
}

/* The daemon's watermark once everything read is taken: the least over the partitions. TIME_NONE: some partition is not known yet. */
static int64_t watermark_ahead(const struct leader *leader)
{
    int64_t least = TIME_NEVER;
    for (int i = 0; i < leader->input_count; i++)
        if (leader->inputs[i].intake.watermark_ms < least)
            least = leader->inputs[i].intake.watermark_ms;
    return least == TIME_NEVER ? TIME_NONE : least;
}

static int64_t least_bound(const struct leader *leader)
{
    int64_t greatest_at = TIME_NONE;
    for (int i = 0; i < leader->input_count; i++)
        greatest_at = bound_lesser(greatest_at, leader->inputs[i].greatest_at);
    return bound_of(leader->settings, greatest_at);
}

/* Operators hear of dead letters once a minute, and at the end. */
static void tell_letters(struct leader *leader, bool now)
{
    if (!now && steady_ms(leader) - leader->told_ms < TELL_MS)
        return;
    leader->told_ms = steady_ms(leader);
    for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
        uint64_t count = leader->outcomes.faults[fault];
        if (count == leader->letters_told[fault])
            continue;
        const struct outcome_value *most = outcomes_most_frequent(&leader->outcomes, (enum fault)fault);
        struct operator_field fields[] = {{"word", fault_word((enum fault)fault), 0}, {"more", NULL, (int64_t)(count - leader->letters_told[fault])},
                                          {"since_leading", NULL, (int64_t)count}, {most != NULL ? "most_often" : NULL, most != NULL ? most->text : "", 0}, {0}};
        operator_log_with(OPERATOR_WARN, leader->settings->dead_letters_topic, fields, "more dead letters: events that cannot be counted as they are");
        leader->letters_told[fault] = count;
    }
}

/* ---- the cycle ---- */

static bool commit_is_due(const struct leader *leader)
{
    return leader->pending >= COMMIT_EVENTS || (leader->pending > 0 && steady_ms(leader) - leader->pending_since_ms >= COMMIT_MS);
}

static bool is_catching_up(const struct leader *leader, int64_t tick_ms)
{
    int64_t usual_ms = leader->settings->out_of_orderness_s * 1000 + leader->ticks.every_ms;
    return leader->pending > 0 && leader->ops->now_ms(leader->log) - tick_ms > usual_ms + BEHIND_MS;
}

/* One turn: read, take up to the last tick that is due and publish there, or take what lies before the next one. Returns whether there was anything to do. */
static bool turn(struct leader *leader)
{
    read_inputs(leader);
    if (leader->outputs.status != LOG_OK)
        return false;
    int64_t ahead_ms = watermark_ahead(leader);
    int64_t tick_ms = ahead_ms != TIME_NONE ? ticks_last(&leader->ticks, ahead_ms) : TIME_NONE;
    if (tick_ms > leader->last_tick_ms) {
        uint64_t taken = take_to(leader, tick_ms);
        leader->last_tick_ms = tick_ms;
        if (is_catching_up(leader, tick_ms) && !commit_is_due(leader))
            return true; /* of several due ticks only the last is published; past this one, so that what lies behind it is taken and more is read */
        int64_t tick_s = time_floor(tick_ms, 1000) / 1000;
        fold_tick(&leader->fold, tick_s, least_bound(leader));
        uint64_t published = publisher_publish(leader->publisher, tick_s, PUBLISH_CHANGED, outputs_snapshot, &leader->outputs);
        if (leader->pending > 0 || published > 0)
            commit(leader);
        return taken > 0 || published > 0;
    }
    uint64_t taken = take_to(leader, leader->last_tick_ms == TIME_NONE ? INTAKE_CUT_FIRST : ticks_after(&leader->ticks, leader->last_tick_ms));
    if (commit_is_due(leader))
        commit(leader);
    return taken > 0;
}

static void wait_for_news(struct leader *leader)
{
    bool *wanted = memory_new((size_t)leader->input_count + 1);
    for (int i = 0; i < leader->input_count; i++)
        wanted[i] = intake_is_empty(&leader->inputs[i].intake);
    int64_t timeout_ms = leader->ticks.every_ms < WAIT_MS ? leader->ticks.every_ms : WAIT_MS;
    leader->ops->wait(leader->log, wanted, (int)timeout_ms);
    free(wanted);
}

/* ---- a reign ---- */

static void open_inputs(struct leader *leader, const struct checkpoint *checkpoint)
{
    const struct log_partition *partitions;
    leader->input_count = leader->ops->partitions(leader->log, &partitions);
    leader->inputs = memory_new((size_t)leader->input_count * sizeof *leader->inputs);
    for (int i = 0; i < leader->input_count; i++) {
        struct input *input = &leader->inputs[i];
        input->name = partitions[i];
        input->offset = -1;
        input->greatest_at = input->watermark_ms = TIME_NONE;
        intake_init(&input->intake, leader->settings, leader->pool, TIME_NEVER, (struct intake_limits){TIME_NONE, TIME_NEVER, TIME_NEVER});
        for (int p = 0; checkpoint != NULL && p < checkpoint->partition_count; p++) {
            const struct checkpoint_partition *known = &checkpoint->partitions[p];
            if (known->partition != input->name.partition || !text_equal(text_of(known->topic), text_of(input->name.topic)))
                continue;
            input->offset = known->offset;
            input->greatest_at = input->intake.greatest_at = known->greatest_at;
            input->watermark_ms = input->intake.watermark_ms = known->watermark_ms;
        }
    }
}

static enum log_status take_office(struct leader *leader)
{
    int64_t started_ms = steady_ms(leader);
    struct restored restored;
    service_status("took the lead of %s, restoring", leader->settings->application);
    enum log_status status = restore_all(leader->log, &leader->fold, leader->publisher, &restored);
    if (status != LOG_OK)
        return status;
    const struct checkpoint *checkpoint = restored.checkpoint;
    open_inputs(leader, checkpoint);
    leader->generation = checkpoint != NULL ? checkpoint->generation : 1;
    leader->last_tick_ms = checkpoint != NULL ? checkpoint->last_tick_ms : TIME_NONE;
    if (checkpoint != NULL && checkpoint->config != leader->settings->hash)
        operator_log(OPERATOR_INFO, "engine", "the configuration has changed: counts are folded anew from what is known about the leads");
    if (restored.unread_rows > 0)
        operator_log(OPERATOR_WARN, "engine", "%" PRIu64 " rows of the changelog are not what this program writes; they are left out", restored.unread_rows);
    struct operator_field fields[] = {{"leads", NULL, (int64_t)fold_lead_count(&leader->fold)}, {"rows", NULL, (int64_t)restored.rows},
                                      {"restored_ms", NULL, steady_ms(leader) - started_ms}, {"partitions", NULL, leader->input_count}, {0}};
    operator_log_with(OPERATOR_INFO, leader->settings->application, fields, "leading %s, all restored", leader->settings->application);
    checkpoint_free(restored.checkpoint);
    struct log_position *positions = memory_new((size_t)leader->input_count * sizeof *positions);
    for (int i = 0; i < leader->input_count; i++)
        positions[i] = (struct log_position){i, leader->inputs[i].offset};
    status = leader->ops->start(leader->log, positions, leader->input_count);
    free(positions);
    if (status == LOG_OK)
        service_ready("leading %s, %" PRIu64 " leads restored", leader->settings->application, fold_lead_count(&leader->fold));
    return status;
}

static enum log_status reign(const struct settings *settings, struct log *log, struct pool *pool, const atomic_bool *stopping)
{
    struct leader leader = {.settings = settings, .log = log, .ops = log->ops, .pool = pool, .outputs = {.settings = settings, .log = log}};
    leader.ticks = (struct ticks){settings->every_ms, settings->zone.slice_s * 1000};
    fold_init(&leader.fold, settings, pool, true);
    leader.publisher = publisher_new(&leader.fold);
    leader.outputs.status = take_office(&leader);
    leader.told_ms = steady_ms(&leader);
    while (leader.outputs.status == LOG_OK && !atomic_load(stopping)) {
        if (!turn(&leader) && leader.outputs.status == LOG_OK)
            wait_for_news(&leader);
        tell_letters(&leader, false);
        service_alive();
    }
    tell_letters(&leader, true);
    if (leader.outputs.status == LOG_OK) {
        if (leader.pending > 0)
            commit(&leader); /* what was taken is finished; what was only read is read again */
        if (leader.outputs.status == LOG_OK)
            leader.outputs.status = LOG_STOPPED;
    }
    enum log_status status = leader.outputs.status;
    for (int i = 0; i < leader.input_count; i++) {
        release(&leader, &leader.inputs[i]);
        intake_free(&leader.inputs[i].intake);
        convert_free(&leader.inputs[i].convert);
    }
    free(leader.inputs);
    outputs_free(&leader.outputs);
    outcomes_free(&leader.outcomes);
    publisher_free(leader.publisher);
    fold_free(&leader.fold);
    return status;
}

enum log_status leader_run(const struct settings *settings, struct log *log, int threads, const atomic_bool *stopping)
{
    struct pool *pool = pool_new(threads);
    enum log_status status;
    do {
        status = log->ops->lead(log);
        if (status == LOG_OK)
            status = reign(settings, log, pool, stopping);
        if (status == LOG_FENCED)
            operator_log(OPERATOR_WARN, "engine", "another process leads now; standing by");
        else if (status == LOG_ABORTED)
            operator_log(OPERATOR_WARN, "engine", "%s; restoring from the last commit", log->ops->error(log));
    } while ((status == LOG_ABORTED || status == LOG_FENCED) && !atomic_load(stopping));
    pool_free(pool);
    return status == LOG_FAILED ? LOG_FAILED : LOG_STOPPED;
}
