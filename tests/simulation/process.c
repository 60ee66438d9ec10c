/* process.c -- a process of the application on the simulated cluster: the cluster's single steps (cluster.h), each of which may be the last one of its
 * process, before, within or after; or take long; or never be answered. */
#include <inttypes.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/engine/leader.h"
#include "../../daemon/engine/rebuild.h"
#include "../../daemon/log/protocol.h"
#include "world.h"

enum {
    PATIENCE_MS = 15000,      /* as writer.c */
    CHANGELOG_PARTITIONS_MAX = 4,
    LEARNS_WITHIN_MS = 3000,
    BLOCK_MOST = 8,
    SHOWN = 500,              /* bytes of a value in a trace */
};

struct cluster_reader {
    struct process *process;
    const struct log_partition *names;
    int count;
    bool input;
    struct place { struct partition *partition; int64_t next, reached, delivered, end; } *places;
    int64_t asked_ms; /* when the ends were asked for; INT64_MIN: never */
    int idle_ms;
    bool compacted;
};

static struct process *of(struct cluster *cluster)
{
    return (struct process *)cluster;
}

static bool chance(struct process *process, int one_in)
{
    return one_in > 0 && random_one_in(&process->world->random, one_in);
}

static int below(struct process *process, int most)
{
    return random_below(&process->world->random, most);
}

static enum log_status fail(struct process *process, enum log_status status, const char *why)
{
    snprintf(process->error, sizeof process->error, "%s", why);
    return status;
}

/* ---- time ---- */

static void sleep_ms(struct process *process, int64_t ms)
{
    process->wake_ms = process->world->now_ms + ms;
    fiber_give_way(process->fiber);
}

/* A moment at which anything may happen to the process. Returns whether it lives; if not, the step has no effect from here on. */
static bool point(struct process *process, const char *doing)
{
    if (process->dead)
        return false;
    process->world->steps++;
    if (chance(process, process->world->unkindness.crash)) {
        trace_say(&process->world->trace, process->name, "DIES while %s", doing);
        process->dead = true;
        return false;
    }
    if (chance(process, process->world->unkindness.pause)) {
        int64_t ms = below(process, 4) == 0 ? below(process, 40000) : below(process, 6000);
        trace_say(&process->world->trace, process->name, "stands still for %.3f s while %s", (double)ms / 1000, doing);
        process->paused = true;
        sleep_ms(process, ms);
        process->paused = false;
        if (!process->dead)
            trace_say(&process->world->trace, process->name, "goes on");
    } else if (below(process, 4) == 0) {
        sleep_ms(process, below(process, 8));
    }
    return !process->dead;
}

#define DEAD LOG_FAILED /* a status for nobody */

/* ---- before leading ---- */

static struct topic *topic_of(struct process *process, enum log_topic topic)
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
    struct process *process = of(cluster);
    if (!point(process, "looking at the topics"))
        return DEAD;
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
        out->names[i] = topic_of(process, (enum log_topic)i)->name;
        out->partition_counts[i] = topic_of(process, (enum log_topic)i)->partition_count;
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
    struct process *process = of(cluster);
    struct election *election = &process->world->election;
    if (!point(process, "joining the group"))
        return DEAD;
    if (!process->held && election_place(election, process->number) < 0)
        join(process);
    while (!process->held) {
        if (process->stopped)
            return LOG_STOPPED;
        if (election_place(election, process->number) < 0)
            join(process); /* put out while it waited */
        sleep_ms(process, 20 + below(process, 200));
        if (!point(process, "waiting for the lead"))
            return DEAD;
        process->held = election_leader(election) == process->number;
    }
    trace_say(&process->world->trace, process->name, "is elected");
    process->learns_ms = 0;
    return LOG_OK;
}

static enum log_status sim_elected(struct cluster *cluster)
{
    struct process *process = of(cluster);
    if (process->dead)
        return DEAD;
    if (!process->held || election_leader(&process->world->election) == process->number)
        return LOG_OK;
    if (process->learns_ms == 0)
        process->learns_ms = process->world->now_ms + below(process, LEARNS_WITHIN_MS);
    if (process->world->now_ms < process->learns_ms)
        return LOG_OK;
    trace_say(&process->world->trace, process->name, "learns that the lead is lost");
    process->held = false;
    return fail(process, LOG_FENCED, "the lead is lost: the group has given it to another process");
}

static void sim_resign(struct cluster *cluster)
{
    struct process *process = of(cluster);
    if (!point(process, "leaving the group"))
        return;
    process->held = false;
    process->learns_ms = 0;
    election_leave(&process->world->election, process->number);
}

