#include "outcomes.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../core/memory.h"

void outcomes_fault(struct outcomes *outcomes, enum fault fault, struct text value)
{
    outcomes->faults[fault]++;
    if (value.length == 0)
        return;
    struct outcome_value *values = outcomes->values[fault];
    int count = outcomes->value_counts[fault];
    for (int i = 0; i < count; i++)
        if (text_equal((struct text){values[i].text, values[i].length}, value)) {
            values[i].count++;
            return;
        }
    if (count == OUTCOMES_VALUES_MAX)
        return;
    if (values == NULL)
        values = outcomes->values[fault] = memory_new(OUTCOMES_VALUES_MAX * sizeof *values);
    values[count] = (struct outcome_value){memory_string(value.data, value.length), value.length, 1};
    outcomes->value_counts[fault]++;
}

static int by_count(const void *a, const void *b)
{
    const struct outcome_value *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return text_compare((struct text){x->text, x->length}, (struct text){y->text, y->length});
}

static void print_value(const struct outcome_value *value, FILE *out)
{
    for (size_t i = 0; i < value->length; i++)
        fputc(text_shown(value->text[i]), out);
    fprintf(out, " (%" PRIu64 ")", value->count);
}

const struct outcome_value *outcomes_most_frequent(const struct outcomes *outcomes, enum fault fault)
{
    const struct outcome_value *most = NULL;
    for (int i = 0; i < outcomes->value_counts[fault]; i++)
        if (most == NULL || outcomes->values[fault][i].count > most->count)
            most = &outcomes->values[fault][i];
    return most;
}

void outcomes_print(const struct outcomes *outcomes, FILE *out)
{
    enum { SHOWN = 5 };
    fprintf(out, "%" PRIu64 " records, %" PRIu64 " events: %" PRIu64 " counted", outcomes->records, outcomes->events, outcomes->counted);
    if (outcomes->ignored > 0)
        fprintf(out, ", %" PRIu64 " ignored", outcomes->ignored);
    if (outcomes->skipped > 0)
        fprintf(out, ", %" PRIu64 " outside the time asked for", outcomes->skipped);
    fputc('\n', out);
    for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
        if (outcomes->faults[fault] == 0)
            continue;
        fprintf(out, "  dead letters, %-14s %10" PRIu64, fault_word((enum fault)fault), outcomes->faults[fault]);
        struct outcome_value *values = outcomes->values[fault];
        int count = outcomes->value_counts[fault];
        if (count > 0)
            qsort(values, (size_t)count, sizeof *values, by_count);
        for (int i = 0; i < count && i < SHOWN; i++) {
            fputs(i == 0 ? "   most often: " : ", ", out);
            print_value(&values[i], out);
        }
        fputc('\n', out);
    }
}

void outcomes_free(struct outcomes *outcomes)
{
    for (int fault = 0; fault < FAULT_COUNT; fault++) {
        for (int i = 0; i < outcomes->value_counts[fault]; i++)
            free(outcomes->values[fault][i].text);
        free(outcomes->values[fault]);
    }
    *outcomes = (struct outcomes){0};
}
