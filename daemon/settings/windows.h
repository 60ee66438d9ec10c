/* windows.h -- the names of windows: hour, day, week, month, quarter, year, `rolling D`.
 * Source: semantics, section 8. Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_WINDOWS_H
#define FUNNELD_SETTINGS_WINDOWS_H

#include "check.h"
#include "settings.h"

/* One window. False: it is none, no whole number of slices, or longer than `retention` (reported). */
bool windows_read(const struct place *place, struct window *out);

/* A list of windows, each once. Returns how many. */
int windows_read_list(const struct place *place, struct window **out);

/* The greatest length that the window has, in days of 24 hours. */
int64_t windows_length_s(const struct window *window);

/* Does a stretch of time fit into `retention`? Else a mistake; `what` says what it is. */
bool windows_fit(const struct place *place, const char *what, int64_t length_s);

/* Is it a whole number of slices of time? Else a mistake; `what` says what it is. */
bool windows_whole(const struct place *place, const char *what, int64_t length_s);

#endif
