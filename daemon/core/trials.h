/* trials.h -- what became of the leads on their way into one step, by the slice in which it was known: succeeded or failed. The failures that only
 * the horizon will bring stand in slices to come.  Source: semantics, section 9, `drift`. Threads: one thread at a time. */
#ifndef FUNNELD_CORE_TRIALS_H
#define FUNNELD_CORE_TRIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trial { int32_t slice, succeeded, failed; };

struct trials { /* zeroed: none; open for reading */
    struct trial *list;  /* ascending by slice; none is empty */
    size_t count, capacity;
    bool changed;        /* since trials_settle */
    int32_t changed_from; /* then the first slice that did */
};

void trials_add(struct trials *trials, int32_t slice, int32_t succeeded, int32_t failed); /* or take back, where they are negative */
void trials_drop(struct trials *trials, int64_t before); /* those of slices before that one */
void trials_settle(struct trials *trials); /* whoever follows them has seen them */
void trials_free(struct trials *trials);

/* The place of the first one that is not before the slice. */
size_t trials_place(const struct trials *trials, int64_t slice);

#endif
