#include "metrics.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"

enum kind { COUNTER, GAUGE, HISTOGRAM };

struct row {
    const char *name, *help;
    enum kind kind;
    const char *labels[METRICS_LABELS_MAX];
};

static const struct row rows[METRIC_COUNT] = {
    [METRIC_BUILD_INFO] = {"funneld_build_info", "The program's version; always 1.", GAUGE, {"version"}},
    [METRIC_LEADING] = {"funneld_leading", "1 while this process leads its application, 0 while it stands by.", GAUGE, {NULL}},
    [METRIC_EVENTS] = {"funneld_events_total", "Events read, by what became of them: counted, ignored, or the word of their dead letter.", COUNTER, {"result"}},
    [METRIC_LAG] = {"funneld_lag_records", "Records of a partition that this process reads and has not read yet.", GAUGE, {"topic", "partition"}},
    [METRIC_WATERMARK] = {"funneld_watermark_timestamp_seconds", "The daemon's watermark, in event time since 1970.", GAUGE, {NULL}},
    [METRIC_WATERMARK_DELAY] = {"funneld_watermark_delay_seconds", "Wall clock minus watermark at the last tick.", GAUGE, {NULL}},
    [METRIC_TRANSACTIONS] = {"funneld_transactions_total", "Transactions by how they ended: committed, aborted (or in doubt), fenced.", COUNTER, {"result"}},
    [METRIC_COMMIT_DURATION] = {"funneld_commit_duration_seconds", "From the first record of a transaction written at its end to the broker's word that it stands.", HISTOGRAM, {NULL}},
    [METRIC_RESTORES] = {"funneld_restores_total", "Times the state was made anew from the log.", COUNTER, {NULL}},
    [METRIC_RESTORE_DURATION] = {"funneld_restore_duration_seconds", "How long the last restore took.", GAUGE, {NULL}},
    [METRIC_LEADS] = {"funneld_leads", "Leads kept, those of each funnel counted for themselves.", GAUGE, {NULL}},
    [METRIC_LEAD_BYTES] = {"funneld_lead_bytes", "Memory held by the table of leads.", GAUGE, {NULL}},
    [METRIC_PUBLISHED] = {"funneld_records_published_total", "Records written to the output topics: snapshot, alert, tombstone, dead_letter, lead.", COUNTER, {"type"}},
    [METRIC_DELIVERIES] = {"funneld_deliveries_total", "Messages about alerts by receiver and how they fared.", COUNTER, {"receiver", "result"}},
    [METRIC_HTTP_REQUESTS] = {"funneld_http_requests_total", "HTTP requests answered, by status code.", COUNTER, {"code"}},
    [METRIC_HTTP_STREAMS] = {"funneld_http_streams", "Clients that listen for server-sent events now.", GAUGE, {NULL}},
    [METRIC_HTTP_STREAMS_CUT] = {"funneld_http_streams_cut_total", "Listening clients that read too slowly and were cut off, to come back.", COUNTER, {NULL}},
    [METRIC_HTTP_RECORDS] = {"funneld_http_records", "Records of the output topics held for the page.", GAUGE, {NULL}},
    [METRIC_HTTP_RECORD_BYTES] = {"funneld_http_record_bytes", "Memory held by these.", GAUGE, {NULL}},
    [METRIC_DROPPED] = {"funneld_metrics_dropped_total", "Figures left out because their metric has too many series.", COUNTER, {NULL}},
};

