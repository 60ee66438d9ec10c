/* sample.h -- sample events that follow the configured funnels: leads come in on working days and go from step to step, are lost, stay or win.
 * The conversion into a step is its target, or else the worked example's (50 of 60, 40 of 50, 30, 20, 10, 5, 3, then every second one);
 * managers are good at different steps. The lines are a function of (settings, plan): the same on every machine.
 * Threads: none of its own; settings are only read. */
#ifndef FUNNELD_COMMAND_SAMPLE_H
#define FUNNELD_COMMAND_SAMPLE_H

#include <stdio.h>

#include "../settings/settings.h"

struct sample_plan {
    int funnel;         /* its index; -1: every funnel has its share of the leads */
    int64_t leads;      /* 1 .. SAMPLE_LEADS_MAX */
    uint64_t seed;
    int64_t start;      /* nothing happens before this moment ... */
    int64_t days;       /* ... nor so many days of 86400 s after it */
    bool exact;         /* As many leads reach each step as the rates say, rounded, and all within the days. Else rates are chances, what
                         * would happen after the last day is left out, one event in 100 is written late and one in 200 twice. */
};

#define SAMPLE_LEADS_MAX UINT32_MAX

enum sample_status { SAMPLE_DONE, SAMPLE_NO_WORKDAY, SAMPLE_NOT_WRITTEN };

/* Write the events, one a line, in the order in which they become known.
 * SAMPLE_NO_WORKDAY: nobody works between start and end, nothing is written. SAMPLE_NOT_WRITTEN: `out` failed, errno says why.
 * Memory: 16 bytes an event that is made and not yet written; `exact` 4 bytes a lead. */
enum sample_status sample_write(const struct settings *settings, const struct sample_plan *plan, FILE *out);

#endif
