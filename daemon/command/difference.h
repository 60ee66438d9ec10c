/* difference.h -- in what two snapshots differ, figure by figure. What time alone moves (as_of, last_event_at, matured, the ages of open leads) does not
 * count, as for the daemon itself (semantics, section 11, "Records").
 * A figure's path is a JSON Pointer in which elements of lists go by their own names: /cohort/steps/contract/reached. Threads: one. */
#ifndef FUNNELD_COMMAND_DIFFERENCE_H
#define FUNNELD_COMMAND_DIFFERENCE_H

#include "../wire/json_write.h"

struct difference { /* of one figure */
    const char *path;
    const char *a, *b;    /* as JSON; NULL: it is not there */
    bool numbers;         /* both are; then: */
    double from, to;
    bool derived;         /* it follows from counts: a share, a bound, a rank, a reference */
};

struct differences {
    size_t count;
    struct difference *list; /* in the order in which a snapshot has them */
    void *owner;
};

/* Both are snapshots as JSON. False: one is not. */
bool differences_find(struct text a, struct text b, struct differences *out);
void differences_free(struct differences *differences);

#endif
