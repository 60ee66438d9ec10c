#include "stretch.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "client.h"
#include "reader.h"
#include "topics.h"

enum {
    IDLE_MS = 500,  /* between two looks at the ends while nothing flows */
    WAIT_MS = 1000, /* for news, then the next look at the flag to stop */
};

struct part { /* one partition */
    struct history history;
    struct stretch *stretch;
    int number;               /* the reader's */
    int64_t oldest;           /* offsets: of the oldest record that the log has, */
    int64_t begin, end;       /* of the first one to read, and behind the last one */
    int64_t reached;
    struct part_block {
        struct log_block block;
        struct log_record *kept;  /* where some of it are left out */
        size_t kept_capacity;
    } now, before;            /* handed out last, and the time before */
};

struct stretch {
    struct client *client;
    const char *const *topics;
    int topic_count;
    struct stretch_bounds bounds;
    rd_kafka_t *control;
    struct reader *reader;
    int count;
    struct log_partition *partitions;
    struct part *parts;
    struct history **histories;
    bool *wanted;             /* by the partition that is waited for */
};

/* ---- finding its ends ---- */

/* Ask until somebody answers. `ask` returns an error of librdkafka's. */
static enum log_status ask(struct stretch *stretch, rd_kafka_resp_err_t (*question)(struct stretch *stretch, void *context), void *context, const char *topic)
{
    struct client *client = stretch->client;
    while (!client_stopped(client)) {
        char reason[256];
        rd_kafka_resp_err_t error = question(stretch, context);
        rd_kafka_poll(stretch->control, 0);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            client_answered(client);
            return LOG_OK;
        }
        if (client_is_denied(error))
            return client_fail(client, LOG_FAILED, "topic %s: no permission to read it (%s)", topic, rd_kafka_err2str(error));
        if (client_refused(client, reason, sizeof reason))
            return client_fail(client, LOG_FAILED, "the brokers refuse our credentials: %s", reason);
        client_no_answer(client, error);
        client_sleep(client, WAIT_MS);
    }
    return client_fail(client, LOG_STOPPED, "stopped");
}

/* The oldest offset, and the end of what is committed. */
static rd_kafka_resp_err_t ask_ends(struct stretch *stretch, void *context)
{
    struct part *part = context;
    return rd_kafka_query_watermark_offsets(stretch->control, part->history.topic, part->history.partition, &part->begin, &part->end, CLIENT_REQUEST_MS);
}

