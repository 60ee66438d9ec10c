/* intake.h -- one input partition on its way into the fold: records are decoded, admitted one after another in log order, and taken up to a cut.
 * Admission decides what depends on order within the partition alone: too_old, the watermark after each event, and what is skipped. So a cut at a tick is
 * a place in the list, the same whatever the block sizes or the number of threads.  Source: semantics, section 8.
 * Ownership: records handed to intake_fill must stay until the intake is filled again, and its events live as long.
 * Threads: one thread, which lends the pool's others for decoding. */
#ifndef FUNNELD_ENGINE_INTAKE_H
#define FUNNELD_ENGINE_INTAKE_H

#include <stdatomic.h>

#include "../wire/decode.h"
#include "convert.h"
#include "pool.h"

struct intake_limits { /* what is skipped, in seconds of event time; TIME_NONE / TIME_NEVER: nothing */
    int64_t from, to;  /* at < from or at >= to */
    int64_t as_of;     /* at > as_of */
};

struct intake_item { /* one event, in log order */
    const struct decoded *decoded;
    enum fault fault;          /* FAULT_NONE, or the word of its dead letter */
    bool admitted;             /* it is to be folded */
    bool skipped;
    int64_t bound;             /* leads whose last event lies before it are absent; TIME_NONE */
    int64_t watermark_ms;      /* of the partition after this event; TIME_NONE: none yet */
    int64_t greatest_at;       /* likewise, the greatest `at` counted */
    uint32_t record;           /* index of its record in the block */
    bool ends_record;
    bool letter;               /* this item writes the record's dead letter (it is the last of a record with a fault) */
    const struct intake_item *faulty; /* letter: the item whose word and message it bears */
};

struct intake {
    const struct settings *settings;
    int64_t now_limit; /* see decoder_new */
    struct intake_limits limits;
    struct pool *pool;
    struct intake_decoder { struct decoder *decoder; struct convert convert; } **decoders; /* one a thread, made by it, so that their memory lies apart */
    const struct log_record *records;
    const char *topic;           /* theirs; NULL: of a file */
    int record_count;
    struct intake_item *items;
    size_t count, capacity, next; /* items[next] is the first one not yet taken */
    int64_t greatest_at;          /* of all admitted so far, taken or not; TIME_NONE */
    int64_t watermark_ms;         /* likewise */
    void (*meanwhile)(void *context); /* what the owner's thread does first, while others begin to decode; NULL: nothing */
    void *meanwhile_context;
    /* while decoding */
    atomic_int next_record;
    const struct decoded **elements;
    int *element_counts;
    size_t element_capacity, element_count_capacity;
};

void intake_init(struct intake *intake, const struct settings *settings, struct pool *pool, int64_t now_limit, struct intake_limits limits);
void intake_free(struct intake *intake);

/* Decode and admit the next records; the intake is empty before. What is left to the pool (pool_leave) is done on the way. */
void intake_fill(struct intake *intake, const struct log_record *records, int count, const char *topic);

static inline bool intake_is_empty(const struct intake *intake) { return intake->next == intake->count; }

#define INTAKE_CUT_FIRST (TIME_NONE + 1) /* a cut before the first event that is counted */

/* The next item whose event lies before the cut (TIME_NEVER: none does not), and step past it. NULL: empty or at the cut. */
const struct intake_item *intake_take(struct intake *intake, int64_t cut_ms);

/* The partition's watermark if the next item were taken too; TIME_NONE where it is empty. */
int64_t intake_next_watermark(const struct intake *intake);

/* Raise the watermark: the wall clock, at the partition's end. It never goes back. */
void intake_advance(struct intake *intake, int64_t watermark_ms);

#endif
