/* figures.h -- what the leading process says of itself to whoever scrapes it (metrics/): once a commit, a restore and a change of lead, never per event.
 * Only what is committed counts: events of an aborted transaction are read again. Threads: the leader's. */
#ifndef FUNNELD_ENGINE_FIGURES_H
#define FUNNELD_ENGINE_FIGURES_H

#include "../log/log.h"
#include "fold.h"
#include "outcomes.h"
#include "outputs.h"

struct figures { /* zeroed: nothing said yet */
    uint64_t counted, ignored, faults[FAULT_COUNT]; /* said so far in this reign */
};

void figures_restored(const struct fold *fold, int64_t duration_ms);

/* A commit has ended, well or not; what it wrote is taken from `outputs`. now_ms: wall clock. */
void figures_commit(struct figures *figures, const struct outcomes *outcomes, struct outputs *outputs, const struct fold *fold,
                    const struct checkpoint *checkpoint, int64_t duration_ms, int64_t now_ms);

/* Whoever leads no longer has nothing to say of lag, watermark and leads. */
void figures_leading(bool leads);

#endif
