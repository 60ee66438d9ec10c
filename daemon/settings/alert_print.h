/* alert_print.h -- alert rules in words, for people: a part of settings_print. Pure but for the stream. */
#ifndef FUNNELD_SETTINGS_ALERT_PRINT_H
#define FUNNELD_SETTINGS_ALERT_PRINT_H

#include "settings.h"

/* One rule, some lines; funnel NULL: of the application. */
void alert_print_rule(const struct settings *settings, const struct funnel *funnel, const struct alert_rule *rule, FILE *out);

/* "manager", "channel, product", or "all leads" where the breakdown is empty. */
void alert_print_breakdown(const struct settings *settings, const struct breakdown *breakdown, FILE *out);

#endif
