#include "feed.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "bound.h"

enum {
    BLOCK_RECORDS = 1 << 14,   /* read ahead at once, over all partitions */
    BLOCK_LEAST = 1 << 10,     /* of one partition */
};

/* ---- blocks ---- */

static void release(struct feed *feed, struct log_block *block)
{
    if (block->count > 0)
        feed->log->ops->release(feed->log, block);
    *block = (struct log_block){0};
}

static enum log_status read_block(struct feed *feed, struct feed_input *input, struct log_block *block)
{
    int share = BLOCK_RECORDS / feed->count;
    enum log_status status = feed->log->ops->read(feed->log, (int)(input - feed->inputs), share > BLOCK_LEAST ? share : BLOCK_LEAST, block);
    if (status == LOG_OK)
        feed->records += (uint64_t)block->count;
    else
        *block = (struct log_block){0};
    return status;
}

/* While a block is decoded. */
static void read_ahead(void *context)
{
    struct feed_input *input = context;
    release(input->feed, &input->gone);
    if (input->block_end == input->block.count)
        input->status = read_block(input->feed, input, &input->ahead);
}

/* All of the block is in the intake and taken: go to the next one, if there is one. */
static enum log_status next_block(struct feed *feed, struct feed_input *input)
{
    release(feed, &input->gone);
    input->gone = input->past;
    input->past = input->block;
    input->block = input->ahead;
    input->ahead = (struct log_block){0};
    input->block_begin = input->block_end = 0;
    input->at_end = false;
    return input->block.count > 0 ? LOG_OK : read_block(feed, input, &input->block);
}

/* ---- opening and closing ---- */

static void open_input(struct feed_input *input, const struct settings *settings, struct pool *pool, const struct checkpoint *checkpoint)
{
    input->offset = input->counted_to = -1;
    input->greatest_at = input->watermark_ms = input->end_seen_ms = TIME_NONE;
    intake_init(&input->intake, settings, pool, TIME_NEVER, (struct intake_limits){TIME_NONE, TIME_NEVER, TIME_NEVER});
    input->intake.meanwhile = read_ahead;
    input->intake.meanwhile_context = input;
    for (int p = 0; checkpoint != NULL && p < checkpoint->partition_count; p++) {
        const struct checkpoint_partition *known = &checkpoint->partitions[p];
        if (known->partition != input->name.partition || !text_equal(text_of(known->topic), text_of(input->name.topic)))
            continue;
        input->offset = known->offset;
        input->greatest_at = input->intake.greatest_at = known->greatest_at;
        input->watermark_ms = input->intake.watermark_ms = known->watermark_ms;
    }
}

enum log_status feed_open(struct feed *feed, const struct settings *settings, struct log *log, struct pool *pool, const struct checkpoint *checkpoint)
{
    const struct log_partition *partitions;
    *feed = (struct feed){.settings = settings, .log = log, .count = log->ops->partitions(log, &partitions)};
    feed->inputs = memory_new((size_t)feed->count * sizeof *feed->inputs);
    struct log_position *positions = memory_new((size_t)feed->count * sizeof *positions);
    for (int i = 0; i < feed->count; i++) {
        feed->inputs[i].feed = feed;
        feed->inputs[i].name = partitions[i];
        open_input(&feed->inputs[i], settings, pool, checkpoint);
        positions[i] = (struct log_position){i, feed->inputs[i].offset};
    }
    enum log_status status = log->ops->start(log, positions, feed->count);
    free(positions);
    return status;
}

void feed_free(struct feed *feed)
{
    for (int i = 0; i < feed->count; i++) {
        intake_free(&feed->inputs[i].intake);
        release(feed, &feed->inputs[i].gone);
        release(feed, &feed->inputs[i].past);
        release(feed, &feed->inputs[i].block);
        release(feed, &feed->inputs[i].ahead);
    }
    free(feed->inputs);
    *feed = (struct feed){0};
}

void feed_counts_again(struct feed *feed, const struct checkpoint *former)
{
    for (int i = 0; i < feed->count; i++)
        for (int p = 0; p < former->partition_count; p++) {
            const struct checkpoint_partition *known = &former->partitions[p];
            struct feed_input *input = &feed->inputs[i];
            if (known->partition != input->name.partition || strcmp(known->topic, input->name.topic) != 0)
                continue;
            input->counted_to = known->offset > 0 ? known->offset : 0;
            input->counted_watermark_ms = known->watermark_ms;
        }
}

