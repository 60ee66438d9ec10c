#include "drift.h"

#include <math.h>
#include <string.h>

#include "event_time.h"
#include "schedule.h"

static bool counts(const struct alert_rule *rule, const struct trial *trial, int64_t slice_s)
{
    int64_t start = trial->slice * slice_s;
    return !schedule_is_paused(rule->pause_count, rule->pauses, (struct span){start, start + slice_s});
}

static size_t first_place(const struct trials *trials, int64_t from, int64_t slice_s)
{
    return from != TIME_NONE ? trials_place(trials, time_floor(from, slice_s) / slice_s) : 0;
}

bool drift_baseline(const struct drift *drift, const struct alert_rule *rule, const struct trials *trials, int64_t slice_s, int64_t horizon_s, int64_t tick,
                    struct drift_baseline *out)
{
    int64_t ready = TIME_NEVER, settled = TIME_NEVER;
    *out = (struct drift_baseline){0};
    for (size_t i = first_place(trials, drift->from, slice_s); i < trials->count; i++) {
        const struct trial *trial = &trials->list[i];
        int64_t start = trial->slice * slice_s;
        if (start >= tick || (start >= ready && out->succeeded + out->failed >= DRIFT_OUTCOMES_LEAST && out->succeeded > 0))
            break;
        if (!counts(rule, trial, slice_s))
            continue;
        if (ready == TIME_NEVER) {
            out->first = start;
            ready = time_floor(start + rule->baseline_s + slice_s - 1, slice_s);
            settled = drift->from == TIME_NONE ? start + horizon_s : start;
        }
        out->succeeded += trial->succeeded;
        out->failed += trial->failed;
        int32_t outcomes = trial->succeeded + trial->failed;
        out->slices[DRIFT_BATCH_MOST] += outcomes / DRIFT_BATCH_MOST;
        out->slices[outcomes % DRIFT_BATCH_MOST]++;
        if (start >= settled) {
            out->settled_succeeded += trial->succeeded;
            out->settled_failed += trial->failed;
        }
        out->start = start + slice_s > ready ? start + slice_s : ready;
    }
    if (out->settled_succeeded + out->settled_failed < DRIFT_SETTLED_LEAST) {
        out->settled_succeeded = out->succeeded;
        out->settled_failed = out->failed;
    }
    return out->succeeded > 0 && out->succeeded + out->failed >= DRIFT_OUTCOMES_LEAST && out->start <= tick;
}

double drift_rate(const struct drift *drift, const struct alert_rule *rule, const struct trials *trials, int64_t slice_s, int64_t tick)
{
    size_t i = first_place(trials, drift->from, slice_s);
    if (i == trials->count || trials->list[i].slice * slice_s >= tick)
        return 0;
    int64_t outcomes = 0, from = trials->list[i].slice * slice_s;
    if (from < tick - rule->baseline_s)
        from = tick - rule->baseline_s;
    for (i = first_place(trials, from, slice_s); i < trials->count && trials->list[i].slice * slice_s < tick; i++)
        outcomes += trials->list[i].succeeded + trials->list[i].failed;
    return (double)outcomes / (double)(tick - from);
}

uint64_t drift_rule_hash(const struct alert_rule *rule, int64_t horizon_s)
{
    const double parts[] = {rule->drop, rule->false_alarms_per_s, (double)rule->baseline_s, (double)horizon_s};
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a over their bits */
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint64_t bits;
        memcpy(&bits, &parts[i], sizeof bits);
        for (int byte = 0; byte < 8; byte++)
            hash = (hash ^ (bits >> 8 * byte & 255)) * UINT64_C(1099511628211);
    }
    return hash;
}

void drift_watch(struct drift *drift, const struct drift_baseline *baseline, double limit)
{
    drift->watched = true;
    drift->start = drift->anchor = baseline->start;
    drift->succeeded = baseline->succeeded;
    drift->failed = baseline->failed;
    drift->limit = limit;
    drift->anchored = (struct drift_evidence){0};
}

double drift_rate_before(const struct drift *drift)
{
    return (double)drift->succeeded / (double)(drift->succeeded + drift->failed);
}

double drift_p0(int64_t succeeded, int64_t failed)
{
    double outcomes = (double)(succeeded + failed), margin = 0.5 / outcomes;
    return fmin(1 - margin, fmax(margin, (double)succeeded / outcomes));
}

struct drift_evidence drift_weigh(const struct drift *drift, const struct alert_rule *rule, const struct trials *trials, int64_t slice_s, struct drift_evidence evidence,
                                  int64_t from, int64_t to)
{
    double p0 = drift_p0(drift->succeeded, drift->failed), p1 = p0 * (1 - rule->drop);
    double success = log(p1 / p0), failure = log((1 - p1) / (1 - p0));
    for (size_t i = first_place(trials, from, slice_s); i < trials->count && trials->list[i].slice * slice_s < to; i++) {
        const struct trial *trial = &trials->list[i];
        if (!counts(rule, trial, slice_s))
            continue;
        double sum = evidence.sum + trial->succeeded * success + trial->failed * failure;
        if (sum <= 0) {
            evidence = (struct drift_evidence){0};
            continue;
        }
        evidence.sum = sum < 2 * drift->limit ? sum : 2 * drift->limit;
        evidence.succeeded += trial->succeeded;
        evidence.failed += trial->failed;
        if (trial->succeeded + trial->failed > evidence.most)
            evidence.most = trial->succeeded + trial->failed;
    }
    return evidence;
}

void drift_move_anchor(struct drift *drift, const struct alert_rule *rule, const struct trials *trials, int64_t slice_s, int64_t anchor)
{
    drift->anchored = drift_weigh(drift, rule, trials, slice_s, drift->anchored, drift->anchor, anchor);
    drift->anchor = anchor;
}
