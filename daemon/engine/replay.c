#include "replay.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "alerting.h"
#include "bound.h"
#include "intake.h"
#include "ticks.h"

enum { BLOCK_RECORDS = 8192, FORGET_EVERY = 200000 };

struct input { /* one partition */
    struct history *history;
    struct intake intake;
    const struct log_record *records; /* the block being taken from */
    bool ended;
    int64_t greatest_at;       /* of the events taken; TIME_NONE */
};

struct replay {
    const struct settings *settings;
    const struct replay_options *options;
    struct outcomes *outcomes;
    struct pool *pool;
    struct fold fold;
    struct publisher *publisher;
    struct alerting *alerting;
    struct ticks ticks;
    uint64_t forgot_at;          /* events counted by then */
    int input_count;
    struct input *inputs;
};

/* ---- reading ---- */

/* While a block is decoded. */
static void read_ahead(void *context)
{
    struct input *input = context;
    input->history->ops->ahead(input->history);
}

static bool refill(struct replay *replay, struct input *input)
{
    fold_apply(&replay->fold); /* while the next block is decoded */
    int count = input->history->ops->read(input->history, BLOCK_RECORDS, &input->records);
    if (count < 0)
        return false;
    input->ended = count == 0;
    intake_fill(&input->intake, input->records, count, input->history->topic);
    replay->outcomes->records += (uint64_t)count;
    return true;
}

static void report(struct replay *replay)
{
    if (replay->options->progress == NULL)
        return;
    struct replay_progress progress = {.events = replay->outcomes->events, .reached = TIME_NONE};
    for (int i = 0; i < replay->input_count; i++) {
        const struct history *history = replay->inputs[i].history;
        int64_t size = history->ops->size(history);
        if (replay->inputs[i].greatest_at > progress.reached)
            progress.reached = replay->inputs[i].greatest_at;
        progress.position += history->ops->position(history);
        progress.size = size < 0 || progress.size < 0 ? -1 : progress.size + size;
    }
    replay->options->progress(replay->options->context, &progress);
}

/* ---- one event ---- */

static void write_letter(struct replay *replay, const struct input *input, const struct intake_item *item)
{
    const struct intake_item *faulty = item->faulty;
    outcomes_fault(replay->outcomes, faulty->fault, faulty->decoded->value);
    alerting_letter(replay->alerting, faulty->fault, item->watermark_ms);
    if (replay->options->letter != NULL)
        replay->options->letter(replay->options->context, faulty->fault, faulty->decoded->message, input->history, &input->records[item->record]);
}

static void take(struct replay *replay, struct input *input, const struct intake_item *item)
{
    struct outcomes *outcomes = replay->outcomes;
    outcomes->events++;
    outcomes->ignored += item->decoded->ignored;
    outcomes->skipped += item->skipped;
    if (item->admitted) {
        outcomes->counted++;
        fold_add(&replay->fold, &item->decoded->event, item->bound);
    }
    if (item->letter)
        write_letter(replay, input, item);
    input->greatest_at = item->greatest_at;
}

/* ---- ticks ---- */

static int64_t least_bound(const struct replay *replay)
{
    int64_t greatest_at = TIME_NONE;
    for (int i = 0; i < replay->input_count; i++)
        greatest_at = bound_lesser(greatest_at, replay->inputs[i].greatest_at);
    return bound_of(replay->settings, greatest_at);
}

static void tick(struct replay *replay, int64_t tick_ms, enum publish_scope scope)
{
    int64_t tick_s = time_floor(tick_ms, 1000) / 1000;
    const struct replay_options *options = replay->options;
    int64_t bound = least_bound(replay);
    fold_tick(&replay->fold, tick_s, bound);
    if (!options->alerts_only)
        publisher_publish(replay->publisher, tick_s, scope, options->publish, options->context);
    if (!options->last && ticks_end_slice(&replay->ticks, tick_ms))
        alerting_step(replay->alerting, tick_s, bound, false, options->alert, options->context);
}

/* Without ticks on the way nothing would be forgotten on the way either. Of several inputs, which are read one after another here, those to come may
 * still know of leads that are too old for those that were. */
static void forget_now_and_then(struct replay *replay)
{
    uint64_t counted = replay->outcomes->counted;
    if (!replay->options->last || replay->input_count > 1 || replay->settings->retention_s < 0 || counted - replay->forgot_at < FORGET_EVERY)
        return;
    replay->forgot_at = counted;
    fold_tick(&replay->fold, replay->inputs[0].greatest_at, least_bound(replay));
}

