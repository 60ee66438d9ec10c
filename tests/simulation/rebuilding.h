/* rebuilding.h -- a process that is a `funneld rebuild`: it may be killed at any step, as the daemons beside it. Threads: one. */
#ifndef FUNNELD_TESTS_REBUILDING_H
#define FUNNELD_TESTS_REBUILDING_H

#include "world.h"

/* Its life, from when its log is open. */
enum log_status rebuilding_live(struct process *process);

#endif
