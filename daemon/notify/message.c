#include "message_lines.h"

#include <stdlib.h>

/* Several rules may have one name: severity and labels tell them apart. */
static bool is_rule_of(const struct alert_rule *rule, const struct notice *notice)
{
    const char *name = notice_label(notice, "alertname"), *severity = notice_label(notice, "severity");
    bool fits = name != NULL && severity != NULL && strcmp(rule->alert, name) == 0 && strcmp(rule->severity, severity) == 0;
    for (int i = 0; fits && i < rule->label_count; i++) {
        const char *value = notice_label(notice, rule->labels[i].name);
        fits = value != NULL && strcmp(rule->labels[i].value, value) == 0;
    }
    return fits;
}

/* What the configuration knows of it. */
static void find_funnel(struct writing *writing)
{
    const struct settings *settings = writing->style->settings;
    const char *funnel = notice_label(writing->notice, "funnel"), *step = notice_label(writing->notice, "step");
    const struct alert_rule *rules = settings->application_rules;
    int count = funnel == NULL ? settings->application_rule_count : 0;
    writing->step = -1;
    for (int f = 0; f < settings->funnel_count && funnel != NULL; f++) {
        if (strcmp(settings->funnels[f].id, funnel) != 0)
            continue;
        writing->funnel = &settings->funnels[f];
        rules = settings->rules[f];
        count = settings->rule_counts[f];
    }
    for (int k = 0; writing->funnel != NULL && step != NULL && k < writing->funnel->step_count; k++)
        if (strcmp(writing->funnel->steps[k].id, step) == 0)
            writing->step = k;
    for (int r = 0; r < count; r++)
        if (is_rule_of(&rules[r], writing->notice))
            writing->rule = &rules[r];
    bool about_step = writing->rule != NULL && writing->rule->kind <= ALERT_STUCK;
    if (about_step && writing->step < 0)
        writing->rule = NULL; /* the step has gone */
}

static void write_alert(struct buffer *out, const struct message_style *style, const struct notice *notice)
{
    struct writing writing = {.style = style, .notice = notice, .ru = style->language == LANGUAGE_RU, .out = out};
    find_funnel(&writing);
    message_lines_write(&writing);
    free(writing.line.data);
}

int message_write(struct buffer *buffer, const struct message_style *style, const struct notice *const *notices, int count)
{
    int written = 0;
    for (; written < count; written++) {
        struct buffer alert = {0};
        write_alert(&alert, style, notices[written]);
        struct text text = {alert.data, alert.length}, so_far = {buffer->data, buffer->length};
        bool fits = written == 0 || message_lines_length(so_far) + 2 + message_lines_length(text) <= style->most;
        if (fits && written > 0)
            buffer_text(buffer, TEXT("\n\n"));
        if (fits)
            buffer_text(buffer, text);
        free(alert.data);
        if (!fits)
            break;
    }
    return written;
}
