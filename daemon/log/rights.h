/* rights.h -- what the brokers must allow the daemon's user: with exactly these access rules it runs. Write and Read include Describe.
 * Threads: any. Source: KIP-11 and the "Operations and resources" of Kafka's documentation on authorization; held to it by tests/kafka, scenario secure. */
#ifndef FUNNELD_LOG_RIGHTS_H
#define FUNNELD_LOG_RIGHTS_H

#include <stdio.h>

#include "../settings/settings.h"

/* For people and scripts: one line a resource, as `  topic NAME  Read, Write`. */
void rights_print(const struct settings *settings, FILE *out);

#endif
