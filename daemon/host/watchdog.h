/* watchdog.h -- a bound on leaving: librdkafka may hang when it closes a handle while brokers are away or a topic is gone. All state is in the
 * log, so a process that hangs there may end at once.
 * Threads: a watchdog has one of its own; set and call off are called by the same thread. */
#ifndef FUNNELD_HOST_WATCHDOG_H
#define FUNNELD_HOST_WATCHDOG_H

struct watchdog;

/* Unless called off within the time, say so in the operator's log and end the process (status 1). */
struct watchdog *watchdog_set(int timeout_ms, const char *object);
void watchdog_call_off(struct watchdog *watchdog); /* frees it */

#endif
