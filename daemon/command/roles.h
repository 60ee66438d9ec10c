/* roles.h -- what one process of the daemon does: all of it, or a part, so that the parts can be spread over processes.
 *   engine   leads or stands by, folds, publishes. `run` lends it its own thread, so it is not started here
 *   http     serves the page
 *   notify   delivers alerts
 * The others are consumers of the output topics like anybody else's and share nothing with the engine: each is one row of the table in roles.c, a
 * function that starts it (threads of its own) and one that stops it. Threads: one. */
#ifndef FUNNELD_COMMAND_ROLES_H
#define FUNNELD_COMMAND_ROLES_H

#include "../settings/settings.h"

enum role { ROLE_ENGINE, ROLE_HTTP, ROLE_NOTIFY, ROLE_COUNT };

/* The set of roles (bit 1 << role) in a list such as "engine,notify". NULL: engine, and every role that the configuration has a section for.
 * False after saying what is wrong: a word that is no role, or a role without its section. */
bool roles_read(const char *list, const struct settings *settings, unsigned *out);

struct roles { /* those started; zeroed: none */
    void *running[ROLE_COUNT];
};

/* Start all of the set but the engine, in the order of the table. `bootstrap_servers`: of the embedded cluster; NULL: what the settings say.
 * False after saying which did not start; the ones before it have been stopped. Settings and servers are borrowed until roles_stop. */
bool roles_start(struct roles *roles, unsigned set, const struct settings *settings, const char *bootstrap_servers);

/* Stop them in reverse order and wait for each. */
void roles_stop(struct roles *roles);

#endif
