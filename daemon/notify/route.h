/* route.h -- which receivers hear of an alert: the routes are looked at in order, the first whose labels fit says who, and later ones are asked only where
 * it says `continue`. Without routes everybody hears of everything. Pure. */
#ifndef FUNNELD_NOTIFY_ROUTE_H
#define FUNNELD_NOTIFY_ROUTE_H

#include "../settings/settings.h"
#include "notice.h"

bool route_leads_to(const struct notify_settings *settings, const struct notice *notice, int receiver);

#endif
