/* feed.h -- the input partitions that the leader reads: what each has ready, and how far it has been taken. Cuts are the caller's.
 * Threads: the leader's; it lends the pool's others. */
#ifndef FUNNELD_ENGINE_FEED_H
#define FUNNELD_ENGINE_FEED_H

#include "../log/log.h"
#include "../wire/checkpoint_json.h"
#include "intake.h"

struct feed_input { /* one partition */
    struct feed *feed;
    struct log_partition name;
    struct intake intake;
    struct log_block block;      /* being taken from; count 0: none */
    struct log_block ahead;      /* the one after it, read while it is decoded; count 0: none */
    struct log_block past, gone; /* the one before it, whose events may be being applied, and the one before that, to be released; count 0: none */
    enum log_status status;      /* of reading ahead */
    int block_begin, block_end;  /* what of it is in the intake */
    int64_t offset;              /* the next one not wholly taken; -1: from the start */
    int64_t greatest_at;         /* of what was taken; TIME_NONE */
    int64_t watermark_ms;        /* likewise, or by the wall clock */
    int64_t end_seen_ms;         /* the last wall-clock moment as of which it was read to its end; TIME_NONE */
    int64_t counted_to;          /* a former leader has counted what lies before this offset, and what is in the intake lies before it; -1: that is behind us */
    int64_t counted_watermark_ms; /* the watermark as it was there */
    bool at_end;                 /* when it was last looked at there was nothing to read, and the brokers had said so */
};

struct feed { /* zeroed at first; feed_free at last */
    const struct settings *settings;
    struct log *log;
    int count;
    struct feed_input *inputs;   /* the log's partitions, in its order */
    uint64_t records;            /* read */
};

/* Begin reading where the checkpoint says (NULL: from the start); partitions that it does not know from the start. After lead and restore. */
enum log_status feed_open(struct feed *feed, const struct settings *settings, struct log *log, struct pool *pool, const struct checkpoint *checkpoint);
void feed_free(struct feed *feed);

/* The input is read again that a former leader has counted as far as this checkpoint says: there the watermarks are at least as they were. Between open and
 * the first read. */
void feed_counts_again(struct feed *feed, const struct checkpoint *former);

/* Is there a partition that has nothing left to take? */
bool feed_is_hungry(const struct feed *feed);

/* Read where nothing is left to take; at a partition's end the wall clock moves its watermark. */
enum log_status feed_read(struct feed *feed);

/* The next item of one partition that lies before the cut, as intake_take; NULL: none does. */
const struct intake_item *feed_take(struct feed_input *input, int64_t cut_ms);

static inline const struct log_record *feed_record(const struct feed_input *input, const struct intake_item *item)
{
    return &input->block.records[input->block_begin + (int)item->record];
}

/* The watermark once everything read is taken: the least over the partitions. TIME_NONE: some partition is not known yet. */
int64_t feed_watermark_ahead(const struct feed *feed);

/* Was some partition not read to its end at any time since that moment of the wall clock? */
bool feed_is_behind(const struct feed *feed, int64_t since_ms);

/* What lies before it is forgotten: of what was taken. TIME_NONE: nothing is. */
int64_t feed_bound(const struct feed *feed);

/* Wait for news of what has nothing left to take, at most so long. */
void feed_wait(struct feed *feed, int64_t timeout_ms);

/* How far each partition was taken: fills checkpoint->partitions and their count; free the list. */
void feed_positions(const struct feed *feed, struct checkpoint *checkpoint);

#endif
