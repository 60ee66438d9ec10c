/* Goal: a process that has lost the lead does not go on telling how things were. Method: what a leader says, and what is left of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/engine/figures.h"
#include "../../daemon/metrics/metrics.h"

static void who_stands_by__has_no_lag_no_watermark_and_no_leads(void **state)
{
    (void)state;
    figures_leading(true);
    metrics_set(METRIC_LAG, "lead.events", "0", 5);
    metrics_set(METRIC_WATERMARK_DELAY, NULL, NULL, 2);
    metrics_set(METRIC_LEADS, NULL, NULL, 7);
    metrics_add(METRIC_EVENTS, "counted", NULL, 3);
    assert_true(metrics_value(METRIC_LEADING, NULL, NULL) == 1);
    figures_leading(false);
    assert_true(metrics_value(METRIC_LEADING, NULL, NULL) == 0);
    assert_true(metrics_value(METRIC_LAG, "lead.events", "0") == 0);
    assert_true(metrics_value(METRIC_WATERMARK_DELAY, NULL, NULL) == 0);
    assert_true(metrics_value(METRIC_LEADS, NULL, NULL) == 0);
    assert_true(metrics_value(METRIC_EVENTS, "counted", NULL) == 3); /* counters go on */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_stands_by__has_no_lag_no_watermark_and_no_leads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
