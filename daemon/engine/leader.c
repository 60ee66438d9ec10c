#include "leader.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../host/operator_log.h"
#include "../host/service.h"
#include "alerting.h"
#include "changes.h"
#include "feed.h"
#include "figures.h"
#include "outcomes.h"
#include "outputs.h"
#include "restore.h"
#include "ticks.h"

enum {
    COMMIT_LEADS = 1 << 15,    /* changed between two commits at most, about, to begin with: the larger a commit, the fewer leads are written twice */
    COMMIT_LEADS_LEAST = 1 << 12,
    COMMIT_LEADS_MOST = 1 << 22,
    COMMIT_TAKES_MS = 6000,    /* later as many as can be written in this time, going by the last one: a tenth of what the brokers give a transaction */
    COMMIT_MS = 3000,          /* between what is taken and its commit, at most; */
    BEHIND_MS = 10000,         /* but ticks this far behind the wall clock are not worth a commit each: */
    BEHIND_COMMIT_MS = 10000,  /* so often is enough to see how far it is, and a crash repeats no more */
    TELL_MS = 60000,           /* between two words to the operator about dead letters */
    WAIT_MS = 100,             /* for news, at most, */
    WAIT_LEAST_MS = 5,         /* and so long where a tick is due and the brokers' word for it has yet to come */
};

struct leader { /* one reign: from election to its end; thrown away after any doubt */
    const struct settings *settings;
    const struct leader_options *options;
    struct log *log;
    const struct log_ops *ops;
    struct pool *pool;
    struct fold fold;
    struct publisher *publisher;
    struct alerting *alerting;
    struct outputs outputs;      /* its status is the leader's: the first trouble met */
    struct outcomes outcomes;
    struct figures figures;
    struct ticks ticks;
    struct feed feed;
    int64_t generation, last_tick_ms;
    bool pending;                /* there is something to commit: mostly, events were taken */
    int64_t pending_since_ms;    /* the first of it then */
    uint64_t commit_leads;       /* so many changed ones make a commit due */
    uint64_t written_leads;      /* since the last commit; and what that took */
    int64_t writing_ms;
    int64_t published_ms;
    uint64_t letters_told[FAULT_COUNT]; /* what the operator has heard of */
    int64_t told_ms;
};

static int64_t steady_ms(const struct leader *leader)
{
    return leader->ops->steady_ms(leader->log);
}

/* What a commit took says how large the next one may be; a small one says it only where it took long. */
static void measure_commit(struct leader *leader, uint64_t leads, int64_t took_ms)
{
    if (leads < leader->commit_leads && took_ms <= COMMIT_TAKES_MS)
        return;
    uint64_t most = leads * COMMIT_TAKES_MS / (uint64_t)(took_ms > 0 ? took_ms : 1);
    leader->commit_leads = most < COMMIT_LEADS_LEAST ? COMMIT_LEADS_LEAST : most > COMMIT_LEADS_MOST ? COMMIT_LEADS_MOST : most;
}

/* Rows of the leads that have changed. Before these are counted at a tick, not after: the brokers take the rows meanwhile. */
static void write_leads(struct leader *leader)
{
    int64_t started_ms = steady_ms(leader);
    fold_settle(&leader->fold);
    leader->written_leads += fold_changed_count(&leader->fold);
    outputs_leads(&leader->outputs, &leader->fold);
    leader->writing_ms += steady_ms(leader) - started_ms;
}

