/* writing.c -- the only writer, as Kafka lets it be: records are sent when they like, partition by partition; a commit is a request that may be late, lost or
 * left without an answer; whoever fences is waited for. */
#include <inttypes.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "step.h"

enum {
    PATIENCE_MS = 15000, /* as daemon/log/writer.c */
    SHOWN = 500,         /* bytes of a value in a trace */
};

static void forget_pending(struct process *process)
{
    process->pending_count = 0;
    arena_reset(&process->pending_bytes);
}

enum log_status writing_fence(struct cluster *cluster)
{
    struct process *process = step_process(cluster);
    for (;;) {
        if (!step_point(process, "fencing"))
            return STEP_DEAD;
        if (process->stopped)
            return LOG_STOPPED;
        if (broker_fence(&process->world->broker, &process->epoch) == LOG_OK)
            break;
        step_sleep_ms(process, 20);
    }
    process->writing = true;
    process->fenced = false;
    forget_pending(process);
    trace_say(&process->world->trace, process->name, "writes with epoch %" PRId64, process->epoch);
    return step_point(process, "having fenced") ? LOG_OK : STEP_DEAD;
}

void writing_end(struct cluster *cluster)
{
    struct process *process = step_process(cluster);
    if (!step_point(process, "closing its writer") || !process->writing)
        return;
    process->writing = false;
    forget_pending(process);
    if (step_below(process, 2) == 0) /* it tries to undo what is open */
        broker_send_end(&process->world->broker, (struct end_request){.epoch = process->epoch, .due_ms = process->world->now_ms + step_below(process, 50)});
}

static enum log_status shut_out(struct process *process)
{
    process->fenced = true;
    /* librdkafka tells an expired transaction and another writer apart only sometimes */
    return step_below(process, 4) == 0 ? step_fail(process, LOG_ABORTED, "the transaction has expired") : step_fail(process, LOG_FENCED, "another process leads now");
}

enum log_status writing_begin(struct cluster *cluster)
{
    struct process *process = step_process(cluster);
    if (!step_point(process, "beginning a transaction"))
        return STEP_DEAD;
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
    struct partition *partition = process->pendings[step_below(process, (int)process->pending_count)].partition;
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

enum log_status writing_write(struct cluster *cluster, enum log_topic topic, const struct log_record *record)
{
    struct process *process = step_process(cluster);
    if (step_below(process, 4) == 0 && !step_point(process, "writing"))
        return STEP_DEAD;
    if (process->dead)
        return STEP_DEAD;
    process->pendings = memory_grow(process->pendings, &process->pending_capacity, process->pending_count + 1, sizeof *process->pendings);
    struct topic *to = step_topic(process, topic);
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
    if (step_below(process, 6) != 0)
        return LOG_OK;
    enum log_status status = send_some(process, 1 + step_below(process, 10));
    return step_below(process, 2) == 0 ? status : LOG_OK; /* most errors come at commit */
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

enum log_status writing_commit(struct cluster *cluster, const struct log_position *positions, int count)
{
    struct process *process = step_process(cluster);
    struct world *world = process->world;
    int64_t until_ms = world->now_ms + PATIENCE_MS;
    if (!step_point(process, "about to commit"))
        return STEP_DEAD;
    while (process->pending_count > 0 && !process->fenced) {
        size_t before = process->pending_count;
        enum log_status status = send_some(process, 1000);
        if (status != LOG_OK)
            return status;
        if (!step_point(process, "sending its records"))
            return STEP_DEAD;
        if (process->pending_count == before)
            step_sleep_ms(process, 5);
        if (world->now_ms >= until_ms)
            return step_fail(process, LOG_ABORTED, "the records were not taken in time");
    }
    if (process->fenced)
        return shut_out(process);

    struct end_request request = {.epoch = process->epoch, .commit = true, .due_ms = world->now_ms + step_below(process, 10)};
    request.taken = list_taken(process, positions, count, &request.taken_count);
    if (step_chance(process, world->unkindness.slow_request))
        request.due_ms = world->now_ms + step_below(process, 30000);
    if (step_chance(process, world->unkindness.lost_request))
        request.due_ms = INT64_MAX;
    bool answered = !step_chance(process, world->unkindness.lost_answer);
    request.unheard = !answered;
    struct end_request *sent = broker_send_end(&world->broker, request);
    trace_say(&world->trace, process->name, "asks to commit%s", request.due_ms == INT64_MAX ? ", which never arrives" : answered ? "" : ", and will get no answer");
    until_ms = world->now_ms + PATIENCE_MS;
    do {
        step_sleep_ms(process, 1 + step_below(process, 10));
        if (!step_point(process, "waiting for the commit")) {
            sent->unheard = true;
            return STEP_DEAD;
        }
    } while (!(answered && sent->answer != ANSWER_NONE) && world->now_ms < until_ms);
    sent->unheard = true; /* if it is still to come */
    if (!answered || sent->answer == ANSWER_NONE)
        return step_fail(process, LOG_ABORTED, "nobody says whether it is committed");
    if (sent->answer == ANSWER_FENCED)
        return shut_out(process);
    if (sent->answer == ANSWER_INVALID)
        return step_fail(process, LOG_ABORTED, "there is no such transaction");
    return LOG_OK;
}

void writing_free(struct process *process)
{
    free(process->pendings);
    process->pendings = NULL;
    process->pending_capacity = 0;
    arena_free(&process->pending_bytes);
}
