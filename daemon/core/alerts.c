#include "alerts.h"

#include <stdlib.h>

#include "alert_series.h"
#include "memory.h"
#include "statistics.h"

struct news { struct alert_series *series; bool withdrawn; };

struct alerts {
    const struct alerts_definition *definition;
    struct board *board;
    struct ruling *rulings;          /* a funnel's rules of silence come before its others */
    size_t ruling_count;
    struct alert_series_table series;
    struct alert_series **orphans;
    size_t orphan_count, orphan_capacity;
    struct rejections rejections;
    int64_t steps;                   /* so far */
    /* scratch */
    struct maturing maturing[2];
    struct candidates candidates;
    struct news *news;
    size_t news_count, news_capacity;
};

/* ---- stepping ---- */

static void note(struct alerts *alerts, struct alert_series *series, bool withdrawn)
{
    alerts->news = memory_grow(alerts->news, &alerts->news_capacity, alerts->news_count + 1, sizeof *alerts->news);
    alerts->news[alerts->news_count++] = (struct news){series, withdrawn};
}

static struct judge_drift *drift_of(void *context, const struct ruling *ruling, struct board_group *group, int step)
{
    struct alerts *alerts = context;
    struct candidate candidate = {.group = group, .step = step, .word = -1};
    return &alert_series_at(&alerts->series, ruling, &candidate)->drift;
}

static void judge(struct alerts *alerts, const struct ruling *ruling, const struct judge_moment *moment)
{
    struct candidates *out = &alerts->candidates;
    out->count = 0;
    switch (ruling->rule->kind) {
    case ALERT_BELOW_TARGET: judge_below_target(out, alerts->board, ruling, moment); break;
    case ALERT_DROPPED: judge_dropped(out, alerts->board, ruling, moment); break;
    case ALERT_DRIFT: judge_drifts(out, alerts->board, ruling, moment, drift_of, alerts); break;
    case ALERT_STUCK: judge_stuck(out, alerts->board, ruling, moment); break;
    case ALERT_SILENCE: judge_silence(out, alerts->board, ruling, moment); break;
    case ALERT_REJECTED: judge_rejected(out, alerts->board, ruling, moment); break;
    }
}

/* Returns whether some series of the rule fires now. */
static bool step_rule(struct alerts *alerts, const struct ruling *ruling, const struct judge_moment *moment)
{
    bool fires = false;
    bool open = schedule_is_open(ruling->rule, alerts->definition->zone, moment->tick - 1);
    judge(alerts, ruling, moment); /* outside its hours, too: what it looks at moves on */
    for (size_t i = 0; i < alerts->candidates.count; i++) {
        const struct candidate *candidate = &alerts->candidates.list[i];
        bool begins = candidate->holds && open;
        struct alert_series *series = begins ? alert_series_at(&alerts->series, ruling, candidate) : alert_series_find(&alerts->series, ruling, candidate);
        if (series == NULL)
            continue;
        if (open) {
            series->figures = candidate->figures;
            enum episode_news news = episode_step(&series->episode, ruling->rule, alerts->definition->zone, moment->tick, candidate->holds);
            if (news != EPISODE_QUIET)
                note(alerts, series, news == EPISODE_WITHDRAWN);
            if (ruling->rule->kind == ALERT_DRIFT && news == EPISODE_TOLD && series->episode.state == EPISODE_RESOLVED)
                series->drift = (struct judge_drift){.drift = {.from = moment->tick}, .changed = true}; /* a new baseline begins */
        }
        fires |= series->episode.state == EPISODE_FIRING;
    }
    return fires;
}

static double burst_of(const struct alerts *alerts, const struct alert_series *series)
{
    const struct ruling *ruling = series->ruling;
    if (ruling->rule->kind != ALERT_BELOW_TARGET && ruling->rule->kind != ALERT_DROPPED)
        return series->figures.burst;
    int watch = ruling->groups[judge_group(ruling, series->group)].window;
    return board_watch_burst(alerts->board, series->group, watch, board_funnel(alerts->board, series->group)->previous_required[series->step]);
}

/* Of the oldest at a step those that count as stuck. */
static int stuck_among(const struct alerts *alerts, const struct alert_rule *rule, const struct alerts_moment *moment, struct ledger_open *oldest, int count)
{
    int kept = 0;
    int64_t slice_s = board_slice_s(alerts->board);
    for (int i = 0; i < count; i++) {
        int64_t start = time_floor(oldest[i].since, slice_s);
        if (moment->tick - start > rule->older_than_s && !schedule_is_paused(rule->pause_count, rule->pauses, (struct span){start, start + slice_s}))
            oldest[kept++] = oldest[i];
    }
    return count < 0 ? -1 : kept;
}

