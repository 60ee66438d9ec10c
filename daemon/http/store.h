/* store.h -- what the output topics say now: the last snapshot under every key, the last record of every alert, and how many events were rejected lately.
 * Filled by a follower, read by the server. Memory: the records themselves and about 100 bytes a key; the topics are compacted, so that is their size.
 * Threads: any; a lock inside, never held while anything is sent. Records handed out are held for the caller, who drops them. */
#ifndef FUNNELD_HTTP_STORE_H
#define FUNNELD_HTTP_STORE_H

#include <stdint.h>

#include "../settings/settings.h"
#include "record.h"

struct store;

struct store *store_new(void);
void store_free(struct store *store);

/* ---- filling ---- */

/* A record of the snapshots' topic, alerts among them where they share it; NULL value: a tombstone. Taken. */
void store_put(struct store *store, struct record *record, bool tombstone, bool alert);

enum { STORE_LETTER_HOURS = 24 };

/* A dead letter with this word, whose record bears this time. What is older than STORE_LETTER_HOURS before `now_s` is left out. */
void store_letter(struct store *store, struct text word, struct text message, int64_t time_s, int64_t now_s);

/* ---- reading ---- */

/* The snapshot of a window: of the one that begins at `start`, or where `start` is empty the newest that has begun as of the last tick. Parts as in the
 * key. NULL: none. */
struct record *store_snapshot(struct store *store, struct text funnel, struct text window, struct text start, struct text group);

struct record_list { struct record **records; size_t count, capacity; }; /* zeroed: empty */
void record_list_drop(struct record_list *list);

/* The newest `most` windows of this kind, ascending. */
void store_history(struct store *store, struct text funnel, struct text window, struct text group, size_t most, struct record_list *out);

/* One snapshot for each group of a breakdown, its dimensions' names (encoded as in keys) in byte order; which window as store_snapshot. Ordered by key. */
void store_groups(struct store *store, struct text funnel, struct text window, struct text start, const struct text *names, int name_count, struct record_list *out);

/* The last record of every alert, the last to become active first. */
void store_alerts(struct store *store, struct record_list *out);

struct store_word { char *word, *message; uint64_t count; };
struct store_status {
    char last_event_at[48], as_of[48]; /* RFC 3339; empty: no snapshot yet */
    size_t records, bytes;
    size_t word_count;
    struct store_word *words;          /* of the last STORE_LETTER_HOURS, by count and then by bytes */
};
void store_status(struct store *store, int64_t now_s, struct store_status *out); /* given to the caller */
void store_status_free(struct store_status *status);

#endif
