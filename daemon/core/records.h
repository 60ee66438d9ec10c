/* records.h -- where leads lie in memory: a hash table of one small block for each (funnel, lead) that holds its set as numbers and its id.
 * Pointers to records are valid until that record's set is stored or another record is deleted. Memory: the block (24 bytes, the id, 8 an element)
 * and about 11 bytes of table.
 * Threads: one thread at a time. */
#ifndef FUNNELD_CORE_RECORDS_H
#define FUNNELD_CORE_RECORDS_H

#include "lead.h"
#include "slab.h"

struct record { /* the id, up to a multiple of 8 bytes, is followed by the elements and the amount, if there is one */
    uint64_t hash;      /* of (funnel, lead), see records_hash */
    int64_t last_at;    /* the greatest `at` of its events; TIME_NONE */
    uint32_t count;     /* elements */
    uint8_t funnel;
    uint8_t id_length;
    uint8_t flags;
    uint8_t unused;
    char id[];          /* first, since whoever looks for a lead reads it; it starts at a multiple of 8 */
};

enum {
    RECORD_REMOVED = 1,
    RECORD_CHANGED = 2,   /* the changelog has to hear of it */
    RECORD_AMOUNT = 4,
    RECORD_COUNTED = 8,   /* the sums hold a set of it: this one, or the one before it while it is PENDING */
    RECORD_PENDING = 16,  /* the set has changed since */
};

struct records { /* zeroed and then records_init */
    uint64_t *slots;    /* a record's address below 16 bits of its hash, so that most probes need not visit it; 0: free */
    uint64_t slot_mask, count, bytes;
    struct slab slab;
};

void records_init(struct records *records);
void records_free(struct records *records);

/* Funnels lie a fixed odd number apart, so that a lead's hash can be had back from its record's. */
static inline uint64_t records_hash(uint64_t lead_hash, int funnel) { return lead_hash + (uint64_t)funnel * UINT64_C(0x9E3779B97F4A7C15); }
static inline uint64_t record_lead_hash(const struct record *record) { return record->hash - (uint64_t)record->funnel * UINT64_C(0x9E3779B97F4A7C15); }

size_t record_bytes(const struct record *record); /* of its block */
struct text record_id(const struct record *record);
struct lead_set record_set(struct record *record); /* as it stands there: for reading only */
void record_facts(struct record *record, const struct lead_names *names, const struct funnel *funnels, struct facts *out); /* what follows from its set */

struct record *records_find(const struct records *records, uint64_t lead_hash, int funnel, struct text id); /* NULL: not there */
struct record *records_insert(struct records *records, uint64_t lead_hash, int funnel, struct text id);     /* not there yet; empty; id of 1..255 bytes */
struct record *records_put(struct records *records, uint64_t lead_hash, int funnel, struct text id, const struct lead_set *set); /* in the place of what is there, if there is something; no flags */
struct record *records_store(struct records *records, struct record *record, const struct lead_set *set);   /* returns where it is now */

/* As records_store, but the record as it was stays where it is, out of the table, until the caller gives it back. */
struct record *records_supersede(struct records *records, struct record *record, const struct lead_set *set);
void records_give_back(struct records *records, struct record *superseded);
void records_delete(struct records *records, struct record *record);

void records_prefetch(const struct records *records, uint64_t hash); /* most likely the record's memory comes near */

/* The records of one hash, one after another: start with *slot = records_home. NULL: no more. */
static inline uint64_t records_home(const struct records *records, uint64_t hash) { return hash & records->slot_mask; }
struct record *records_next(const struct records *records, uint64_t hash, uint64_t *slot);

/* All records, in no particular order: start with *slot = 0. NULL: no more. */
struct record *records_each(const struct records *records, uint64_t *slot);

#endif