/* ---- the only writer ---- */

static void forget_pending(struct process *process)
{
    process->pending_count = 0;
    arena_reset(&process->pending_bytes);
}

static enum log_status sim_fence(struct cluster *cluster)
{
    struct process *process = of(cluster);
    for (;;) {
        if (!point(process, "fencing"))
            return DEAD;
        if (process->stopped)
            return LOG_STOPPED;
        if (broker_fence(&process->world->broker, &process->epoch) == LOG_OK)
            break;
        sleep_ms(process, 20);
    }
    process->writing = true;
    process->fenced = false;
    forget_pending(process);
    trace_say(&process->world->trace, process->name, "writes with epoch %" PRId64, process->epoch);
    return point(process, "having fenced") ? LOG_OK : DEAD;
}

static void sim_end_writing(struct cluster *cluster)
{
    struct process *process = of(cluster);
    if (!point(process, "closing its writer") || !process->writing)
        return;
    process->writing = false;
    forget_pending(process);
    if (below(process, 2) == 0) /* it tries to undo what is open */
        broker_send_end(&process->world->broker, (struct end_request){.epoch = process->epoch, .due_ms = process->world->now_ms + below(process, 50)});
}

static enum log_status shut_out(struct process *process)
{
    process->fenced = true;
    /* librdkafka tells an expired transaction and another writer apart only sometimes */
    return below(process, 4) == 0 ? fail(process, LOG_ABORTED, "the transaction has expired") : fail(process, LOG_FENCED, "another process leads now");
}

static enum log_status sim_begin(struct cluster *cluster)
{
    struct process *process = of(cluster);
    if (!point(process, "beginning a transaction"))
        return DEAD;
    if (!process->writing)
        abort(); /* the protocol never begins without having fenced */
    forget_pending(process);
    return LOG_OK;
}

/* Send the first records of one partition that are not yet sent, at most so many. A partition's records keep their order, partitions do not wait for one
 * another. Returns LOG_OK also where the coordinator is still busy with the last transaction. */
static enum log_status send_some(struct process *process, int most)
{
    if (process->pending_count == 0 || process->fenced)
        return LOG_OK;
    struct partition *partition = process->pendings[below(process, (int)process->pending_count)].partition;
    size_t kept = 0;
    enum log_status status = LOG_OK;
    for (size_t i = 0; i < process->pending_count; i++) {
        struct pending *pending = &process->pendings[i];
        if (pending->partition == partition && most > 0 && status == LOG_OK) {
            enum append append = broker_append(&process->world->broker, process->epoch, process->number, partition, &pending->record);
            most--;
            if (append == APPENDED)
                continue;
            most = 0;
            if (append == APPEND_FENCED)
                status = shut_out(process);
        }
        process->pendings[kept++] = *pending;
    }
    process->pending_count = kept;
    return status;
}

static struct text keep(struct process *process, struct text text)
{
    return text.data != NULL ? arena_copy(&process->pending_bytes, text) : text;
}

static uint32_t hash_of(struct text key)
{
    uint32_t hash = 2166136261;
    for (size_t i = 0; i < key.length; i++)
        hash = (hash ^ (unsigned char)key.data[i]) * 16777619;
    return hash;
}

static enum log_status sim_write(struct cluster *cluster, enum log_topic topic, const struct log_record *record)
{
    struct process *process = of(cluster);
    if (below(process, 4) == 0 && !point(process, "writing"))
        return DEAD;
    if (process->dead)
        return DEAD;
    process->pendings = memory_grow(process->pendings, &process->pending_capacity, process->pending_count + 1, sizeof *process->pendings);
    struct topic *to = topic_of(process, topic);
    trace_say(&process->world->trace, process->name, "writes to %s %.*s %.*s", to->name, (int)record->key.length, record->key.data != NULL ? record->key.data : "",
              record->value.length < SHOWN ? (int)record->value.length : SHOWN, record->value.data != NULL ? record->value.data : "(tombstone)");
    struct log_header *headers = arena_take(&process->pending_bytes, (size_t)record->header_count * sizeof *headers + 1);
    for (int i = 0; i < record->header_count; i++)
        headers[i] = (struct log_header){keep(process, record->headers[i].name), keep(process, record->headers[i].value)};
    process->pendings[process->pending_count++] = (struct pending){
        .topic = topic,
        .partition = to->partitions[hash_of(record->key) % (uint32_t)to->partition_count],
        .record = {.key = keep(process, record->key), .value = keep(process, record->value), .timestamp_ms = record->timestamp_ms, .headers = headers,
                   .header_count = record->header_count},
    };
    if (below(process, 6) != 0)
        return LOG_OK;
    enum log_status status = send_some(process, 1 + below(process, 10));
    return below(process, 2) == 0 ? status : LOG_OK; /* most errors come at commit */
}

