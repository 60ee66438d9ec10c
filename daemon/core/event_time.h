/* event_time.h -- moments and durations of event time: whole seconds since 1970-01-01T00:00:00Z, years 1 to 9999.
 * The core never asks a clock; every moment comes with an event or a tick. */
#ifndef FUNNELD_CORE_EVENT_TIME_H
#define FUNNELD_CORE_EVENT_TIME_H

#include <stdint.h>

#define TIME_NEVER INT64_MAX                    /* it has not happened; greater than every moment */
#define TIME_NONE INT64_MIN                     /* not known yet; less than every moment */
#define TIME_LEAST (-INT64_C(62135596800))      /* 0001-01-01T00:00:00Z */
#define TIME_GREATEST INT64_C(253402300799)     /* 9999-12-31T23:59:59Z */

/* The multiple of `unit_s` (> 0) at or before `moment`, also for moments before 1970. */
static inline int64_t time_floor(int64_t moment, int64_t unit_s)
{
    int64_t rest = moment % unit_s;
    return moment - (rest < 0 ? rest + unit_s : rest);
}

/* The same as a number: floor(moment / unit). */
static inline int64_t time_slice(int64_t moment, int64_t unit_s)
{
    return moment / unit_s - (moment % unit_s < 0);
}

#endif
