/* Goal: what rooms say comes out in Prometheus' text format, each figure once. Method: say, write, compare the text. (The real Prometheus reads it in
 * tests/http.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/metrics/metrics.h"

static char *written(void)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    metrics_write(out);
    fclose(out);
    return text;
}

static int forget(void **state)
{
    (void)state;
    for (int metric = 0; metric < METRIC_COUNT; metric++)
        metrics_forget((enum metric)metric);
    return 0;
}

static void counters__add_up__by_label(void **state)
{
    (void)state;
    metrics_add(METRIC_EVENTS, "counted", NULL, 3);
    metrics_add(METRIC_EVENTS, "unknown_stage", NULL, 1);
    metrics_add(METRIC_EVENTS, "counted", NULL, 2);
    assert_true(metrics_value(METRIC_EVENTS, "counted", NULL) == 5);
    char *text = written();
    assert_non_null(strstr(text, "# TYPE funneld_events_total counter\nfunneld_events_total{result=\"counted\"} 5\nfunneld_events_total{result=\"unknown_stage\"} 1\n"));
    free(text);
}

static void gauges__hold_the_last_value(void **state)
{
    (void)state;
    metrics_set(METRIC_LAG, "lead.events", "0", 7);
    metrics_set(METRIC_LAG, "lead.events", "0", 2);
    char *text = written();
    assert_string_equal(text, "# HELP funneld_lag_records Records of a partition that this process reads and has not read yet.\n# TYPE funneld_lag_records gauge\n"
                              "funneld_lag_records{topic=\"lead.events\",partition=\"0\"} 2\n");
    free(text);
}

static void histograms__count_up_to_each_bound(void **state)
{
    (void)state;
    metrics_observe(METRIC_COMMIT_DURATION, 0.005); /* a bound belongs to its bucket */
    metrics_observe(METRIC_COMMIT_DURATION, 0.3);
    metrics_observe(METRIC_COMMIT_DURATION, 99);
    char *text = written();
    assert_non_null(strstr(text, "_bucket{le=\"0.005\"} 1\n"));
    assert_non_null(strstr(text, "_bucket{le=\"0.25\"} 1\n"));
    assert_non_null(strstr(text, "_bucket{le=\"0.5\"} 2\n"));
    assert_non_null(strstr(text, "_bucket{le=\"10\"} 2\n"));
    assert_non_null(strstr(text, "_bucket{le=\"+Inf\"} 3\n"));
    assert_non_null(strstr(text, "funneld_commit_duration_seconds_count 3\n"));
    free(text);
}

static void labels__are_escaped(void **state)
{
    (void)state;
    metrics_add(METRIC_DELIVERIES, "a\"b\\c\nd", "sent", 1);
    char *text = written();
    assert_non_null(strstr(text, "{receiver=\"a\\\"b\\\\c\\nd\",result=\"sent\"} 1\n"));
    free(text);
}

static void series__are_bounded(void **state)
{
    (void)state;
    char name[16];
    for (int i = 0; i < METRICS_SERIES_MAX + 3; i++) {
        snprintf(name, sizeof name, "%d", i);
        metrics_set(METRIC_LAG, "t", name, i);
    }
    assert_true(metrics_value(METRIC_DROPPED, NULL, NULL) == 3);
    assert_true(metrics_value(METRIC_LAG, "t", "0") == 0);
    assert_true(metrics_value(METRIC_LAG, "t", "4095") == 4095);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(counters__add_up__by_label, forget), cmocka_unit_test_setup(gauges__hold_the_last_value, forget),
        cmocka_unit_test_setup(histograms__count_up_to_each_bound, forget), cmocka_unit_test_setup(labels__are_escaped, forget),
        cmocka_unit_test_setup(series__are_bounded, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
