#include "judge.h"

#include <stdlib.h>

#include "drift_limit.h"
#include "measure.h"
#include "memory.h"
#include "statistics.h"

static struct candidate *append(struct candidates *out, struct board_group *group, int step)
{
    out->list = memory_grow(out->list, &out->capacity, out->count + 1, sizeof *out->list);
    struct candidate *candidate = &out->list[out->count++];
    *candidate = (struct candidate){.group = group, .step = step, .word = -1, .figures = ALERT_NO_FIGURES};
    return candidate;
}

int judge_group(const struct ruling *ruling, const struct board_group *group)
{
    for (int i = 0; i < ruling->group_count; i++)
        if (group->funnel == ruling->funnel && group->breakdown == ruling->groups[i].breakdown)
            return i;
    return -1;
}

/* ---- conversions ---- */

static void move_watches(struct board *board, const struct ruling *ruling, int64_t tick)
{
    for (int i = 0; i < ruling->group_count; i++) {
        board_watch_move(board, ruling->groups[i].window, measure_window(ruling->rule, board_zone(board), tick));
        if (ruling->groups[i].compared >= 0)
            board_watch_move(board, ruling->groups[i].compared, measure_compared(ruling->rule, board_zone(board), tick));
    }
}

static struct measure measure_of(struct maturing *maturing, struct board *board, struct board_group *group, const struct ruling *ruling, int watch, int step)
{
    return measure_conversion(ruling->rule->matured ? maturing : NULL, board, group, watch, step, ruling->z);
}

/* Before a group's steps are measured under a watch. */
static void prepare(struct maturing *maturing, struct board *board, struct board_group *group, const struct ruling *ruling, int watch, int64_t tick)
{
    if (ruling->rule->matured)
        maturing_collect(maturing, board, group, board_watch_of(board, watch)->span, board_watch_of(board, watch), tick);
}

static void note_measure(struct candidate *candidate, const struct measure *measure)
{
    candidate->figures.value = measure->conversion;
    candidate->figures.reached = measure->reached;
    candidate->figures.passed = measure->passed;
    candidate->figures.low = measure->low;
    candidate->figures.high = measure->high;
}

void judge_below_target(struct candidates *out, struct board *board, const struct ruling *ruling, const struct judge_moment *moment)
{
    const struct alert_rule *rule = ruling->rule;
    move_watches(board, ruling, moment->tick);
    for (size_t g = 0; g < board_group_count(board); g++) {
        struct board_group *group = board_group_at(board, g);
        int place = judge_group(ruling, group);
        if (place < 0)
            continue;
        prepare(&moment->maturing[0], board, group, ruling, ruling->groups[place].window, moment->tick);
        for (int step = 0; step < board_funnel(board, group)->step_count; step++) {
            double target = board_funnel(board, group)->steps[step].target;
            if (isnan(target) || !rule_looks_at(rule, board_funnel(board, group), step))
                continue;
            struct candidate *candidate = append(out, group, step);
            struct measure measure = measure_of(&moment->maturing[0], board, group, ruling, ruling->groups[place].window, step);
            note_measure(candidate, &measure);
            candidate->figures.threshold = target;
            candidate->holds = measure.reached >= rule->min_leads && measure.high < target; /* false where high is NAN */
        }
    }
}

/* One-sided: how likely so low a conversion would be if nothing had changed. NAN: it can't be told. */
static double lower_p(const struct alert_rule *rule, const struct measure *now, const struct measure *before)
{
    if (!rule->matured) {
        double p = statistics_lower_p(now->passed, now->reached, before->passed, before->reached);
        bool certain = now->passed <= now->reached && before->passed <= before->reached; /* all or none of both went on: nothing is lower */
        return isnan(p) && certain ? 1 : p;
    }
    double variance = now->variance + before->variance;
    if (variance <= 0)
        return now->conversion >= before->conversion ? 1 : NAN;
    return statistics_normal((now->conversion - before->conversion) / sqrt(variance));
}

