/* lookup.h -- the names that events use for funnels and stages, found in constant time. Names are compared byte for byte.
 * Threads: immutable once made. Source: semantics, section 11, "Which funnel". */
#ifndef FUNNELD_WIRE_LOOKUP_H
#define FUNNELD_WIRE_LOOKUP_H

#include "../settings/settings.h"

struct lookup;

struct lookup *lookup_new(const struct settings *settings); /* borrows the settings */
void lookup_free(struct lookup *lookup);

/* The funnel with this id or alias; -1: nobody knows it. */
int lookup_funnel(const struct lookup *lookup, struct text text);

/* What this stage means in a funnel; NULL: the funnel does not know it. */
const struct name *lookup_stage(const struct lookup *lookup, int funnel, struct text text);

#endif
