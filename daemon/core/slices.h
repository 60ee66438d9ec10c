/* slices.h -- the sums of one group by slice of time: a list in order of time, with one entry for each ledger that has added to a slice; a slice's sum is that of
 * its entries. A sum over a span adds the slices whose start lies in it.  Source: semantics, sections 6 and 8.
 * Ownership: tallies belong to the list. Threads: one thread at a time. */
#ifndef FUNNELD_CORE_SLICES_H
#define FUNNELD_CORE_SLICES_H

#include "calendar.h"
#include "tally.h"
#include "young.h"

struct slice {
    int32_t number;      /* floor(moment / slice_s) */
    uint16_t ledger;
    struct tally tally;
    struct young *young; /* NULL: not read, see slices_young */
};

struct slices { /* zeroed: none; open for reading */
    struct slice *list;  /* ascending by (number, ledger) */
    size_t count, capacity;
    size_t first_young;  /* those before this place hold no `young` */
};

void slices_free(struct slices *slices);

/* Add what a ledger has added to a slice. The delta's memory may be taken: it is either as it was or empty afterwards. */
void slices_add(struct slices *slices, int32_t number, int ledger, struct tally *delta);

/* Drop the slices that begin before the moment. */
void slices_drop(struct slices *slices, int64_t slice_s, int64_t before);

/* The place of the first entry that does not begin before the moment. */
size_t slices_from(const struct slices *slices, int64_t slice_s, int64_t moment);

/* Bytes of the slices of a span: what summing them goes through. */
size_t slices_bytes(const struct slices *slices, int64_t slice_s, struct span span);

/* sum += sign * all slices of the span; an empty span has none */
void slices_sum(const struct slices *slices, int64_t slice_s, struct span span, int sign, struct tally *sum);

/* Bring the sum over one span to the sum over another. Cost: the slices in which they differ. */
void slices_move_sum(const struct slices *slices, int64_t slice_s, struct span from, struct span to, struct tally *sum);

/* What the entry at a place says about young leads: read at the first question and kept until something is added, or it is let go. */
const struct young *slices_young(struct slices *slices, size_t place);

/* Let go what was read about young leads of the slices that begin before the moment. Cost: those read or added since the last time. */
void slices_let_young_go(struct slices *slices, int64_t slice_s, int64_t before);

#endif
