/* event.h -- one event about one lead, understood: names resolved to funnels and steps, text to numbers.
 * Made by wire/, applied by the ledger. Its texts and arrays are borrowed from the decoder's arena and die with it.
 * Source: semantics, section 2. */
#ifndef FUNNELD_CORE_EVENT_H
#define FUNNELD_CORE_EVENT_H

#include "event_time.h"
#include "funnel.h"
#include "text.h"

enum move_kind {
    MOVE_NONE,    /* the event names no stage here, or one the funnel does not count (`other`) */
    MOVE_REACH,   /* the lead came to `step` at stage_at */
    MOVE_LOSS,    /* the lead was lost at stage_at, for `reason` */
};

struct move { /* what the event says in one funnel */
    int funnel;           /* index into the application's funnels */
    enum move_kind kind;
    int step;             /* MOVE_REACH */
    struct text reason;   /* MOVE_LOSS; empty: none */
    bool amount_counts;   /* the event has an amount whose currency is this funnel's, or either has none */
};

struct event {
    struct text lead;     /* its id, 1..255 bytes */
    uint64_t lead_hash;   /* XXH3_64bits of the id */
    int64_t at;
    int64_t stage_at;     /* = at where the source gives none */
    int64_t created_at;   /* TIME_NONE: not said */
    bool removed;         /* the lead is taken out of every funnel; then move_count may be 0 */
    bool has_amount;      /* at least one move's amount_counts */
    int64_t amount_minor; /* hundredths */
    int score;            /* 0..10; -1: none */
    const struct text *dimensions; /* one per dimension of the application, data NULL where absent; never NULL where any dimension is configured */
    int move_count;       /* funnels in which the event counts */
    const struct move *moves;
};

#endif
