/* log.h -- the little that the engine needs of a log: records in per partition, ends, records out, one atomic commit of outputs with
 * positions, reading a compacted topic to its end, becoming the only writer. Body: protocol.c, over a cluster's single steps.
 * What a replay reads, which has no outputs to commit, is a history (history.h).
 * Threads: one thread uses a log; a body may have threads of its own behind it.
 * Errors: expected trouble is a log_status and a text for people from `error`; what a log can wait out (a broker away) it waits out itself. */
#ifndef FUNNELD_LOG_LOG_H
#define FUNNELD_LOG_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/text.h"

struct log;

enum log_status {
    LOG_OK,
    LOG_ABORTED,  /* the transaction is undone or its fate unknown: memory must be thrown away and restored (lead again) */
    LOG_FENCED,   /* somebody else writes now: stand by (lead again) */
    LOG_STOPPED,  /* stop was called while waiting */
    LOG_FAILED,   /* it will not go away by itself (no permission, wrong credentials, a topic missing): `error` says what */
    LOG_REFUSED,  /* of no log: the engine does not go on under this configuration, and has said why (changes.h) */
};

enum log_topic { /* topics the engine writes or restores from */
    LOG_SNAPSHOTS, LOG_ALERTS, LOG_DEAD_LETTERS, LOG_LEADS_CHANGELOG, LOG_CHECKPOINT, LOG_TOPIC_COUNT
};

struct log_header { struct text name, value; };

struct log_record {
    struct text key, value;        /* data NULL: null (a value: tombstone) */
    int64_t offset;
    int64_t timestamp_ms;          /* INT64_MIN: none */
    const struct log_header *headers;
    int header_count;
};

/* The value of its last header of that name, which is the one that counts: a dead letter has those that it came with before its own. data NULL: none. */
static inline struct text log_header_value(const struct log_record *record, struct text name)
{
    for (int i = record->header_count - 1; i >= 0; i--)
        if (text_equal(record->headers[i].name, name))
            return record->headers[i].value;
    return (struct text){NULL, 0};
}

#define LOG_WHOSE "application" /* the header of snapshots and alerts that says it */

/* Did another application write it? It may, where several share a topic, and it looks after its own. */
static inline bool log_is_anothers(struct text whose, const char *application) { return whose.data != NULL && !text_equal(whose, text_of(application)); }
static inline bool log_is_foreign(const struct log_record *record, const char *application)
{
    return log_is_anothers(log_header_value(record, TEXT(LOG_WHOSE)), application);
}

struct log_block { /* consecutive records of one input partition; borrowed until release */
    int partition;                 /* index, see log_ops.partitions */
    int count;
    const struct log_record *records;
    void *owner;                   /* of the body */
};

struct log_partition { const char *topic; int32_t partition; };

struct log_position { /* where the next read of a partition begins */
    int partition;
    int64_t offset;                /* first one not yet read; -1: from the log's start */
};

typedef void log_see(void *context, const struct log_record *records, int count);

struct log_ops {
    /* Become the only writer: wait for leadership, fence the former writer and learn its last transaction's fate. Then the partitions are known.
     * Any earlier reading position, open transaction and block is gone. LOG_OK, LOG_STOPPED or LOG_FAILED; LOG_ABORTED and LOG_FENCED from any
     * other call mean that this must be called again before anything else. */
    enum log_status (*lead)(struct log *log);

    /* The input's partitions, sorted by topic and number; valid until the next lead. */
    int (*partitions)(struct log *log, const struct log_partition **out);

    /* Read a compacted output topic from its start to the end it has now, committed records only; `see` gets them a block at a time, in order (later
     * ones of a key replace earlier ones), borrowed for the call. Where two topics are configured to be one, it shows the records of both. */
    enum log_status (*restore)(struct log *log, enum log_topic topic, log_see *see, void *context);

    /* Begin reading at these positions (one per partition). An offset the log no longer has starts at the oldest it has, and says so in the operator's log. */
    enum log_status (*start)(struct log *log, const struct log_position *positions, int count);

    /* The next records of a partition, at most `most`; 0 in block->count where there are none just now. Does not wait. Records that are not read
     * stay where they are: not to read is how to hold a partition back. LOG_ABORTED also where the input has other partitions by now. */
    enum log_status (*read)(struct log *log, int partition, int most, struct log_block *block);
    void (*release)(struct log *log, struct log_block *block);

    /* Wait until some partition among `wanted` (by index) may have records, more is known about ends, stop is called, or until the timeout, at which
     * the ends are asked for anew (by then the caller waits for nothing but to hear that there is no more). */
    void (*wait)(struct log *log, const bool *wanted, int timeout_ms);

    /* The last wall-clock moment (ms) as of which the broker said that nothing lay behind `offset`, the partition's present position (-1: where it
     * was started at -1 and nothing has come yet); INT64_MIN: not said yet, or there is more to read. */
    int64_t (*end_seen_ms)(struct log *log, int partition, int64_t offset);

    int64_t (*now_ms)(struct log *log);    /* wall clock */
    int64_t (*steady_ms)(struct log *log); /* since some moment, for durations; never goes back */

    /* Outputs, all between begin and commit. write copies what it is given; its offset does not count, its timestamp_ms INT64_MIN is now. Most
     * errors come at commit. After stop what was begun may still be finished. */
    enum log_status (*begin)(struct log *log);
    enum log_status (*write)(struct log *log, enum log_topic topic, const struct log_record *record);
    /* All written records and the positions (also committed under the application's consumer group), or nothing. */
    enum log_status (*commit)(struct log *log, const struct log_position *positions, int count);

    const char *(*error)(struct log *log); /* of the last status other than LOG_OK; for people */
    void (*stop)(struct log *log);         /* from any thread or a signal handler: waiting calls return LOG_STOPPED soon */
    void (*close)(struct log *log);        /* leave in order; frees the log */
};

struct log { const struct log_ops *ops; };

#endif