/* What the transaction rests on: the records that were read before its positions. */
static struct taken *list_taken(struct process *process, const struct log_position *positions, int count, int *taken_count)
{
    struct broker *broker = &process->world->broker;
    struct taken *list = arena_take(&broker->arena, (size_t)count * sizeof *list + 1);
    *taken_count = 0;
    for (int i = 0; i < count; i++) {
        if (positions[i].offset < 0)
            continue;
        const struct log_partition *input = &process->inputs[positions[i].partition];
        const struct delivered *delivered = &process->delivered[positions[i].partition];
        int64_t *read = arena_take(&broker->arena, delivered->count * sizeof *read + 1);
        size_t read_count = 0;
        for (size_t d = 0; d < delivered->count && delivered->offsets[d] < positions[i].offset; d++)
            read[read_count++] = delivered->offsets[d];
        list[(*taken_count)++] = (struct taken){broker_topic(broker, input->topic)->partitions[input->partition], positions[i].offset, read_count, read};
    }
    return list;
}

static enum log_status sim_commit(struct cluster *cluster, const struct log_position *positions, int count)
{
    struct process *process = of(cluster);
    struct world *world = process->world;
    int64_t until_ms = world->now_ms + PATIENCE_MS;
    if (!point(process, "about to commit"))
        return DEAD;
    while (process->pending_count > 0 && !process->fenced) {
        size_t before = process->pending_count;
        enum log_status status = send_some(process, 1000);
        if (status != LOG_OK)
            return status;
        if (!point(process, "sending its records"))
            return DEAD;
        if (process->pending_count == before)
            sleep_ms(process, 5);
        if (world->now_ms >= until_ms)
            return fail(process, LOG_ABORTED, "the records were not taken in time");
    }
    if (process->fenced)
        return shut_out(process);

    struct end_request request = {.epoch = process->epoch, .commit = true, .due_ms = world->now_ms + below(process, 10)};
    request.taken = list_taken(process, positions, count, &request.taken_count);
    if (chance(process, world->unkindness.slow_request))
        request.due_ms = world->now_ms + below(process, 30000);
    if (chance(process, world->unkindness.lost_request))
        request.due_ms = INT64_MAX;
    bool answered = !chance(process, world->unkindness.lost_answer);
    struct end_request *sent = broker_send_end(&world->broker, request);
    trace_say(&world->trace, process->name, "asks to commit%s", request.due_ms == INT64_MAX ? ", which never arrives" : answered ? "" : ", and will get no answer");
    until_ms = world->now_ms + PATIENCE_MS;
    do {
        sleep_ms(process, 1 + below(process, 10));
        if (!point(process, "waiting for the commit"))
            return DEAD;
    } while (!(answered && sent->answer != ANSWER_NONE) && world->now_ms < until_ms);
    if (!answered || sent->answer == ANSWER_NONE)
        return fail(process, LOG_ABORTED, "nobody says whether it is committed");
    if (sent->answer == ANSWER_FENCED)
        return shut_out(process);
    if (sent->answer == ANSWER_INVALID)
        return fail(process, LOG_ABORTED, "there is no such transaction");
    return LOG_OK;
}

/* ---- reading ---- */

static enum log_status sim_find_end(struct cluster *cluster, const struct log_partition *name, int64_t *end)
{
    struct process *process = of(cluster);
    if (!point(process, "asking for an end"))
        return DEAD;
    if (process->stopped)
        return LOG_STOPPED;
    struct partition *partition = broker_topic(&process->world->broker, name->topic)->partitions[name->partition];
    *end = partition->start < partition_end(partition) ? partition_end(partition) : 0;
    return LOG_OK;
}

static void forget_delivered(struct process *process)
{
    for (int i = 0; i < process->delivered_count; i++)
        free(process->delivered[i].offsets);
    free(process->delivered);
    process->delivered = NULL;
    process->delivered_count = 0;
}