static const double bounds_s[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

enum { BOUNDS = sizeof bounds_s / sizeof *bounds_s };

struct series {
    char *labels[METRICS_LABELS_MAX]; /* NULL: the metric has none there */
    double value;
    unsigned long long buckets[BOUNDS + 1]; /* histograms: the last one holds what is over all bounds; `value` is the sum */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct family { struct series *series; size_t count, capacity; } families[METRIC_COUNT];

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static struct series *find(enum metric metric, const char *first, const char *second)
{
    struct family *family = &families[metric];
    for (size_t i = 0; i < family->count; i++)
        if (same(family->series[i].labels[0], first) && same(family->series[i].labels[1], second))
            return &family->series[i];
    return NULL;
}

/* The series, made if it is not there. NULL: there is no room for another. */
static struct series *at(enum metric metric, const char *first, const char *second)
{
    struct series *series = find(metric, first, second);
    if (series != NULL)
        return series;
    struct family *family = &families[metric];
    if (family->count == METRICS_SERIES_MAX) {
        at(METRIC_DROPPED, NULL, NULL)->value++;
        return NULL;
    }
    family->series = memory_grow(family->series, &family->capacity, family->count + 1, sizeof *family->series);
    series = &family->series[family->count++];
    *series = (struct series){0};
    const char *labels[METRICS_LABELS_MAX] = {first, second};
    for (int i = 0; i < METRICS_LABELS_MAX; i++)
        series->labels[i] = labels[i] != NULL ? memory_string(labels[i], strlen(labels[i])) : NULL;
    return series;
}

void metrics_add(enum metric metric, const char *first, const char *second, double amount)
{
    pthread_mutex_lock(&mutex);
    struct series *series = at(metric, first, second);
    if (series != NULL)
        series->value += amount;
    pthread_mutex_unlock(&mutex);
}

void metrics_set(enum metric metric, const char *first, const char *second, double value)
{
    pthread_mutex_lock(&mutex);
    struct series *series = at(metric, first, second);
    if (series != NULL)
        series->value = value;
    pthread_mutex_unlock(&mutex);
}

void metrics_observe(enum metric metric, double seconds)
{
    int bucket = 0;
    while (bucket < BOUNDS && seconds > bounds_s[bucket])
        bucket++;
    pthread_mutex_lock(&mutex);
    struct series *series = at(metric, NULL, NULL);
    if (series != NULL) {
        series->buckets[bucket]++;
        series->value += seconds;
    }
    pthread_mutex_unlock(&mutex);
}

void metrics_forget(enum metric metric)
{
    pthread_mutex_lock(&mutex);
    struct family *family = &families[metric];
    for (size_t i = 0; i < family->count; i++)
        for (int label = 0; label < METRICS_LABELS_MAX; label++)
            free(family->series[i].labels[label]);
    free(family->series);
    *family = (struct family){0};
    pthread_mutex_unlock(&mutex);
}

double metrics_value(enum metric metric, const char *first, const char *second)
{
    pthread_mutex_lock(&mutex);
    const struct series *series = find(metric, first, second);
    double value = series != NULL ? series->value : 0;
    pthread_mutex_unlock(&mutex);
    return value;
}

/* ---- the text format ---- */

void metrics_write_head(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_write_label(FILE *out, const char *name, const char *value, size_t length)
{
    fprintf(out, "%s=\"", name);
    for (size_t i = 0; i < length; i++) {
        if (value[i] == '\n')
            fputs("\\n", out);
        else {
            if (value[i] == '"' || value[i] == '\\')
                fputc('\\', out);
            fputc(value[i], out);
        }
    }
    fputc('"', out);
}

static void write_series(FILE *out, const struct row *row, const struct series *series)
{
    fputs(row->name, out);
    for (int i = 0; i < METRICS_LABELS_MAX && row->labels[i] != NULL && series->labels[i] != NULL; i++) {
        fputc(i == 0 ? '{' : ',', out);
        metrics_write_label(out, row->labels[i], series->labels[i], strlen(series->labels[i]));
    }
    fprintf(out, "%s %.15g\n", row->labels[0] != NULL && series->labels[0] != NULL ? "}" : "", series->value);
}

static void write_histogram(FILE *out, const struct row *row, const struct series *series)
{
    unsigned long long count = 0;
    for (int i = 0; i < BOUNDS; i++) {
        count += series->buckets[i];
        fprintf(out, "%s_bucket{le=\"%g\"} %llu\n", row->name, bounds_s[i], count);
    }
    count += series->buckets[BOUNDS];
    fprintf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.15g\n%s_count %llu\n", row->name, count, row->name, series->value, row->name, count);
}

void metrics_write(FILE *out)
{
    static const char *const types[] = {[COUNTER] = "counter", [GAUGE] = "gauge", [HISTOGRAM] = "histogram"};
    pthread_mutex_lock(&mutex);
    for (int metric = 0; metric < METRIC_COUNT; metric++) {
        const struct row *row = &rows[metric];
        if (families[metric].count == 0)
            continue; /* nothing has been said, as by a process without that role */
        metrics_write_head(out, row->name, types[row->kind], row->help);
        for (size_t i = 0; i < families[metric].count; i++)
            (row->kind == HISTOGRAM ? write_histogram : write_series)(out, row, &families[metric].series[i]);
    }
    pthread_mutex_unlock(&mutex);
}
