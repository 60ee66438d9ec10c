/* metrics.h -- the process's figures for whoever scrapes it: counters, gauges and histograms of durations, by name and labels.
 * One table (metrics.c) has all of them: name, kind, what it says, labels. Units are base units (seconds, bytes), no label ever holds a lead. Rooms write
 * here from wherever they are, batch by batch rather than event by event; the page's server reads.
 * Memory: METRICS_SERIES_MAX series a metric; what comes beyond is left out, and counted in funneld_metrics_dropped_total.
 * Threads: any; a lock inside. Source: Prometheus' text exposition format 0.0.4, and its naming practices. */
#ifndef FUNNELD_METRICS_METRICS_H
#define FUNNELD_METRICS_METRICS_H

#include <stdio.h>

enum { METRICS_SERIES_MAX = 4096, METRICS_LABELS_MAX = 2 };

enum metric {
    METRIC_BUILD_INFO,
    METRIC_LEADING,
    METRIC_EVENTS,
    METRIC_LAG,
    METRIC_WATERMARK,
    METRIC_WATERMARK_DELAY,
    METRIC_TRANSACTIONS,
    METRIC_COMMIT_DURATION,
    METRIC_RESTORES,
    METRIC_RESTORE_DURATION,
    METRIC_LEADS,
    METRIC_LEAD_BYTES,
    METRIC_PUBLISHED,
    METRIC_DELIVERIES,
    METRIC_HTTP_REQUESTS,
    METRIC_HTTP_STREAMS,
    METRIC_HTTP_STREAMS_CUT,
    METRIC_HTTP_RECORDS,
    METRIC_HTTP_RECORD_BYTES,
    METRIC_DROPPED,
    METRIC_COUNT,
};

/* One series of a metric is named by the values of its labels, in the order of the table; NULL where it has fewer. Values are copied. */
void metrics_add(enum metric metric, const char *first, const char *second, double amount); /* counters; amount >= 0 */
void metrics_set(enum metric metric, const char *first, const char *second, double value);  /* gauges */
void metrics_observe(enum metric metric, double seconds);                                   /* histograms; they have no labels */
void metrics_forget(enum metric metric); /* all series of a metric that speaks of something gone */

double metrics_value(enum metric metric, const char *first, const char *second); /* of a counter or gauge; 0 where nothing was said */

/* Everything, in the text exposition format: by metric, its series in order of first use. */
void metrics_write(FILE *out);

/* Parts of the format for figures that are kept elsewhere. */
void metrics_write_head(FILE *out, const char *name, const char *type, const char *help);
void metrics_write_label(FILE *out, const char *name, const char *value, size_t length); /* name="value", escaped */

#endif
