#include "funnels_json.h"

#include "../settings/funnel_section.h"
#include "../settings/http_section.h"

static void write_texts(struct buffer *out, int count, const char *(*text)(const void *context, int i), const void *context)
{
    buffer_char(out, '[');
    for (int i = 0; i < count; i++) {
        if (i > 0)
            buffer_char(out, ',');
        json_string(out, text_of(text(context, i)));
    }
    buffer_char(out, ']');
}

/* NULL or "": null. */
static void write_text(struct buffer *out, const char *name, const char *text)
{
    json_name(out, name);
    json_text_or_null(out, text);
}

static void write_boolean(struct buffer *out, const char *name, bool value)
{
    json_name(out, name);
    json_boolean(out, value);
}

static void write_step(struct buffer *out, const struct funnel *funnel, int k)
{
    const struct step *step = &funnel->steps[k];
    buffer_char(out, '{');
    write_text(out, "id", step->id);
    write_text(out, "title", step->title);
    write_boolean(out, "optional", step->optional);
    write_boolean(out, "won", k == funnel->won_step);
    json_name(out, "target");
    json_ratio(out, step->target);
    json_name(out, "horizon");
    json_integer(out, step->horizon_s);
    buffer_char(out, '}');
}

static void write_stage(struct buffer *out, const struct funnel *funnel, const struct stage *stage)
{
    buffer_char(out, '{');
    write_text(out, "id", stage->id);
    write_text(out, "title", stage->title);
    json_name(out, "steps");
    buffer_char(out, '[');
    for (int k = 0; k < stage->step_count; k++) {
        if (k > 0)
            buffer_char(out, ',');
        write_step(out, funnel, stage->first_step + k);
    }
    buffer_text(out, TEXT("]}"));
}

static const char *window_name(const void *funnel, int i) { return ((const struct funnel *)funnel)->windows[i].name; }

struct breakdown_names { const struct settings *settings; const struct breakdown *breakdown; };

static const char *dimension_name(const void *context, int i)
{
    const struct breakdown_names *names = context;
    return names->settings->dimensions[names->breakdown->dimensions[i]].name;
}

static void write_funnel(struct buffer *out, const struct settings *settings, const struct funnel *funnel)
{
    buffer_char(out, '{');
    write_text(out, "id", funnel->id);
    write_text(out, "title", funnel->title);
    write_text(out, "progress", funnel_section_progresses[funnel->progress]);
    write_text(out, "currency", funnel->currency);
    json_name(out, "min_leads");
    json_integer(out, funnel->min_leads);
    json_name(out, "windows");
    write_texts(out, funnel->window_count, window_name, funnel);
    json_name(out, "breakdowns");
    buffer_char(out, '[');
    for (int b = 0; b < funnel->breakdown_count; b++) {
        if (b > 0)
            buffer_char(out, ',');
        write_texts(out, funnel->breakdowns[b].dimension_count, dimension_name, &(struct breakdown_names){settings, &funnel->breakdowns[b]});
    }
    buffer_char(out, ']');
    json_name(out, "stages");
    buffer_char(out, '[');
    for (int s = 0; s < funnel->stage_count; s++) {
        if (s > 0)
            buffer_char(out, ',');
        write_stage(out, funnel, &funnel->stages[s]);
    }
    buffer_text(out, TEXT("]}"));
}

static void write_dimension(struct buffer *out, const struct settings *settings, int d)
{
    buffer_char(out, '{');
    write_text(out, "name", settings->dimensions[d].name);
    json_name(out, "titles");
    buffer_char(out, '{');
    for (int i = 0; i < settings->title_counts[d]; i++) {
        if (i > 0)
            buffer_char(out, ',');
        json_string(out, text_of(settings->titles[d][i].name));
        buffer_char(out, ':');
        json_string(out, text_of(settings->titles[d][i].value));
    }
    buffer_text(out, TEXT("}}"));
}

void funnels_json_write(struct buffer *out, const struct settings *settings)
{
    buffer_char(out, '{');
    write_text(out, "application", settings->application);
    write_text(out, "version", FUNNELD_VERSION);
    write_text(out, "timezone", settings->zone.name);
    write_text(out, "language", http_section_languages[settings->http.language]);
    write_text(out, "lead", http_section_leads[settings->http.lead]);
    write_text(out, "lead_url", settings->lead_url);
    json_name(out, "dimensions");
    buffer_char(out, '[');
    for (int d = 0; d < settings->dimension_count; d++) {
        if (d > 0)
            buffer_char(out, ',');
        write_dimension(out, settings, d);
    }
    buffer_char(out, ']');
    json_name(out, "funnels");
    buffer_char(out, '[');
    for (int f = 0; f < settings->funnel_count; f++) {
        if (f > 0)
            buffer_char(out, ',');
        write_funnel(out, settings, &settings->funnels[f]);
    }
    buffer_text(out, TEXT("]}"));
}
