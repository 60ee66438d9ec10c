/* zone.h -- a time zone as a table of offset changes. The table comes from outside (settings/zone_table.h); core only looks up.
 * Threads: immutable after it is made. */
#ifndef FUNNELD_CORE_ZONE_H
#define FUNNELD_CORE_ZONE_H

#include <stddef.h>
#include <stdint.h>

struct zone_change {
    int64_t from;      /* the offset holds from this moment on */
    int32_t offset_s;  /* east of UTC */
};

struct zone {
    const char *name;              /* IANA, e.g. "Europe/Moscow" */
    size_t change_count;           /* >= 1; the first one's offset also holds before it */
    struct zone_change *changes;   /* ascending */
    int64_t end;                   /* the table is complete up to here; beyond, the Gregorian calendar's 400 years repeat */
    int64_t slice_s;               /* greatest common divisor of 3600 and all offsets since 2000 */
};

/* Offset east of UTC at a moment, seconds. Cost O(log changes). */
int32_t zone_offset(const struct zone *zone, int64_t moment);

/* The moment of a local date and time given as seconds since 1970-01-01T00:00:00 local. An hour that occurs twice is the first
 * one; one that does not occur is read with the offset before the change. */
int64_t zone_moment(const struct zone *zone, int64_t local_s);

#endif
