#include "calendar.h"

#include <assert.h>

#include "event_time.h"

enum { DAY_S = 86400, HOUR_S = 3600 };

/* Days since 1970-01-01 of a date, and back. Source: Hinnant, "chrono-compatible low-level date algorithms". */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    enum { ERAS = 1000, ERA_YEARS = 400, ERA_DAYS = 146097 }; /* so many are added, and taken off at the end: divisions of what is not negative are quicker */
    uint32_t years = (uint32_t)(year + ERAS * ERA_YEARS) - (month <= 2);
    uint32_t era = years / ERA_YEARS, year_of_era = years % ERA_YEARS;
    uint32_t day_of_year = (153 * (uint32_t)(month + (month > 2 ? -3 : 9)) + 2) / 5 + (uint32_t)day - 1;
    uint32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int64_t)era * ERA_DAYS + day_of_era - (719468 + (int64_t)ERAS * ERA_DAYS);
}

struct date calendar_date(int64_t local_s)
{
    int64_t days = time_floor(local_s, DAY_S) / DAY_S, second = local_s - days * DAY_S;
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t mp = (5 * day_of_year + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct date){year_of_era + era * 400 + (month <= 2), month, (int)(day_of_year - (153 * mp + 2) / 5 + 1),
                         (int)(second / HOUR_S), (int)(second / 60 % 60), (int)(second % 60)};
}

int64_t calendar_local(int64_t year, int month, int day)
{
    if (month < 1 || month > 12) {
        int64_t months = year * 12 + month - 1;
        year = time_floor(months, 12) / 12;
        month = (int)(months - year * 12) + 1;
    }
    return days_from_civil(year, month, day) * DAY_S;
}

/* The instants around the moment with the same local date, hour and offset. */
static struct span hour_window(const struct zone *zone, int64_t moment)
{
    int32_t offset = zone_offset(zone, moment);
    int64_t start = time_floor(moment + offset, HOUR_S) - offset;
    struct span span = {start, start + HOUR_S};
    /* A change of offset inside the hour cuts it; changes lie on the slice grid. */
    for (int64_t cut = start + zone->slice_s; cut < span.end; cut += zone->slice_s) {
        if (zone_offset(zone, cut - 1) == zone_offset(zone, cut))
            continue;
        if (cut <= moment)
            span.start = cut;
        else
            span.end = cut;
    }
    return span;
}

struct span calendar_window(enum window_kind kind, const struct zone *zone, int64_t moment)
{
    if (kind == WINDOW_HOUR)
        return hour_window(zone, moment);
    int64_t local = moment + zone_offset(zone, moment);
    struct date date = calendar_date(local);
    int64_t start = 0, end = 0;
    switch (kind) {
    case WINDOW_DAY:
        start = time_floor(local, DAY_S);
        end = start + DAY_S;
        break;
    case WINDOW_WEEK: /* 1970-01-01 was a Thursday: Mondays are 4 days after multiples of a week */
        start = time_floor(local - 4 * DAY_S, 7 * DAY_S) + 4 * DAY_S;
        end = start + 7 * DAY_S;
        break;
    case WINDOW_MONTH:
        start = calendar_local(date.year, date.month, 1);
        end = calendar_local(date.year, date.month + 1, 1);
        break;
    case WINDOW_QUARTER:
        start = calendar_local(date.year, (date.month - 1) / 3 * 3 + 1, 1);
        end = calendar_local(date.year, (date.month - 1) / 3 * 3 + 4, 1);
        break;
    case WINDOW_YEAR:
        start = calendar_local(date.year, 1, 1);
        end = calendar_local(date.year + 1, 1, 1);
        break;
    case WINDOW_HOUR:
    case WINDOW_ROLLING:
        assert(!"not a calendar window of days");
    }
    return (struct span){zone_moment(zone, start), zone_moment(zone, end)};
}