void judge_dropped(struct candidates *out, struct board *board, const struct ruling *ruling, const struct judge_moment *moment)
{
    const struct alert_rule *rule = ruling->rule;
    move_watches(board, ruling, moment->tick);
    bool forgotten = measure_compared(rule, board_zone(board), moment->tick).start < moment->bound;
    struct p_value *family = NULL;
    size_t tested = 0, capacity = 0;
    for (size_t g = 0; g < board_group_count(board); g++) {
        struct board_group *group = board_group_at(board, g);
        int place = judge_group(ruling, group);
        if (place < 0)
            continue;
        prepare(&moment->maturing[0], board, group, ruling, ruling->groups[place].window, moment->tick);
        prepare(&moment->maturing[1], board, group, ruling, ruling->groups[place].compared, moment->tick);
        for (int step = 0; step < board_funnel(board, group)->step_count; step++) {
            if (!rule_looks_at(rule, board_funnel(board, group), step))
                continue;
            struct candidate *candidate = append(out, group, step);
            struct measure now = measure_of(&moment->maturing[0], board, group, ruling, ruling->groups[place].window, step);
            note_measure(candidate, &now);
            if (forgotten)
                continue;
            struct measure before = measure_of(&moment->maturing[1], board, group, ruling, ruling->groups[place].compared, step);
            candidate->figures.threshold = before.conversion;
            if (now.reached < rule->min_leads || before.reached < rule->min_leads || isnan(now.conversion) || isnan(before.conversion))
                continue;
            candidate->figures.p_value = lower_p(rule, &now, &before);
            if (isnan(candidate->figures.p_value))
                continue;
            candidate->holds = now.conversion <= before.conversion * (1 - rule->drop);
            family = memory_grow(family, &capacity, tested + 1, sizeof *family);
            family[tested++] = (struct p_value){.p = candidate->figures.p_value, .place = (int)(out->count - 1)};
        }
    }
    statistics_false_discovery(family, tested);
    for (size_t i = 0; i < tested; i++) {
        struct candidate *candidate = &out->list[family[i].place];
        candidate->figures.q_value = family[i].q;
        candidate->holds = candidate->holds && family[i].q <= rule->q;
    }
    free(family);
}

/* ---- drift ---- */

enum { WEEK_S = 7 * 86400 };

/* The end of what may not be known any more after a restart: outcomes of leads that are forgotten. */
static int64_t known_from(const struct funnel *funnel, int step, const struct judge_moment *moment)
{
    return moment->bound != TIME_NONE ? moment->bound + funnel->steps[step].horizon_s : TIME_NONE;
}

/* Of an unwatched series, without what is forgotten. */
static struct drift known_part(const struct drift *drift, int64_t known)
{
    struct drift part = *drift;
    if (known > part.from)
        part.from = known;
    return part;
}

struct drift_walk { /* the series of a rule, one after another */
    struct board *board;
    const struct ruling *ruling;
    const struct judge_moment *moment;
    struct judge_drift *(*state)(void *context, const struct ruling *ruling, struct board_group *group, int step);
    void *context;
    size_t group;
    int step;
};

/* The next series that has outcomes. NULL: no more. */
static struct judge_drift *next_series(struct drift_walk *walk, struct board_group **group_out, int *step_out)
{
    for (; walk->group < board_group_count(walk->board); walk->group++, walk->step = 0) {
        struct board_group *group = board_group_at(walk->board, walk->group);
        if (judge_group(walk->ruling, group) < 0)
            continue;
        const struct funnel *funnel = board_funnel(walk->board, group);
        while (walk->step < funnel->step_count) {
            int step = walk->step++;
            if (!rule_looks_at(walk->ruling->rule, funnel, step) || group->trials[step].count == 0)
                continue;
            *group_out = group;
            *step_out = step;
            return walk->state(walk->context, walk->ruling, group, step);
        }
    }
    return NULL;
}

/* Outcomes a second on the way into each step, over all series of the rule that look at it. */
struct step_rates { bool known; double list[FUNNEL_STEPS_MAX]; };

