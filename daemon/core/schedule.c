#include "schedule.h"

#include "event_time.h"

enum { DAY_S = 86400 };

static bool is_day_off(const struct alert_rule *rule, int64_t day)
{
    for (int i = 0; i < rule->days_off_count; i++)
        if (rule->days_off[i].from_day <= day && day <= rule->days_off[i].to_day)
            return true;
    return false;
}

static bool falls_on(const struct hours *hours, int64_t day)
{
    int64_t weekday = day + 3 - time_floor(day + 3, 7); /* 1970-01-01 was a Thursday; 0: Monday */
    return (hours->weekdays >> weekday & 1) != 0;
}

/* The first stretch of the day's hours that ends after the local second `from_s`, joined with those that go on from it. False: there is none. */
static bool next_stretch(const struct alert_rule *rule, int64_t day, int from_s, struct hours *out)
{
    static const struct hours whole_day = {.weekdays = 0x7F, .from_s = 0, .to_s = DAY_S};
    const struct hours *list = rule->hours_count > 0 ? rule->hours : &whole_day;
    int count = rule->hours_count > 0 ? rule->hours_count : 1;
    *out = (struct hours){.from_s = DAY_S, .to_s = from_s};
    for (int i = 0; i < count; i++)
        if (falls_on(&list[i], day) && list[i].to_s > from_s && list[i].from_s < out->from_s)
            *out = (struct hours){.from_s = list[i].from_s > from_s ? list[i].from_s : from_s, .to_s = list[i].to_s};
    for (bool longer = true; longer;) {
        longer = false;
        for (int i = 0; i < count; i++)
            if (falls_on(&list[i], day) && list[i].from_s <= out->to_s && list[i].to_s > out->to_s) {
                out->to_s = list[i].to_s;
                longer = true;
            }
    }
    return out->from_s < out->to_s;
}

bool schedule_is_open(const struct alert_rule *rule, const struct zone *zone, int64_t moment)
{
    return schedule_open_s(rule, zone, (struct span){moment, moment + 1}) > 0;
}

static int64_t overlap_s(struct span a, struct span b)
{
    int64_t start = a.start > b.start ? a.start : b.start, end = a.end < b.end ? a.end : b.end;
    return end > start ? end - start : 0;
}

/* Of an open stretch what no pause covers. Pauses may overlap each other. */
static int64_t unpaused_s(const struct alert_rule *rule, struct span span)
{
    for (int i = 0; i < rule->pause_count; i++) {
        const struct pause *pause = &rule->pauses[i];
        if (overlap_s(span, (struct span){pause->from, pause->to}) == 0)
            continue;
        int64_t rest_s = 0;
        if (span.start < pause->from)
            rest_s += unpaused_s(rule, (struct span){span.start, pause->from});
        if (pause->to < span.end)
            rest_s += unpaused_s(rule, (struct span){pause->to, span.end});
        return rest_s;
    }
    return span.end > span.start ? span.end - span.start : 0;
}

static int64_t add_up(const struct alert_rule *rule, const struct zone *zone, struct span span, bool without_pauses)
{
    int64_t sum_s = 0;
    if (span.start >= span.end)
        return 0;
    int64_t first = time_floor(span.start + zone_offset(zone, span.start), DAY_S) / DAY_S;
    for (int64_t day = first; zone_moment(zone, day * DAY_S) < span.end; day++) {
        struct hours stretch = {0};
        while (!is_day_off(rule, day) && next_stretch(rule, day, stretch.to_s, &stretch)) {
            struct span open = {zone_moment(zone, day * DAY_S + stretch.from_s), zone_moment(zone, day * DAY_S + stretch.to_s)};
            open.start = open.start > span.start ? open.start : span.start;
            open.end = open.end < span.end ? open.end : span.end;
            if (open.start < open.end)
                sum_s += without_pauses ? unpaused_s(rule, open) : open.end - open.start;
        }
    }
    return sum_s;
}

int64_t schedule_open_s(const struct alert_rule *rule, const struct zone *zone, struct span span)
{
    if (rule->hours_count == 0 && rule->days_off_count == 0)
        return span.end > span.start ? span.end - span.start : 0;
    return add_up(rule, zone, span, false);
}

int64_t schedule_watched_s(const struct alert_rule *rule, const struct zone *zone, struct span span)
{
    if (rule->hours_count == 0 && rule->days_off_count == 0)
        return unpaused_s(rule, span);
    return add_up(rule, zone, span, true);
}

bool schedule_is_paused(int pause_count, const struct pause *pauses, struct span span)
{
    for (int i = 0; i < pause_count; i++)
        if (overlap_s(span, (struct span){pauses[i].from, pauses[i].to}) > 0)
            return true;
    return false;
}
