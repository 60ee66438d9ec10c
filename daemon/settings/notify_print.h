/* notify_print.h -- receivers and routes as text for people. Of addresses only the host is shown: the rest is often a secret. */
#ifndef FUNNELD_SETTINGS_NOTIFY_PRINT_H
#define FUNNELD_SETTINGS_NOTIFY_PRINT_H

#include "settings.h"

void notify_print(const struct notify_settings *notify, FILE *out);

/* The part of an address that may be shown: scheme, host and port, without a user and password before them. The length of what stands at *begin. */
int notify_print_host(const char *url, const char **begin);

#endif
