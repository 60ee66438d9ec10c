/* run.h -- one seed from beginning to verdict. Threads: one. */
#ifndef FUNNELD_TESTS_RUN_H
#define FUNNELD_TESTS_RUN_H

#include <stdio.h>

#include "verdict.h"

struct run_figures { uint64_t steps, incarnations, transactions, aborted, unheard, snapshots, letters; };

/* Run a seed; every line of what happens goes to `trace` (NULL: to nobody). The operator's log, which the engine writes to stderr, is caught through
 * `run_operator_line` meanwhile. false: *verdict says what is wrong. Figures are added to. */
bool run_seed(uint64_t seed, const struct settings *settings, struct pool *pool, struct fiber *const fibers[WORLD_PROCESSES], FILE *trace, struct verdict *verdict,
              struct run_figures *figures);

/* A line of the operator's log that a process has just written. */
void run_operator_line(const char *line, size_t length);

#endif
