#include "rebuild.h"

#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../host/clock.h"
#include "../wire/lead_json.h"
#include "feed.h"
#include "outputs.h"
#include "published.h"
#include "publisher.h"
#include "restore.h"
#include "ticks.h"

enum { BLOCK_RECORDS = 8192, WAIT_MS = 100 };

struct past { /* a partition on the way to where the application has come */
    struct history *history;
    struct intake intake;
    const struct log_record *records;
    int64_t offset, greatest_at; /* of what was taken, as in a feed */
    bool ended;
};

struct rebuild {
    const struct settings *settings;
    const struct rebuild_options *options;
    struct rebuild_figures *figures;
    struct log *log;
    struct pool *pool;
    struct fold fold;
    struct publisher *publisher;
    struct outputs outputs;
    struct feed feed;
    struct ticks ticks;
    int past_count;
    struct past *pasts;
    struct checkpoint *former;   /* what the former leader has committed; NULL: nothing */
    int64_t tick_ms;
};

static enum log_status fail(struct rebuild *rebuild, enum log_status status, const char *text)
{
    snprintf(rebuild->figures->error, sizeof rebuild->figures->error, "%s", text);
    return status;
}

static bool is_stopping(const struct rebuild *rebuild)
{
    return rebuild->options->stopping != NULL && atomic_load(rebuild->options->stopping);
}

static void report(const struct rebuild *rebuild, const char *doing)
{
    if (rebuild->options->progress == NULL)
        return;
    struct rebuild_progress progress = {.doing = doing, .events = rebuild->figures->outcomes.events, .reached = TIME_NONE};
    for (int i = 0; i < rebuild->past_count; i++) {
        const struct past *past = &rebuild->pasts[i];
        progress.position += past->history->ops->position(past->history);
        progress.size += past->history->ops->size(past->history);
        if (past->greatest_at > progress.reached)
            progress.reached = past->greatest_at;
    }
    rebuild->options->progress(rebuild->options->context, &progress);
}

static void count(struct rebuild *rebuild, const struct intake_item *item)
{
    struct outcomes *outcomes = &rebuild->figures->outcomes;
    outcomes->events++;
    outcomes->ignored += item->decoded->ignored;
    if (item->letter)
        outcomes_fault(outcomes, item->faulty->fault, item->faulty->decoded->value);
    if (!item->admitted)
        return;
    outcomes->counted++;
    fold_add(&rebuild->fold, &item->decoded->event, item->bound);
}

/* ---- 1. what the application has committed ---- */

static void open_pasts(struct rebuild *rebuild, int history_count, struct history *const *histories)
{
    rebuild->past_count = history_count;
    rebuild->pasts = memory_new((size_t)history_count * sizeof *rebuild->pasts);
    for (int i = 0; i < history_count; i++) {
        struct past *past = &rebuild->pasts[i];
        *past = (struct past){.history = histories[i], .offset = -1, .greatest_at = TIME_NONE};
        intake_init(&past->intake, rebuild->settings, rebuild->pool, TIME_NEVER, (struct intake_limits){TIME_NONE, TIME_NEVER, TIME_NEVER});
    }
}

static void close_pasts(struct rebuild *rebuild)
{
    for (int i = 0; i < rebuild->past_count; i++)
        intake_free(&rebuild->pasts[i].intake);
    free(rebuild->pasts);
}

/* A block of one partition. False: it cannot be read. */
static bool read_past(struct rebuild *rebuild, struct past *past)
{
    int got = past->history->ops->read(past->history, BLOCK_RECORDS, &past->records);
    past->ended = got <= 0;
    if (got <= 0)
        return got == 0;
    rebuild->figures->outcomes.records += (uint64_t)got;
    intake_fill(&past->intake, past->records, got, past->history->topic);
    const struct intake_item *item;
    while ((item = intake_take(&past->intake, TIME_NEVER)) != NULL)
        count(rebuild, item);
    past->offset = past->records[got - 1].offset + 1;
    past->greatest_at = past->intake.greatest_at;
    fold_apply(&rebuild->fold); /* while the next block is decoded */
    return true;
}

