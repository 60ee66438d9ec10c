#include "alert_print.h"

#include <math.h>

#include "../core/calendar.h"
#include "alert_section.h"
#include "notation.h"

enum { DAY_S = 86400 };

struct duration { char text[32]; }; /* so that several fit into one printf */

static struct duration duration(int64_t seconds)
{
    struct duration printed;
    notation_print_seconds(seconds, printed.text);
    return printed;
}

void alert_print_breakdown(const struct settings *settings, const struct breakdown *breakdown, FILE *out)
{
    if (breakdown->dimension_count == 0)
        fputs("all leads", out);
    for (int i = 0; i < breakdown->dimension_count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", settings->dimensions[breakdown->dimensions[i]].name);
}

static void print_series(const struct settings *settings, const struct funnel *funnel, const struct alert_rule *rule, FILE *out)
{
    if (rule->step >= 0)
        fprintf(out, "step %s", funnel->steps[rule->step].id);
    else
        fputs("every required step but the first", out);
    for (int g = 0; g < rule->group_count; g++) {
        fputs(g > 0 ? " and " : ", of ", out);
        if (rule->groups[g].dimension_count > 0)
            fputs("each ", out);
        alert_print_breakdown(settings, &rule->groups[g], out);
    }
    fputs(": ", out);
}

static void print_conversion(const struct alert_rule *rule, FILE *out)
{
    fprintf(out, "%s conversion over %s (%s), from %lld leads on, ", rule->matured ? "matured" : "raw", rule->window.name,
            alert_section_bases[rule->basis], (long long)rule->min_leads);
}

static bool has_target(const struct funnel *funnel, const struct alert_rule *rule)
{
    for (int k = 1; k < funnel->step_count; k++) {
        bool looked_at = rule->step == k || (rule->step < 0 && !funnel->steps[k].optional);
        if (looked_at && !isnan(funnel->steps[k].target))
            return true;
    }
    return false;
}

/* A matured conversion is not known before somebody in the window has had the whole horizon. */
static void print_never_mature(const struct funnel *funnel, const struct alert_rule *rule, FILE *out)
{
    for (int k = 1; rule->matured && rule->window.kind == WINDOW_ROLLING && k < funnel->step_count; k++) {
        if (!rule_looks_at(rule, funnel, k) || rule->window.length_s > funnel->steps[k].horizon_s)
            continue;
        fprintf(out, "\n      note: the window is no longer than the horizon of %s, %s: its matured conversion is not known before all are gone on or lost", funnel->steps[k].id,
                duration(funnel->steps[k].horizon_s).text);
        return;
    }
}

/* Leads that fail by a horizon of some days and a half week fail on other weekdays than those on which they come: the evidence would sway with the week. */
static void print_uneven(const struct funnel *funnel, const struct alert_rule *rule, FILE *out)
{
    for (int k = 1; k < funnel->step_count; k++) {
        if (!rule_looks_at(rule, funnel, k) || funnel->steps[k].horizon_s % (7 * DAY_S) == 0)
            continue;
        fprintf(out, "\n      note: the horizon of %s, %s, is no whole number of weeks: failures by it fall on other weekdays than successes, which makes false alarms more frequent",
                funnel->steps[k].id, duration(funnel->steps[k].horizon_s).text);
        return;
    }
}

static void print_condition(const struct funnel *funnel, const struct alert_rule *rule, FILE *out)
{
    switch (rule->kind) {
    case ALERT_BELOW_TARGET:
        print_conversion(rule, out);
        fprintf(out, "is below the step's target (confidence %g)", rule->confidence);
        if (!has_target(funnel, rule))
            fputs("\n      note: no step that it looks at has a target, so it never fires", out);
        break;
    case ALERT_DROPPED:
        print_conversion(rule, out);
        fprintf(out, "is lower by %g%% or more than ", rule->drop * 100);
        if (rule->compare == COMPARE_PREVIOUS)
            fputs("in the window before", out);
        else if (rule->compare == COMPARE_YEAR_AGO)
            fputs("a year ago", out);
        else
            fprintf(out, "in the %s before", duration(rule->compare_s).text);
        fprintf(out, " (q %g)", rule->q);
        break;
    case ALERT_DRIFT:
        fprintf(out, "success rate drifts down by %g%%, %.3g false alarms a year", rule->drop * 100, rule->false_alarms_per_s * 365 * DAY_S);
        fprintf(out, "\n      note: a series is watched only after its baseline of %s, with at least 100 outcomes in it", duration(rule->baseline_s).text);
        print_uneven(funnel, rule, out);
        break;
    case ALERT_STUCK:
        fprintf(out, "more than %lld leads stand there for longer than %s", (long long)rule->more_than, duration(rule->older_than_s).text);
        break;
    case ALERT_SILENCE:
        fprintf(out, "no event for %s", duration(rule->silent_for_s).text);
        break;
    case ALERT_REJECTED:
        fprintf(out, "more than %lld dead letters of one word within %s", (long long)rule->more_than, duration(rule->within_s).text);
        break;
    }
    if (funnel != NULL)
        print_never_mature(funnel, rule, out);
    fputc('\n', out);
}

static void print_hours(const struct alert_rule *rule, FILE *out)
{
    static const char names[7][4] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (int i = 0; i < rule->hours_count; i++) {
        const struct hours *hours = &rule->hours[i];
        fputs(i > 0 ? "; " : "      only ", out);
        for (int day = 0, shown = 0; day < 7; day++) {
            if ((hours->weekdays & 1 << day) != 0)
                fprintf(out, "%s%s", shown++ > 0 ? "," : "", names[day]);
        }
        fprintf(out, " %02d:%02d-%02d:%02d", hours->from_s / 3600, hours->from_s / 60 % 60, hours->to_s / 3600, hours->to_s / 60 % 60);
    }
    if (rule->hours_count > 0)
        fputc('\n', out);
}

static void print_date(int64_t day, FILE *out)
{
    struct date date = calendar_date(day * DAY_S);
    fprintf(out, "%04lld-%02d-%02d", (long long)date.year, date.month, date.day);
}

static void print_days_off(const struct alert_rule *rule, FILE *out)
{
    for (int i = 0; i < rule->days_off_count; i++) {
        fputs(i > 0 ? ", " : "      not on ", out);
        print_date(rule->days_off[i].from_day, out);
        if (rule->days_off[i].to_day != rule->days_off[i].from_day) {
            fputs("..", out);
            print_date(rule->days_off[i].to_day, out);
        }
    }
    if (rule->days_off_count > 0)
        fputc('\n', out);
}

static void print_moment(const struct zone *zone, int64_t moment, FILE *out)
{
    struct date date = calendar_date(moment + zone_offset(zone, moment));
    fprintf(out, "%04lld-%02d-%02d %02d:%02d:%02d", (long long)date.year, date.month, date.day, date.hour, date.minute, date.second);
}

static void print_pauses(const struct settings *settings, const struct alert_rule *rule, FILE *out)
{
    for (int i = 0; i < rule->pause_count; i++) {
        fputs(i > 0 ? ", " : "      paused ", out);
        print_moment(&settings->zone, rule->pauses[i].from, out);
        fputs(" to ", out);
        print_moment(&settings->zone, rule->pauses[i].to, out);
    }
    if (rule->pause_count > 0)
        fprintf(out, ": stretches of %s that these touch are no evidence\n", duration(settings->zone.slice_s).text);
}

void alert_print_rule(const struct settings *settings, const struct funnel *funnel, const struct alert_rule *rule, FILE *out)
{
    fprintf(out, "    %s (%s, %s)", rule->alert, alert_section_kinds[rule->kind], rule->severity);
    if (rule->for_s > 0)
        fprintf(out, ", after %s", duration(rule->for_s).text);
    if (rule->keep_firing_for_s > 0)
        fprintf(out, ", kept for %s", duration(rule->keep_firing_for_s).text);
    for (int i = 0; i < rule->label_count; i++)
        fprintf(out, ", %s=%s", rule->labels[i].name, rule->labels[i].value);
    fputs("\n      ", out);
    if (rule->group_count > 0)
        print_series(settings, funnel, rule, out);
    print_condition(funnel, rule, out);
    print_hours(rule, out);
    print_days_off(rule, out);
    print_pauses(settings, rule, out);
}