static void find_step_rates(struct step_rates *rates, struct drift_walk walk)
{
    *rates = (struct step_rates){.known = true};
    struct board_group *group;
    int step;
    walk.group = 0;
    walk.step = 0;
    for (struct judge_drift *series; (series = next_series(&walk, &group, &step)) != NULL;) {
        struct drift part = known_part(&series->drift, known_from(board_funnel(walk.board, group), step, walk.moment));
        rates->list[step] += drift_rate(&part, walk.ruling->rule, &group->trials[step], board_slice_s(walk.board), walk.moment->tick);
    }
}

/* How many outcomes a series is watched for until a false alarm. The rule's are shared evenly by the steps that leads come to: outcome for outcome over all of them, the
 * last steps, whose few leads take the longest to say anything, would have the least, and a limit grows but with the logarithm of what the first ones give away. A
 * step's are shared by its series outcome for outcome, so that many small groups leave those of all leads what they need.
 * From one false alarm to the next a new baseline is gathered, too, without any; but at least half of the time is watched. */
static double outcomes_watched(const struct step_rates *rates, int step, const struct drift_baseline *baseline, double false_alarms_per_s)
{
    double gathered = (double)(baseline->succeeded + baseline->failed), rate = fmax(rates->list[step], gathered / (double)(baseline->start - baseline->first));
    int steps = rates->list[step] > 0 ? 0 : 1;
    for (int k = 0; k < FUNNEL_STEPS_MAX; k++)
        steps += rates->list[k] > 0;
    double apart = rate * steps / false_alarms_per_s;
    return fmax(apart / 2, apart - gathered);
}

/* Slices before the anchor may go; it runs ahead by a week, so that it need not be written down anew at every tick. */
static void advance(struct judge_drift *series, const struct alert_rule *rule, const struct trials *trials, int64_t slice_s, int64_t known, int64_t tick)
{
    if (known == TIME_NONE || series->drift.anchor >= known)
        return;
    int64_t anchor = time_floor(known, slice_s) + WEEK_S;
    drift_move_anchor(&series->drift, rule, trials, slice_s, anchor < tick ? anchor : tick);
    series->changed = true;
}

/* The evidence at the tick: from what it was at the one before, unless a slice before that has changed since. */
static struct drift_evidence weigh(struct judge_drift *series, const struct alert_rule *rule, const struct trials *trials, int64_t slice_s, const struct judge_moment *moment)
{
    const struct drift *drift = &series->drift;
    bool goes_on = series->weighed_step == moment->step - 1 && series->weighed_to >= drift->anchor &&
                   (!trials->changed || trials->changed_from * slice_s >= series->weighed_to);
    series->weighed = drift_weigh(drift, rule, trials, slice_s, goes_on ? series->weighed : drift->anchored, goes_on ? series->weighed_to : drift->anchor, moment->tick);
    series->weighed_step = moment->step;
    series->weighed_to = moment->tick;
    return series->weighed;
}

void judge_drifts(struct candidates *out, struct board *board, const struct ruling *ruling, const struct judge_moment *moment,
                  struct judge_drift *(*state)(void *context, const struct ruling *ruling, struct board_group *group, int step), void *context)
{
    const struct alert_rule *rule = ruling->rule;
    int64_t slice_s = board_slice_s(board);
    struct drift_walk walk = {board, ruling, moment, state, context, 0, 0};
    struct step_rates rates = {.known = false};
    struct board_group *group;
    int step;
    for (struct judge_drift *series; (series = next_series(&walk, &group, &step)) != NULL;) {
        const struct trials *trials = &group->trials[step];
        struct drift *drift = &series->drift;
        struct candidate *candidate = append(out, group, step);
        int64_t known = known_from(board_funnel(board, group), step, moment);
        struct drift_baseline baseline;
        if (!drift->watched) {
            struct drift part = known_part(drift, known);
            if (!drift_baseline(&part, rule, trials, slice_s, board_funnel(board, group)->steps[step].horizon_s, moment->tick, &baseline))
                continue;
            if (!rates.known)
                find_step_rates(&rates, walk);
            drift_watch(drift, &baseline, drift_limit(&baseline, rule->drop, outcomes_watched(&rates, step, &baseline, rule->false_alarms_per_s)));
            series->changed = true;
        }
        advance(series, rule, trials, slice_s, known, moment->tick);
        struct drift_evidence evidence = weigh(series, rule, trials, slice_s, moment);
        int64_t outcomes = evidence.succeeded + evidence.failed;
        candidate->figures.threshold = drift_rate_before(drift);
        candidate->figures.evidence = evidence.sum;
        candidate->figures.reached = outcomes;
        candidate->figures.passed = evidence.succeeded;
        candidate->holds = evidence.sum >= drift->limit;
        if (outcomes == 0)
            continue;
        struct interval wilson = statistics_wilson(evidence.succeeded, outcomes, ruling->z);
        candidate->figures.burst = (double)evidence.most / (double)outcomes;
        candidate->figures.value = (double)evidence.succeeded / (double)outcomes;
        candidate->figures.low = wilson.low;
        candidate->figures.high = wilson.high;
    }
}