/* All partitions in turn, so that all are fetched at once. `until_ms` (steady clock): the end of an attempt; INT64_MAX: none. */
static enum log_status read_pasts(struct rebuild *rebuild, int64_t until_ms)
{
    for (bool any = true; any && clock_steady_ms() < until_ms;) {
        any = false;
        for (int i = 0; i < rebuild->past_count; i++) {
            struct past *past = &rebuild->pasts[i];
            if (past->ended)
                continue;
            if (is_stopping(rebuild))
                return fail(rebuild, LOG_STOPPED, "stopped");
            if (!read_past(rebuild, past))
                return fail(rebuild, LOG_FAILED, past->history->ops->error(past->history));
            any = any || !past->ended;
        }
        report(rebuild, "reading");
    }
    return LOG_OK;
}

/* ---- 2. to 4. ---- */

static enum log_status judge(struct rebuild *rebuild, enum log_status status)
{
    if (status == LOG_OK)
        return LOG_OK;
    return fail(rebuild, status, status == LOG_STOPPED ? "stopped" : rebuild->log->ops->error(rebuild->log));
}

/* Where reading goes on: after what was folded. A watermark never goes back: where the former leader came to, it is what it was there. */
static enum log_status open_tail(struct rebuild *rebuild)
{
    struct checkpoint done = {.partition_count = rebuild->past_count};
    done.partitions = memory_new((size_t)rebuild->past_count * sizeof *done.partitions);
    for (int i = 0; i < rebuild->past_count; i++) {
        const struct past *past = &rebuild->pasts[i];
        done.partitions[i] = (struct checkpoint_partition){past->history->topic, past->history->partition, past->offset, past->greatest_at, past->intake.watermark_ms};
    }
    enum log_status status = feed_open(&rebuild->feed, rebuild->settings, rebuild->log, rebuild->pool, &done);
    if (status == LOG_OK && rebuild->former != NULL)
        feed_counts_again(&rebuild->feed, rebuild->former);
    free(done.partitions);
    return status;
}

static void take_to(struct rebuild *rebuild, int64_t cut_ms)
{
    for (int i = 0; i < rebuild->feed.count; i++) {
        struct feed_input *input = &rebuild->feed.inputs[i];
        const struct intake_item *item;
        bool counted = input->counted_to >= 0; /* by the former leader, whatever the cut (a changed out_of_orderness moves cuts), and its dead letters are there */
        while ((item = feed_take(input, counted ? TIME_NEVER : cut_ms)) != NULL) {
            count(rebuild, item);
            if (item->letter && !counted)
                outputs_letter(&rebuild->outputs, &input->name, feed_record(input, item), item->faulty);
        }
    }
}

/* Whether the tick is the last one that is due: whatever has not come as far as the next one has been read to its end. */
static bool has_caught_up(const struct rebuild *rebuild)
{
    int64_t next_ms = ticks_after(&rebuild->ticks, rebuild->tick_ms);
    for (int i = 0; i < rebuild->feed.count; i++)
        if (rebuild->feed.inputs[i].counted_to >= 0 || (!rebuild->feed.inputs[i].at_end && rebuild->feed.inputs[i].intake.watermark_ms < next_ms))
            return false;
    return true;
}

/* One turn, as the leader's, but that ticks are passed without a word. Returns whether the state stands at a tick with nothing left to read before it. */
static bool turn(struct rebuild *rebuild, enum log_status *status)
{
    uint64_t records = rebuild->feed.records;
    if (feed_is_hungry(&rebuild->feed))
        fold_apply(&rebuild->fold); /* what was taken, while the next blocks are decoded */
    *status = feed_read(&rebuild->feed);
    if (*status != LOG_OK)
        return false;
    int64_t ahead_ms = feed_watermark_ahead(&rebuild->feed);
    int64_t tick_ms = ahead_ms != TIME_NONE ? ticks_last(&rebuild->ticks, ahead_ms) : TIME_NONE;
    if (tick_ms > rebuild->tick_ms) {
        take_to(rebuild, tick_ms);
        rebuild->tick_ms = tick_ms;
        *status = rebuild->outputs.status;
        return has_caught_up(rebuild);
    }
    take_to(rebuild, rebuild->tick_ms == TIME_NONE ? INTAKE_CUT_FIRST : ticks_after(&rebuild->ticks, rebuild->tick_ms));
    *status = rebuild->outputs.status;
    if (*status == LOG_OK && rebuild->feed.records == records)
        feed_wait(&rebuild->feed, WAIT_MS);
    return false;
}

