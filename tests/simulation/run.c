#include "run.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../../daemon/core/event_time.h"
#include "crm.h"

enum {
    HEARTBEAT_MS = 300,
    MOMENT_MS = 250,            /* between two moments of the world, on average half of it */
    REST_MS = 20000,            /* quiet before the end is looked at: some ticks */
    PATIENCE_MS = 1800000,      /* to come to rest */
    STEPS_MOST = 4000000,
    HOUR_MS = 3600000,
};

struct run {
    struct world world;
    struct crm *crm;
    int64_t begins_again_ms[WORLD_PROCESSES]; /* when a slot is filled; INT64_MAX: not */
    int64_t heartbeat_ms, moment_ms;
    int64_t greatest_skew_ms;   /* of any process so far */
    bool calm;                  /* nothing bad happens any more */
};

static struct run *running; /* whose lines the operator's log is */
static struct process *at_work;

void run_operator_line(const char *line, size_t length)
{
    if (running == NULL || running->world.trace.out == NULL)
        return;
    const char *level = memmem(line, length, " level=", 7); /* the moment before it is another clock's */
    size_t skip = level != NULL ? (size_t)(level - line) + 7 : 0;
    while (length > skip && line[length - 1] == '\n')
        length--;
    trace_say(&running->world.trace, at_work != NULL ? at_work->name : "", "says %.*s", (int)(length - skip), line + skip);
}

/* ---- chance ---- */

static int below(struct run *run, int most)
{
    return random_below(&run->world.random, most);
}

/* Half of the bad things never happen in a run, the others often or seldom, any order of magnitude alike: rare ones are seen best alone. */
static int rate(struct run *run, int often, int seldom)
{
    int doublings = 0;
    while (often << (doublings + 1) <= seldom)
        doublings++;
    return below(run, 2) == 0 ? 0 : often << below(run, doublings + 1);
}

static struct unkindness choose_unkindness(struct run *run)
{
    struct unkindness unkindness = {
        .crash = rate(run, 100, 20000),
        .pause = rate(run, 200, 20000),
        .lost_request = rate(run, 4, 100),
        .lost_answer = rate(run, 4, 100),
        .slow_request = rate(run, 4, 60),
        .kill = rate(run, 20, 400),
        .stop = rate(run, 40, 400),
        .evict = rate(run, 20, 400),
        .jump = rate(run, 8, 200),
        .compact = rate(run, 10, 100),
        .retain = rate(run, 40, 400),
        .grow = rate(run, 100, 400),
        .rebuild = rate(run, 2, 10),
    };
    if (unkindness.rebuild > 0)
        unkindness.retain = 0; /* what has gone from the input cannot be had again */
    return unkindness;
}

static bool happens(struct run *run, int one_in)
{
    return one_in > 0 && below(run, one_in) == 0;
}

/* ---- the world ---- */

static void create_topics(struct run *run)
{
    struct broker *broker = &run->world.broker;
    const struct settings *settings = run->world.settings;
    static char changelog[64], checkpoint[64];
    snprintf(changelog, sizeof changelog, "%s-leads-changelog", settings->application);
    snprintf(checkpoint, sizeof checkpoint, "%s-checkpoint", settings->application);
    broker_create(broker, settings->snapshots_topic, 1, true, false);
    if (broker_topic(broker, settings->alerts_topic) == NULL)
        broker_create(broker, settings->alerts_topic, 1, true, false);
    broker_create(broker, settings->dead_letters_topic, 1, false, false);
    broker_create(broker, changelog, 1 + below(run, 4), true, false);
    broker_create(broker, checkpoint, 1, true, false);
    /* What is forgotten hangs on the partition that its events came over, and the windows that go on the one that is furthest behind: where they differ,
     * a restart may take from old windows what a lead counted there before it was forgotten. */
    int most = settings->retention_s >= 0 ? 1 : 3;
    for (int i = 0; i < settings->topic_count; i++)
        broker_create(broker, settings->topics[i], 1 + below(run, most), false, true);
}

static struct process *any_process(struct run *run)
{
    struct process *process = &run->world.processes[below(run, WORLD_PROCESSES)];
    return process->running ? process : NULL;
}

