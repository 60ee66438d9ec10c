/* settings_print.c -- the settings as text for people; the contract is in settings.h. */
#include <ctype.h>
#include <math.h>

#include "alert_print.h"
#include "dimension_section.h"
#include "funnel_section.h"
#include "http_section.h"
#include "input_section.h"
#include "notation.h"
#include "notify_print.h"
#include "settings.h"

enum { LABEL_WIDTH = 14 };

/* ---- columns ---- */

static void print_padded(const char *text, int width, FILE *out)
{
    int length = text_characters(text_of(text));
    fprintf(out, "%s%*s", text, width > length ? width - length : 0, "");
}

static int wider(int width, const char *text)
{
    int needed = text_characters(text_of(text));
    return needed > width ? needed : width;
}

static void print_label(const char *label, FILE *out)
{
    print_padded(label, LABEL_WIDTH, out);
}

static void print_seconds(int64_t seconds, FILE *out)
{
    char text[32];
    fputs(notation_print_seconds(seconds, text), out);
}

/* ---- application and Kafka ---- */

/* librdkafka's secrets all have one of these words in their names. */
static bool is_secret(const char *property)
{
    static const char *const words[] = {"password", "secret", "key", "token", "sasl.oauthbearer.config"};
    char lower[64];
    size_t length = strlen(property) < sizeof lower - 1 ? strlen(property) : sizeof lower - 1;
    for (size_t i = 0; i < length; i++)
        lower[i] = (char)tolower((unsigned char)property[i]);
    lower[length] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(lower, words[i]) != NULL)
            return true;
    }
    return false;
}

static void print_http(const struct http_settings *http, FILE *out)
{
    if (http->listen == NULL)
        return;
    print_label("http", out);
    fprintf(out, "%s", http->listen);
    if (http->url != NULL)
        fprintf(out, ", as %s", http->url);
    for (int i = 0; i < http->host_count; i++)
        fprintf(out, ", host %s", http->hosts[i]);
    fprintf(out, "; language %s, a lead is called %s; ", http_section_languages[http->language], http_section_leads[http->lead]);
    fprintf(out, http->token_file != NULL ? "bearer token from %s\n" : "without a token\n", http->token_file);
}

static void print_application(const struct settings *settings, FILE *out)
{
    print_label("application", out);
    fprintf(out, "%s\n", settings->application);
    print_label("time zone", out);
    fprintf(out, "%s, in slices of ", settings->zone.name);
    print_seconds(settings->zone.slice_s, out);
    fputc('\n', out);
    print_label("retention", out);
    if (settings->retention_s < 0)
        fputs("for ever", out);
    else
        print_seconds(settings->retention_s, out);
    fputc('\n', out);
    for (int i = 0; i < settings->property_count; i++) {
        print_label(i == 0 ? "kafka" : "", out);
        fprintf(out, "%s: %s\n", settings->properties[i].name, is_secret(settings->properties[i].name) ? "(set)" : settings->properties[i].value);
    }
    print_http(&settings->http, out);
}

/* ---- input ---- */

static void print_pointers(const struct pointers *pointers, FILE *out)
{
    if (pointers->count == 0)
        fputs("nowhere", out);
    for (int i = 0; i < pointers->count; i++)
        fprintf(out, "%s%s", i > 0 ? ", else " : "", *pointers->list[i].source != '\0' ? pointers->list[i].source : "the element itself");
}

static void print_where(const struct where *where, FILE *out)
{
    fprintf(out, "  where %s is ", where->pointer.source);
    for (int i = 0; i < where->value_count; i++)
        fprintf(out, "%s%.*s", i > 0 ? " or " : "", (int)where->values[i].length, where->values[i].data);
    fputc('\n', out);
}

