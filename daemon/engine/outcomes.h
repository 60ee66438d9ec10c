/* outcomes.h -- what became of the events read: counted, ignored, skipped, or dead letters by word with their most frequent values. That is how one
 * writes a first configuration. Threads: one thread at a time. */
#ifndef FUNNELD_ENGINE_OUTCOMES_H
#define FUNNELD_ENGINE_OUTCOMES_H

#include <stdio.h>

#include "../wire/decode.h"

enum { OUTCOMES_VALUES_MAX = 256 }; /* different values remembered a word; later ones are only counted with the rest */

struct outcomes {
    uint64_t records, events, counted, ignored, skipped; /* skipped: outside --from, --to or --as-of */
    uint64_t faults[FAULT_COUNT];
    struct outcome_value { char *text; size_t length; uint64_t count; } *values[FAULT_COUNT];
    int value_counts[FAULT_COUNT];
};

void outcomes_fault(struct outcomes *outcomes, enum fault fault, struct text value);
const struct outcome_value *outcomes_most_frequent(const struct outcomes *outcomes, enum fault fault); /* NULL: no value was given */
void outcomes_print(const struct outcomes *outcomes, FILE *out); /* for people */
void outcomes_free(struct outcomes *outcomes);

#endif
