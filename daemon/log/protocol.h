/* protocol.h -- the log on a cluster that Kafka's rules hold for: in which order its steps are taken so that one writes at a time and nothing that was
 * committed is missed.
 *
 * To lead: be elected (which keeps others from trying, and is no proof), then fence. Only now is nothing of a former writer in doubt. Only then ask the
 * high watermark, with records in doubt counted (the last stable offset would hide what a former writer had sent), and read committed records up to it.
 * A lead that is lost is given up for good.
 * Source: KIP-98 (transactions), KIP-447 (offsets in transactions). Threads, errors: as log.h. */
#ifndef FUNNELD_LOG_PROTOCOL_H
#define FUNNELD_LOG_PROTOCOL_H

#include "../settings/settings.h"
#include "cluster.h"

/* Takes the cluster, which close closes; the settings are borrowed until then. The log is given to the caller. */
struct log *protocol_open(const struct settings *settings, struct cluster *cluster);

#endif
