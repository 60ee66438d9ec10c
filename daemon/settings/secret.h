/* secret.h -- values that need not stand in the configuration: a text by itself, ${NAME} for the environment variable NAME, or ${file:/path} for what
 * is in a file (at most SECRET_BYTES_MAX bytes; line ends at its end do not count, as editors put one there).
 * The whole value is the reference; "${" in the middle of a text stands for itself. Read once, when the configuration is.
 * Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_SECRET_H
#define FUNNELD_SETTINGS_SECRET_H

#include "check.h"

enum { SECRET_BYTES_MAX = 65536 };

/* The text meant, in the keep. NULL: it is no scalar, or what it refers to is not there or empty (reported). */
const char *secret_read(const struct place *place);

#endif
