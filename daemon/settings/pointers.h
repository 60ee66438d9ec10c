/* pointers.h -- JSON Pointers of the configuration: where a value lies in an event. Split and unescaped once, so that nobody needs their notation afterwards.
 * Everything lives in the keep. Source: RFC 6901; formats, "Configuration". Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_POINTERS_H
#define FUNNELD_SETTINGS_POINTERS_H

#include "check.h"
#include "settings.h"

/* One. False: it is none (reported). */
bool pointers_read_one(const struct place *place, struct pointer *out);

/* One, or a list of them; wrong ones are left out (reported). */
struct pointers pointers_read(const struct place *place);

/* The pointer to a member of the top level. */
struct pointers pointers_top_level(struct keep *keep, const char *name);

#endif
