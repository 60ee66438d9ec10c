#include "workdays.h"

#include <stdlib.h>

#include "../core/event_time.h"
#include "../core/memory.h"

enum { DAY_S = 86400, OPENING_S = 9 * 3600 };

struct workdays workdays_between(const struct zone *zone, int64_t start, int64_t days)
{
    struct workdays workdays = {0};
    size_t capacity = 0, count = 0;
    int64_t end = start + days * DAY_S;
    for (int64_t midnight = time_floor(start + zone_offset(zone, start), DAY_S);; midnight += DAY_S) { /* by the local clock */
        int64_t opening = zone_moment(zone, midnight + OPENING_S);
        if (opening + WORKDAY_S > end)
            break;
        int64_t weekday = (midnight / DAY_S % 7 + 7 + 3) % 7; /* 1970-01-01 was a Thursday: 0 is Monday */
        if (opening < start || weekday >= 5)
            continue;
        workdays.openings = memory_grow(workdays.openings, &capacity, count + 1, sizeof *workdays.openings);
        workdays.openings[count++] = opening;
    }
    workdays.total_s = (int64_t)count * WORKDAY_S;
    return workdays;
}

void workdays_free(struct workdays *workdays)
{
    free(workdays->openings);
    *workdays = (struct workdays){0};
}