static void tell(struct alerts *alerts, const struct news *news, const struct alerts_moment *moment, alerts_sink sink, void *context)
{
    static const enum alert_status statuses[] = {[EPISODE_PENDING] = ALERT_PENDING, [EPISODE_FIRING] = ALERT_FIRING, [EPISODE_RESOLVED] = ALERT_RESOLVED};
    const struct alert_series *series = news->series;
    const struct ruling *ruling = series->ruling;
    struct alert alert = {
        .fingerprint = series->fingerprint,
        .label_count = series->label_count,
        .labels = series->labels,
        .status = statuses[series->episode.state],
        .active_at = series->episode.active_at,
        .starts_at = series->episode.starts_at,
        .held_until = series->episode.held_until,
        .ends_at = series->episode.ends_at,
        .as_of = moment->tick,
        .step = series->step,
        .figures = series->figures,
        .oldest_count = -1,
    };
    if (ruling != NULL && !news->withdrawn) {
        alert.rule = ruling->rule;
        alert.funnel = ruling->funnel >= 0 ? &alerts->definition->funnels[ruling->funnel] : NULL;
        alert.figures.burst = burst_of(alerts, series);
        if (ruling->rule->kind == ALERT_STUCK && moment->oldest != NULL)
            alert.oldest_count = stuck_among(alerts, ruling->rule, moment, alert.oldest, moment->oldest(moment->context, series->group, series->step, alert.oldest));
    }
    sink(context, &alert, news->withdrawn);
}

static int by_fingerprint(const void *a, const void *b)
{
    uint64_t x = ((const struct news *)a)->series->fingerprint, y = ((const struct news *)b)->series->fingerprint;
    return (x > y) - (x < y);
}

/* Alerts that no rule has any more: nobody will ever see their condition end. */
static void end_orphans(struct alerts *alerts, int64_t tick)
{
    for (size_t i = 0; i < alerts->orphan_count; i++) {
        struct alert_series *series = alerts->orphans[i];
        bool withdrawn = series->episode.state == EPISODE_PENDING;
        series->episode.state = EPISODE_RESOLVED;
        series->episode.ends_at = tick;
        note(alerts, series, withdrawn);
    }
}

static void free_orphans(struct alerts *alerts)
{
    for (size_t i = 0; i < alerts->orphan_count; i++)
        alert_series_drop(alerts->orphans[i]);
    alerts->orphan_count = 0;
}

/* The slices of rejections that some rule still looks at. */
static int64_t rejections_needed(const struct alerts *alerts, int64_t tick)
{
    int64_t longest_s = 0;
    for (int i = 0; i < alerts->definition->application_rule_count; i++)
        if (alerts->definition->application_rules[i].within_s > longest_s)
            longest_s = alerts->definition->application_rules[i].within_s;
    int64_t slice_s = board_slice_s(alerts->board);
    return time_floor(tick - longest_s, slice_s) / slice_s;
}

void alerts_step(struct alerts *alerts, const struct alerts_moment *moment, alerts_sink sink, void *context)
{
    alerts->news_count = 0;
    rejections_tick(&alerts->rejections, moment->tick / board_slice_s(alerts->board) - 1, rejections_needed(alerts, moment->tick));
    struct judge_moment judged = {moment->tick, ++alerts->steps, moment->bound, moment->last_event_at, &alerts->rejections, alerts->maturing};
    bool silent = false;
    for (size_t i = 0; i < alerts->ruling_count; i++) {
        const struct ruling *ruling = &alerts->rulings[i];
        if (i > 0 && ruling->funnel != ruling[-1].funnel)
            silent = false;
        if (ruling->rule->kind == ALERT_SILENCE)
            silent |= step_rule(alerts, ruling, &judged) && moment->live;
        else if (!silent)
            step_rule(alerts, ruling, &judged);
    }
    board_settle_trials(alerts->board);
    end_orphans(alerts, moment->tick);
    if (alerts->news_count > 1)
        qsort(alerts->news, alerts->news_count, sizeof *alerts->news, by_fingerprint);
    for (size_t i = 0; i < alerts->news_count; i++)
        tell(alerts, &alerts->news[i], moment, sink, context);
    free_orphans(alerts);
}

struct rejections *alerts_rejections(struct alerts *alerts)
{
    return &alerts->rejections;
}