/* The first offsets at or after a moment, where that is later than the oldest; the end where no record is. */
static rd_kafka_resp_err_t ask_moment(struct stretch *stretch, void *context)
{
    rd_kafka_topic_partition_list_t *list = context;
    for (int i = 0; i < list->cnt; i++)
        list->elems[i].offset = stretch->bounds.begin_ms > 0 ? stretch->bounds.begin_ms : 0;
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(stretch->control, list, CLIENT_REQUEST_MS);
    for (int i = 0; i < list->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        error = list->elems[i].err;
    return error;
}

/* What a group has committed, of the group that the control handle bears the name of. */
static rd_kafka_resp_err_t ask_committed(struct stretch *stretch, void *context)
{
    rd_kafka_topic_partition_list_t *list = context;
    rd_kafka_resp_err_t error = rd_kafka_committed(stretch->control, list, CLIENT_REQUEST_MS);
    for (int i = 0; i < list->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        error = list->elems[i].err;
    return error;
}

static int64_t within(const struct part *part, int64_t offset)
{
    return offset < part->begin ? part->begin : offset < part->end ? offset : part->end;
}

/* Move the beginnings, or the ends, to what `question` answers. */
static enum log_status bind_to(struct stretch *stretch, rd_kafka_resp_err_t (*question)(struct stretch *stretch, void *context), bool ends)
{
    if (stretch->count == 0)
        return LOG_OK;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(stretch->count);
    for (int i = 0; i < stretch->count; i++)
        rd_kafka_topic_partition_list_add(list, stretch->partitions[i].topic, stretch->partitions[i].partition);
    enum log_status status = ask(stretch, question, list, stretch->partitions[0].topic);
    for (int i = 0; i < list->cnt && status == LOG_OK; i++) {
        struct part *part = &stretch->parts[i]; /* the library keeps the list's order */
        int64_t offset = list->elems[i].offset;
        if (ends)
            part->end = within(part, offset); /* nothing committed: a negative number */
        else if (offset >= 0)
            part->begin = within(part, offset);
        else if (question == ask_moment)
            part->begin = part->end; /* no record is that young */
    }
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

static enum log_status apply_bounds(struct stretch *stretch)
{
    const struct stretch_bounds *bounds = &stretch->bounds;
    enum log_status status = bounds->begin_ms != INT64_MIN ? bind_to(stretch, ask_moment, false) : LOG_OK;
    if (status == LOG_OK && bounds->after_group != NULL)
        status = bind_to(stretch, ask_committed, false);
    if (status == LOG_OK && bounds->up_to_group != NULL)
        status = bind_to(stretch, ask_committed, true);
    return status;
}

static const struct history_ops part_ops;

static enum log_status find_ends(struct stretch *stretch)
{
    int count = 0;
    enum log_status status = topics_partitions(stretch->client, stretch->control, stretch->topics, stretch->topic_count, NULL, &stretch->partitions, &count);
    if (status != LOG_OK)
        return status;
    stretch->count = count;
    stretch->parts = memory_new((size_t)count * sizeof *stretch->parts);
    stretch->histories = memory_new((size_t)count * sizeof *stretch->histories);
    stretch->wanted = memory_new((size_t)count + 1);
    for (int i = 0; i < count && status == LOG_OK; i++) {
        const struct log_partition *of = &stretch->partitions[i];
        struct part *part = &stretch->parts[i];
        part->history = (struct history){.ops = &part_ops, .topic = of->topic, .name = text_of(of->topic), .partition = of->partition};
        part->stretch = stretch;
        part->number = i;
        stretch->histories[i] = &part->history;
        status = ask(stretch, ask_ends, part, of->topic);
        part->oldest = part->begin;
    }
    return status == LOG_OK ? apply_bounds(stretch) : status;
}

/* ---- opening and closing ---- */

struct stretch *stretch_new(const struct settings *settings, const char *const *topics, int topic_count)
{
    struct stretch *stretch = memory_new(sizeof *stretch);
    stretch->client = client_new(settings, NULL);
    stretch->topics = topics;
    stretch->topic_count = topic_count;
    return stretch;
}

static enum log_status open_stretch(struct stretch *stretch)
{
    char error[512];
    struct client *client = stretch->client;
    if (!client_check(client_settings(client), error, sizeof error))
        return client_fail(client, LOG_FAILED, "kafka: %s", error);
    /* Of the kind that sees committed records: so the ends are those of what is committed. */
    rd_kafka_conf_t *configuration = client_configure(client, CLIENT_READER);
    const char *group = stretch->bounds.after_group != NULL ? stretch->bounds.after_group : stretch->bounds.up_to_group;
    if (group != NULL)
        client_set(configuration, "group.id", group);
    stretch->control = client_open(client, CLIENT_READER, configuration);
    if (stretch->control == NULL)
        return LOG_FAILED;
    enum log_status status = find_ends(stretch);
    if (status != LOG_OK)
        return status;
    int64_t *offsets = memory_new((size_t)stretch->count * sizeof *offsets);
    for (int i = 0; i < stretch->count; i++)
        offsets[i] = stretch->parts[i].reached = stretch->parts[i].begin;
    stretch->reader = reader_open(client, stretch->partitions, offsets, stretch->count, IDLE_MS);
    free(offsets);
    return stretch->reader != NULL ? LOG_OK : LOG_FAILED;
}

bool stretch_open(struct stretch *stretch, const struct stretch_bounds *bounds)
{
    stretch->bounds = *bounds;
    return open_stretch(stretch) == LOG_OK;
}

const char *stretch_error(const struct stretch *stretch)
{
    return client_error(stretch->client);
}

int stretch_histories(const struct stretch *stretch, struct history *const **out)
{
    *out = stretch->histories;
    return stretch->count;
}

int64_t stretch_deleted(const struct stretch *stretch, int partition)
{
    return stretch->parts[partition].oldest;
}

void stretch_stop(struct stretch *stretch)
{
    client_stop(stretch->client);
}

void stretch_close(struct stretch *stretch)
{
    if (stretch == NULL)
        return;
    reader_close(stretch->reader);
    if (stretch->control != NULL) {
        rd_kafka_consumer_close(stretch->control);
        rd_kafka_destroy(stretch->control);
    }
    for (int i = 0; i < stretch->count; i++) {
        free(stretch->parts[i].now.kept);
        free(stretch->parts[i].before.kept);
    }
    free(stretch->parts);
    free(stretch->histories);
    free(stretch->wanted);
    free(stretch->partitions);
    client_free(stretch->client);
    free(stretch);
}

/* ---- reading ---- */

static bool is_within(const struct stretch_bounds *bounds, const struct log_record *record)
{
    return record->timestamp_ms >= bounds->from_ms && record->timestamp_ms < bounds->to_ms;
}

/* Of a block the records before the end and within the bounds. */
static int keep(struct part *part, const struct log_record **records)
{
    const struct stretch_bounds *bounds = &part->stretch->bounds;
    struct part_block *now = &part->now;
    const struct log_block *block = &now->block;
    int count = block->count, within = 0;
    while (count > 0 && block->records[count - 1].offset >= part->end)
        count--;
    *records = block->records;
    while (within < count && is_within(bounds, &block->records[within]))
        within++;
    if (within == count)
        return count;
    now->kept = memory_grow(now->kept, &now->kept_capacity, (size_t)count, sizeof *now->kept);
    *records = now->kept;
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (is_within(bounds, &block->records[i]))
            now->kept[kept++] = block->records[i];
    return kept;
}

static int part_read(struct history *history, int most, const struct log_record **records)
{
    struct part *part = (struct part *)history;
    struct stretch *stretch = part->stretch;
    struct part_block earlier = part->before;
    part->before = part->now;
    part->now = earlier;
    reader_release(stretch->reader, &part->now.block);
    while (part->reached < part->end) {
        if (client_stopped(stretch->client)) {
            client_fail(stretch->client, LOG_STOPPED, "stopped");
            return -1;
        }
        if (reader_read(stretch->reader, part->number, most, &part->now.block) != LOG_OK)
            return -1;
        int64_t reached = reader_reached(stretch->reader, part->number);
        part->reached = reached > part->reached ? reached : part->reached;
        int count = keep(part, records);
        if (count > 0)
            return count;
        bool waits = part->now.block.count == 0;
        reader_release(stretch->reader, &part->now.block);
        if (waits && part->reached < part->end) {
            stretch->wanted[part->number] = true;
            reader_wait(stretch->reader, stretch->wanted, WAIT_MS);
            stretch->wanted[part->number] = false;
        }
    }
    return 0;
}

static int64_t part_position(const struct history *history)
{
    const struct part *part = (const struct part *)history;
    return (part->reached < part->end ? part->reached : part->end) - part->begin;
}

static int64_t part_size(const struct history *history)
{
    const struct part *part = (const struct part *)history;
    return part->end - part->begin;
}

static const char *part_error(const struct history *history)
{
    return client_error(((const struct part *)history)->stretch->client);
}

static void part_close(struct history *history)
{
    struct part *part = (struct part *)history; /* the rest is the stretch's */
    reader_release(part->stretch->reader, &part->now.block);
    reader_release(part->stretch->reader, &part->before.block);
}

static const struct history_ops part_ops = {.read = part_read, .position = part_position, .size = part_size, .error = part_error, .close = part_close};
