#include "episode.h"

#include "event_time.h"

static bool is_over(const struct alert_rule *rule, const struct zone *zone, int64_t since, int64_t tick, int64_t wanted_s)
{
    return wanted_s == 0 || schedule_open_s(rule, zone, (struct span){since, tick}) >= wanted_s;
}

enum episode_news episode_step(struct episode *episode, const struct alert_rule *rule, const struct zone *zone, int64_t tick, bool holds)
{
    if (holds) {
        if (!episode_is_active(episode))
            *episode = (struct episode){.state = EPISODE_PENDING, .active_at = tick, .starts_at = TIME_NONE, .ends_at = TIME_NONE};
        episode->held_until = tick;
        if (episode->state == EPISODE_PENDING && is_over(rule, zone, episode->active_at, tick, rule->for_s)) {
            episode->state = EPISODE_FIRING;
            episode->starts_at = tick;
        }
        return EPISODE_TOLD;
    }
    if (episode->state == EPISODE_PENDING) {
        *episode = (struct episode){.state = EPISODE_INACTIVE};
        return EPISODE_WITHDRAWN;
    }
    if (episode->state == EPISODE_FIRING && is_over(rule, zone, episode->held_until, tick, rule->keep_firing_for_s)) {
        episode->state = EPISODE_RESOLVED;
        episode->ends_at = tick;
        return EPISODE_TOLD;
    }
    return EPISODE_QUIET;
}
