/* schedule.h -- when a rule looks: its hours and days off in the daemon's zone, and its pauses.
 * A rule without hours looks at all times, but for its days off. Moments are event time.  Source: semantics, section 9. Pure. */
#ifndef FUNNELD_CORE_SCHEDULE_H
#define FUNNELD_CORE_SCHEDULE_H

#include "calendar.h"
#include "rule.h"

/* Does the moment lie within the rule's hours, and on no day off? */
bool schedule_is_open(const struct alert_rule *rule, const struct zone *zone, int64_t moment);

/* Seconds of [from, to) within the rule's hours. Cost O(days). */
int64_t schedule_open_s(const struct alert_rule *rule, const struct zone *zone, struct span span);

/* The same without what lies in the rule's pauses. */
int64_t schedule_watched_s(const struct alert_rule *rule, const struct zone *zone, struct span span);

/* Does the span touch one of the pauses? What happened then is no evidence. */
bool schedule_is_paused(int pause_count, const struct pause *pauses, struct span span);

#endif
