/* topics.h -- the topics of an application: the names of those it writes, their creation, and the partitions of its input.
 * Created with: cleanup.policy compact, within a day, but dead letters are deleted after `output.dead_letters_retention`; replication min(3, brokers); TOPICS_CHANGELOG_PARTITIONS partitions
 * for the changelog, 1 for the others (one order for whoever reads them; the checkpoint's one partition is the lead).
 * The partition counts of compacted topics must stay as they are: a key that moves to another partition would have two last records.
 * Threads: one. Source: formats, "Topics". */
#ifndef FUNNELD_LOG_TOPICS_H
#define FUNNELD_LOG_TOPICS_H

#include "client.h"

enum { TOPICS_CHANGELOG_PARTITIONS = 4 };

struct topics {
    char *names[LOG_TOPIC_COUNT]; /* two roles may have one name */
    int partition_counts[LOG_TOPIC_COUNT]; /* that they really have */
    int input_count;
    struct log_partition *inputs; /* sorted by topic and number; names are the settings' */
};

void topics_init(struct topics *topics, const struct settings *settings);
void topics_free(struct topics *topics);

/* Create what is missing of the outputs (unless settings->create_topics is false), wait for the input, and list its partitions. A missing topic is
 * named in the operator's log every minute. LOG_OK, LOG_STOPPED or LOG_FAILED. */
enum log_status topics_prepare(struct topics *topics, struct client *client, rd_kafka_t *control);

/* The same for one output alone. */
enum log_status topics_prepare_output(struct topics *topics, struct client *client, rd_kafka_t *control, enum log_topic topic);

/* Wait until these topics are there and list their partitions, sorted by topic and number; `role` says for people what a missing one is for (NULL: it is
 * not waited for, LOG_FAILED). *out is given to the caller (free), also after trouble; its names are those given. */
enum log_status topics_partitions(struct client *client, rd_kafka_t *control, const char *const *names, int count, const char *role,
                                  struct log_partition **out, int *out_count);

#endif