/* ---- restoring ---- */

static struct text label_value(const struct alert_label *labels, int count, struct text name)
{
    for (int i = 0; i < count; i++)
        if (text_equal(labels[i].name, name))
            return labels[i].value;
    return (struct text){NULL, 0};
}

static int step_named(const struct funnel *funnel, struct text id)
{
    for (int k = 0; funnel != NULL && k < funnel->step_count; k++)
        if (text_equal(text_of(funnel->steps[k].id), id))
            return k;
    return -1;
}

/* What a series of the ruling would be that has these labels. False: there is none in that group. */
static bool candidate_with(struct alerts *alerts, const struct ruling *ruling, int group, const struct alert_label *labels, int count, struct candidate *out)
{
    const struct funnel *funnel = ruling->funnel >= 0 ? &alerts->definition->funnels[ruling->funnel] : NULL;
    *out = (struct candidate){.step = step_named(funnel, label_value(labels, count, TEXT("step"))), .word = -1};
    if (ruling->group_count > 0) {
        struct text values[FUNNEL_DIMENSIONS_MAX];
        int breakdown = ruling->groups[group].breakdown;
        for (int i = 0; breakdown >= 0 && i < funnel->breakdowns[breakdown].dimension_count; i++) {
            values[i] = label_value(labels, count, text_of(alerts->definition->dimensions[funnel->breakdowns[breakdown].dimensions[i]].name));
            if (values[i].data == NULL)
                return false;
        }
        if (out->step < 0 || !rule_looks_at(ruling->rule, funnel, out->step))
            return false;
        out->group = board_known_group(alerts->board, ruling->funnel, breakdown, values);
    }
    if (ruling->rule->kind == ALERT_REJECTED) {
        struct text word = label_value(labels, count, TEXT("error"));
        for (int i = 0; i < alerts->rejections.word_count && out->word < 0; i++)
            if (text_equal(text_of(alerts->rejections.words[i]), word))
                out->word = i;
        return out->word >= 0;
    }
    return true;
}

/* The series with this fingerprint, made; NULL: no rule has it. */
static struct alert_series *series_with(struct alerts *alerts, const struct alert_label *labels, int count)
{
    uint64_t fingerprint = alert_fingerprint(labels, count);
    for (size_t r = 0; r < alerts->ruling_count; r++) {
        const struct ruling *ruling = &alerts->rulings[r];
        struct text funnel = label_value(labels, count, TEXT("funnel"));
        bool here = ruling->funnel >= 0 ? text_equal(funnel, text_of(alerts->definition->funnels[ruling->funnel].id)) : funnel.data == NULL;
        if (!here || !text_equal(label_value(labels, count, TEXT("alertname")), text_of(ruling->rule->alert)))
            continue;
        for (int g = 0; g < (ruling->group_count > 0 ? ruling->group_count : 1); g++) {
            struct candidate candidate;
            if (!candidate_with(alerts, ruling, g, labels, count, &candidate))
                continue;
            struct alert_series *series = alert_series_at(&alerts->series, ruling, &candidate);
            if (series->fingerprint == fingerprint)
                return series;
        }
    }
    return NULL;
}

void alerts_restore(struct alerts *alerts, const struct alert_label *labels, int count, const struct episode *episode)
{
    struct alert_series *series = series_with(alerts, labels, count);
    if (series != NULL) {
        series->episode = *episode;
        return;
    }
    if (!episode_is_active(episode))
        return; /* it has ended, and nobody asks any more */
    series = alert_series_orphan(labels, count);
    series->episode = *episode;
    alerts->orphans = memory_grow(alerts->orphans, &alerts->orphan_capacity, alerts->orphan_count + 1, sizeof *alerts->orphans);
    alerts->orphans[alerts->orphan_count++] = series;
}

static uint64_t rule_hash(const struct alerts *alerts, const struct alert_series *series)
{
    return drift_rule_hash(series->ruling->rule, alerts->definition->funnels[series->ruling->funnel].steps[series->step].horizon_s);
}

void alerts_each_drift(struct alerts *alerts,
                       void (*each)(void *context, uint64_t fingerprint, const struct alert_label *labels, int label_count, uint64_t rule, const struct drift *drift),
                       void *context)
{
    for (size_t i = 0; i < alerts->series.slot_count; i++) {
        struct alert_series *series = alerts->series.slots[i];
        if (series == NULL || !series->drift.changed)
            continue;
        each(context, series->fingerprint, series->labels, series->label_count, rule_hash(alerts, series), &series->drift.drift);
        series->drift.changed = false;
    }
}