/* Take from every input up to the cut. Returns the least watermark that the events behind the cut would give; TIME_NEVER: all have ended.
 * False in *ok: one cannot be read, its number in *failed. */
static int64_t advance_to(struct replay *replay, int64_t cut_ms, bool *ok, int *failed)
{
    int64_t least = TIME_NEVER;
    for (int i = 0; i < replay->input_count; i++) {
        struct input *input = &replay->inputs[i];
        for (;;) {
            const struct intake_item *item;
            while ((item = intake_take(&input->intake, cut_ms)) != NULL)
                take(replay, input, item);
            if (!intake_is_empty(&input->intake) || input->ended)
                break;
            if (!refill(replay, input)) {
                *ok = false;
                *failed = i;
                return TIME_NEVER;
            }
            report(replay);
            forget_now_and_then(replay);
        }
        if (!intake_is_empty(&input->intake) && intake_next_watermark(&input->intake) < least)
            least = intake_next_watermark(&input->intake);
    }
    return least;
}

/* Everything up to the end of all inputs, with the ticks on the way. False: one cannot be read. */
static bool run_through(struct replay *replay, int *failed)
{
    bool ok = true;
    int64_t cut_ms = replay->options->last ? TIME_NEVER : INTAKE_CUT_FIRST;
    for (;;) {
        int64_t reached_ms = advance_to(replay, cut_ms, &ok, failed);
        if (!ok)
            return false;
        if (reached_ms == TIME_NEVER)
            break;
        if (cut_ms != INTAKE_CUT_FIRST)
            for (; cut_ms <= reached_ms; cut_ms = ticks_after(&replay->ticks, cut_ms))
                tick(replay, cut_ms, PUBLISH_CHANGED);
        else
            cut_ms = ticks_after(&replay->ticks, reached_ms); /* earlier ticks have nothing to show */
    }
    int64_t end = replay->options->as_of;
    for (int i = 0; i < replay->input_count && replay->options->as_of == TIME_NONE; i++)
        if (replay->inputs[i].greatest_at > end)
            end = replay->inputs[i].greatest_at;
    if (end == TIME_NONE)
        return true; /* nothing was counted, and no time asked for */
    if (cut_ms != INTAKE_CUT_FIRST && !replay->options->last)
        for (; cut_ms < end * 1000; cut_ms = ticks_after(&replay->ticks, cut_ms))
            tick(replay, cut_ms, PUBLISH_CHANGED);
    tick(replay, end * 1000, replay->options->last ? PUBLISH_ALL : PUBLISH_NOT_FINAL);
    return true;
}

bool replay_run(const struct settings *settings, const struct replay_options *options, int count, struct history *const *histories, struct outcomes *outcomes, int *failed)
{
    struct replay replay = {.settings = settings, .options = options, .outcomes = outcomes};
    int64_t slice_ms = settings->zone.slice_s * 1000;
    replay.ticks = (struct ticks){options->alerts_only ? slice_ms : options->every_ms, slice_ms};
    replay.pool = pool_new(options->threads);
    fold_init(&replay.fold, settings, replay.pool, false);
    replay.publisher = publisher_new(&replay.fold);
    replay.alerting = alerting_new(&replay.fold);
    replay.inputs = memory_new((size_t)count * sizeof *replay.inputs);
    struct intake_limits limits = {options->from, options->to, options->as_of != TIME_NONE ? options->as_of : TIME_NEVER};
    for (int i = 0; i < count; i++) {
        replay.inputs[i].history = histories[i];
        intake_init(&replay.inputs[i].intake, settings, replay.pool, options->as_of != TIME_NONE ? options->as_of : options->now, limits);
        if (histories[i]->ops->ahead != NULL && options->threads > 1) {
            replay.inputs[i].intake.meanwhile = read_ahead;
            replay.inputs[i].intake.meanwhile_context = &replay.inputs[i];
        }
        replay.inputs[i].greatest_at = TIME_NONE;
    }
    replay.input_count = count;
    bool done = run_through(&replay, failed);
    report(&replay);
    if (options->figures != NULL)
        *options->figures = (struct replay_figures){fold_lead_count(&replay.fold), fold_lead_bytes(&replay.fold), board_figures(replay.fold.board)};
    for (int i = 0; i < count; i++)
        intake_free(&replay.inputs[i].intake);
    free(replay.inputs);
    publisher_free(replay.publisher);
    alerting_free(replay.alerting);
    fold_free(&replay.fold);
    pool_free(replay.pool);
    return done;
}
