/* process.c -- a process of the application on the simulated cluster: its life, and the steps of leading (cluster.h); see step.h. */
#include <inttypes.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/engine/leader.h"
#include "../../daemon/log/protocol.h"
#include "rebuilding.h"
#include "step.h"

enum { LEARNS_WITHIN_MS = 3000 };

bool step_point(struct process *process, const char *doing)
{
    if (process->dead)
        return false;
    process->world->steps++;
    if (step_chance(process, process->world->unkindness.crash)) {
        trace_say(&process->world->trace, process->name, "DIES while %s", doing);
        process->dead = true;
        return false;
    }
    if (step_chance(process, process->world->unkindness.pause)) {
        int64_t ms = step_below(process, 4) == 0 ? step_below(process, 40000) : step_below(process, 6000);
        trace_say(&process->world->trace, process->name, "stands still for %.3f s while %s", (double)ms / 1000, doing);
        process->paused = true;
        step_sleep_ms(process, ms);
        process->paused = false;
        if (!process->dead)
            trace_say(&process->world->trace, process->name, "goes on");
    } else if (step_below(process, 4) == 0) {
        step_sleep_ms(process, step_below(process, 8));
    }
    return !process->dead;
}

/* ---- before leading ---- */

struct topic *step_topic(struct process *process, enum log_topic topic)
{
    const struct settings *settings = process->world->settings;
    char name[128];
    switch (topic) {
    case LOG_SNAPSHOTS: return broker_topic(&process->world->broker, settings->snapshots_topic);
    case LOG_ALERTS: return broker_topic(&process->world->broker, settings->alerts_topic);
    case LOG_DEAD_LETTERS: return broker_topic(&process->world->broker, settings->dead_letters_topic);
    default:
        snprintf(name, sizeof name, "%s-%s", settings->application, topic == LOG_CHECKPOINT ? "checkpoint" : "leads-changelog");
        return broker_topic(&process->world->broker, name);
    }
}

static int by_name(const void *a, const void *b)
{
    const struct log_partition *x = a, *y = b;
    int order = strcmp(x->topic, y->topic);
    return order != 0 ? order : x->partition - y->partition;
}

static enum log_status sim_prepare(struct cluster *cluster, struct cluster_topics *out)
{
    struct process *process = step_process(cluster);
    if (!step_point(process, "looking at the topics"))
        return STEP_DEAD;
    struct broker *broker = &process->world->broker;
    size_t capacity = 0;
    struct log_partition *inputs = NULL;
    int count = 0;
    for (size_t t = 0; t < broker->topic_count; t++)
        for (int p = 0; broker->topics[t]->input && p < broker->topics[t]->partition_count; p++) {
            inputs = memory_grow(inputs, &capacity, (size_t)count + 1, sizeof *inputs);
            inputs[count++] = (struct log_partition){broker->topics[t]->name, p};
        }
    qsort(inputs, (size_t)count, sizeof *inputs, by_name);
    free((void *)(uintptr_t)process->inputs);
    process->inputs = inputs;
    process->input_count = count;
    *out = (struct cluster_topics){.input_count = count, .inputs = inputs};
    for (int i = 0; i < LOG_TOPIC_COUNT; i++) {
        out->names[i] = step_topic(process, (enum log_topic)i)->name;
        out->partition_counts[i] = step_topic(process, (enum log_topic)i)->partition_count;
    }
    return LOG_OK;
}

/* ---- who tries to lead ---- */

static void join(struct process *process)
{
    struct world *world = process->world;
    if (process->rebuilds)
        election_take_over(&world->election, process->number, world->now_ms);
    else
        election_join(&world->election, process->number, world->now_ms);
}

static enum log_status sim_elect(struct cluster *cluster)
{
    struct process *process = step_process(cluster);
    struct election *election = &process->world->election;
    if (!step_point(process, "joining the group"))
        return STEP_DEAD;
    if (!process->held && election_place(election, process->number) < 0)
        join(process);
    while (!process->held) {
        if (process->stopped)
            return LOG_STOPPED;
        if (election_place(election, process->number) < 0)
            join(process); /* put out while it waited */
        step_sleep_ms(process, 20 + step_below(process, 200));
        if (!step_point(process, "waiting for the lead"))
            return STEP_DEAD;
        process->held = election_leader(election) == process->number;
    }
    trace_say(&process->world->trace, process->name, "is elected");
    process->learns_ms = 0;
    return LOG_OK;
}

