/* verdict.h -- whether the application kept its promise, read off the cluster's history. Source: semantics, sections 3, 8 and 9. Threads: one. */
#ifndef FUNNELD_TESTS_VERDICT_H
#define FUNNELD_TESTS_VERDICT_H

#include "../../daemon/engine/pool.h"
#include "world.h"

struct verdict { char text[4000]; }; /* what is wrong, for people; "" where all is well */

/* What holds at any moment: committed positions, watermarks and ticks never go back; nothing is said twice; and as of a transaction that published (one
 * chosen by chance), what is published is what a fresh fold of what was read till then says. */
bool verdict_of_history(struct world *world, struct pool *pool, struct verdict *verdict);

/* What holds once the input is quiet: every event is counted once or dead-lettered once; the changelog and the last record under every key say what a
 * fresh fold says as of the tick. */
bool verdict_of_end(struct world *world, struct pool *pool, int64_t tick_s, struct verdict *verdict);

#endif
