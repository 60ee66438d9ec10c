#include "scrape.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#include "../host/clock.h"
#include "../metrics/metrics.h"

/* A gauge of each step, or of each view as a whole. */
static const struct gauge { const char *name, *help, *member; bool of_step; } gauges[] = {
    {"funneld_funnel_entered", "Leads that entered: within the window (activity), or the size of the cohort.", "entered", false},
    {"funneld_funnel_won", "Leads won, as the snapshot counts them.", "won", false},
    {"funneld_funnel_lost", "Leads lost, as the snapshot counts them.", "lost", false},
    {"funneld_funnel_reached", "Leads that reached the step.", "reached", true},
    {"funneld_funnel_conversion_ratio", "Conversion into the step from the required step before it.", "conversion", true},
};

enum { GAUGE_COUNT = sizeof gauges / sizeof *gauges };

struct view { const char *funnel, *window, *basis; const cJSON *view; };

static void write_sample(FILE *out, const struct gauge *gauge, const struct view *view, const cJSON *holder)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(holder, gauge->member), *step = cJSON_GetObjectItemCaseSensitive(holder, "step");
    if (!cJSON_IsNumber(value)) /* null: there is no such figure, so none is given */
        return;
    fprintf(out, "%s{", gauge->name);
    metrics_write_label(out, "funnel", view->funnel, strlen(view->funnel));
    fputc(',', out);
    metrics_write_label(out, "window", view->window, strlen(view->window));
    fprintf(out, ",basis=\"%s\"", view->basis);
    if (gauge->of_step && cJSON_IsString(step)) {
        fputc(',', out);
        metrics_write_label(out, "step", step->valuestring, strlen(step->valuestring));
    }
    fprintf(out, "} %.15g\n", value->valuedouble);
}

static void write_view(FILE *out, const struct gauge *gauge, const struct view *view)
{
    if (!gauge->of_step) {
        write_sample(out, gauge, view, view->view);
        return;
    }
    const cJSON *step;
    cJSON_ArrayForEach(step, cJSON_GetObjectItemCaseSensitive(view->view, "steps")) write_sample(out, gauge, view, step);
}

/* The newest snapshots of all leads together, parsed, by funnel and window; NULL where there is none. */
struct parsed { int count; cJSON **snapshots; const char **funnels, **windows; };

static struct parsed parse_snapshots(const struct settings *settings, struct store *store)
{
    struct parsed parsed = {0};
    int most = 1;
    for (int f = 0; f < settings->funnel_count; f++)
        most += settings->funnels[f].window_count;
    parsed.snapshots = memory_new((size_t)most * sizeof *parsed.snapshots);
    parsed.funnels = memory_new((size_t)most * sizeof *parsed.funnels);
    parsed.windows = memory_new((size_t)most * sizeof *parsed.windows);
    for (int f = 0; f < settings->funnel_count; f++) {
        const struct funnel *funnel = &settings->funnels[f];
        struct buffer id = {0};
        buffer_percent(&id, text_of(funnel->id));
        for (int w = 0; w < funnel->window_count; w++) {
            struct record *record = store_snapshot(store, (struct text){id.data, id.length}, text_of(funnel->windows[w].name), (struct text){NULL, 0}, TEXT("all"));
            cJSON *snapshot = record != NULL ? cJSON_ParseWithLength(record->value.data, record->value.length) : NULL;
            record_drop(record);
            if (snapshot == NULL)
                continue;
            parsed.snapshots[parsed.count] = snapshot;
            parsed.funnels[parsed.count] = funnel->id;
            parsed.windows[parsed.count++] = funnel->windows[w].name;
        }
        free(id.data);
    }
    return parsed;
}

static void write_funnels(FILE *out, const struct settings *settings, struct store *store)
{
    static const char *const bases[] = {"activity", "cohort"};
    struct parsed parsed = parse_snapshots(settings, store);
    for (int g = 0; g < GAUGE_COUNT && parsed.count > 0; g++) {
        metrics_write_head(out, gauges[g].name, "gauge", gauges[g].help);
        for (int i = 0; i < parsed.count; i++)
            for (int b = 0; b < 2; b++)
                write_view(out, &gauges[g], &(struct view){parsed.funnels[i], parsed.windows[i], bases[b], cJSON_GetObjectItemCaseSensitive(parsed.snapshots[i], bases[b])});
    }
    for (int i = 0; i < parsed.count; i++)
        cJSON_Delete(parsed.snapshots[i]);
    free(parsed.snapshots);
    free(parsed.funnels);
    free(parsed.windows);
}

void scrape_write(const struct settings *settings, struct store *store, struct buffer *out)
{
    struct store_status status;
    store_status(store, clock_wall_ms() / 1000, &status);
    metrics_set(METRIC_HTTP_RECORDS, NULL, NULL, (double)status.records);
    metrics_set(METRIC_HTTP_RECORD_BYTES, NULL, NULL, (double)status.bytes);
    store_status_free(&status);
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    if (file == NULL)
        abort(); /* out of memory */
    metrics_write(file);
    write_funnels(file, settings, store);
    fclose(file);
    buffer_text(out, (struct text){text, length});
    free(text);
}
