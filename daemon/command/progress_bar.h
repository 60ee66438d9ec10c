/* progress_bar.h -- one line on a terminal that tells how far a long command is: share, events a second, event time reached, time left. Where standard error is
 * no terminal it says nothing. Threads: one. */
#ifndef FUNNELD_COMMAND_PROGRESS_BAR_H
#define FUNNELD_COMMAND_PROGRESS_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/event_time.h"
#include "../core/zone.h"

struct progress_bar {
    bool terminal, shown;
    const struct zone *zone;
    int64_t started_ms, shown_ms;
};

void progress_bar_begin(struct progress_bar *bar, const struct zone *zone);

/* `position` of `size` (-1: not known) is done; `events` so far; event time reached in seconds, TIME_NONE: not known. Shown five times a second at most. */
void progress_bar_show(struct progress_bar *bar, int64_t position, int64_t size, uint64_t events, int64_t reached);

/* The line stays; what follows begins on one of its own. */
void progress_bar_end(struct progress_bar *bar);

#endif
