#include "alert_series.h"

#include <stdlib.h>

#include "memory.h"

enum { SLOTS_LEAST = 64 };

void alert_series_init(struct alert_series_table *table, const struct alerts_definition *definition, const struct ruling *rulings, const struct rejections *rejections)
{
    *table = (struct alert_series_table){.definition = definition, .rulings = rulings, .rejections = rejections, .slot_count = SLOTS_LEAST};
    table->slots = memory_new(table->slot_count * sizeof *table->slots);
}

void alert_series_drop(struct alert_series *orphan)
{
    if (orphan == NULL)
        return;
    free(orphan->labels);
    free(orphan->label_bytes);
    free(orphan);
}

void alert_series_free(struct alert_series_table *table)
{
    for (size_t i = 0; i < table->slot_count; i++)
        alert_series_drop(table->slots[i]);
    free(table->slots);
}

/* ---- finding ---- */

static uint64_t key_of(const struct alert_series_table *table, const struct ruling *ruling, const struct candidate *candidate)
{
    uint64_t place = candidate->group != NULL ? candidate->group->number : candidate->word >= 0 ? (uint64_t)candidate->word : 0;
    return (uint64_t)(ruling - table->rulings) << 44 | place << 8 | (uint64_t)(candidate->step + 1);
}

static struct alert_series **slot_of(const struct alert_series_table *table, uint64_t key)
{
    size_t slot = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (table->slot_count - 1);
    while (table->slots[slot] != NULL && table->slots[slot]->key != key)
        slot = (slot + 1) & (table->slot_count - 1);
    return &table->slots[slot];
}

static void grow(struct alert_series_table *table)
{
    struct alert_series **old = table->slots;
    size_t old_count = table->slot_count;
    table->slot_count *= 2;
    table->slots = memory_new(table->slot_count * sizeof *table->slots);
    for (size_t i = 0; i < old_count; i++)
        if (old[i] != NULL)
            *slot_of(table, old[i]->key) = old[i];
    free(old);
}

/* ---- making ---- */

static void add_label(struct alert_series *series, struct text name, struct text value)
{
    if (value.length > 0) /* to Alertmanager an empty label is none */
        series->labels[series->label_count++] = (struct alert_label){name, value};
}

static void fill_labels(const struct alert_series_table *table, struct alert_series *series, const char *word)
{
    const struct alert_rule *rule = series->ruling->rule;
    const struct funnel *funnel = series->ruling->funnel >= 0 ? &table->definition->funnels[series->ruling->funnel] : NULL;
    series->labels = memory_new((size_t)(ALERT_LABELS_OWN + FUNNEL_DIMENSIONS_MAX + rule->label_count) * sizeof *series->labels);
    add_label(series, TEXT("alertname"), text_of(rule->alert));
    if (funnel != NULL)
        add_label(series, TEXT("funnel"), text_of(funnel->id));
    if (series->step >= 0)
        add_label(series, TEXT("step"), text_of(funnel->steps[series->step].id));
    add_label(series, TEXT("severity"), text_of(rule->severity));
    if (word != NULL)
        add_label(series, TEXT("error"), text_of(word));
    if (series->group != NULL && series->group->breakdown >= 0) {
        const struct breakdown *breakdown = &funnel->breakdowns[series->group->breakdown];
        for (int i = 0; i < breakdown->dimension_count; i++)
            add_label(series, text_of(table->definition->dimensions[breakdown->dimensions[i]].name), series->group->values[i]);
    }
    for (int i = 0; i < rule->label_count; i++)
        add_label(series, text_of(rule->labels[i].name), text_of(rule->labels[i].value));
    series->fingerprint = alert_fingerprint(series->labels, series->label_count);
}

struct alert_series *alert_series_find(const struct alert_series_table *table, const struct ruling *ruling, const struct candidate *candidate)
{
    return *slot_of(table, key_of(table, ruling, candidate));
}

struct alert_series *alert_series_at(struct alert_series_table *table, const struct ruling *ruling, const struct candidate *candidate)
{
    struct alert_series *series = alert_series_find(table, ruling, candidate);
    if (series != NULL)
        return series;
    if (table->count * 2 >= table->slot_count)
        grow(table);
    series = memory_new(sizeof *series);
    series->key = key_of(table, ruling, candidate);
    series->ruling = ruling;
    series->group = candidate->group;
    series->step = candidate->step;
    series->drift.drift = DRIFT_NEW;
    fill_labels(table, series, candidate->word >= 0 ? table->rejections->words[candidate->word] : NULL);
    *slot_of(table, series->key) = series;
    table->count++;
    return series;
}

struct alert_series *alert_series_orphan(const struct alert_label *labels, int count)
{
    struct alert_series *series = memory_new(sizeof *series);
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += labels[i].name.length + labels[i].value.length;
    series->label_bytes = memory_new(length + 1);
    series->labels = memory_new((size_t)count * sizeof *series->labels + 1);
    series->label_count = count;
    series->step = -1;
    series->figures = ALERT_NO_FIGURES;
    char *at = series->label_bytes;
    for (int i = 0; i < count; i++) {
        series->labels[i] = (struct alert_label){{at, labels[i].name.length}, {at + labels[i].name.length, labels[i].value.length}};
        memcpy(at, labels[i].name.data, labels[i].name.length);
        memcpy(at + labels[i].name.length, labels[i].value.data, labels[i].value.length);
        at += labels[i].name.length + labels[i].value.length;
    }
    series->fingerprint = alert_fingerprint(series->labels, count);
    return series;
}
