#include "alerting.h"

#include <stdio.h>
#include <stdlib.h>

#include "../core/alerts.h"
#include "../core/memory.h"
#include "../wire/alert_json.h"
#include "../wire/digits.h"
#include "../wire/memory_json.h"

struct alerting {
    struct fold *fold;
    struct alerts_definition definition;
    struct alerts *alerts;
    struct buffer value;
    publish_sink sink;   /* of the step under way */
    void *context;
    uint64_t told;
};

struct alerting *alerting_new(struct fold *fold)
{
    const struct settings *settings = fold->settings;
    struct alerting *alerting = memory_new(sizeof *alerting);
    alerting->fold = fold;
    alerting->definition = (struct alerts_definition){
        .zone = &settings->zone,
        .dimensions = settings->dimensions,
        .funnel_count = settings->funnel_count,
        .funnels = settings->funnels,
        .rule_counts = settings->rule_counts,
        .rules = settings->rules,
        .application_rule_count = settings->application_rule_count,
        .application_rules = settings->application_rules,
    };
    alerting->alerts = alerts_new(&alerting->definition, fold->board);
    for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) /* so that every word has a number from the start */
        rejections_add(alerts_rejections(alerting->alerts), fault_word((enum fault)fault), REJECTIONS_UNPLACED, 0);
    return alerting;
}

void alerting_free(struct alerting *alerting)
{
    if (alerting == NULL)
        return;
    alerts_free(alerting->alerts);
    free(alerting->value.data);
    free(alerting);
}

void alerting_letter(struct alerting *alerting, enum fault fault, int64_t watermark_ms)
{
    int64_t slice_ms = alerting->fold->settings->zone.slice_s * 1000;
    int64_t slice = watermark_ms != TIME_NONE ? time_floor(watermark_ms, slice_ms) / slice_ms : REJECTIONS_UNPLACED;
    rejections_add(alerts_rejections(alerting->alerts), fault_word(fault), slice, 1);
}

static void tell(void *context, const struct alert *alert, bool withdrawn)
{
    struct alerting *alerting = context;
    alerting->value.length = 0;
    if (!withdrawn)
        alert_json_value(&alerting->value, alerting->fold->settings, alert);
    struct text value = {withdrawn ? NULL : alerting->value.data, alerting->value.length};
    alerting->sink(alerting->context, text_of(digits_of(alert->fingerprint).text), value, 0);
    alerting->told++;
}

uint64_t alerting_step(struct alerting *alerting, int64_t tick, int64_t bound, bool live, publish_sink sink, void *context)
{
    alerting->sink = sink;
    alerting->context = context;
    alerting->told = 0;
    struct alerts_moment moment = {tick, bound, alerting->fold->last_event_at, live, alerting->fold->settings->show_leads ? fold_oldest_in : NULL, alerting->fold};
    alerts_step(alerting->alerts, &moment, tell, alerting);
    return alerting->told + alerts_has_memory(alerting->alerts);
}

void alerting_restore(struct alerting *alerting, struct text value)
{
    struct alert_record record;
    if (!alert_json_read(value, &record))
        return;
    alerts_restore(alerting->alerts, record.labels, record.label_count, &record.episode);
    alert_json_free(&record);
}

/* ---- memory ---- */

static void remember_drift(void *context, uint64_t fingerprint, const struct alert_label *labels, int label_count, uint64_t rule, const struct drift *drift)
{
    struct alerting *alerting = context;
    char key[sizeof MEMORY_DRIFT + DIGITS];
    snprintf(key, sizeof key, MEMORY_DRIFT "%s", digits_of(fingerprint).text);
    alerting->value.length = 0;
    memory_json_drift(&alerting->value, &(struct memory_drift){label_count, labels, rule, *drift});
    alerting->sink(alerting->context, text_of(key), (struct text){alerting->value.data, alerting->value.length}, 0);
}

void alerting_remember(struct alerting *alerting, publish_sink sink, void *context)
{
    struct rejections *rejections = alerts_rejections(alerting->alerts);
    alerting->sink = sink;
    alerting->context = context;
    alerts_each_drift(alerting->alerts, remember_drift, alerting);
    if (!rejections->changed || alerting->fold->settings->application_rule_count == 0)
        return;
    rejections->changed = false;
    alerting->value.length = 0;
    memory_json_rejections(&alerting->value, rejections);
    sink(context, TEXT(MEMORY_REJECTIONS), (struct text){alerting->value.data, alerting->value.length}, 0);
}

void alerting_restore_memory(struct alerting *alerting, struct text key, struct text value)
{
    struct memory_drift memory;
    struct alert_label *labels = NULL;
    char *bytes = NULL;
    struct text drift = TEXT(MEMORY_DRIFT);
    if (text_equal(key, TEXT(MEMORY_REJECTIONS))) {
        memory_json_read_rejections(value, alerts_rejections(alerting->alerts));
        alerts_rejections(alerting->alerts)->changed = false;
    } else if (key.length > drift.length && memcmp(key.data, drift.data, drift.length) == 0) {
        if (memory_json_read_drift(value, &memory, &labels, &bytes))
            alerts_restore_drift(alerting->alerts, memory.labels, memory.label_count, memory.rule, &memory.drift);
        free(labels);
        free(bytes);
    }
}