/* Everything that changed, and how far the input was read, or nothing. */
static void commit(struct leader *leader)
{
    struct checkpoint checkpoint = {.generation = leader->generation, .config = leader->settings->hash, .last_tick_ms = leader->last_tick_ms,
                                    .last_event_at = leader->fold.last_event_at};
    feed_positions(&leader->feed, &checkpoint);
    write_leads(leader); /* at a tick, those that it has forgotten */
    int64_t started_ms = steady_ms(leader);
    alerting_remember(leader->alerting, outputs_memory, &leader->outputs);
    outputs_commit(&leader->outputs, &checkpoint);
    int64_t took_ms = leader->writing_ms + steady_ms(leader) - started_ms;
    figures_commit(&leader->figures, &leader->outcomes, &leader->outputs, &leader->fold, &checkpoint, took_ms, leader->ops->now_ms(leader->log));
    free(checkpoint.partitions);
    measure_commit(leader, leader->written_leads, took_ms);
    leader->written_leads = 0;
    leader->writing_ms = 0;
    leader->pending = false;
}

static void note_pending(struct leader *leader)
{
    if (!leader->pending)
        leader->pending_since_ms = steady_ms(leader);
    leader->pending = true;
}

/* ---- events ---- */

static void take(struct leader *leader, const struct feed_input *input, const struct intake_item *item)
{
    leader->outcomes.events++;
    leader->outcomes.ignored += item->decoded->ignored;
    if (item->admitted) {
        leader->outcomes.counted++;
        fold_add(&leader->fold, &item->decoded->event, item->bound);
    }
    if (item->letter) {
        outputs_letter(&leader->outputs, &input->name, feed_record(input, item), item->faulty);
        outcomes_fault(&leader->outcomes, item->faulty->fault, item->faulty->decoded->value);
        alerting_letter(leader->alerting, item->faulty->fault, item->watermark_ms);
    }
    note_pending(leader);
}

