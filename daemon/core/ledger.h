/* ledger.h -- many leads: the sets of one shard, and what they have added to the counts since the sums were last taken.
 * A ledger is a function of the events applied to it; it publishes nothing. An event only changes its lead's set; counts are brought to the sets when they
 * are asked for, so a lead with many events between two ticks is counted once. They leave as deltas by (group, slice), which the board adds up over shards
 * and windows. Memory follows the leads kept.
 * Ownership: the definition is borrowed and must outlive the ledger. Pointers handed out are valid until the next call that changes the ledger.
 * Threads: a ledger belongs to one thread at a time; ledgers share nothing but the definition, which is never written. */
#ifndef FUNNELD_CORE_LEDGER_H
#define FUNNELD_CORE_LEDGER_H

#include "counter.h"
#include "event.h"
#include "lead.h"

struct ledger_definition {
    int funnel_count;
    const struct funnel *funnels;
    int dimension_count;
    const struct dimension *dimensions;
    int64_t slice_s;
    bool forgets;      /* a retention is configured: leads are forgotten by their last event */
    bool names_oldest; /* the oldest open leads will be asked for: they are kept from the start, not from the first question on */
    bool no_changelog; /* nobody asks which leads changed (ledger_each_changed): the list of them is spared */
};

struct ledger;

struct ledger *ledger_new(const struct ledger_definition *definition);
void ledger_free(struct ledger *ledger);

/* Let the memory of a lead that an event is about to touch come near: first its slot, some events later the lead itself. */
void ledger_prefetch_slot(const struct ledger *ledger, uint64_t lead_hash);
void ledger_prefetch_lead(const struct ledger *ledger, uint64_t lead_hash);

/* Apply one admitted event. A lead whose last event lies before `bound` is treated as absent (TIME_NONE: none is). */
void ledger_apply(struct ledger *ledger, const struct event *event, int64_t bound);

/* Forget the leads whose last event, in whatever funnel, lies before the bound. The slices they counted in stay; they no longer stand open anywhere. */
void ledger_forget(struct ledger *ledger, int64_t bound);

/* ---- what has been added to the counts ---- */

/* Bring the counts to the sets: each lead that has changed takes back what its set gave when it was last counted and adds what it gives now. */
void ledger_count(struct ledger *ledger);

/* All deltas since they were last cleared, every lead counted; who adds them up clears them before anything else is counted, and may take the tallies' memory
 * away. Ledgers may do this side by side. */
struct deltas *ledger_deltas(struct ledger *ledger);

const struct group *ledger_group(const struct ledger *ledger, uint32_t group);
const struct lead_names *ledger_names(const struct ledger *ledger);

/* ---- open leads by name ---- */

struct ledger_open { struct text lead; int64_t since; };

/* By `since` and then by bytes: an order for qsort over struct ledger_open. */
int ledger_open_order(const void *a, const void *b);

/* The open leads that stand longest at a step, by `since` and then by bytes; at most `most`. Of those with these values of a breakdown's dimensions (NULL: of
 * all). Returns how many. */
int ledger_oldest(struct ledger *ledger, int funnel, int step, const struct breakdown *breakdown, const struct text *values, int most, struct ledger_open *out);

/* ---- leads out to the changelog and back ---- */

struct ledger_section { /* a lead in one funnel */
    int funnel;
    int64_t last_at;          /* the greatest `at` of its events */
    struct lead_set set;
};

struct ledger_lead {
    struct text id;
    bool removed;             /* then there are no sections */
    bool forgotten;           /* nothing is known any more: the changelog gets a tombstone */
    int64_t last_at;          /* removed: the greatest `at` of its events */
    int section_count;
    const struct ledger_section *sections;
};

/* ledger_each_changed hands this lead out too, as it is known then, changed or not. */
void ledger_rewrite(struct ledger *ledger, struct text id, uint64_t lead_hash);

/* Hand out the leads that have changed and were not handed out since, each once; those to be rewritten may come once more. About `most` of them: false, there are
 * no more. `each` may not change the ledger. */
bool ledger_each_changed(struct ledger *ledger, size_t most, void (*each)(void *context, const struct ledger_lead *lead), void *context);

/* How many (funnel, lead) pairs that is. */
uint64_t ledger_changed_count(const struct ledger *ledger);

/* Put a lead back as it was written, in the place of what an earlier row said; a forgotten one is deleted. Sets are copied; their names must be this ledger's
 * own. Nothing is counted until ledger_count_restored, called once when all rows are in: the counts are a function of the leads. */
void ledger_restore(struct ledger *ledger, const struct ledger_lead *lead, uint64_t lead_hash);
void ledger_count_restored(struct ledger *ledger);

/* What is known about one lead; section_count 0 and not removed: nothing. `sections` has room for every funnel and lives in the ledger. */
struct ledger_lead ledger_find(struct ledger *ledger, struct text id, uint64_t lead_hash);

/* ---- figures ---- */
uint64_t ledger_lead_count(const struct ledger *ledger); /* (funnel, lead) pairs kept */
uint64_t ledger_bytes(const struct ledger *ledger);      /* held by the table of leads */

#endif
