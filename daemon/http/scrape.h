/* scrape.h -- what Prometheus reads: the process's figures (metrics/), and the funnel itself as gauges, of all leads together, made from the newest snapshots
 * when it asks. Threads: the server's. */
#ifndef FUNNELD_HTTP_SCRAPE_H
#define FUNNELD_HTTP_SCRAPE_H

#include "../wire/json_write.h"
#include "store.h"

void scrape_write(const struct settings *settings, struct store *store, struct buffer *out);

#endif
