#include "protocol.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../host/operator_log.h"
#include "../host/service.h"

enum {
    RESTORE_BLOCK = 4096, /* fits into the caches */
    RESTORE_WAIT_MS = 1000,
    STANDSTILL_MS = 15000, /* between two words about a restore that does not go on */
    RESTORE_IDLE_MS = 5, /* all is there: what is waited for is only the word that a transaction's mark ends it */
    IDLE_MS_LEAST = 20, /* between two looks at the ends of an idle input */
    IDLE_MS_MOST = 500,
};

struct protocol {
    struct log log; /* first, so that a struct log * is one of these */
    const struct settings *settings;
    struct cluster *cluster;
    const struct cluster_ops *ops;
    struct cluster_topics topics;
    struct cluster_reader *reader; /* of the input; NULL before start */
    int64_t *offsets;              /* where it began */
};

static struct protocol *of(struct log *log)
{
    return (struct protocol *)log;
}

/* ---- leading ---- */

/* A lead that is lost is given up for good: another member may have it by now, and coming back as the younger one leaves it there. */
static enum log_status after(struct protocol *protocol, enum log_status status)
{
    if (status == LOG_FENCED)
        protocol->ops->resign(protocol->cluster);
    return status;
}

/* Does the group still call us the leader? */
static enum log_status check_lead(struct protocol *protocol)
{
    return after(protocol, protocol->ops->elected(protocol->cluster));
}

static void end_reading(struct protocol *protocol)
{
    protocol->ops->close_reader(protocol->reader);
    protocol->reader = NULL;
    free(protocol->offsets);
    protocol->offsets = NULL;
}

static enum log_status protocol_lead(struct log *log)
{
    struct protocol *protocol = of(log);
    const struct cluster_ops *ops = protocol->ops;
    struct cluster *cluster = protocol->cluster;
    end_reading(protocol);
    ops->end_writing(cluster);
    check_lead(protocol);

    enum log_status status = ops->prepare(cluster, &protocol->topics);
    bool leads = false;
    while (status == LOG_OK && !leads) {
        status = ops->elect(cluster);
        if (status == LOG_OK)
            status = ops->fence(cluster);
        leads = status == LOG_OK && check_lead(protocol) == LOG_OK; /* others are shut out; but if the lead went elsewhere meanwhile, it is theirs */
        if (!leads)
            ops->end_writing(cluster);
    }
    if (status == LOG_OK)
        status = ops->prepare(cluster, &protocol->topics); /* the input may have grown since, and the former leader may have read there */
    if (status == LOG_OK)
        operator_log(OPERATOR_INFO, protocol->settings->application, "took the lead; input partitions: %d", protocol->topics.input_count);
    return ops->stopped(cluster) && status != LOG_FAILED ? LOG_STOPPED : status;
}

static int protocol_partitions(struct log *log, const struct log_partition **out)
{
    *out = of(log)->topics.inputs;
    return of(log)->topics.input_count;
}

/* ---- restoring ---- */

struct restoring { /* one topic */
    int count;
    struct log_partition *partitions;
    int64_t *offsets; /* all -1: from the start */
    int64_t *ends;
    bool *wanted;     /* not yet read to its end */
    log_see *see;
    void *context;
};

static void restoring_init(struct restoring *restoring, const char *topic, int count)
{
    size_t size = (size_t)count;
    restoring->count = count;
    restoring->partitions = memory_new(size * sizeof *restoring->partitions);
    restoring->offsets = memory_new(size * sizeof *restoring->offsets);
    restoring->ends = memory_new(size * sizeof *restoring->ends);
    restoring->wanted = memory_new(size * sizeof *restoring->wanted);
    for (int i = 0; i < count; i++) {
        restoring->partitions[i] = (struct log_partition){.topic = topic, .partition = i};
        restoring->offsets[i] = -1;
    }
}

static void restoring_free(struct restoring *restoring)
{
    free(restoring->partitions);
    free(restoring->offsets);
    free(restoring->ends);
    free(restoring->wanted);
}

