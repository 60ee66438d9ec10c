/* ticks.h -- when the daemon speaks: ticks are the multiples of `every` and the ends of slices; a tick comes when the watermark reaches it.
 * Watermarks and ticks are milliseconds, since `every` may be less than a second; events know whole seconds.  Source: semantics, section 8. */
#ifndef FUNNELD_ENGINE_TICKS_H
#define FUNNELD_ENGINE_TICKS_H

#include "../core/event_time.h"

struct ticks { int64_t every_ms, slice_ms; };

/* The first tick after a moment, and the last one at or before it. */
static inline int64_t ticks_after(const struct ticks *ticks, int64_t moment_ms)
{
    int64_t every = time_floor(moment_ms, ticks->every_ms) + ticks->every_ms, slice = time_floor(moment_ms, ticks->slice_ms) + ticks->slice_ms;
    return every < slice ? every : slice;
}

static inline int64_t ticks_last(const struct ticks *ticks, int64_t moment_ms)
{
    int64_t every = time_floor(moment_ms, ticks->every_ms), slice = time_floor(moment_ms, ticks->slice_ms);
    return every > slice ? every : slice;
}

static inline int ticks_end_slice(const struct ticks *ticks, int64_t tick_ms)
{
    return time_floor(tick_ms, ticks->slice_ms) == tick_ms;
}

#endif
