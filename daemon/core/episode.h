/* episode.h -- the life of one alert series: inactive, pending, firing, resolved.  Source: semantics, section 9. Pure.
 *
 *            holds                  held for `for`              has not held for `keep_firing_for`
 * inactive ---------> pending --------------------> firing -----------------------------------> resolved
 *     ^                  |                                                                          |
 *     |   does not hold  |                                        holds: a new episode, pending <---+
 *     +------------------+
 * With `for` 0 it fires at the tick at which it comes to hold. Both durations count time within the rule's hours only. */
#ifndef FUNNELD_CORE_EPISODE_H
#define FUNNELD_CORE_EPISODE_H

#include "schedule.h"

enum episode_state { EPISODE_INACTIVE, EPISODE_PENDING, EPISODE_FIRING, EPISODE_RESOLVED };

struct episode { /* zeroed: inactive */
    enum episode_state state;
    int64_t active_at;   /* the tick at which the condition came to hold; of pending, firing and resolved */
    int64_t starts_at;   /* the tick at which it fired; TIME_NONE while pending */
    int64_t held_until;  /* the last tick at which the condition held */
    int64_t ends_at;     /* RESOLVED: the tick at which it ended; else TIME_NONE */
};

enum episode_news {
    EPISODE_QUIET,       /* nothing to tell */
    EPISODE_WITHDRAWN,   /* it was pending and is inactive again: a tombstone */
    EPISODE_TOLD,        /* its record is new: it came to hold, fired, still holds or is resolved */
};

static inline bool episode_is_active(const struct episode *episode)
{
    return episode->state == EPISODE_PENDING || episode->state == EPISODE_FIRING;
}

/* Bring the series to the tick (> the one before), at which its condition holds or not. All moves are made here. */
enum episode_news episode_step(struct episode *episode, const struct alert_rule *rule, const struct zone *zone, int64_t tick, bool holds);

#endif