static struct cluster_reader *sim_open_reader(struct cluster *cluster, const struct log_partition *partitions, const int64_t *offsets, int count, int idle_ms)
{
    struct process *process = of(cluster);
    if (!point(process, "opening a reader"))
        return NULL;
    struct cluster_reader *reader = memory_new(sizeof *reader);
    *reader = (struct cluster_reader){.process = process, .names = partitions, .count = count, .idle_ms = idle_ms, .asked_ms = INT64_MIN};
    reader->places = memory_new((size_t)count * sizeof *reader->places);
    for (int i = 0; i < count; i++) {
        struct topic *topic = broker_topic(&process->world->broker, partitions[i].topic);
        reader->places[i] = (struct place){.partition = topic->partitions[partitions[i].partition], .next = offsets[i], .delivered = offsets[i],
                                           .reached = offsets[i] >= 0 ? -1 : 0};
        reader->input = topic->input;
        reader->compacted = topic->compacted;
    }
    if (reader->compacted)
        process->world->broker.restoring++;
    if (reader->input) {
        forget_delivered(process);
        process->delivered = memory_new((size_t)count * sizeof *process->delivered);
        process->delivered_count = count;
    }
    return reader;
}

static void sim_close_reader(struct cluster_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->compacted)
        reader->process->world->broker.restoring--;
    free(reader->places);
    free(reader);
}

struct block { struct log_record *records; char *bytes; };

static struct text copy_text(char **at, struct text text)
{
    if (text.data == NULL)
        return text;
    memcpy(*at, text.data, text.length);
    struct text copy = {*at, text.length};
    *at += text.length;
    return copy;
}

/* In memory of the block's own, so that whoever uses a record after its release is seen. */
static void fill_block(struct log_block *out, struct partition *partition, const int64_t *offsets, int count)
{
    size_t bytes = 0, headers = 0;
    for (int i = 0; i < count; i++) {
        const struct log_record *record = &partition->entries[offsets[i]].record;
        bytes += record->key.length + record->value.length;
        headers += (size_t)record->header_count;
        for (int h = 0; h < record->header_count; h++)
            bytes += record->headers[h].name.length + record->headers[h].value.length;
    }
    struct block *block = memory_new(sizeof *block);
    block->records = memory_new((size_t)count * sizeof *block->records + headers * sizeof(struct log_header));
    block->bytes = memory_new(bytes + 1);
    struct log_header *header = (struct log_header *)(block->records + count);
    char *at = block->bytes;
    for (int i = 0; i < count; i++) {
        const struct log_record *record = &partition->entries[offsets[i]].record;
        block->records[i] = *record;
        block->records[i].key = copy_text(&at, record->key);
        block->records[i].value = copy_text(&at, record->value);
        block->records[i].headers = header;
        for (int h = 0; h < record->header_count; h++)
            *header++ = (struct log_header){copy_text(&at, record->headers[h].name), copy_text(&at, record->headers[h].value)};
    }
    out->count = count;
    out->records = block->records;
    out->owner = block;
}

static int input_count(const struct process *process)
{
    const struct broker *broker = &process->world->broker;
    int count = 0;
    for (size_t t = 0; t < broker->topic_count; t++)
        count += broker->topics[t]->input ? broker->topics[t]->partition_count : 0;
    return count;
}

static enum log_status sim_read(struct cluster_reader *reader, int number, int most, struct log_block *block)
{
    struct process *process = reader->process;
    struct place *place = &reader->places[number];
    struct partition *partition = place->partition;
    *block = (struct log_block){.partition = number};
    if (!point(process, "reading"))
        return DEAD;
    if (reader->input && input_count(process) != reader->count && below(process, 10) == 0)
        return fail(process, LOG_ABORTED, "the topics read have other partitions now");
    if (place->next < 0)
        place->next = partition->start;
    if (place->next < partition->start || place->next > partition_end(partition)) {
        trace_say(&process->world->trace, process->name, "%s/%d@%" PRId64 " is not in the log: goes on at %" PRId64, partition->topic->name, partition->number,
                  place->next, partition->start);
        place->next = place->reached = partition->start;
    }
    int64_t offsets[BLOCK_MOST], stable = partition_stable(partition);
    int count = 0, wanted = 1 + below(process, BLOCK_MOST < most ? BLOCK_MOST : most);
    while (count < wanted && place->next < stable) {
        if (entry_is_seen(&partition->entries[place->next]))
            offsets[count++] = place->next;
        place->next++;
    }
    if (count == 0) {
        if (place->next >= stable && place->reached < stable && below(process, 3) != 0)
            place->reached = stable; /* the word that the end is reached comes when it likes */
        return LOG_OK;
    }
    place->next = offsets[count - 1] + 1;
    place->delivered = place->next;
    if (place->reached < place->delivered)
        place->reached = place->delivered;
    for (int i = 0; reader->input && i < count; i++) {
        struct delivered *delivered = &process->delivered[number];
        delivered->offsets = memory_grow(delivered->offsets, &delivered->capacity, delivered->count + 1, sizeof *delivered->offsets);
        delivered->offsets[delivered->count++] = offsets[i];
    }
    if (reader->input)
        trace_say(&process->world->trace, process->name, "reads %s/%d@%" PRId64 "-%" PRId64, partition->topic->name, partition->number, offsets[0], offsets[count - 1]);
    fill_block(block, partition, offsets, count);
    return LOG_OK;
}

