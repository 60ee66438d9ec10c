/* notify.h -- the role `notify`: delivers alerts from the alerts topic to every receiver of the configuration. A consumer like anybody else's: it shares
 * nothing with the engine, and any number of processes may run it, of which one at a time delivers to a receiver.
 * Threads: one for each receiver (courier.h); start and stop are called by one thread. */
#ifndef FUNNELD_NOTIFY_NOTIFY_H
#define FUNNELD_NOTIFY_NOTIFY_H

#include "../settings/settings.h"

struct notify;

/* `bootstrap_servers`: of the embedded cluster; NULL: what the settings say. Both are borrowed until notify_stop. NULL: it cannot start, and the operator has
 * been told why. */
struct notify *notify_start(const struct settings *settings, const char *bootstrap_servers);

/* Requests under way may still be answered; positions are committed. Frees it. */
void notify_stop(struct notify *notify);

#endif
