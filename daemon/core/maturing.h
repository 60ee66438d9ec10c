/* maturing.h -- from the sums of a window and its youngest slices to the matured conversion of a step: who went on or was lost after how long, and how old those
 * are who are still on their way.  Source: semantics, section 10. Threads: one thread at a time. */
#ifndef FUNNELD_CORE_MATURING_H
#define FUNNELD_CORE_MATURING_H

#include "board.h"
#include "matured.h"

struct maturing { /* zeroed; scratch that is used again from window to window; maturing_free at last */
    struct matured_exit *exits;
    size_t exit_capacity;
    struct maturing_of {              /* whose ages these are: windows of one group mostly have the same young slices */
        uint64_t version;             /* the board's; 0: nobody's */
        size_t group, from, to;       /* places in its slices */
        int64_t now;
    } of;
    struct maturing_ages { /* leads that came to a step less than the horizon ago */
        int64_t leads;
        int64_t *by_bucket;       /* of those still on their way: how many of an age, by fine bucket (sketch.h) */
        uint64_t *there;          /* a bit a bucket: somebody is of this age. Few are, so the buckets themselves are not gone through */
        size_t word_count, word_capacity, bucket_capacity; /* of `there`; 64 buckets each */
        struct matured_age *list; /* the same as a list */
        size_t count, capacity;
    } ages[FUNNEL_STEPS_MAX];
};

/* First the slices of a span that are not whole before now - H, for all steps: how many leads came, and the ages of those still on their way. `watch`: only the slices
 * that it takes; NULL: all. */
void maturing_collect(struct maturing *maturing, const struct board *board, struct board_group *group, struct span span, const struct watch *watch, int64_t now);

/* Then the conversion of the `leads` that came to step `from` (without those left out), by the sums of the activity view over the span, ascending by key. */
void maturing_estimate(struct maturing *maturing, const struct tally_entry *entries, size_t entry_count, int from, int64_t leads, struct matured *out);

void maturing_free(struct maturing *maturing);

#endif
