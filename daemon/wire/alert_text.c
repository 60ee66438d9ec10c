#include "alert_text.h"

#include <inttypes.h>
#include <math.h>

#include "../settings/alert_section.h"
#include "../settings/dimension_section.h"

static void add_percent(struct buffer *out, double share)
{
    buffer_format(out, "%.1f %%", share * 100);
}

static void add_duration(struct buffer *out, int64_t seconds)
{
    static const struct { int64_t size; const char *name; } units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
    for (size_t i = 0, shown = 0; i < sizeof units / sizeof *units && shown < 2; i++) { /* the two greatest units there are */
        int64_t count = seconds / units[i].size;
        seconds %= units[i].size;
        if (count > 0 || (i + 1 == sizeof units / sizeof *units && shown == 0))
            buffer_format(out, "%s%" PRId64 " %s", shown++ > 0 ? " " : "", count, units[i].name);
    }
}

/* What the alert is about: the step, and whose leads where it is not all of them. */
static void add_place(struct buffer *out, const struct settings *settings, const struct alert *alert)
{
    const char *between = " (";
    if (alert->step >= 0)
        buffer_format(out, " \"%s\"", alert->funnel->steps[alert->step].title);
    for (int i = 0; i < alert->label_count; i++) {
        int dimension = dimension_section_of_label(settings, alert->labels[i].name);
        if (dimension < 0)
            continue;
        buffer_text(out, text_of(between));
        buffer_text(out, alert->labels[i].name);
        buffer_char(out, ' ');
        buffer_text(out, dimension_section_title(settings, dimension, alert->labels[i].value));
        between = ", ";
    }
    if (*between == ',')
        buffer_char(out, ')');
}

static struct text error_of(const struct alert *alert)
{
    for (int i = 0; i < alert->label_count; i++)
        if (text_equal(alert->labels[i].name, TEXT("error")))
            return alert->labels[i].value;
    return TEXT("");
}

/* "1 lead stands", "2 leads stand". */
static void add_count(struct buffer *out, double count, const char *one, const char *many)
{
    buffer_format(out, "%.0f %s", count, count == 1 ? one : many);
}

void alert_text_summary(struct buffer *out, const struct settings *settings, const struct alert *alert)
{
    const struct alert_figures *figures = &alert->figures;
    if (alert->rule == NULL) {
        buffer_text(out, TEXT("The configuration no longer has this alert's rule"));
        return;
    }
    if (alert->funnel != NULL)
        buffer_format(out, "%s: ", alert->funnel->title);
    switch (alert->rule->kind) {
    case ALERT_BELOW_TARGET:
    case ALERT_DROPPED:
    case ALERT_DRIFT:
        buffer_text(out, TEXT("conversion into"));
        add_place(out, settings, alert);
        if (isnan(figures->value)) {
            buffer_text(out, TEXT(" is no longer known"));
            break;
        }
        buffer_text(out, TEXT(" is "));
        add_percent(out, figures->value);
        if (isnan(figures->threshold))
            break;
        buffer_text(out, alert->rule->kind == ALERT_BELOW_TARGET ? TEXT(", its target ") : TEXT(", before it was "));
        add_percent(out, figures->threshold);
        break;
    case ALERT_STUCK:
        add_count(out, figures->value, "lead stands at", "leads stand at");
        add_place(out, settings, alert);
        buffer_text(out, TEXT(" for longer than "));
        add_duration(out, alert->rule->older_than_s);
        break;
    case ALERT_SILENCE:
        buffer_text(out, TEXT("no event for "));
        add_duration(out, isnan(figures->value) ? 0 : (int64_t)figures->value);
        break;
    case ALERT_REJECTED:
        add_count(out, figures->value, "event was refused within ", "events were refused within ");
        add_duration(out, alert->rule->within_s);
        buffer_text(out, TEXT(": "));
        buffer_text(out, error_of(alert));
        break;
    }
}

static void describe_conversion(struct buffer *out, const struct alert *alert)
{
    const struct alert_figures *figures = &alert->figures;
    if (figures->reached < 0)
        return;
    buffer_format(out, "%" PRId64 " of %" PRId64 " leads went on", figures->passed, figures->reached);
    if (alert->rule->window.name != NULL)
        buffer_format(out, " (%s, %s%s)", alert->rule->window.name, alert_section_bases[alert->rule->basis], alert->rule->matured ? ", matured" : "");
    else
        buffer_text(out, TEXT(" since the fall began to show"));
    if (!isnan(figures->low)) {
        buffer_text(out, TEXT("; allowing for chance, "));
        add_percent(out, figures->low);
        buffer_text(out, TEXT(" to "));
        add_percent(out, figures->high);
    }
    buffer_char(out, '.');
    if (alert_is_bulk(figures->burst, figures->reached)) {
        buffer_char(out, ' ');
        add_percent(out, figures->burst);
        buffer_text(out, TEXT(" of it came at once: perhaps somebody edited many leads together."));
    }
}

void alert_text_description(struct buffer *out, const struct alert *alert)
{
    if (alert->rule == NULL)
        return;
    switch (alert->rule->kind) {
    case ALERT_BELOW_TARGET:
    case ALERT_DROPPED:
    case ALERT_DRIFT: describe_conversion(out, alert); break;
    case ALERT_STUCK:
        for (int i = 0; i < alert->oldest_count; i++) {
            buffer_text(out, i == 0 ? TEXT("Longest: ") : TEXT(", "));
            buffer_text(out, alert->oldest[i].lead);
        }
        if (alert->oldest_count > 0)
            buffer_char(out, '.');
        break;
    case ALERT_SILENCE: buffer_text(out, TEXT("Does the CRM still send its events?")); break;
    case ALERT_REJECTED: buffer_text(out, TEXT("They lie among the dead letters, as they came.")); break;
    }
}