static void resume(struct process *process)
{
    at_work = process;
    process_resume(process);
    at_work = NULL;
}

static void kill_any(struct run *run)
{
    struct process *process = any_process(run);
    if (process == NULL)
        return;
    at_work = process;
    process_kill(process);
    at_work = NULL;
}

static void stop_any(struct run *run)
{
    struct process *process = any_process(run);
    if (process == NULL || process->stopped)
        return;
    process_terminate(process);
    if (!process->paused)
        process->wake_ms = run->world.now_ms;
}

static void evict_leader(struct run *run)
{
    int leader = election_leader(&run->world.election);
    if (leader == ELECTION_NOBODY)
        return;
    trace_say(&run->world.trace, "broker", "the group puts the leader out");
    election_leave(&run->world.election, leader);
}

static void jump(struct run *run)
{
    int64_t ms = below(run, 8) == 0 ? (int64_t)below(run, 100) * HOUR_MS / 2 : below(run, 2) == 0 ? below(run, 3 * HOUR_MS) : below(run, 60000);
    struct process *process = any_process(run);
    trace_say(&run->world.trace, "operator", "%s wall clock jumps forward by %.3f s", process != NULL ? process->name : "every", (double)ms / 1000);
    *(process != NULL ? &process->skew_ms : &run->world.wall_ms) += ms;
    if (process != NULL && process->skew_ms > run->greatest_skew_ms)
        run->greatest_skew_ms = process->skew_ms;
}

static struct topic *any_input(struct run *run)
{
    const struct settings *settings = run->world.settings;
    return broker_topic(&run->world.broker, settings->topics[below(run, settings->topic_count)]);
}

static void retain(struct run *run)
{
    struct topic *topic = any_input(run);
    broker_retain(&run->world.broker, topic->partitions[below(run, topic->partition_count)]);
}

static void grow(struct run *run)
{
    struct topic *topic = any_input(run);
    if (topic->partition_count >= 4 || run->world.settings->retention_s >= 0)
        return;
    broker_add_partition(&run->world.broker, topic);
    trace_say(&run->world.trace, "operator", "%s has %d partitions now", topic->name, topic->partition_count);
}

static void have_moment(struct run *run)
{
    const struct unkindness *unkindness = &run->world.unkindness;
    if (happens(run, unkindness->kill))
        kill_any(run);
    if (happens(run, unkindness->stop))
        stop_any(run);
    if (happens(run, unkindness->evict))
        evict_leader(run);
    if (happens(run, unkindness->jump))
        jump(run);
    if (happens(run, unkindness->compact))
        broker_compact(&run->world.broker);
    if (happens(run, unkindness->retain))
        retain(run);
    if (happens(run, unkindness->grow))
        grow(run);
}

/* ---- time ---- */

static void fill_slots(struct run *run)
{
    for (int i = 0; i < WORLD_PROCESSES; i++) {
        struct process *process = &run->world.processes[i];
        if (process->running)
            continue;
        if (run->begins_again_ms[i] == INT64_MAX)
            run->begins_again_ms[i] = run->world.now_ms + (below(run, 3) == 0 ? below(run, 20000) : below(run, 1000));
        if (run->begins_again_ms[i] > run->world.now_ms)
            continue;
        run->begins_again_ms[i] = INT64_MAX;
        process_start(&run->world, i);
    }
}

static void beat_hearts(struct run *run)
{
    if (run->world.now_ms < run->heartbeat_ms)
        return;
    run->heartbeat_ms = run->world.now_ms + HEARTBEAT_MS;
    for (int i = 0; i < WORLD_PROCESSES; i++) {
        const struct process *process = &run->world.processes[i];
        if (process->running && !process->paused)
            election_heartbeat(&run->world.election, process->number, run->world.now_ms);
    }
    election_work(&run->world.election, run->world.now_ms);
}

/* All that is due but the processes' own. */
static void work(struct run *run)
{
    struct world *world = &run->world;
    crm_work(run->crm);
    broker_work(&world->broker);
    beat_hearts(run);
    if (!run->calm && world->now_ms >= run->moment_ms) {
        run->moment_ms = world->now_ms + 1 + below(run, MOMENT_MS);
        have_moment(run);
    }
    fill_slots(run);
}

