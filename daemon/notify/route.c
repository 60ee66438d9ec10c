#include "route.h"

static bool fits(const struct label_match *match, const struct notice *notice)
{
    const char *value = notice_label(notice, match->label);
    for (int v = 0; value != NULL && v < match->value_count; v++)
        if (strcmp(match->values[v], value) == 0)
            return true;
    return false;
}

static bool all_fit(const struct notify_route *route, const struct notice *notice)
{
    for (int m = 0; m < route->match_count; m++)
        if (!fits(&route->matches[m], notice))
            return false;
    return true;
}

bool route_leads_to(const struct notify_settings *settings, const struct notice *notice, int receiver)
{
    for (int i = 0; i < settings->route_count; i++) {
        const struct notify_route *route = &settings->routes[i];
        if (!all_fit(route, notice))
            continue;
        for (int r = 0; r < route->receiver_count; r++)
            if (route->receivers[r] == receiver)
                return true;
        if (!route->goes_on)
            return false;
    }
    return settings->route_count == 0;
}