/* One round: what is there now of every partition that is not at its end. */
static enum log_status read_round(struct protocol *protocol, struct restoring *restoring, struct cluster_reader *reader, bool *all_read, bool *idle)
{
    *all_read = *idle = true;
    for (int p = 0; p < restoring->count; p++) {
        restoring->wanted[p] = protocol->ops->reached(reader, p) < restoring->ends[p];
        if (!restoring->wanted[p])
            continue;
        *all_read = false;
        struct log_block block;
        enum log_status status = protocol->ops->read(reader, p, RESTORE_BLOCK, &block);
        if (status != LOG_OK)
            return status;
        if (block.count > 0)
            *idle = false;
        int count = block.count;
        while (count > 0 && block.records[count - 1].offset >= restoring->ends[p])
            count--; /* what has come since */
        if (count > 0)
            restoring->see(restoring->context, block.records, count);
        protocol->ops->release(reader, &block);
    }
    return LOG_OK;
}

/* Committed records end before the first one in doubt, whoever's it is. */
static void tell_standstill(struct protocol *protocol, const struct restoring *restoring, struct cluster_reader *reader)
{
    for (int p = 0; p < restoring->count; p++)
        if (restoring->wanted[p])
            operator_log(OPERATOR_WARN, restoring->partitions[p].topic, "partition %d is read up to %" PRId64 " of %" PRId64 ", waiting: a transaction may be open there", p,
                         protocol->ops->reached(reader, p), restoring->ends[p]);
}

static enum log_status read_to_ends(struct protocol *protocol, struct restoring *restoring, struct cluster_reader *reader)
{
    int64_t told_ms = protocol->ops->steady_ms(protocol->cluster);
    for (;;) {
        bool all_read, idle;
        service_alive();
        if (protocol->ops->stopped(protocol->cluster))
            return LOG_STOPPED;
        enum log_status status = check_lead(protocol);
        if (status == LOG_OK)
            status = read_round(protocol, restoring, reader, &all_read, &idle);
        if (status != LOG_OK || all_read)
            return status;
        int64_t now_ms = protocol->ops->steady_ms(protocol->cluster);
        if (!idle)
            told_ms = now_ms;
        if (now_ms - told_ms >= STANDSTILL_MS) {
            tell_standstill(protocol, restoring, reader);
            told_ms = now_ms;
        }
        if (idle)
            protocol->ops->wait(reader, restoring->wanted, RESTORE_WAIT_MS);
    }
}

static enum log_status protocol_restore(struct log *log, enum log_topic topic, log_see *see, void *context)
{
    struct protocol *protocol = of(log);
    struct restoring restoring = {.see = see, .context = context};
    restoring_init(&restoring, protocol->topics.names[topic], protocol->topics.partition_counts[topic]);
    enum log_status status = LOG_OK;
    bool empty = true;
    for (int p = 0; p < restoring.count && status == LOG_OK; p++) {
        status = protocol->ops->find_end(protocol->cluster, &restoring.partitions[p], &restoring.ends[p]);
        empty = empty && restoring.ends[p] == 0;
    }
    if (status == LOG_OK && !empty) {
        struct cluster_reader *reader = protocol->ops->open_reader(protocol->cluster, restoring.partitions, restoring.offsets, restoring.count, RESTORE_IDLE_MS);
        status = reader != NULL ? read_to_ends(protocol, &restoring, reader) : LOG_FAILED;
        protocol->ops->close_reader(reader);
    }
    restoring_free(&restoring);
    return status;
}

/* ---- reading ---- */

static enum log_status protocol_start(struct log *log, const struct log_position *positions, int count)
{
    struct protocol *protocol = of(log);
    int partition_count = protocol->topics.input_count;
    end_reading(protocol);
    protocol->offsets = memory_new((size_t)partition_count * sizeof *protocol->offsets);
    for (int i = 0; i < partition_count; i++)
        protocol->offsets[i] = -1;
    for (int i = 0; i < count; i++)
        protocol->offsets[positions[i].partition] = positions[i].offset;