/* Let one of the processes that can go on do so, or time pass until something can. */
static void step(struct run *run)
{
    struct world *world = &run->world;
    struct process *ready[WORLD_PROCESSES];
    int count = 0;
    int64_t next_ms = world->broker.wake_ms < crm_next_ms(run->crm) ? world->broker.wake_ms : crm_next_ms(run->crm);
    work(run);
    for (int i = 0; i < WORLD_PROCESSES; i++) {
        struct process *process = &world->processes[i];
        if (!process->running)
            next_ms = run->begins_again_ms[i] < next_ms ? run->begins_again_ms[i] : next_ms;
        else if (process->wake_ms <= world->now_ms)
            ready[count++] = process;
        else if (process->wake_ms < next_ms)
            next_ms = process->wake_ms;
    }
    if (count > 0) {
        resume(ready[below(run, count)]);
        return;
    }
    if (run->heartbeat_ms < next_ms)
        next_ms = run->heartbeat_ms;
    if (!run->calm && run->moment_ms < next_ms)
        next_ms = run->moment_ms;
    world->now_ms = next_ms > world->now_ms ? next_ms : world->now_ms + 1;
}

static bool overdue(const struct run *run, int64_t until_ms, const char *what, struct verdict *verdict)
{
    if (run->world.now_ms < until_ms && run->world.steps < STEPS_MOST)
        return false;
    snprintf(verdict->text, sizeof verdict->text, "%s: not within %" PRId64 " s of simulated time, %" PRIu64 " steps", what, (run->world.now_ms - run->world.trace.begun_ms) / 1000,
             run->world.steps);
    return true;
}

static bool has_failed(const struct run *run, struct verdict *verdict)
{
    for (int i = 0; i < WORLD_PROCESSES; i++) {
        const struct process *process = &run->world.processes[i];
        if (process->number < 0 || process->running || process->dead || process->ended == LOG_STOPPED)
            continue;
        snprintf(verdict->text, sizeof verdict->text, "%s has ended by itself: %s", process->name, process->error);
        return true;
    }
    return false;
}

/* ---- the end ---- */

/* From here on all goes well; every wall clock is the same, beyond all of them, some minutes past a full hour. */
static void calm_down(struct run *run)
{
    struct world *world = &run->world;
    run->calm = true;
    world->unkindness = (struct unkindness){0};
    int64_t wall_ms = time_floor(world->now_ms + world->wall_ms + run->greatest_skew_ms, HOUR_MS) + 5 * HOUR_MS + HOUR_MS / 6;
    world->wall_ms = wall_ms - world->now_ms;
    trace_say(&world->trace, "operator", "it calms down; every wall clock says %" PRId64, wall_ms / 1000);
    for (int i = 0; i < WORLD_PROCESSES; i++) {
        struct process *process = &world->processes[i];
        process->skew_ms = 0;
        if (process->running && process->paused)
            process->wake_ms = world->now_ms;
    }
}

/* Is all of the input read and committed? */
static bool all_committed(struct run *run)
{
    struct broker *broker = &run->world.broker;
    if (broker->current != NULL || crm_next_ms(run->crm) != INT64_MAX)
        return false;
    for (size_t t = 0; t < broker->topic_count; t++)
        for (int p = 0; broker->topics[t]->input && p < broker->topics[t]->partition_count; p++) {
            struct partition *partition = broker->topics[t]->partitions[p];
            if (partition_stable(partition) != partition_end(partition))
                return false;
            for (int64_t i = partition->committed > partition->start ? partition->committed : partition->start; i < partition_end(partition); i++)
                if (entry_is_seen(&partition->entries[i]))
                    return false;
        }
    return true;
}

static bool come_to_rest(struct run *run, struct verdict *verdict)
{
    struct world *world = &run->world;
    int64_t until_ms = world->now_ms + PATIENCE_MS;
    while (!all_committed(run)) {
        if (overdue(run, until_ms, "the input is read and committed", verdict) || has_failed(run, verdict))
            return false;
        step(run);
    }
    for (until_ms = world->now_ms + REST_MS; world->now_ms < until_ms && !has_failed(run, verdict);)
        step(run);
    while (world->broker.current != NULL) /* its markers */
        step(run);
    return verdict->text[0] == '\0';
}

