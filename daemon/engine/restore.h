/* restore.h -- the state made anew from the log alone: the checkpoint, the leads of the changelog, and what was published last. Counts are folded from the
 * leads, so they follow the configuration as it is now. Threads: the leader's. */
#ifndef FUNNELD_ENGINE_RESTORE_H
#define FUNNELD_ENGINE_RESTORE_H

#include "../log/log.h"
#include "../wire/checkpoint_json.h"
#include "alerting.h"
#include "publisher.h"
#include "unknowns.h"

struct restored {
    struct checkpoint *checkpoint; /* NULL: the application has never committed; given to the caller */
    bool checkpoint_unread;        /* the last one written is not what this program writes: `checkpoint` is an older one, or none */
    uint64_t rows;                 /* of the changelog, several of a lead included */
    uint64_t unread_rows;          /* that are not what this program writes */
    struct unknowns unread;        /* leads of which the last row is one of these; under one name */
    struct unknowns unknowns;      /* what rows name and the configuration does not; the caller frees both */
};

/* Fill an empty fold, its publisher and its alert rules. */
enum log_status restore_all(struct log *log, struct fold *fold, struct publisher *publisher, struct alerting *alerting, struct restored *restored);

/* The checkpoint alone; given to the caller, also after trouble. NULL: the application has never committed. */
enum log_status restore_checkpoint(struct log *log, const struct settings *settings, struct checkpoint **out);

#endif
