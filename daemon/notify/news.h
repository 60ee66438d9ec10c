/* news.h -- the alerts one receiver knows of, the latest state of each, and what it has yet to hear. Pure: no Kafka, no HTTP, no clock.
 *
 * What is told is that an episode fires and that it is resolved, each once; a newer state of an alert that has not been told takes the place of the older,
 * so that a receiver that was away hears how things are, and memory is bounded by the alerts there are.
 *
 *     record at offset         5 A fires   6 B fires   7 A as before, other figures   8 B is resolved
 *     heard so far: nothing    to tell: A, and B as resolved; position 5
 *     A has been told          position 6; note: A fires
 *
 * After a restart the topic is read from its start with the position and the note committed: records before the position, and what the note says, have
 * been told. A receiver that begins anew (no position) hears of what fires, not of what was resolved before.
 * Threads: one at a time. */
#ifndef FUNNELD_NOTIFY_NEWS_H
#define FUNNELD_NOTIFY_NEWS_H

#include "notice.h"

enum {
    NEWS_ALERTS_MAX = 65536, /* what comes beyond takes the place of one that has been told and is resolved, or is left out */
    NEWS_KEPT_MS = 900000,   /* so long a resolved alert is kept after it was told, for receivers that are told again and again */
};

struct news;

struct news_item {
    struct notice *notice;   /* the latest state */
    int64_t untold_from;     /* offset of the first record that has not been told; -1: nothing to tell */
    int64_t since_ms;        /* when that came */
    int32_t partition;
    bool fires;              /* the receiver believes so (or will, once it has been told) */
};

struct news *news_new(void);
void news_free(struct news *news);

/* Forget everything: partitions were given or taken. */
void news_clear(struct news *news);

/* A partition's position (-1: none) and note, as they were committed. Before its records are added. */
void news_begin(struct news *news, int32_t partition, int64_t position, const char *note);

/* All that lay there at first has been added. */
void news_caught_up(struct news *news);

/* A record. Takes the notice. `wanted`: it is for this receiver at all. False: there is no room for it. */
bool news_add(struct news *news, int32_t partition, int64_t offset, struct notice *notice, bool wanted, int64_t now_ms);

/* A tombstone. */
void news_remove(struct news *news, struct text fingerprint);

/* What is to be told of one funnel (alerts of the whole application are a group of their own), oldest first, once its first has waited `wait_ms`; the
 * group whose first is oldest, of several. Fills at most `most`; returns how many. */
int news_due(struct news *news, int64_t now_ms, int64_t wait_ms, struct news_item **items, int most);

/* When the next group will be due; INT64_MAX: there is none. */
int64_t news_due_ms(const struct news *news, int64_t wait_ms);

/* What a receiver that must be told again and again should hear now: all that fires, and what was resolved lately. */
int news_standing(struct news *news, int64_t now_ms, struct news_item **items, int most, int after);

/* The state of this item that was given out by news_due has been told, or (`skipped`) never will be: then its resolution is none of the receiver's
 * matters either. */
void news_told(struct news *news, struct news_item *item, int64_t now_ms, bool skipped);

/* The first offset of a partition whose record has not been told (`next` where all have), and the note to go with it (at most `size` - 1 bytes). */
int64_t news_position(const struct news *news, int32_t partition, int64_t next, char *note, size_t size);

#endif