bool alerts_has_memory(const struct alerts *alerts)
{
    bool changed = alerts->rejections.changed && alerts->definition->application_rule_count > 0;
    for (size_t i = 0; i < alerts->series.slot_count && !changed; i++)
        changed = alerts->series.slots[i] != NULL && alerts->series.slots[i]->drift.changed;
    return changed;
}

void alerts_restore_drift(struct alerts *alerts, const struct alert_label *labels, int count, uint64_t rule, const struct drift *drift)
{
    struct alert_series *series = series_with(alerts, labels, count);
    if (series != NULL && series->ruling->rule->kind == ALERT_DRIFT && rule_hash(alerts, series) == rule)
        series->drift = (struct judge_drift){.drift = *drift};
}

/* ---- rules bound to the board ---- */

static bool measures_conversion(const struct alert_rule *rule)
{
    return rule->kind == ALERT_BELOW_TARGET || rule->kind == ALERT_DROPPED;
}

static void bind(struct alerts *alerts, const struct alert_rule *rule, int f)
{
    struct ruling *ruling = &alerts->rulings[alerts->ruling_count++];
    *ruling = (struct ruling){.rule = rule, .funnel = f, .group_count = rule->group_count, .z = STATISTICS_Z95};
    ruling->groups = memory_new((size_t)rule->group_count * sizeof *ruling->groups + 1);
    if (rule->kind == ALERT_BELOW_TARGET)
        ruling->z = statistics_normal_quantile((1 + rule->confidence) / 2);
    for (int g = 0; g < rule->group_count; g++) {
        struct ruling_group *group = &ruling->groups[g];
        *group = (struct ruling_group){rule->groups[g].dimension_count > 0 ? funnel_breakdown(&alerts->definition->funnels[f], &rule->groups[g]) : -1, -1, -1};
        struct watch watch = {.funnel = f, .breakdown = group->breakdown, .basis = rule->basis == BASIS_COHORT ? TALLY_COHORT : TALLY_ACTIVITY,
                              .whole = rule->matured, .pause_count = rule->pause_count, .pauses = rule->pauses, .span = {TIME_NONE, TIME_NONE}};
        if (measures_conversion(rule))
            group->window = board_watch(alerts->board, &watch);
        if (rule->kind == ALERT_DROPPED)
            group->compared = board_watch(alerts->board, &watch);
        for (int k = 0; rule->kind == ALERT_DRIFT && k < alerts->definition->funnels[f].step_count; k++)
            if (rule_looks_at(rule, &alerts->definition->funnels[f], k))
                board_ask_trials(alerts->board, f, group->breakdown, k);
    }
}

static void bind_funnel(struct alerts *alerts, int f)
{
    for (int silence = 1; silence >= 0; silence--)
        for (int i = 0; i < alerts->definition->rule_counts[f]; i++)
            if ((alerts->definition->rules[f][i].kind == ALERT_SILENCE) == silence)
                bind(alerts, &alerts->definition->rules[f][i], f);
}

struct alerts *alerts_new(const struct alerts_definition *definition, struct board *board)
{
    struct alerts *alerts = memory_new(sizeof *alerts);
    alerts->definition = definition;
    alerts->board = board;
    size_t count = (size_t)definition->application_rule_count;
    for (int f = 0; f < definition->funnel_count; f++)
        count += (size_t)definition->rule_counts[f];
    alerts->rulings = memory_new(count * sizeof *alerts->rulings + 1);
    for (int f = 0; f < definition->funnel_count; f++)
        bind_funnel(alerts, f);
    for (int i = 0; i < definition->application_rule_count; i++)
        bind(alerts, &definition->application_rules[i], -1);
    alerts->steps = 1; /* so that no series seems to have been weighed at the step before the first */
    alert_series_init(&alerts->series, definition, alerts->rulings, &alerts->rejections);
    return alerts;
}

void alerts_free(struct alerts *alerts)
{
    if (alerts == NULL)
        return;
    alert_series_free(&alerts->series);
    free_orphans(alerts);
    free(alerts->orphans);
    for (size_t i = 0; i < alerts->ruling_count; i++)
        free(alerts->rulings[i].groups);
    free(alerts->rulings);
    rejections_free(&alerts->rejections);
    for (int i = 0; i < 2; i++)
        maturing_free(&alerts->maturing[i]);
    free(alerts->candidates.list);
    free(alerts->news);
    free(alerts);
}
