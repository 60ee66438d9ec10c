#include "alert_json.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../settings/alert_section.h"
#include "../settings/dimension_section.h"
#include "alert_text.h"
#include "digits.h"
#include "labels_json.h"
#include "moment.h"

static const char *const statuses[] = {[ALERT_PENDING] = "pending", [ALERT_FIRING] = "firing", [ALERT_RESOLVED] = "resolved"};

/* ---- writing ---- */

static void write_text(struct buffer *out, const char *name, struct buffer *words)
{
    if (words->length == 0)
        return;
    json_name(out, name);
    json_string(out, (struct text){words->data, words->length});
    words->length = 0;
}

static void write_annotations(struct buffer *out, const struct settings *settings, const struct alert *alert)
{
    struct buffer words = {0};
    json_name(out, "annotations");
    buffer_char(out, '{');
    alert_text_summary(&words, settings, alert);
    write_text(out, "summary", &words);
    alert_text_description(&words, alert);
    write_text(out, "description", &words);
    free(words.data);
    for (int i = 0; alert->rule != NULL && i < alert->rule->annotation_count; i++) {
        json_name(out, alert->rule->annotations[i].name);
        json_string(out, text_of(alert->rule->annotations[i].value));
    }
    buffer_char(out, '}');
}

/* Names and values encoded for a query, a group's key as the snapshots have it encoded once more. */
static void add_query(struct buffer *out, const char *name, struct text value)
{
    buffer_format(out, "%s=", name);
    buffer_percent(out, value);
}

static void write_page(struct buffer *out, const struct settings *settings, const struct alert *alert)
{
    json_name(out, "generatorURL");
    if (settings->http.listen == NULL) {
        buffer_text(out, TEXT("null"));
        return;
    }
    struct buffer url = {0}, group = {0};
    if (settings->http.url != NULL)
        buffer_text(&url, text_of(settings->http.url));
    else
        buffer_format(&url, "http://%s", settings->http.listen);
    buffer_char(&url, '/');
    if (alert->funnel != NULL) {
        add_query(&url, "?funnel", text_of(alert->funnel->id));
        if (alert->rule->window.name != NULL) {
            add_query(&url, "&window", text_of(alert->rule->window.name));
            add_query(&url, "&basis", text_of(alert_section_bases[alert->rule->basis]));
        }
        for (int i = 0; i < alert->label_count; i++) {
            if (dimension_section_of_label(settings, alert->labels[i].name) < 0)
                continue;
            if (group.length > 0)
                buffer_char(&group, ',');
            buffer_percent(&group, alert->labels[i].name);
            buffer_char(&group, '=');
            buffer_percent(&group, alert->labels[i].value);
        }
        if (group.length > 0)
            add_query(&url, "&group", (struct text){group.data, group.length});
        if (alert->step >= 0)
            add_query(&url, "&step", text_of(alert->funnel->steps[alert->step].id));
    }
    json_string(out, (struct text){url.data, url.length});
    free(url.data);
    free(group.data);
}

static void write_figures(struct buffer *out, const struct alert_figures *figures)
{
    const struct { const char *name; double ratio; } before[] = {{"value", figures->value}, {"threshold", figures->threshold}};
    const struct { const char *name; double ratio; } after[] = {{"low", figures->low}, {"high", figures->high}, {"p_value", figures->p_value},
                                                                {"q_value", figures->q_value}, {"evidence", figures->evidence}, {"burst", figures->burst}};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        json_name(out, before[i].name);
        json_ratio(out, before[i].ratio);
    }
    json_name(out, "reached");
    json_integer_or_null(out, figures->reached);
    json_name(out, "passed");
    json_integer_or_null(out, figures->passed);
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
        json_name(out, after[i].name);
        json_ratio(out, after[i].ratio);
    }
}