/* What comes next no leader has counted yet. */
static void leave_counted(struct feed_input *input)
{
    if (input->counted_to < 0)
        return;
    input->counted_to = -1;
    intake_advance(&input->intake, input->counted_watermark_ms);
    if (input->intake.watermark_ms > input->watermark_ms)
        input->watermark_ms = input->intake.watermark_ms;
}

/* Give the intake what is left of the block, but of records that a former leader has counted and others only the first kind. */
static void fill(struct feed_input *input)
{
    const struct log_record *records = input->block.records;
    int begin = input->block_end, end = input->block.count;
    if (records[begin].offset >= input->counted_to)
        leave_counted(input);
    while (input->counted_to >= 0 && records[end - 1].offset >= input->counted_to)
        end--;
    input->block_begin = begin;
    input->block_end = end;
    intake_fill(&input->intake, records + begin, end - begin, input->name.topic);
}

static void see_end(struct feed *feed, struct feed_input *input, int64_t end_seen_ms)
{
    leave_counted(input);
    input->at_end = true;
    input->end_seen_ms = end_seen_ms;
    intake_advance(&input->intake, end_seen_ms - feed->settings->out_of_orderness_s * 1000);
    input->watermark_ms = input->intake.watermark_ms;
}

bool feed_is_hungry(const struct feed *feed)
{
    for (int i = 0; i < feed->count; i++)
        if (intake_is_empty(&feed->inputs[i].intake))
            return true;
    return false;
}

enum log_status feed_read(struct feed *feed)
{
    for (int i = 0; i < feed->count; i++) {
        struct feed_input *input = &feed->inputs[i];
        if (!intake_is_empty(&input->intake))
            continue;
        if (input->status == LOG_OK && input->block_end == input->block.count)
            input->status = next_block(feed, input);
        if (input->status != LOG_OK)
            return input->status;
        int64_t end_seen_ms = input->block.count == 0 ? feed->log->ops->end_seen_ms(feed->log, i, input->offset) : INT64_MIN;
        if (input->block.count > 0)
            fill(input);
        else if (end_seen_ms != INT64_MIN)
            see_end(feed, input, end_seen_ms);
    }
    return LOG_OK;
}

const struct intake_item *feed_take(struct feed_input *input, int64_t cut_ms)
{
    const struct intake_item *item = intake_take(&input->intake, cut_ms);
    if (item == NULL)
        return NULL;
    if (item->ends_record)
        input->offset = feed_record(input, item)->offset + 1;
    input->greatest_at = item->greatest_at;
    input->watermark_ms = item->watermark_ms;
    return item;
}

int64_t feed_watermark_ahead(const struct feed *feed)
{
    int64_t least = TIME_NEVER;
    for (int i = 0; i < feed->count; i++)
        if (feed->inputs[i].intake.watermark_ms < least)
            least = feed->inputs[i].intake.watermark_ms;
    return least == TIME_NEVER ? TIME_NONE : least;
}

bool feed_is_behind(const struct feed *feed, int64_t since_ms)
{
    for (int i = 0; i < feed->count; i++)
        if (feed->inputs[i].end_seen_ms < since_ms)
            return true;
    return false;
}

int64_t feed_bound(const struct feed *feed)
{
    int64_t greatest_at = TIME_NONE;
    for (int i = 0; i < feed->count; i++)
        greatest_at = bound_lesser(greatest_at, feed->inputs[i].greatest_at);
    return bound_of(feed->settings, greatest_at);
}

void feed_wait(struct feed *feed, int64_t timeout_ms)
{
    bool *wanted = memory_new((size_t)feed->count + 1);
    for (int i = 0; i < feed->count; i++)
        wanted[i] = intake_is_empty(&feed->inputs[i].intake);
    feed->log->ops->wait(feed->log, wanted, (int)timeout_ms);
    free(wanted);
}

void feed_positions(const struct feed *feed, struct checkpoint *checkpoint)
{
    checkpoint->partition_count = feed->count;
    checkpoint->partitions = memory_new((size_t)feed->count * sizeof *checkpoint->partitions);
    for (int i = 0; i < feed->count; i++) {
        const struct feed_input *input = &feed->inputs[i];
        checkpoint->partitions[i] = (struct checkpoint_partition){input->name.topic, input->name.partition, input->offset, input->greatest_at, input->watermark_ms};
    }
}
