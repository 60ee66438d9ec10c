/* cluster.h -- what the log protocol (protocol.c) asks of a Kafka cluster: single steps, none of which is safe by itself. In which order they are
 * taken is the protocol's matter. Bodies: kafka.c; tests/simulation, in memory and as nasty as Kafka may be.
 * Threads, errors: as log.h. A step that asks the brokers waits them out; LOG_STOPPED where stop was called meanwhile. */
#ifndef FUNNELD_LOG_CLUSTER_H
#define FUNNELD_LOG_CLUSTER_H

#include "log.h"

struct cluster;
struct cluster_reader;

struct cluster_topics { /* valid until the next prepare */
    const char *names[LOG_TOPIC_COUNT]; /* two roles may have one name */
    int partition_counts[LOG_TOPIC_COUNT];
    int input_count;
    const struct log_partition *inputs; /* sorted by topic and number */
};

struct cluster_ops {
    /* ---- before leading ---- */

    /* See to it that the topics are there. LOG_OK, LOG_STOPPED or LOG_FAILED. */
    enum log_status (*prepare)(struct cluster *cluster, struct cluster_topics *out);

    /* ---- who tries to lead: being wrong about it does no harm ---- */

    enum log_status (*elect)(struct cluster *cluster);   /* join unless a member already, and wait for the lead */
    enum log_status (*elected)(struct cluster *cluster); /* cheap: LOG_OK, or LOG_FENCED: the lead was held and is lost, as far as we know */
    void (*resign)(struct cluster *cluster);             /* leave, so that another member may lead at once */

    /* ---- the only writer ---- */

    /* Shut out every former writer and wait until the fate of its last transaction is known. A writer of our own is closed before. */
    enum log_status (*fence)(struct cluster *cluster);
    void (*end_writing)(struct cluster *cluster);        /* an open transaction will be undone; nothing where there is no writer */
    enum log_status (*begin)(struct cluster *cluster);
    enum log_status (*write)(struct cluster *cluster, enum log_topic topic, const struct log_record *record);
    enum log_status (*commit)(struct cluster *cluster, const struct log_position *positions, int count);

    /* ---- reading: committed records only, so never past the last stable offset ---- */

    /* The high watermark: where a partition ends with records in doubt counted. 0 where there is nothing in it. */
    enum log_status (*find_end)(struct cluster *cluster, const struct log_partition *partition, int64_t *end);

    /* Read partitions from offsets (-1: the oldest); both are borrowed until close. `idle_ms`: how often ends are asked for while nothing flows, and
     * how long a fetch that finds nothing may take. NULL: LOG_FAILED. */
    struct cluster_reader *(*open_reader)(struct cluster *cluster, const struct log_partition *partitions, const int64_t *offsets, int count, int idle_ms);
    void (*close_reader)(struct cluster_reader *reader); /* NULL is fine */
    enum log_status (*read)(struct cluster_reader *reader, int partition, int most, struct log_block *block);
    void (*release)(struct cluster_reader *reader, struct log_block *block);
    void (*wait)(struct cluster_reader *reader, const bool *wanted, int timeout_ms);
    int64_t (*reached)(struct cluster_reader *reader, int partition); /* all committed records before this offset have been read */
    int64_t (*end_seen_ms)(struct cluster_reader *reader, int partition, int64_t offset);

    /* ---- the rest, as log.h has it ---- */

    int64_t (*now_ms)(struct cluster *cluster);
    int64_t (*steady_ms)(struct cluster *cluster);
    const char *(*error)(struct cluster *cluster);
    bool (*stopped)(struct cluster *cluster);
    void (*stop)(struct cluster *cluster);
    void (*close)(struct cluster *cluster); /* frees it; writer and readers are closed before */
};

struct cluster { const struct cluster_ops *ops; };

#endif
