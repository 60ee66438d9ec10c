#include "roles.h"

#include <stdio.h>

#include "../http/server.h"
#include "../notify/notify.h"

struct role_row {
    const char *name, *section;                     /* `section`: of the configuration; NULL: it needs none */
    bool (*configured)(const struct settings *settings);
    void *(*start)(const struct settings *settings, const char *bootstrap_servers); /* NULL: it did not start, and has said why */
    void (*stop)(void *running);
};

static bool has_http(const struct settings *settings)
{
    return settings->http.listen != NULL;
}

static void *start_http(const struct settings *settings, const char *bootstrap_servers)
{
    return server_start(settings, bootstrap_servers);
}

static void stop_http(void *running)
{
    server_stop(running);
}

static bool has_notify(const struct settings *settings)
{
    return settings->notify.receiver_count > 0;
}

static void *start_notify(const struct settings *settings, const char *bootstrap_servers)
{
    return notify_start(settings, bootstrap_servers);
}

static void stop_notify(void *running)
{
    notify_stop(running);
}

static const struct role_row rows[] = {
    [ROLE_ENGINE] = {.name = "engine"},
    [ROLE_HTTP] = {"http", "http", has_http, start_http, stop_http},
    [ROLE_NOTIFY] = {"notify", "notify", has_notify, start_notify, stop_notify},
};

static bool is_configured(enum role role, const struct settings *settings)
{
    return rows[role].section == NULL || rows[role].configured(settings);
}

static int role_of(struct text name)
{
    for (int role = 0; role < ROLE_COUNT; role++)
        if (text_equal(name, text_of(rows[role].name)))
            return role;
    return -1;
}

bool roles_read(const char *list, const struct settings *settings, unsigned *out)
{
    *out = 0;
    if (list == NULL) {
        for (int role = 0; role < ROLE_COUNT; role++)
            *out |= is_configured((enum role)role, settings) ? 1U << role : 0;
        return true;
    }
    for (const char *at = list;;) {
        struct text name = {at, strcspn(at, ",")};
        int role = role_of(name);
        if (role < 0) {
            fprintf(stderr, "funneld run: --roles: found `%.*s`; expected some of engine, http, notify, with commas between them\n", (int)name.length, name.data);
            return false;
        }
        if (!is_configured((enum role)role, settings)) {
            fprintf(stderr, "funneld run: --roles: found `%s`; but %s has no `%s`\n", rows[role].name, settings->path, rows[role].section);
            return false;
        }
        *out |= 1U << role;
        at += name.length;
        if (*at++ == '\0')
            return true;
    }
}

bool roles_start(struct roles *roles, unsigned set, const struct settings *settings, const char *bootstrap_servers)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        if ((set & 1U << role) == 0 || rows[role].start == NULL)
            continue;
        roles->running[role] = rows[role].start(settings, bootstrap_servers);
        if (roles->running[role] == NULL) {
            roles_stop(roles);
            return false;
        }
    }
    return true;
}

void roles_stop(struct roles *roles)
{
    for (int role = ROLE_COUNT - 1; role >= 0; role--) {
        if (roles->running[role] != NULL)
            rows[role].stop(roles->running[role]);
        roles->running[role] = NULL;
    }
}
