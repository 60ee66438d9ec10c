#include "measure.h"

#include <math.h>

#include "event_time.h"
#include "sketch.h"
#include "statistics.h"

enum { DAY_S = 86400 };

struct span measure_window(const struct alert_rule *rule, const struct zone *zone, int64_t tick)
{
    if (rule->window.kind == WINDOW_ROLLING)
        return (struct span){tick - rule->window.length_s, tick};
    return calendar_window(rule->window.kind, zone, tick - 1);
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

static struct measure raw(const struct watch *watch, const struct tally *sum, int from, int step, double z)
{
    struct measure measure = {.reached = watch_reached(watch, sum, from), .passed = watch_reached(watch, sum, step), .conversion = NAN, .low = NAN, .high = NAN};
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

static int64_t gone_on(const struct tally_entry *entries, size_t count, enum tally_field field, int from)
{
    size_t length;
    const struct tally_entry *stretch = tally_stretch(entries, count, TALLY_ACTIVITY, field, from, &length);
    int64_t leads = 0;
    for (size_t i = 0; i < length && tally_key_detail(stretch[i].key) < SKETCH_BEYOND; i++)
        leads += stretch[i].count;
    return leads;
}

static struct measure matured(struct maturing *maturing, const struct watch *watch, const struct tally *sum, int from, double z)
{
    size_t count;
    const struct tally_entry *entries = tally_entries(sum, &count);
    struct matured estimate;
    struct measure measure = {.reached = watch_reached(watch, sum, from) - tally_get(sum, tally_key(TALLY_ACTIVITY, TALLY_EXCLUDED, from, 0)), .low = NAN, .high = NAN};
    maturing_estimate(maturing, entries, count, from, measure.reached, &estimate);
    measure.passed = gone_on(entries, count, TALLY_TO_NEXT, from) + gone_on(entries, count, TALLY_TO_NEXT_SKIPPED, from);
    measure.conversion = estimate.conversion;
    measure.variance = estimate.variance;
    if (estimate.conversion > 0 && estimate.conversion < 1) {
        struct interval interval = matured_interval(estimate.conversion, estimate.variance, z);
        measure.low = interval.low;
        measure.high = interval.high;
    }
    return measure;
}

struct measure measure_conversion(struct maturing *maturing, const struct board *board, struct board_group *group, int number, int step, double z)
{
    const struct watch *watch = board_watch_of(board, number);
    const struct tally *sum = board_watched(group, number);
    int from = board_funnel(board, group)->previous_required[step];
    return maturing != NULL ? matured(maturing, watch, sum, from, z) : raw(watch, sum, from, step, z);
}
