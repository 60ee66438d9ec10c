#include "zone.h"

/* The Gregorian calendar, and with it every rule for summer time, repeats after 400 years of 146097 days (a whole number of weeks). */
#define CYCLE_S (INT64_C(146097) * 86400)

int32_t zone_offset(const struct zone *zone, int64_t moment)
{
    if (moment >= zone->end)
        moment -= ((moment - zone->end) / CYCLE_S + 1) * CYCLE_S;
    size_t low = 0, high = zone->change_count; /* the last change with from <= moment lies in [low, high) */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].from <= moment)
            low = middle;
        else
            high = middle;
    }
    return zone->changes[low].offset_s;
}

int64_t zone_moment(const struct zone *zone, int64_t local_s)
{
    /* The offsets in force around it: a day is longer than any offset, and changes lie further apart than that. */
    int32_t before = zone_offset(zone, local_s - 86400), after = zone_offset(zone, local_s + 86400);
    int64_t first = local_s - before, second = local_s - after;
    if (zone_offset(zone, first) == before)
        return first; /* of an hour that occurs twice, the first */
    if (zone_offset(zone, second) == after)
        return second;
    return first; /* it does not occur: the offset before the change */
}