static void write_oldest(struct buffer *out, const struct zone *zone, const struct alert *alert)
{
    json_name(out, "oldest");
    if (alert->oldest_count < 0) {
        buffer_text(out, TEXT("null"));
        return;
    }
    buffer_char(out, '[');
    for (int i = 0; i < alert->oldest_count; i++) {
        if (i > 0)
            buffer_char(out, ',');
        buffer_char(out, '{');
        json_name(out, "lead");
        json_string(out, alert->oldest[i].lead);
        json_name(out, "since");
        json_moment(out, zone, alert->oldest[i].since);
        buffer_char(out, '}');
    }
    buffer_char(out, ']');
}

static void write_words(struct buffer *out, const char *name, const char *word)
{
    json_name(out, name);
    json_text_or_null(out, word);
}

void alert_json_value(struct buffer *out, const struct settings *settings, const struct alert *alert)
{
    struct digits key = digits_of(alert->fingerprint);
    bool in_window = alert->rule != NULL && alert->rule->window.name != NULL;
    const struct { const char *name; int64_t moment; } moments[] = {
        {"activeAt", alert->active_at}, {"startsAt", alert->starts_at}, {"heldUntil", alert->held_until}, {"endsAt", alert->ends_at}, {"as_of", alert->as_of}};
    buffer_char(out, '{');
    write_words(out, "type", "alert");
    json_name(out, "id");
    buffer_format(out, "\"%s-%" PRId64 "\"", key.text, alert->active_at);
    write_words(out, "fingerprint", key.text);
    write_words(out, "status", statuses[alert->status]);
    json_name(out, "labels");
    labels_json_write(out, alert->labels, alert->label_count);
    write_annotations(out, settings, alert);
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        json_name(out, moments[i].name);
        json_moment(out, &settings->zone, moments[i].moment);
    }
    write_page(out, settings, alert);
    write_words(out, "window", in_window ? alert->rule->window.name : NULL);
    write_words(out, "basis", in_window ? alert_section_bases[alert->rule->basis] : NULL);
    write_figures(out, &alert->figures);
    write_oldest(out, &settings->zone, alert);
    buffer_char(out, '}');
}

/* ---- reading ---- */

static bool read_moment(const struct json_value *value, int64_t *out)
{
    *out = TIME_NONE;
    return value->kind == JSON_NULL || (value->kind == JSON_STRING && !value->escaped && moment_from_text(value->raw, NULL, out));
}

bool alert_json_read(struct text value, struct alert_record *out)
{
    static const enum episode_state states[] = {[ALERT_PENDING] = EPISODE_PENDING, [ALERT_FIRING] = EPISODE_FIRING, [ALERT_RESOLVED] = EPISODE_RESOLVED};
    static const char *const names[] = {"type", "status", "labels", "activeAt", "startsAt", "heldUntil", "endsAt"};
    enum { NAMES = sizeof names / sizeof *names };
    struct json_value values[NAMES];
    struct json_error error;
    struct json_plan *plan = json_plan_new();
    for (int i = 0; i < NAMES; i++)
        json_plan_want(plan, &(struct text){names[i], strlen(names[i])}, 1);
    *out = (struct alert_record){0};
    bool good = value.data != NULL && json_scan(plan, value, values, &error) && values[0].kind == JSON_STRING && json_string_equal(&values[0], TEXT("alert"));
    json_plan_free(plan);
    for (size_t i = 0; good && values[1].kind == JSON_STRING && i < sizeof statuses / sizeof *statuses; i++)
        if (json_string_equal(&values[1], text_of(statuses[i])))
            out->episode.state = states[i];
    good = good && out->episode.state != EPISODE_INACTIVE && read_moment(&values[3], &out->episode.active_at) && out->episode.active_at != TIME_NONE &&
           read_moment(&values[4], &out->episode.starts_at) && read_moment(&values[5], &out->episode.held_until) && read_moment(&values[6], &out->episode.ends_at) &&
           (out->label_count = labels_json_read(&values[2], &out->labels, &out->bytes)) >= 0;
    if (good && out->episode.held_until == TIME_NONE)
        out->episode.held_until = out->episode.active_at;
    if (!good)
        alert_json_free(out);
    return good;
}

void alert_json_free(struct alert_record *record)
{
    free(record->labels);
    free(record->bytes);
    *record = (struct alert_record){0};
}
