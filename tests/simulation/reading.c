/* reading.c -- readers, which see committed records before the last stable offset, a few at a time; what they know of ends is what they last asked for. */
#include <inttypes.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "step.h"

enum { BLOCK_MOST = 8 };

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

enum log_status reading_find_end(struct cluster *cluster, const struct log_partition *name, int64_t *end)
{
    struct process *process = step_process(cluster);
    if (!step_point(process, "asking for an end"))
        return STEP_DEAD;
    if (process->stopped)
        return LOG_STOPPED;
    struct partition *partition = broker_topic(&process->world->broker, name->topic)->partitions[name->partition];
    *end = partition->start < partition_end(partition) ? partition_end(partition) : 0;
    return LOG_OK;
}

void reading_free(struct process *process)
{
    for (int i = 0; i < process->delivered_count; i++)
        free(process->delivered[i].offsets);
    free(process->delivered);
    process->delivered = NULL;
    process->delivered_count = 0;
}

struct cluster_reader *reading_open(struct cluster *cluster, const struct log_partition *partitions, const int64_t *offsets, int count, int idle_ms)
{
    struct process *process = step_process(cluster);
    if (!step_point(process, "opening a reader"))
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
        reading_free(process);
        process->delivered = memory_new((size_t)count * sizeof *process->delivered);
        process->delivered_count = count;
    }
    return reader;
}

void reading_close(struct cluster_reader *reader)
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

enum log_status reading_read(struct cluster_reader *reader, int number, int most, struct log_block *block)
{
    struct process *process = reader->process;
    struct place *place = &reader->places[number];
    struct partition *partition = place->partition;
    *block = (struct log_block){.partition = number};
    if (!step_point(process, "reading"))
        return STEP_DEAD;
    if (reader->input && input_count(process) != reader->count && step_below(process, 10) == 0)
        return step_fail(process, LOG_ABORTED, "the topics read have other partitions now");
    if (place->next < 0)
        place->next = partition->start;
    if (place->next < partition->start || place->next > partition_end(partition)) {
        trace_say(&process->world->trace, process->name, "%s/%d@%" PRId64 " is not in the log: goes on at %" PRId64, partition->topic->name, partition->number,
                  place->next, partition->start);
        place->next = place->reached = partition->start;
    }
    int64_t offsets[BLOCK_MOST], stable = partition_stable(partition);
    int count = 0, wanted = 1 + step_below(process, BLOCK_MOST < most ? BLOCK_MOST : most);
    while (count < wanted && place->next < stable) {
        if (entry_is_seen(&partition->entries[place->next]))
            offsets[count++] = place->next;
        place->next++;
    }
    if (count == 0) {
        if (place->next >= stable && place->reached < stable && step_below(process, 3) != 0)
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

void reading_release(struct cluster_reader *reader, struct log_block *block)
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

void reading_wait(struct cluster_reader *reader, const bool *wanted, int timeout_ms)
{
    (void)wanted;
    if (!step_point(reader->process, "waiting for news") || reader->process->stopped)
        return;
    step_sleep_ms(reader->process, 1 + step_below(reader->process, timeout_ms));
}

int64_t reading_reached(struct cluster_reader *reader, int partition)
{
    return reader->places[partition].reached;
}

/* The ends are what they were when they were last asked for. */
int64_t reading_end_seen_ms(struct cluster_reader *reader, int number, int64_t offset)
{
    struct process *process = reader->process;
    struct place *place = &reader->places[number];
    if (reader->asked_ms == INT64_MIN || step_below(process, 3) == 0) {
        reader->asked_ms = process->world->now_ms + process->world->wall_ms + process->skew_ms;
        for (int i = 0; i < reader->count; i++)
            reader->places[i].end = partition_stable(reader->places[i].partition);
    }
    if (offset < place->delivered)
        return INT64_MIN;
    return place->reached >= place->end ? reader->asked_ms : INT64_MIN;
}
