/* journal.h -- what leads add to the counts, written down lead by lead and posted to the deltas all at once. A lead adds to some dozen places in as many slices,
 * in each of its groups; one by one they would lie far apart in memory. Written down by slice, and there brought in order of key once for all groups, every
 * group gets its additions in order, those of one key as one.
 * Memory: 8 bytes an addition, whatever the number of groups; it stays until it is trimmed.  Threads: one thread at a time. */
#ifndef FUNNELD_CORE_JOURNAL_H
#define FUNNELD_CORE_JOURNAL_H

#include <stdbool.h>

#include "contribution.h"
#include "deltas.h"

struct journal;

struct journal *journal_new(void);
void journal_free(struct journal *journal);

/* Write down that each of the groups gets the contributions. */
void journal_add(struct journal *journal, const uint32_t *groups, int group_count, const struct contributions *contributions);

/* So much is written that it had better be posted. */
bool journal_is_full(const struct journal *journal);

/* Add everything to the deltas; the journal is empty. */
void journal_post(struct journal *journal, struct deltas *deltas);

/* Give back memory that was needed for many leads at once; to an empty journal. */
void journal_trim(struct journal *journal);

#endif
