#include "measure.h"

#include <math.h>

#include "event_time.h"
#include "statistics.h"

enum { DAY_S = 86400 };

struct span measure_window(const struct alert_rule *rule, const struct zone *zone, int64_t tick)
{
    if (rule->window.kind == WINDOW_ROLLING)
        return (struct span){tick - rule->window.length_s, tick};
    return (struct span){calendar_window(rule->window.kind, zone, tick - 1).start, tick};
}

/* The same local date and time a year before; of 29 February, 1 March. */
static int64_t year_before(const struct zone *zone, int64_t moment)
{
    int64_t local = moment + zone_offset(zone, moment), midnight = time_floor(local, DAY_S);
    struct date date = calendar_date(midnight);
    return time_floor(zone_moment(zone, calendar_local(date.year - 1, date.month, date.day) + local - midnight), zone->slice_s);
}

struct span measure_compared(const struct alert_rule *rule, const struct zone *zone, int64_t tick)
{
    struct span window = measure_window(rule, zone, tick);
    bool rolling = rule->window.kind == WINDOW_ROLLING;
    switch (rule->compare) {
    case COMPARE_PREVIOUS:
        break;
    case COMPARE_PREVIOUS_LENGTH:
        return (struct span){window.start - rule->compare_s, window.start};
    case COMPARE_YEAR_AGO:
        if (rolling)
            return (struct span){year_before(zone, window.end) - rule->window.length_s, year_before(zone, window.end)};
        return calendar_window(rule->window.kind, zone, year_before(zone, window.start + (rule->window.kind == WINDOW_WEEK ? 3 * DAY_S : 0)));
    }
    if (rolling)
        return (struct span){window.start - rule->window.length_s, window.start};
    return calendar_window(rule->window.kind, zone, window.start - 1);
}

struct measure measure_conversion(const struct board *board, struct board_group *group, int number, int step, int64_t tick, double z)
{
    const struct watch *watch = board_watch_of(board, number);
    const struct tally *sum = board_watched(group, number);
    int from = board_funnel(board, group)->previous_required[step];
    struct measure measure = {.reached = watch_reached(watch, sum, from), .passed = watch_reached(watch, sum, step), .conversion = NAN, .low = NAN, .high = NAN};
    (void)tick;
    if (measure.reached == 0)
        return measure;
    measure.conversion = (double)measure.passed / (double)measure.reached;
    if (measure.passed <= measure.reached) {
        struct interval wilson = statistics_wilson(measure.passed, measure.reached, z);
        measure.low = wilson.low;
        measure.high = wilson.high;
    }
    return measure;
}