/* SIGTERM to everybody: they leave in order, and soon. */
static bool leave(struct run *run, struct verdict *verdict)
{
    struct world *world = &run->world;
    for (int i = 0; i < WORLD_PROCESSES; i++)
        if (world->processes[i].running && !world->processes[i].stopped)
            process_terminate(&world->processes[i]);
    int64_t until_ms = world->now_ms + 60000;
    for (;;) {
        bool any = false;
        for (int i = 0; i < WORLD_PROCESSES; i++) {
            struct process *process = &world->processes[i];
            if (!process->running)
                continue;
            any = true;
            if (process->wake_ms <= world->now_ms)
                resume(process);
        }
        if (!any)
            return !has_failed(run, verdict);
        if (overdue(run, until_ms, "everybody leaves after SIGTERM", verdict))
            return false;
        world->now_ms++;
        broker_work(&world->broker);
    }
}

static void end(struct run *run)
{
    for (int i = 0; i < WORLD_PROCESSES; i++)
        if (run->world.processes[i].running)
            process_kill(&run->world.processes[i]);
}

static void count(const struct run *run, struct run_figures *figures)
{
    const struct broker *broker = &run->world.broker;
    figures->steps += run->world.steps;
    figures->incarnations += (uint64_t)run->world.incarnations;
    figures->unheard += (uint64_t)broker->unheard;
    for (size_t i = 0; i < broker->transaction_count; i++) {
        if (broker->transactions[i]->writer < 0)
            continue;
        figures->transactions++;
        figures->aborted += broker->transactions[i]->decision == ABORTED;
    }
    for (size_t t = 0; t < broker->topic_count; t++) {
        const struct topic *topic = broker->topics[t];
        if (strcmp(topic->name, run->world.settings->snapshots_topic) == 0)
            figures->snapshots += topic->partitions[0]->count;
        if (strcmp(topic->name, run->world.settings->dead_letters_topic) == 0)
            figures->letters += topic->partitions[0]->count;
    }
}

bool run_seed(uint64_t seed, const struct settings *settings, struct pool *pool, struct fiber *const fibers[WORLD_PROCESSES], FILE *trace, struct verdict *verdict,
              struct run_figures *figures)
{
    struct run run = {.world = {.settings = settings, .random = {seed * UINT64_C(0x9E3779B97F4A7C15)}}};
    struct world *world = &run.world;
    *verdict = (struct verdict){""};
    world->now_ms = INT64_C(1709500000000) + below(&run, 7200000); /* a day in March 2024 */
    world->trace = (struct trace){trace, world->now_ms, &world->now_ms};
    world->election.session_ms = 1500 + below(&run, 8500);
    broker_init(&world->broker, &world->random, &world->trace, &world->now_ms);
    world->broker.slow_markers = below(&run, 2) == 0;
    create_topics(&run);
    int64_t span_ms = 10000 + below(&run, 50000), until_ms = world->now_ms + span_ms;
    run.crm = crm_new(world, (int)span_ms);
    world->unkindness = choose_unkindness(&run);
    for (int i = 0; i < WORLD_PROCESSES; i++) {
        world->processes[i] = (struct process){.fiber = fibers[i], .number = -1};
        run.begins_again_ms[i] = below(&run, 3) == 0 && i > 0 ? world->now_ms + below(&run, (int)span_ms) : world->now_ms;
    }
    running = &run;

    bool right = true;
    while (world->now_ms < until_ms && right) {
        step(&run);
        right = !has_failed(&run, verdict) && !overdue(&run, INT64_MAX, "the end of the unkind time", verdict);
    }
    if (right) {
        calm_down(&run);
        right = come_to_rest(&run, verdict);
    }
    int64_t tick_s = (world->now_ms + world->wall_ms) / 1000 - settings->out_of_orderness_s - settings->every_ms / 1000;
    right = right && verdict_of_end(world, pool, tick_s, verdict) && leave(&run, verdict) && verdict_of_history(world, pool, verdict);
    trace_say(&world->trace, "verdict", "%s", right ? "all is well" : verdict->text);
    end(&run);
    count(&run, figures);
    running = NULL;
    crm_free(run.crm);
    broker_free(&world->broker);
    return right;
}
