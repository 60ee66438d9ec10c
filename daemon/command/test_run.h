/* test_run.h -- one test of a file, run: its events are replayed up to each time at which something is expected, and what they came to is compared.
 * The engine underneath is `replay`'s. Threads: one. */
#ifndef FUNNELD_COMMAND_TEST_RUN_H
#define FUNNELD_COMMAND_TEST_RUN_H

#include "test_file.h"

/* Reports what differs (check_fault). False: a file of events cannot be read (said on standard error). */
bool test_run(const struct test_file *file, const struct test *test);

#endif
