/* api.h -- the routes: a path to what is answered there. The same records as on the topics, untouched; described by openapi.json.
 * Threads: the server's. */
#ifndef FUNNELD_HTTP_API_H
#define FUNNELD_HTTP_API_H

#include "reply.h"
#include "store.h"
#include "streams.h"

struct api {
    const struct settings *settings;
    struct store *store;
    struct streams *streams;
    struct buffer funnels; /* the answer to /api/v1/funnels, which never changes */
    atomic_bool ready;     /* everything that was on the topics has been read */
};

void api_init(struct api *api, const struct settings *settings, struct store *store, struct streams *streams);
void api_free(struct api *api);

/* Needs this path the token? The page's own files and the health checks do not. */
bool api_is_guarded(const char *path);

/* Answer a GET of a path. */
void api_answer(struct api *api, struct MHD_Connection *connection, const char *path, struct reply *reply);

/* The answer to /api/v1/status, also what streams begin with. */
void api_write_status(struct api *api, struct buffer *out);

#endif