static void sim_release(struct cluster_reader *reader, struct log_block *block)
{
    (void)reader;
    struct block *owner = block->owner;
    *block = (struct log_block){0};
    if (owner == NULL)
        return;
    free(owner->records);
    free(owner->bytes);
    free(owner);
}

static void sim_wait(struct cluster_reader *reader, const bool *wanted, int timeout_ms)
{
    (void)wanted;
    if (!point(reader->process, "waiting for news") || reader->process->stopped)
        return;
    sleep_ms(reader->process, 1 + below(reader->process, timeout_ms));
}

static int64_t sim_reached(struct cluster_reader *reader, int partition)
{
    return reader->places[partition].reached;
}

/* The ends are what they were when they were last asked for. */
static int64_t sim_end_seen_ms(struct cluster_reader *reader, int number, int64_t offset)
{
    struct process *process = reader->process;
    struct place *place = &reader->places[number];
    if (reader->asked_ms == INT64_MIN || below(process, 3) == 0) {
        reader->asked_ms = process->world->now_ms + process->world->wall_ms + process->skew_ms;
        for (int i = 0; i < reader->count; i++)
            reader->places[i].end = partition_stable(reader->places[i].partition);
    }
    if (offset < place->delivered)
        return INT64_MIN;
    return place->reached >= place->end ? reader->asked_ms : INT64_MIN;
}

/* ---- the rest ---- */

static int64_t sim_now_ms(struct cluster *cluster)
{
    return of(cluster)->world->now_ms + of(cluster)->world->wall_ms + of(cluster)->skew_ms;
}

static int64_t sim_steady_ms(struct cluster *cluster)
{
    return of(cluster)->world->now_ms;
}

static const char *sim_error(struct cluster *cluster)
{
    return of(cluster)->error;
}

static bool sim_stopped(struct cluster *cluster)
{
    return of(cluster)->stopped;
}

static void sim_stop(struct cluster *cluster)
{
    of(cluster)->stopped = true;
}

static void sim_close(struct cluster *cluster)
{
    struct process *process = of(cluster);
    free((void *)(uintptr_t)process->inputs);
    process->inputs = NULL;
    free(process->pendings);
    process->pendings = NULL;
    process->pending_capacity = 0;
    arena_free(&process->pending_bytes);
    forget_delivered(process);
}

static const struct cluster_ops sim_ops = {
    .prepare = sim_prepare,
    .elect = sim_elect,
    .elected = sim_elected,
    .resign = sim_resign,
    .fence = sim_fence,
    .end_writing = sim_end_writing,
    .begin = sim_begin,
    .write = sim_write,
    .commit = sim_commit,
    .find_end = sim_find_end,
    .open_reader = sim_open_reader,
    .close_reader = sim_close_reader,
    .read = sim_read,
    .release = sim_release,
    .wait = sim_wait,
    .reached = sim_reached,
    .end_seen_ms = sim_end_seen_ms,
    .now_ms = sim_now_ms,
    .steady_ms = sim_steady_ms,
    .error = sim_error,
    .stopped = sim_stopped,
    .stop = sim_stop,
    .close = sim_close,
};

/* ---- its life ---- */

/* Whatever becomes of it, nobody is harmed. All of the input is its tail. */
static enum log_status rebuild(struct process *process)
{
    struct rebuild_figures figures = {0};
    struct rebuild_options options = {.threads = 1, .stopping = &process->stopping};
    rebuild_run(process->world->settings, process->log, 0, NULL, &options, &figures);
    trace_say(&process->world->trace, process->name, "rebuild: generation %" PRId64 " %s %s", figures.generation, figures.committed ? "is in place" : "is not", figures.error);
    outcomes_free(&figures.outcomes);
    return LOG_STOPPED;
}

static void live(void *context)
{
    struct process *process = context;
    process->log = protocol_open(process->world->settings, &process->cluster);
    process->ended = process->rebuilds ? rebuild(process) : leader_run(process->world->settings, process->log, &(struct leader_options){.threads = 1}, &process->stopping);
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