/* Take from every partition what lies before the cut. Returns how much. */
static uint64_t take_to(struct leader *leader, int64_t cut_ms)
{
    uint64_t taken = 0;
    for (int i = 0; i < leader->feed.count; i++) {
        const struct intake_item *item;
        while ((item = feed_take(&leader->feed.inputs[i], cut_ms)) != NULL) {
            take(leader, &leader->feed.inputs[i], item);
            taken++;
        }
    }
    return taken;
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

/* Is this tick, or what comes after it, history that is being caught up with? */
static bool is_far_behind(const struct leader *leader, int64_t tick_ms)
{
    int64_t usual_ms = leader->settings->out_of_orderness_s * 1000 + leader->ticks.every_ms;
    return tick_ms != TIME_NONE && leader->ops->now_ms(leader->log) - tick_ms > usual_ms + BEHIND_MS;
}

/* A transaction that a dead letter has begun does not wait for long: the brokers would end it. */
static bool commit_is_due(const struct leader *leader)
{
    if (!leader->pending)
        return false;
    int64_t most_ms = !leader->outputs.begun && is_far_behind(leader, leader->last_tick_ms) ? BEHIND_COMMIT_MS : COMMIT_MS;
    return fold_changed_count(&leader->fold) >= leader->commit_leads || steady_ms(leader) - leader->pending_since_ms >= most_ms;
}

/* Of several due ticks only the last is published: is this one so far behind that others will follow it soon? */
static bool passes(const struct leader *leader, int64_t tick_ms)
{
    return is_far_behind(leader, tick_ms) && steady_ms(leader) - leader->published_ms < BEHIND_COMMIT_MS;
}

/* The tick to go to: the last one that is due, but for the end of a slice on the way there, at which alert rules are stepped. */
static int64_t due_tick(const struct leader *leader)
{
    int64_t ahead_ms = feed_watermark_ahead(&leader->feed);
    if (ahead_ms == TIME_NONE)
        return TIME_NONE;
    int64_t slice_end_ms = time_floor(ahead_ms, leader->ticks.slice_ms);
    return slice_end_ms > leader->last_tick_ms ? slice_end_ms : ticks_last(&leader->ticks, ahead_ms);
}

/* Half-read windows say nothing: rules stand still until every partition is read to its end. */
static uint64_t step_alerts(struct leader *leader, int64_t tick_ms, int64_t bound)
{
    if (!ticks_end_slice(&leader->ticks, tick_ms) || feed_is_behind(&leader->feed, leader->ops->now_ms(leader->log) - BEHIND_MS))
        return 0;
    return alerting_step(leader->alerting, tick_ms / 1000, bound, true, outputs_alert, &leader->outputs);
}

static uint64_t publish(struct leader *leader, int64_t tick_ms)
{
    int64_t tick_s = time_floor(tick_ms, 1000) / 1000, bound = feed_bound(&leader->feed);
    leader->published_ms = steady_ms(leader);
    write_leads(leader);
    fold_tick(&leader->fold, tick_s, bound);
    uint64_t published = publisher_publish(leader->publisher, tick_s, PUBLISH_CHANGED, outputs_snapshot, &leader->outputs);
    return published + step_alerts(leader, tick_ms, bound);
}

/* One turn: read, take up to the last tick that is due and publish there, or take what lies before the next one. Returns whether there was anything to do. */
static bool turn(struct leader *leader)
{
    if (feed_is_hungry(&leader->feed))
        fold_apply(&leader->fold); /* what was taken, while the next blocks are decoded */
    leader->outputs.status = feed_read(&leader->feed);
    if (leader->outputs.status != LOG_OK)
        return false;
    int64_t tick_ms = due_tick(leader);
    if (tick_ms > leader->last_tick_ms) {
        uint64_t taken = take_to(leader, tick_ms);
        leader->last_tick_ms = tick_ms;
        bool passed = passes(leader, tick_ms);
        uint64_t published = passed ? 0 : publish(leader, tick_ms);
        if (passed ? commit_is_due(leader) : leader->pending || published > 0)
            commit(leader);
        return taken > 0 || published > 0;
    }
    uint64_t taken = take_to(leader, leader->last_tick_ms == TIME_NONE ? INTAKE_CUT_FIRST : ticks_after(&leader->ticks, leader->last_tick_ms));
    if (commit_is_due(leader))
        commit(leader);
    return taken > 0;
}

/* At the partitions' ends the wall clock brings the next tick. */
static int64_t until_next_look(const struct leader *leader)
{
    if (leader->last_tick_ms == TIME_NONE)
        return WAIT_MS;
    int64_t due_ms = ticks_after(&leader->ticks, leader->last_tick_ms) + leader->settings->out_of_orderness_s * 1000 - leader->ops->now_ms(leader->log);
    return due_ms < 0 ? WAIT_LEAST_MS : due_ms < WAIT_MS ? due_ms + 1 : WAIT_MS;
}

/* ---- a reign ---- */

/* *torn: leads and checkpoint did not go together in the reign before, which ended at once; set where that is so for the first time. */
static enum log_status take_office(struct leader *leader, bool *torn)
{
    int64_t started_ms = steady_ms(leader);
    struct restored restored;
    service_status("took the lead of %s, restoring", leader->settings->application);
    enum log_status status = restore_all(leader->log, &leader->fold, leader->publisher, leader->alerting, &restored);
    const struct checkpoint *checkpoint = restored.checkpoint;
    *torn = status == LOG_OK && !*torn && changes_are_torn(&restored);
    if (*torn)
        operator_log(OPERATOR_WARN, leader->settings->application, "leads and checkpoint do not go together: another process may lead by now; leading anew to be sure");
    if (*torn || (status == LOG_OK && !changes_are_borne(leader->settings, &restored, leader->options->accept_changes)))
        status = LOG_REFUSED;
    unknowns_free(&restored.unread);
    unknowns_free(&restored.unknowns);
    if (status != LOG_OK) {
        checkpoint_free(restored.checkpoint);
        return status;
    }
    status = feed_open(&leader->feed, leader->settings, leader->log, leader->pool, checkpoint);
    leader->generation = checkpoint != NULL ? checkpoint->generation : 1;
    leader->last_tick_ms = checkpoint != NULL ? checkpoint->last_tick_ms : TIME_NONE;
    if (leader->last_tick_ms > leader->ops->now_ms(leader->log) + BEHIND_MS)
        operator_log(OPERATOR_WARN, leader->settings->application, "the last tick lies %" PRId64 " s ahead of the clock, which was or is wrong: nothing is published before then",
                     (leader->last_tick_ms - leader->ops->now_ms(leader->log)) / 1000);
    if (fold_changed_count(&leader->fold) > 0) /* rows that are written anew */
        note_pending(leader);
    figures_restored(&leader->fold, steady_ms(leader) - started_ms);
    struct operator_field fields[] = {{"leads", NULL, (int64_t)fold_lead_count(&leader->fold)}, {"rows", NULL, (int64_t)restored.rows},
                                      {"restored_ms", NULL, steady_ms(leader) - started_ms}, {"partitions", NULL, leader->feed.count}, {0}};
    operator_log_with(OPERATOR_INFO, leader->settings->application, fields, "leading %s, all restored", leader->settings->application);
    checkpoint_free(restored.checkpoint);
    if (status == LOG_OK)
        service_ready("leading %s, %" PRIu64 " leads restored", leader->settings->application, fold_lead_count(&leader->fold));
    return status;
}

static enum log_status reign(const struct settings *settings, struct log *log, struct pool *pool, const struct leader_options *options, bool *torn, const atomic_bool *stopping)
{
    struct leader leader = {.settings = settings, .options = options, .log = log, .ops = log->ops, .pool = pool, .outputs = {.settings = settings, .log = log}};
    leader.commit_leads = COMMIT_LEADS;
    leader.ticks = (struct ticks){settings->every_ms, settings->zone.slice_s * 1000};
    fold_init(&leader.fold, settings, pool, true);
    leader.publisher = publisher_new(&leader.fold);
    leader.alerting = alerting_new(&leader.fold);
    leader.outputs.status = take_office(&leader, torn);
    leader.told_ms = steady_ms(&leader);
    while (leader.outputs.status == LOG_OK && !atomic_load(stopping)) {
        if (!turn(&leader) && leader.outputs.status == LOG_OK)
            feed_wait(&leader.feed, until_next_look(&leader));
        tell_letters(&leader, false);
        service_alive();
    }
    tell_letters(&leader, true);
    if (leader.outputs.status == LOG_OK) {
        if (leader.pending)
            commit(&leader); /* what was taken is finished; what was only read is read again */
        if (leader.outputs.status == LOG_OK)
            leader.outputs.status = LOG_STOPPED;
    }
    enum log_status status = leader.outputs.status;
    feed_free(&leader.feed);
    outputs_free(&leader.outputs);
    outcomes_free(&leader.outcomes);
    publisher_free(leader.publisher);
    alerting_free(leader.alerting);
    fold_free(&leader.fold);
    return status;
}

enum log_status leader_run(const struct settings *settings, struct log *log, const struct leader_options *options, const atomic_bool *stopping)
{
    struct pool *pool = pool_new(options->threads);
    enum log_status status;
    bool torn = false;
    do {
        figures_leading(false);
        status = log->ops->lead(log);
        figures_leading(status == LOG_OK);
        if (status == LOG_OK)
            status = reign(settings, log, pool, options, &torn, stopping);
        if (status == LOG_FENCED)
            operator_log(OPERATOR_WARN, settings->application, "%s; standing by", log->ops->error(log));
        else if (status == LOG_ABORTED)
            operator_log(OPERATOR_WARN, settings->application, "%s; restoring from the last commit", log->ops->error(log));
    } while ((status == LOG_ABORTED || status == LOG_FENCED || (status == LOG_REFUSED && torn)) && !atomic_load(stopping));
    figures_leading(false);
    pool_free(pool);
    return status == LOG_FAILED || status == LOG_REFUSED ? status : LOG_STOPPED;
}
