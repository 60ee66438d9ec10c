/* tally.h -- counts by key: what one (group, slice) or one window holds. Adding is the only operation, with either sign, so tallies of
 * disjoint slices and disjoint leads add up, and what a lead contributed can be taken back.
 *
 * A key names one number: basis, field, step (or stage) and detail (a bucket of durations, or a reason).
 *   bit 31      basis: 0 activity, 1 cohort
 *   bits 26-30  field
 *   bits 20-25  step, from 0
 *   bits 0-19   detail
 * Sums of amounts stand beside the counts: they may exceed 64 bits and are kept as two sums, of the low and the high 32 bits of each amount.
 *
 * Counts are a list in order of key, and behind it the latest additions as they came. Adding is putting one more at the end; when room is short, or somebody
 * reads, the additions are sorted and merged into the list. Many that are in order already are merged at once (tally_add_run). Whoever reads finds the keys in
 * order.
 *     in order | as they came                     in order
 *     3:5 7:2  | 7:1 4:1 3:-5      settled:       4:1 7:3
 * Memory: 8 bytes a count, as much again at most for additions. Counts are of leads and fit 32 bits.
 * Threads: no locks inside, and reading settles the additions: a tally is used by one thread at a time, even a const one. */
#ifndef FUNNELD_CORE_TALLY_H
#define FUNNELD_CORE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tally_basis { TALLY_ACTIVITY, TALLY_COHORT, TALLY_BASES };

enum tally_field {          /* counted in the slice of ...: activity / cohort */
    TALLY_REACHED,          /* of sums that hold no outcomes (watch.h), never in a slice: the sum of the next six, one of which every lead in reached(k) is: */
    TALLY_ON_WAY,           /* r(k) / entry; without r(k') and open, or without a k' at all; k' being the next required step. Detail on activity: seconds of r(k) into the slice */
    TALLY_LEFT_WON,         /* without r(k') and won now. Detail on activity: seconds of r(k) into the slice */
    TALLY_TO_LOSS,          /* without r(k') and lost now. Detail on activity: fine bucket (sketch.h) of loss - r(k) */
    TALLY_TO_NEXT,          /* with r(k') and neither skipped. Detail: of r(k') - r(k) a fine bucket (sketch.h), of a cohort a coarse one */
    TALLY_TO_NEXT_SKIPPED,  /* with r(k'), but k or k' skipped: likewise on activity, and nobody knows when it really went on */
    TALLY_EXCLUDED,         /* with r(k') < r(k), under `any` */
    TALLY_SKIPPED,          /* r(k) / entry */
    TALLY_LOST,             /* detail: reason; step: where it was lost: loss time / entry */
    TALLY_STAGE,            /* under `any`: leads that reached any goal of a stage (in the place of the step) */
    TALLY_WON,              /* r(won step) / entry */
    TALLY_OPEN,             /* cohort; who entered is open, won or lost */
    TALLY_RETURNED,         /* cohort */
    TALLY_SCORES,           /* activity; step 0 detractors, 1 passives, 2 promoters: time of the score */
    TALLY_STANDING,         /* activity; open leads whose current is the step: slice in which the stay began */
    TALLY_SUCCEEDED,        /* activity; step k' some rule asks for (trials.h): leads that came to it from the required step before within its horizon: r(k') */
    TALLY_FAILED,           /* likewise, that did not: the loss, or the end of the horizon */
    TALLY_AMOUNTS,          /* from here on amounts, in minor units: */
    TALLY_WON_AMOUNT = TALLY_AMOUNTS,
    TALLY_LOST_AMOUNT,
    TALLY_STANDING_AMOUNT,  /* never in a tally: it belongs to no slice, see deltas.h */
};

enum { TALLY_DETAIL_MAX = (1 << 20) - 1 };

static inline uint32_t tally_key(enum tally_basis basis, enum tally_field field, int step, uint32_t detail)
{
    return (uint32_t)basis << 31 | (uint32_t)field << 26 | (uint32_t)step << 20 | detail;
}

/* One of these each lead in reached(k) is: reached(k) is their sum. */
static inline bool tally_is_outcome(enum tally_field field) { return field >= TALLY_ON_WAY && field <= TALLY_EXCLUDED; }