    int64_t idle_ms = protocol->settings->every_ms / 10; /* a tick is not held up by more than a tenth of the time between two */
    idle_ms = idle_ms < IDLE_MS_LEAST ? IDLE_MS_LEAST : idle_ms > IDLE_MS_MOST ? IDLE_MS_MOST : idle_ms;
    protocol->reader = protocol->ops->open_reader(protocol->cluster, protocol->topics.inputs, protocol->offsets, partition_count, (int)idle_ms);
    return protocol->reader != NULL ? LOG_OK : LOG_FAILED;
}

static enum log_status protocol_read(struct log *log, int partition, int most, struct log_block *block)
{
    struct protocol *protocol = of(log);
    *block = (struct log_block){.partition = partition};
    enum log_status status = check_lead(protocol);
    return status == LOG_OK ? protocol->ops->read(protocol->reader, partition, most, block) : status;
}

static void protocol_release(struct log *log, struct log_block *block)
{
    of(log)->ops->release(of(log)->reader, block);
}

static void protocol_wait(struct log *log, const bool *wanted, int timeout_ms)
{
    of(log)->ops->wait(of(log)->reader, wanted, timeout_ms);
}

static int64_t protocol_end_seen_ms(struct log *log, int partition, int64_t offset)
{
    return of(log)->ops->end_seen_ms(of(log)->reader, partition, offset);
}

/* ---- writing ---- */

static enum log_status protocol_begin(struct log *log)
{
    struct protocol *protocol = of(log);
    enum log_status status = check_lead(protocol);
    return status == LOG_OK ? after(protocol, protocol->ops->begin(protocol->cluster)) : status;
}

static enum log_status protocol_write(struct log *log, enum log_topic topic, const struct log_record *record)
{
    return after(of(log), of(log)->ops->write(of(log)->cluster, topic, record));
}

static enum log_status protocol_commit(struct log *log, const struct log_position *positions, int count)
{
    return after(of(log), of(log)->ops->commit(of(log)->cluster, positions, count));
}

/* ---- the rest ---- */

static int64_t protocol_now_ms(struct log *log)
{
    return of(log)->ops->now_ms(of(log)->cluster);
}

static int64_t protocol_steady_ms(struct log *log)
{
    return of(log)->ops->steady_ms(of(log)->cluster);
}

static const char *protocol_error(struct log *log)
{
    return of(log)->ops->error(of(log)->cluster);
}

static void protocol_stop(struct log *log)
{
    of(log)->ops->stop(of(log)->cluster);
}

static void protocol_close(struct log *log)
{
    struct protocol *protocol = of(log);
    end_reading(protocol);
    protocol->ops->end_writing(protocol->cluster); /* before leaving, so that the next leader need not wait for an open transaction */
    protocol->ops->resign(protocol->cluster);
    protocol->ops->close(protocol->cluster);
    free(protocol);
}

static const struct log_ops protocol_ops = {
    .lead = protocol_lead,
    .partitions = protocol_partitions,
    .restore = protocol_restore,
    .start = protocol_start,
    .read = protocol_read,
    .release = protocol_release,
    .wait = protocol_wait,
    .end_seen_ms = protocol_end_seen_ms,
    .now_ms = protocol_now_ms,
    .steady_ms = protocol_steady_ms,
    .begin = protocol_begin,
    .write = protocol_write,
    .commit = protocol_commit,
    .error = protocol_error,
    .stop = protocol_stop,
    .close = protocol_close,
};

struct log *protocol_open(const struct settings *settings, struct cluster *cluster)
{
    struct protocol *protocol = memory_new(sizeof *protocol);
    *protocol = (struct protocol){.log = {&protocol_ops}, .settings = settings, .cluster = cluster, .ops = cluster->ops};
    return &protocol->log;
}
