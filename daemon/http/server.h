/* server.h -- the page's HTTP server: one thread that answers, another that follows the output topics. It shares nothing with the engine and can run in any
 * number of processes.
 * Bounds: SERVER_CONNECTIONS connections, SERVER_REQUEST_BYTES of one request's line and headers, no bodies, SERVER_IDLE_S without a word.
 * Threads: start and stop belong to one thread. */
#ifndef FUNNELD_HTTP_SERVER_H
#define FUNNELD_HTTP_SERVER_H

#include "../settings/settings.h"

enum { SERVER_CONNECTIONS = 8192, SERVER_REQUEST_BYTES = 32768, SERVER_IDLE_S = 30 };

struct server;

/* NULL: it did not start, and the operator's log says why (an address in use, a token file that cannot be read). `bootstrap_servers`: of the embedded cluster;
 * NULL: what the settings say. Both are borrowed until server_stop. */
struct server *server_start(const struct settings *settings, const char *bootstrap_servers);
void server_stop(struct server *server);

#endif