/* ---- what stands, is silent, is refused ---- */

void judge_stuck(struct candidates *out, const struct board *board, const struct ruling *ruling, const struct judge_moment *moment)
{
    const struct alert_rule *rule = ruling->rule;
    int64_t slice_s = board_slice_s(board);
    for (size_t g = 0; g < board_group_count(board); g++) {
        struct board_group *group = board_group_at(board, g);
        if (judge_group(ruling, group) < 0)
            continue;
        for (int step = 0; step < board_funnel(board, group)->step_count; step++) {
            if (!rule_looks_at(rule, board_funnel(board, group), step))
                continue;
            const struct standing *standing = &group->standing[step];
            int64_t stuck = 0;
            for (size_t i = 0; i < standing->count; i++) {
                int64_t start = standing->stays[i].slice * slice_s;
                if (moment->tick - start <= rule->older_than_s)
                    break; /* stays ascend: the others are younger */
                if (!schedule_is_paused(rule->pause_count, rule->pauses, (struct span){start, start + slice_s}))
                    stuck += standing->stays[i].leads;
            }
            struct candidate *candidate = append(out, group, step);
            candidate->figures.value = (double)stuck;
            candidate->figures.threshold = (double)rule->more_than;
            candidate->holds = stuck > rule->more_than;
        }
    }
}

void judge_silence(struct candidates *out, const struct board *board, const struct ruling *ruling, const struct judge_moment *moment)
{
    int64_t last_event_at = moment->last_event_at[ruling->funnel];
    struct candidate *candidate = append(out, NULL, -1);
    candidate->figures.threshold = (double)ruling->rule->silent_for_s;
    if (last_event_at == TIME_NONE)
        return; /* silence begins with an event */
    int64_t silent_s = schedule_watched_s(ruling->rule, board_zone(board), (struct span){last_event_at, moment->tick});
    candidate->figures.value = (double)silent_s;
    candidate->holds = silent_s >= ruling->rule->silent_for_s;
}

void judge_rejected(struct candidates *out, const struct board *board, const struct ruling *ruling, const struct judge_moment *moment)
{
    const struct alert_rule *rule = ruling->rule;
    const struct rejections *rejections = moment->rejections;
    int64_t slice_s = board_slice_s(board);
    for (int word = 0; word < rejections->word_count; word++) {
        int64_t count = 0;
        for (size_t i = 0; i < rejections->slice_count; i++) {
            int64_t start = rejections->slices[i].slice * slice_s;
            bool counts = start >= moment->tick - rule->within_s && start < moment->tick;
            if (counts && !schedule_is_paused(rule->pause_count, rule->pauses, (struct span){start, start + slice_s}))
                count += rejections->slices[i].counts[word];
        }
        struct candidate *candidate = append(out, NULL, -1);
        candidate->word = word;
        candidate->figures.value = (double)count;
        candidate->figures.threshold = (double)rule->more_than;
        candidate->holds = count > rule->more_than;
    }
}
