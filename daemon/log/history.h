/* history.h -- what is replayed: the records of one partition from first to last. Bodies: the lines of a file (file.h), the rows of a CSV
 * file (engine/csv_history.h), a stretch of a Kafka partition (stretch.h). One that waits for its next records does so inside read.
 * Ownership: records handed out, and all that they point at, live until the read after the next one, or the close: one block is applied while the next one is
 * decoded.
 * Threads: one thread uses one. */
#ifndef FUNNELD_LOG_HISTORY_H
#define FUNNELD_LOG_HISTORY_H

#include "log.h"

struct history;

struct history_ops {
    /* The next records, at most `most`. Returns how many; 0: the end; -1: it cannot be read, error says why. */
    int (*read)(struct history *history, int most, const struct log_record **records);

    /* How far reading has come, and how far it goes (-1: not known), in units of the body's own. */
    int64_t (*position)(const struct history *history);
    int64_t (*size)(const struct history *history);

    const char *(*error)(const struct history *history); /* of the last read that failed; for people */
    void (*close)(struct history *history);              /* frees it */

    /* Let the next records come near while those handed out last are still in use, so that reading takes less time. May be NULL. */
    void (*ahead)(struct history *history);
};

struct history { /* the first member of every body */
    const struct history_ops *ops;
    const char *topic;  /* of its records; NULL: a file's, which any source of the configuration may take */
    struct text name;   /* as a dead letter names it: the file without folders, or the topic; lives as long as the source */
    int partition;      /* likewise: the file's place on the command line, or the topic's partition */
};

static inline void history_close(struct history *history) /* NULL is fine */
{
    if (history != NULL)
        history->ops->close(history);
}

#endif