static enum log_status read_tail(struct rebuild *rebuild)
{
    rebuild->tick_ms = rebuild->former != NULL ? rebuild->former->last_tick_ms : TIME_NONE; /* the next ones come after it */
    enum log_status status = LOG_OK;
    bool done = false;
    while (status == LOG_OK && !done) {
        done = turn(rebuild, &status);
        report(rebuild, "catching up");
        if (is_stopping(rebuild))
            return fail(rebuild, LOG_STOPPED, "stopped");
    }
    rebuild->figures->outcomes.records += rebuild->feed.records;
    return judge(rebuild, status);
}

/* Leads that have a row and are not known any more. */
struct gone { struct fold *fold; struct names *leads; };

static void see_rows(void *context, const struct log_record *records, int record_count)
{
    struct gone *gone = context;
    for (int i = 0; i < record_count; i++) {
        if (records[i].value.data == NULL)
            continue;
        uint64_t hash = lead_json_hash(records[i].key);
        struct ledger_lead lead = ledger_find(fold_shard(gone->fold, hash), records[i].key, hash);
        if (lead.section_count == 0 && !lead.removed)
            names_number(gone->leads, records[i].key);
    }
}

static enum log_status write_gone(struct rebuild *rebuild)
{
    struct gone gone = {&rebuild->fold, names_new(UINT32_MAX)};
    fold_settle(&rebuild->fold);
    enum log_status status = rebuild->log->ops->restore(rebuild->log, LOG_LEADS_CHANGELOG, see_rows, &gone);
    for (uint32_t lead = 1; status == LOG_OK && lead < names_count(gone.leads); lead++) {
        outputs_no_lead(&rebuild->outputs, names_text(gone.leads, lead));
        rebuild->figures->leads_gone++;
    }
    names_free(gone.leads);
    return status;
}

/* All that differs, in one transaction. */
static enum log_status swap(struct rebuild *rebuild)
{
    struct rebuild_figures *figures = rebuild->figures;
    struct published *published = published_new(rebuild->settings->application);
    enum log_status status = rebuild->log->ops->restore(rebuild->log, LOG_SNAPSHOTS, published_see, published);
    if (status == LOG_OK)
        status = write_gone(rebuild);
    if (status == LOG_OK) {
        report(rebuild, "writing");
        int64_t tick = time_floor(rebuild->tick_ms, 1000) / 1000;
        fold_tick(&rebuild->fold, tick, feed_bound(&rebuild->feed));
        published_tell(published, rebuild->publisher);
        figures->snapshots = publisher_publish(rebuild->publisher, tick, PUBLISH_CHANGED, outputs_snapshot, &rebuild->outputs);
        figures->leads = fold_lead_count(&rebuild->fold);
        outputs_leads(&rebuild->outputs, &rebuild->fold);
        struct checkpoint checkpoint = {.generation = figures->generation, .config = rebuild->settings->hash, .last_tick_ms = rebuild->tick_ms,
                                        .last_event_at = rebuild->fold.last_event_at};
        feed_positions(&rebuild->feed, &checkpoint);
        if (rebuild->outputs.status == LOG_OK && is_stopping(rebuild))
            rebuild->outputs.status = LOG_STOPPED;
        bool all_written = rebuild->outputs.status == LOG_OK;
        outputs_commit(&rebuild->outputs, &checkpoint);
        free(checkpoint.partitions);
        status = rebuild->outputs.status;
        figures->in_doubt = all_written && status != LOG_OK;
    }
    published_free(published);
    figures->committed = status == LOG_OK;
    return judge(rebuild, status);
}

