/* bound.h -- how far back the application remembers: events, leads and windows before the bound are forgotten.
 * bound = greatest `at` counted from a partition - out_of_orderness - retention; over partitions the least one.  Source: semantics, section 8. */
#ifndef FUNNELD_ENGINE_BOUND_H
#define FUNNELD_ENGINE_BOUND_H

#include "../core/event_time.h"
#include "../settings/settings.h"

/* greatest_at TIME_NONE: nothing was counted yet. TIME_NONE: nothing is too old, or never will be. */
static inline int64_t bound_of(const struct settings *settings, int64_t greatest_at)
{
    if (settings->retention_s < 0 || greatest_at == TIME_NONE)
        return TIME_NONE;
    return greatest_at - settings->out_of_orderness_s - settings->retention_s;
}

/* Of two partitions' greatest `at` the one that bounds both; a partition without events has no say. */
static inline int64_t bound_lesser(int64_t greatest_at, int64_t other)
{
    if (greatest_at == TIME_NONE || other == TIME_NONE)
        return greatest_at == TIME_NONE ? other : greatest_at;
    return greatest_at < other ? greatest_at : other;
}

#endif