static enum log_status sim_elected(struct cluster *cluster)
{
    struct process *process = step_process(cluster);
    if (process->dead)
        return STEP_DEAD;
    if (!process->held || election_leader(&process->world->election) == process->number)
        return LOG_OK;
    if (process->learns_ms == 0)
        process->learns_ms = process->world->now_ms + step_below(process, LEARNS_WITHIN_MS);
    if (process->world->now_ms < process->learns_ms)
        return LOG_OK;
    trace_say(&process->world->trace, process->name, "learns that the lead is lost");
    process->held = false;
    return step_fail(process, LOG_FENCED, "the lead is lost: the group has given it to another process");
}

static void sim_resign(struct cluster *cluster)
{
    struct process *process = step_process(cluster);
    if (!step_point(process, "leaving the group"))
        return;
    process->held = false;
    process->learns_ms = 0;
    election_leave(&process->world->election, process->number);
}

/* ---- the rest ---- */

static int64_t sim_now_ms(struct cluster *cluster)
{
    return step_process(cluster)->world->now_ms + step_process(cluster)->world->wall_ms + step_process(cluster)->skew_ms;
}

static int64_t sim_steady_ms(struct cluster *cluster)
{
    return step_process(cluster)->world->now_ms;
}

static const char *sim_error(struct cluster *cluster)
{
    return step_process(cluster)->error;
}

static bool sim_stopped(struct cluster *cluster)
{
    return step_process(cluster)->stopped;
}

static void sim_stop(struct cluster *cluster)
{
    step_process(cluster)->stopped = true;
}

static void sim_close(struct cluster *cluster)
{
    struct process *process = step_process(cluster);
    free((void *)(uintptr_t)process->inputs);
    process->inputs = NULL;
    writing_free(process);
    reading_free(process);
}

static const struct cluster_ops sim_ops = {
    .prepare = sim_prepare,
    .elect = sim_elect,
    .elected = sim_elected,
    .resign = sim_resign,
    .fence = writing_fence,
    .end_writing = writing_end,
    .begin = writing_begin,
    .write = writing_write,
    .commit = writing_commit,
    .find_end = reading_find_end,
    .open_reader = reading_open,
    .close_reader = reading_close,
    .read = reading_read,
    .release = reading_release,
    .wait = reading_wait,
    .reached = reading_reached,
    .end_seen_ms = reading_end_seen_ms,
    .now_ms = sim_now_ms,
    .steady_ms = sim_steady_ms,
    .error = sim_error,
    .stopped = sim_stopped,
    .stop = sim_stop,
    .close = sim_close,
};

/* ---- its life ---- */

static void live(void *context)
{
    struct process *process = context;
    process->log = protocol_open(process->world->settings, &process->cluster);
    process->ended = process->rebuilds ? rebuilding_live(process) : leader_run(process->world->settings, process->log, &(struct leader_options){.threads = 1}, &process->stopping);
    process->log->ops->close(process->log);
    process->log = NULL;
}

void process_start(struct world *world, int slot)
{
    struct process *process = &world->processes[slot];
    struct fiber *fiber = process->fiber;
    *process = (struct process){.cluster = {&sim_ops}, .world = world, .slot = slot, .fiber = fiber, .running = true, .number = world->incarnations++,
                                .wake_ms = world->now_ms, .skew_ms = random_below(&world->random, 2000)};
    snprintf(process->name, sizeof process->name, "p%d.%d", slot, process->number);
    atomic_init(&process->stopping, false);
    process->rebuilds = world->unkindness.rebuild > 0 && random_one_in(&world->random, world->unkindness.rebuild);
    trace_say(&world->trace, process->name, process->rebuilds ? "starts a rebuild" : "starts");
    fiber_begin(fiber, live, process);
}

void process_resume(struct process *process)
{
    process->running = fiber_resume(process->fiber);
    if (!process->running)
        trace_say(&process->world->trace, process->name, "%s", process->dead ? "is gone" : process->ended == LOG_STOPPED ? "has left in order" : "FAILED");
}

void process_kill(struct process *process)
{
    trace_say(&process->world->trace, process->name, "is killed");
    process->dead = true;
    process_resume(process);
}

void process_terminate(struct process *process)
{
    trace_say(&process->world->trace, process->name, "gets SIGTERM");
    atomic_store(&process->stopping, true);
    if (process->log != NULL)
        process->log->ops->stop(process->log);
    process->stopped = true;
}