static void print_source(const struct settings *settings, const struct source *source, FILE *out)
{
    fputs("  from ", out);
    for (int i = 0; i < source->topic_count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", source->topics[i]);
    if (source->has_each)
        fprintf(out, ", each element of %s", *source->each.source != '\0' ? source->each.source : "the record");
    fputc('\n', out);
    for (int i = 0; i < source->where_count; i++)
        print_where(&source->wheres[i], out);
    for (int i = 0; i < FIELD_COUNT + settings->dimension_count; i++) {
        bool field = i < FIELD_COUNT;
        fputs("    ", out);
        print_padded(field ? settings_field_names[i] : settings->dimensions[i - FIELD_COUNT].name, LABEL_WIDTH, out);
        fputc(' ', out);
        print_pointers(field ? &source->fields[i] : &source->dimensions[i - FIELD_COUNT], out);
        fputc('\n', out);
    }
}

static void print_csv(const struct csv_form *csv, FILE *out)
{
    static const char *const delimiters[] = {"as the header shows", "`;`", "`,`", "tab"};
    fprintf(out, "  in CSV files cells are parted by: %s, dates are yyyy-mm-dd or %s, in the time zone above\n", delimiters[csv->delimiter],
            input_section_dates[csv->dates]);
}

static void print_input(const struct settings *settings, FILE *out)
{
    fputs("\ninput\n  out of order by ", out);
    print_seconds(settings->out_of_orderness_s, out);
    fputs(", in the future by ", out);
    print_seconds(settings->max_future_s, out);
    fprintf(out, " at most; records of up to %lld bytes, %s\n", (long long)settings->max_record,
            settings->keyed ? "keyed by lead: one without a value removes it" : "not keyed by lead");
    fprintf(out, "  events that no funnel wants: %s; times without an offset: %s\n", settings->unmatched_ignored ? "ignored" : "dead letters",
            settings->local_times ? "in the time zone above" : "dead letters");
    print_csv(&settings->csv, out);
    for (int i = 0; i < settings->source_count; i++)
        print_source(settings, &settings->sources[i], out);
}

/* ---- output and dimensions ---- */

static void print_output(const struct settings *settings, FILE *out)
{
    fputs("\noutput\n", out);
    fprintf(out, "  snapshots to %s, alerts to %s, dead letters to %s\n", settings->snapshots_topic, settings->alerts_topic, settings->dead_letters_topic);
    fputs("  every ", out);
    if (settings->every_ms % 1000 == 0)
        print_seconds(settings->every_ms / 1000, out);
    else
        fprintf(out, "%lldms", (long long)settings->every_ms);
    fprintf(out, "; the oldest leads are %s; missing topics are %s", settings->show_leads ? "named" : "not named",
            settings->create_topics ? "created, dead letters kept for " : "not created");
    if (settings->create_topics)
        print_seconds(settings->dead_letters_retention_s, out);
    fputc('\n', out);
    if (settings->lead_url != NULL)
        fprintf(out, "  a lead's page: %s\n", settings->lead_url);
}

static void print_dimensions(const struct settings *settings, FILE *out)
{
    static const char *const takes[] = {[TAKE_FIRST] = "the first value", [TAKE_LAST] = "the last value", [TAKE_CLOSING] = "the value at the win or loss"};
    if (settings->dimension_count > 0)
        fputs("\ndimensions\n", out);
    for (int i = 0; i < settings->dimension_count; i++) {
        fputs("  ", out);
        print_padded(settings->dimensions[i].name, LABEL_WIDTH, out);
        fprintf(out, " %s", takes[settings->dimensions[i].take]);
        if (settings->title_counts[i] > 0)
            fprintf(out, ", %d with titles", settings->title_counts[i]);
        fputc('\n', out);
    }
}

/* ---- funnels ---- */

static void print_text(struct text text, FILE *out)
{
    fprintf(out, "%.*s", (int)text.length, text.data);
}

static void print_match(const struct settings *settings, int funnel, FILE *out)
{
    const struct naming *naming = &settings->namings[funnel];
    fputs("  events      those that name it (", out);
    for (int i = 0; i < naming->alias_count; i++) {
        fputs(i > 0 ? ", " : "", out);
        print_text(naming->aliases[i], out);
    }
    fputc(')', out);
    for (int m = 0; m < naming->match_count; m++) {
        const struct match *match = &naming->matches[m];
        fprintf(out, "%s%s is ", m > 0 ? " and whose " : ", and those whose ", settings->dimensions[match->dimension].name);
        for (int v = 0; v < match->value_count; v++) {
            fputs(v > 0 ? " or " : "", out);
            print_text(match->values[v], out);
        }
    }
    bool default_funnel = naming->match_count == 0;
    for (int i = 0; i < funnel && default_funnel; i++)
        default_funnel = settings->namings[i].match_count > 0;
    fputs(default_funnel ? ", and those that name none and that no other funnel wants\n" : "\n", out);
}

static void print_step(const struct funnel *funnel, const struct naming *naming, int k, const int widths[3], FILE *out)
{
    const struct step *step = &funnel->steps[k];
    const char *stage = funnel->stages[step->stage].first_step == k ? funnel->stages[step->stage].title : "";
    char target[16] = "-", horizon[32];
    if (!isnan(step->target))
        snprintf(target, sizeof target, "%g%%", step->target * 100);
    fprintf(out, "  %3d  ", k + 1);
    print_padded(stage, widths[0] + 2, out);
    print_padded(step->id, widths[1] + 2, out);
    print_padded(step->title, widths[2] + 2, out);
    fprintf(out, "%-9s%-5s%-8s%-9s", step->optional ? "optional" : "", k == funnel->won_step ? "won" : "", target,
            notation_print_seconds(step->horizon_s, horizon));
    bool first = true;
    for (int i = 0; i < naming->name_count; i++) {
        const struct name *name = &naming->names[i];
        if (name->kind != NAME_STEP || name->step != k)
            continue;
        fputs(first ? "" : ", ", out);
        print_text(name->text, out);
        first = false;
    }
    fputc('\n', out);
}

static void print_steps(const struct funnel *funnel, const struct naming *naming, FILE *out)
{
    int widths[3] = {wider(0, "stage"), wider(0, "step"), wider(0, "title")};
    for (int k = 0; k < funnel->step_count; k++) {
        widths[0] = wider(widths[0], funnel->stages[funnel->steps[k].stage].title);
        widths[1] = wider(widths[1], funnel->steps[k].id);
        widths[2] = wider(widths[2], funnel->steps[k].title);
    }
    fputs("    #  ", out);
    print_padded("stage", widths[0] + 2, out);
    print_padded("step", widths[1] + 2, out);
    print_padded("title", widths[2] + 2, out);
    fprintf(out, "%-9s%-5s%-8s%-9s%s\n", "", "", "target", "horizon", "names");
    for (int k = 0; k < funnel->step_count; k++)
        print_step(funnel, naming, k, widths, out);
}

static void print_names(const struct naming *naming, enum name_kind kind, const char *label, FILE *out)
{
    bool first = true;
    for (int i = 0; i < naming->name_count; i++) {
        const struct name *name = &naming->names[i];
        if (name->kind != kind)
            continue;
        fputs(first ? "  " : ", ", out);
        if (first)
            print_padded(label, LABEL_WIDTH - 2, out);
        print_text(name->text, out);
        if (name->reason.data != NULL)
            fprintf(out, " (%s)", name->reason.data);
        first = false;
    }
    if (!first)
        fputc('\n', out);
}

static void print_counting(const struct funnel *funnel, FILE *out)
{
    fprintf(out, "  progress    %s", funnel_section_progresses[funnel->progress]);
    if (funnel->within_s >= 0) {
        fputs(", within ", out);
        print_seconds(funnel->within_s, out);
    }
    fprintf(out, "; bottlenecks from %lld leads on, confidence %g", (long long)funnel->min_leads, funnel->confidence);
    fprintf(out, "; currency %s\n", *funnel->currency != '\0' ? funnel->currency : "any");
}

static void print_windows(const struct settings *settings, const struct funnel *funnel, FILE *out)
{
    fputs("  windows     ", out);
    for (int i = 0; i < funnel->window_count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", funnel->windows[i].name);
    fputs(funnel->window_count > 0 ? "; final after " : "none, so nothing but alerts is published; final after ", out);
    print_seconds(funnel->lateness_s, out);
    fputs("\n  by          all leads", out);
    for (int i = 0; i < funnel->breakdown_count; i++) {
        fputs("; ", out);
        alert_print_breakdown(settings, &funnel->breakdowns[i], out);
    }
    fputc('\n', out);
}

static void print_funnel(const struct settings *settings, int index, FILE *out)
{
    const struct funnel *funnel = &settings->funnels[index];
    const struct naming *naming = &settings->namings[index];
    fprintf(out, "\nfunnel %s: %s\n", funnel->id, funnel->title);
    print_match(settings, index, out);
    print_counting(funnel, out);
    print_windows(settings, funnel, out);
    print_names(naming, NAME_LOST, "lost", out);
    print_names(naming, NAME_REMOVED, "removed", out);
    print_names(naming, NAME_OTHER, "other", out);
    print_steps(funnel, naming, out);
    if (settings->rule_counts[index] > 0)
        fputs("  alerts\n", out);
    for (int i = 0; i < settings->rule_counts[index]; i++)
        alert_print_rule(settings, funnel, &settings->rules[index][i], out);
}

void settings_print(const struct settings *settings, FILE *out)
{
    print_application(settings, out);
    print_input(settings, out);
    print_output(settings, out);
    print_dimensions(settings, out);
    for (int i = 0; i < settings->funnel_count; i++)
        print_funnel(settings, i, out);
    if (settings->application_rule_count > 0)
        fputs("\nalerts of the application\n", out);
    for (int i = 0; i < settings->application_rule_count; i++)
        alert_print_rule(settings, NULL, &settings->application_rules[i], out);
    notify_print(&settings->notify, out);
}
