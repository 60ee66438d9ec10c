/* broker.h -- a Kafka cluster in memory, with what of Kafka bears on whether anything is lost or counted twice: partitions with a log start, a high
 * watermark and a last stable offset; one transactional id with its epoch and the state of its transaction; markers that land partition by partition;
 * requests to end a transaction that are on their way when their sender is long dead; consumer offsets that become known with their marker; compaction
 * and retention. What it may do at any time it does at random. Nothing is ever really deleted: the history is what the checks read.
 * Source: KIP-98 (transactions, fencing), KIP-354 and the log cleaner's rules (compaction). Threads: one. */
#ifndef FUNNELD_TESTS_BROKER_H
#define FUNNELD_TESTS_BROKER_H

#include "../../daemon/log/log.h"
#include "../../daemon/wire/arena.h"
#include "../core/random_support.h"
#include "trace.h"

enum { BROKER_TRANSACTION_TIMEOUT_MS = 10000 };

enum decision { OPEN, COMMITTED, ABORTED };

struct transaction;

struct entry { /* one offset of a partition */
    struct transaction *transaction; /* NULL: written outside any */
    bool marker;                     /* of a transaction's end: no reader sees it */
    bool removed;                    /* by compaction; still here for the history */
    struct log_record record;
};

struct partition {
    struct topic *topic;
    int32_t number;
    struct entry *entries;           /* by offset */
    size_t count, capacity;
    int64_t start;                   /* the oldest offset that retention has left */
    size_t stable;                   /* every entry before it is decided here: a lower bound of the last stable offset */
    bool *survives;                  /* of an input, by offset: a committed transaction rests on having read it */
    size_t survives_capacity;
    int64_t committed;               /* of an input: the position of the last committed transaction; -1 */
    int64_t group_offset;            /* and as lag tools see it, once its marker has landed; -1 */
};

struct topic {
    const char *name;
    bool compacted, input;
    int partition_count;
    struct partition **partitions;
};

struct taken { /* what a transaction says about an input partition */
    struct partition *partition;
    int64_t position;
    size_t read_count;
    const int64_t *read;             /* offsets that its writer was given before the position */
};

struct landing { struct partition *partition; int64_t due_ms; bool landed; }; /* partition NULL: the group's offsets */

struct transaction {
    int number, writer;              /* writer: -1 somebody else's, on the input */
    enum decision decision;
    int64_t begun_ms, due_ms;        /* due_ms: of somebody else's, when it is decided */
    size_t landing_count, landing_capacity;
    struct landing *landings;
    int taken_count;
    struct taken *taken;
};

enum answer { ANSWER_NONE, ANSWER_OK, ANSWER_FENCED, ANSWER_INVALID };

struct end_request { /* to end the open transaction */
    int64_t epoch, due_ms;
    bool commit;
    int taken_count;
    struct taken *taken;
    enum answer answer;
    bool unheard;                    /* whoever sent it will not learn of the answer */
};

struct broker {
    struct random *random;
    struct trace *trace;
    const int64_t *now_ms;
    struct arena arena;              /* all bytes and lists of one run */
    size_t topic_count;
    struct topic *topics[16];
    int64_t epoch;                   /* of the application's transactional id */
    struct transaction *current;     /* its transaction until all markers have landed; NULL */
    size_t transaction_count, transaction_capacity;
    struct transaction **transactions;
    size_t request_count, request_capacity;
    struct end_request **requests;   /* on their way */
    int unheard;                     /* transactions that were committed unknown to their writer */
    int restoring;                   /* readers of compacted topics now: tombstones stay for them (delete.retention.ms) */
    bool slow_markers;
    int64_t wake_ms;                 /* nothing is to be done by itself before */
};

void broker_init(struct broker *broker, struct random *random, struct trace *trace, const int64_t *now_ms);
void broker_free(struct broker *broker);

struct topic *broker_topic(struct broker *broker, const char *name); /* NULL: there is none */
struct topic *broker_create(struct broker *broker, const char *name, int partitions, bool compacted, bool input);
void broker_add_partition(struct broker *broker, struct topic *topic);

int64_t partition_stable(struct partition *partition); /* the last stable offset */
static inline int64_t partition_end(const struct partition *partition) { return (int64_t)partition->count; }

/* Is it one that a read_committed reader at or past it sees, given that it lies before the last stable offset? */
bool entry_is_seen(const struct entry *entry);

/* ---- the application's writer ---- */

/* InitProducerId: LOG_OK with the new epoch, or LOG_ABORTED: a transaction is being ended, ask again. */
enum log_status broker_fence(struct broker *broker, int64_t *epoch);

enum append { APPENDED, APPEND_FENCED, APPEND_LATER };
enum append broker_append(struct broker *broker, int64_t epoch, int writer, struct partition *partition, const struct log_record *record);

/* Put a request on its way; it arrives at due_ms (INT64_MAX: never). Its answer is written into what is returned, which lives as long as the broker. */
struct end_request *broker_send_end(struct broker *broker, struct end_request request);

/* ---- everybody else ---- */

void broker_produce(struct broker *broker, struct partition *partition, struct transaction *transaction, const struct log_record *record);
struct transaction *broker_foreign(struct broker *broker, int64_t due_ms);

/* ---- what it does by itself ---- */

void broker_work(struct broker *broker); /* all that is due; wake_ms says when the next is */
void broker_compact(struct broker *broker);
void broker_retain(struct broker *broker, struct partition *partition); /* delete its start */

#endif
