/* zone_table.h -- the table of a time zone's offset changes, taken from the system's tzdata (through the C library).
 * Threads: while it works it changes TZ for the whole process (and puts it back), so call it before other threads are started. */
#ifndef FUNNELD_SETTINGS_ZONE_TABLE_H
#define FUNNELD_SETTINGS_ZONE_TABLE_H

#include "../core/zone.h"
#include "keep.h"

/* Fill *zone for an IANA name; its memory lives in the keep. False: there is no such zone on this system. UTC is known without tzdata. */
bool zone_table_build(const char *name, struct keep *keep, struct zone *zone);

/* Call `each` with the names of the zones that cities go by, for suggestions; nothing where tzdata lists none. */
void zone_table_names(struct keep *keep, void (*each)(void *context, const char *name), void *context);

#endif