static inline enum tally_basis tally_key_basis(uint32_t key) { return (enum tally_basis)(key >> 31); }
static inline enum tally_field tally_key_field(uint32_t key) { return (enum tally_field)(key >> 26 & 31); }
static inline int tally_key_step(uint32_t key) { return (int)(key >> 20 & 63); }
static inline uint32_t tally_key_detail(uint32_t key) { return key & TALLY_DETAIL_MAX; }

__extension__ typedef __int128 tally_amount;

struct tally_sum { int64_t low, high; }; /* low + high * 2^32 */

static inline void tally_sum_add(struct tally_sum *sum, int64_t minor)
{
    sum->low += minor & INT64_C(0xffffffff);
    sum->high += minor >> 32;
}
static inline tally_amount tally_sum_of(struct tally_sum sum) { return (tally_amount)sum.high * ((int64_t)1 << 32) + sum.low; }

struct tally_entry { uint32_t key; int32_t count; };

struct tally { /* zeroed: empty. Open so that it can live inside other tables; fields are this module's own */
    struct tally_entry *entries;
    struct tally_sum *amounts; /* by basis: won, lost; NULL: none yet */
    uint32_t count, capacity;
    uint32_t settled;          /* the first so many ascend by key, each key once; the others are additions */
    bool dropped;              /* some of these may be 0 */
};

void tally_make_room(struct tally *tally); /* tally_add's slow way; this module's own */

/* key: any field below TALLY_AMOUNTS. */
static inline void tally_add(struct tally *tally, uint32_t key, int32_t count)
{
    if (tally->count == tally->capacity)
        tally_make_room(tally);
    tally->entries[tally->count++] = (struct tally_entry){key, count};
}

/* Add many, ascending by key, each key once. */
void tally_add_run(struct tally *tally, const struct tally_entry *run, size_t length);

/* key: TALLY_WON_AMOUNT or TALLY_LOST_AMOUNT. */
void tally_add_amount(struct tally *tally, uint32_t key, int64_t minor);

int32_t tally_get(const struct tally *tally, uint32_t key); /* 0 where the key is not there */
tally_amount tally_get_amount(const struct tally *tally, uint32_t key);

/* target += sign * source; of amounts alone */
void tally_merge(struct tally *target, const struct tally *source, int sign);
void tally_merge_amounts(struct tally *target, const struct tally *source, int sign);

/* No count and no amount but 0. A difference may well have amounts alone. */
bool tally_is_zero(const struct tally *tally);

void tally_clear(struct tally *tally); /* empty, memory kept */
void tally_free(struct tally *tally);

/* Bring a key's count to 0. Nothing moves, so it may be done between two calls of tally_next. */
void tally_drop(struct tally *tally, uint32_t key);

/* Bring the counts of a field from each detail to the one that numbers[detail] says; several may come to be one. */
void tally_renumber(struct tally *tally, enum tally_field field, const uint32_t *numbers);

/* One key after another whose count is not 0, ascending: start with *place = 0. False: no more. */
bool tally_next(const struct tally *tally, uint32_t *place, struct tally_entry *out);

/* A tally's entries of one basis and field, ascending by step and detail, some of which may be 0. They may be dropped while they are gone through. */
const struct tally_entry *tally_of_field(const struct tally *tally, enum tally_basis basis, enum tally_field field, size_t *count);

/* Of a tally's entries those of one basis, field and step, ascending by detail: they lie together. */
const struct tally_entry *tally_stretch(const struct tally_entry *entries, size_t entry_count, enum tally_basis basis, enum tally_field field, int step, size_t *count);

/* The sum of the entries of one basis, field and step that begin at *place (not the end), and step past them. */
static inline int64_t tally_sum_stretch(const struct tally_entry *entries, size_t entry_count, size_t *place)
{
    int64_t sum = 0;
    uint32_t stretch = entries[*place].key / (TALLY_DETAIL_MAX + 1);
    for (; *place < entry_count && entries[*place].key / (TALLY_DETAIL_MAX + 1) == stretch; ++*place)
        sum += entries[*place].count;
    return sum;
}

/* All of them, ascending; they live in the tally until it is changed. */
const struct tally_entry *tally_entries(const struct tally *tally, size_t *count);

/* Sort the additions in now, where time is, rather than when somebody reads. */
void tally_settle(struct tally *tally);

/* Give back the memory that additions would need: few are to come. */
void tally_trim(struct tally *tally);

/* Bytes held, for figures on memory. */
size_t tally_bytes(const struct tally *tally);

#endif
