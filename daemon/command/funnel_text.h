/* funnel_text.h -- a funnel as text for a terminal, made from the API's records: what happened, step by step, and the bottlenecks. Figures come from the
 * record as they stand there; nothing is computed anew. Colours where asked for.  Source: formats, "Snapshot". Threads: no state. */
#ifndef FUNNELD_COMMAND_FUNNEL_TEXT_H
#define FUNNELD_COMMAND_FUNNEL_TEXT_H

#include <cjson/cJSON.h>

#include "../wording/figures.h"

enum funnel_basis { FUNNEL_ACTIVITY, FUNNEL_COHORT };

struct funnel_text {
    enum language language;
    enum funnel_basis basis;
    bool colours;
    int columns;              /* of the terminal: bars, then titles, are shortened until the table fits; 0: as wide as it is */
    const cJSON *application; /* as /api/v1/funnels says */
    const cJSON *snapshot;
    const cJSON *alerts;      /* an array; NULL: none */
};

void funnel_text_write(const struct funnel_text *text, struct buffer *out);

#endif
