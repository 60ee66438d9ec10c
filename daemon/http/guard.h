/* guard.h -- who may ask: the names under which requests may come, and the bearer token.
 * A page elsewhere can make a browser ask here under a name of its own that it lets point at this machine (DNS rebinding), so only names that belong to
 * the daemon are answered; an address written in digits cannot be rebound and is always answered.
 * The token is compared in constant time. Threads: never changed once made; any thread. Source: RFC 6750. */
#ifndef FUNNELD_HTTP_GUARD_H
#define FUNNELD_HTTP_GUARD_H

#include "../settings/settings.h"

enum { GUARD_TOKEN_MAX = 4096, GUARD_TOKEN_FILE = GUARD_TOKEN_MAX + 2 /* with its line's end */ };

/* How many of a file's bytes are the token: without what ends its line. */
size_t guard_token_length(const char *bytes, size_t length);

struct guard;

/* NULL: the token's file cannot be used, which has been said in the operator's log. The settings are borrowed. */
struct guard *guard_new(const struct http_settings *http);
void guard_free(struct guard *guard);

bool guard_knows_host(const struct guard *guard, const char *host);              /* the header Host; NULL: none */
bool guard_lets_in(const struct guard *guard, const char *authorization);        /* the header Authorization; NULL: none */

#endif