/* The fate of a commit that did not answer: whoever leads next knows it. */
static void learn_fate(struct rebuild *rebuild)
{
    struct checkpoint *checkpoint = NULL;
    feed_free(&rebuild->feed); /* to lead again ends the reading that its blocks are of */
    if (rebuild->log->ops->lead(rebuild->log) == LOG_OK && restore_checkpoint(rebuild->log, rebuild->settings, &checkpoint) == LOG_OK) {
        rebuild->figures->committed = checkpoint != NULL && checkpoint->generation == rebuild->figures->generation;
        rebuild->figures->in_doubt = false;
    }
    checkpoint_free(checkpoint);
}

static enum log_status take_over(struct rebuild *rebuild)
{
    report(rebuild, "taking the lead");
    enum log_status status = rebuild->log->ops->lead(rebuild->log);
    if (status == LOG_OK)
        status = restore_checkpoint(rebuild->log, rebuild->settings, &rebuild->former);
    if (status == LOG_OK)
        status = open_tail(rebuild);
    if (status != LOG_OK)
        return judge(rebuild, status);
    rebuild->figures->generation = rebuild->former != NULL ? rebuild->former->generation + 1 : 1;
    rebuild->figures->other_config = rebuild->former != NULL && rebuild->former->config != rebuild->settings->hash;
    status = read_tail(rebuild);
    if (status == LOG_OK)
        status = swap(rebuild);
    if (status == LOG_ABORTED && !is_stopping(rebuild))
        learn_fate(rebuild);
    return rebuild->figures->committed ? LOG_OK : status;
}

static void begin(struct rebuild *rebuild, int history_count, struct history *const *histories)
{
    const struct settings *settings = rebuild->settings;
    rebuild->pool = pool_new(rebuild->options->threads);
    rebuild->ticks = (struct ticks){settings->every_ms, settings->zone.slice_s * 1000};
    fold_init(&rebuild->fold, settings, rebuild->pool, true);
    rebuild->publisher = publisher_new(&rebuild->fold);
    open_pasts(rebuild, history_count, histories);
}

static void end(struct rebuild *rebuild)
{
    feed_free(&rebuild->feed);
    close_pasts(rebuild);
    checkpoint_free(rebuild->former);
    outputs_free(&rebuild->outputs);
    publisher_free(rebuild->publisher);
    fold_free(&rebuild->fold);
    pool_free(rebuild->pool);
}

enum log_status rebuild_run(const struct settings *settings, struct log *log, int history_count, struct history *const *histories, const struct rebuild_options *options,
                            struct rebuild_figures *figures)
{
    struct rebuild rebuild = {.settings = settings, .options = options, .figures = figures, .log = log, .outputs = {.settings = settings, .log = log}};
    begin(&rebuild, history_count, histories);
    enum log_status status = read_pasts(&rebuild, INT64_MAX);
    if (status == LOG_OK)
        status = take_over(&rebuild);
    end(&rebuild);
    return status;
}

bool rebuild_measure(const struct settings *settings, int history_count, struct history *const *histories, int threads, int64_t for_ms, double *rate, uint64_t *records,
                     char *error, size_t error_size)
{
    struct rebuild_options options = {.threads = threads};
    struct rebuild_figures figures = {0};
    struct rebuild rebuild = {.settings = settings, .options = &options, .figures = &figures};
    begin(&rebuild, history_count, histories);
    int64_t begun_ms = clock_steady_ms();
    enum log_status status = read_pasts(&rebuild, begun_ms + for_ms);
    int64_t took_ms = clock_steady_ms() - begun_ms;
    *records = figures.outcomes.records;
    *rate = took_ms > 0 ? (double)*records * 1000 / (double)took_ms : 0;
    snprintf(error, error_size, "%s", figures.error);
    outcomes_free(&figures.outcomes);
    end(&rebuild);
    return status == LOG_OK;
}
