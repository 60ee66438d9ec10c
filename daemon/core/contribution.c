#include "contribution.h"

#include <string.h>

#include "memory.h"
#include "sketch.h"

struct sink { /* where contributions go, and with which sign */
    struct contributions *out;
    int64_t slice_s;
    int sign;
    int32_t cohort; /* slice of the entry */
};

static inline int32_t slice_of(const struct sink *sink, int64_t moment)
{
    return (int32_t)time_slice(moment, sink->slice_s);
}

/* Who calls has made room. */
static inline void emit(const struct sink *sink, int32_t slice, uint32_t key, int64_t count)
{
    sink->out->list[sink->out->count++] = (struct contribution){slice, key, sink->sign * count};
}

static void emit_amount(const struct sink *sink, int32_t slice, enum tally_basis basis, enum tally_field field, int step, int64_t minor)
{
    if (minor != 0)
        emit(sink, slice, tally_key(basis, field, step, 0), minor);
}

/* ---- one step ---- */

struct standing_at_step { /* all that step k's counts depend on */
    int64_t entry, reached, next; /* r(k), r(k') */
    bool skipped, next_skipped;
    enum lead_state left;         /* of a lead without r(k'): its state; LEAD_ABSENT: it passed, or there is no k' */
    int64_t loss_at;
};

static struct standing_at_step step_of(const struct funnel *funnel, const struct facts *facts, int k)
{
    struct standing_at_step step = {.entry = TIME_NEVER, .reached = TIME_NEVER, .next = TIME_NEVER, .left = LEAD_ABSENT, .loss_at = TIME_NEVER};
    if (facts->state == LEAD_ABSENT || facts->reached[k] == TIME_NEVER)
        return step;
    step.entry = facts->entry;
    step.reached = facts->reached[k];
    step.skipped = facts->skipped >> k & 1;
    int next = funnel->next_required[k];
    if (next < 0)
        return step;
    step.next = facts->reached[next];
    step.next_skipped = facts->skipped >> next & 1;
    if (step.next == TIME_NEVER)
        step.left = facts->state;
    if (step.left == LEAD_LOST)
        step.loss_at = facts->loss_at;
    return step;
}

static bool same_step(const struct standing_at_step *a, const struct standing_at_step *b)
{
    return a->entry == b->entry && a->reached == b->reached && a->next == b->next && a->skipped == b->skipped && a->next_skipped == b->next_skipped &&
           a->left == b->left && a->loss_at == b->loss_at;
}

/* What became of a lead that reached step k in a slice, as a key. On activity, which the matured conversion is made of, to the second or to a fine bucket; of a cohort only
 * times to the next step are asked for, and these by quantiles alone. */
static uint32_t outcome_key(const struct sink *sink, const struct standing_at_step *step, enum tally_basis basis, int k, int32_t slice, int64_t horizon_s)
{
    bool fine = basis == TALLY_ACTIVITY;
    int64_t slice_s = sink->slice_s;
    uint32_t into_slice_s = fine ? (uint32_t)(step->reached - slice * slice_s) : 0;
    if (step->next == TIME_NEVER) {
        if (step->left == LEAD_LOST) {
            int64_t to_loss_s = step->loss_at > step->reached ? step->loss_at - step->reached : 0;
            return tally_key(basis, TALLY_TO_LOSS, k, fine ? sketch_fine_beyond(to_loss_s, slice_s, horizon_s) : 0);
        }
        return tally_key(basis, step->left == LEAD_WON ? TALLY_LEFT_WON : TALLY_ON_WAY, k, into_slice_s);
    }
    int64_t duration_s = step->next - step->reached;
    if (duration_s < 0)
        return tally_key(basis, TALLY_EXCLUDED, k, 0);
    if (step->skipped || step->next_skipped)
        return tally_key(basis, TALLY_TO_NEXT_SKIPPED, k, fine ? sketch_fine_beyond(duration_s, slice_s, horizon_s) : 0);
    return tally_key(basis, TALLY_TO_NEXT, k, fine ? sketch_fine_beyond(duration_s, slice_s, horizon_s) : sketch_bucket_coarse(duration_s));
}

/* Whether the lead went on within the horizon, known at r(k') or at its loss, at the horizon's end at the latest. */
static void emit_trial(const struct sink *sink, const struct standing_at_step *step, int next, int64_t horizon_s)
{
    if (step->next != TIME_NEVER && step->next < step->reached)
        return; /* under `any`: it was there before */
    bool succeeded = step->next != TIME_NEVER && step->next - step->reached <= horizon_s;
    int64_t known = succeeded ? step->next : step->reached + horizon_s;
    if (!succeeded && step->loss_at < known) /* loss_at: TIME_NEVER but for a lead lost without r(k') */
        known = step->loss_at > step->reached ? step->loss_at : step->reached;
    emit(sink, slice_of(sink, known), tally_key(TALLY_ACTIVITY, succeeded ? TALLY_SUCCEEDED : TALLY_FAILED, next, 0), 1);
}

static void emit_step(const struct sink *sink, const struct funnel *funnel, const struct standing_at_step *step, int k)
{
    if (step->reached == TIME_NEVER)
        return;
    int64_t horizon_s = funnel->next_required[k] >= 0 ? funnel->steps[funnel->next_required[k]].horizon_s : 0;
    int32_t slice = slice_of(sink, step->reached), cohort = sink->cohort;
    emit(sink, slice, outcome_key(sink, step, TALLY_ACTIVITY, k, slice, horizon_s), 1);
    int next = funnel->next_required[k];
    if (next >= 0 && !funnel->steps[k].optional && (funnel->trial_steps >> next & 1) != 0)
        emit_trial(sink, step, next, horizon_s);
    if (step->skipped)
        emit(sink, slice, tally_key(TALLY_ACTIVITY, TALLY_SKIPPED, k, 0), 1);
    emit(sink, cohort, outcome_key(sink, step, TALLY_COHORT, k, slice, horizon_s), 1);
    if (step->skipped)
        emit(sink, cohort, tally_key(TALLY_COHORT, TALLY_SKIPPED, k, 0), 1);
}

/* ---- a stage, under `any`: at the least time of its goals ---- */

static int64_t stage_reached(const struct funnel *funnel, const struct facts *facts, int stage)
{
    if (facts->state == LEAD_ABSENT)
        return TIME_NEVER;
    int64_t least = TIME_NEVER;
    for (int k = funnel->stages[stage].first_step; k < funnel->stages[stage].first_step + funnel->stages[stage].step_count; k++)
        if (facts->reached[k] < least)
            least = facts->reached[k];
    return least;
}

static void emit_stage(const struct sink *sink, int stage, int64_t reached)
{
    if (reached == TIME_NEVER)
        return;
    emit(sink, slice_of(sink, reached), tally_key(TALLY_ACTIVITY, TALLY_STAGE, stage, 0), 1);
    emit(sink, sink->cohort, tally_key(TALLY_COHORT, TALLY_STAGE, stage, 0), 1);
}

/* ---- the lead as a whole ---- */

static bool same_outcome(const struct facts *a, const struct facts *b)
{
    return a->state == b->state && a->current == b->current && a->stay_since == b->stay_since && a->loss_at == b->loss_at &&
           a->loss_reason == b->loss_reason && a->entry == b->entry && a->won_at == b->won_at && a->returned == b->returned && a->amount_minor == b->amount_minor;
}

static void emit_standing(const struct sink *sink, const struct facts *facts)
{
    int32_t slice = slice_of(sink, facts->stay_since);
    emit(sink, slice, tally_key(TALLY_ACTIVITY, TALLY_STANDING, facts->current, 0), 1);
    emit_amount(sink, slice, TALLY_ACTIVITY, TALLY_STANDING_AMOUNT, facts->current, facts->amount_minor);
}

/* An open lead at another step: what most events say. */
static bool only_moved_on(const struct facts *a, const struct facts *b)
{
    return a->state == LEAD_OPEN && b->state == LEAD_OPEN && a->entry == b->entry && a->returned == b->returned;
}

/* On activity in the slice of the win or the loss, of a cohort in that of the entry. */
static void emit_closed(const struct sink *sink, const struct facts *facts, int64_t closed_at, uint32_t detail, enum tally_field field, enum tally_field amount)
{
    int32_t slice = slice_of(sink, closed_at), cohort = sink->cohort;
    int step = field == TALLY_LOST ? facts->current : 0;
    emit(sink, slice, tally_key(TALLY_ACTIVITY, field, step, detail), 1);
    emit(sink, cohort, tally_key(TALLY_COHORT, field, step, detail), 1);
    emit_amount(sink, slice, TALLY_ACTIVITY, amount, 0, facts->amount_minor);
    emit_amount(sink, cohort, TALLY_COHORT, amount, 0, facts->amount_minor);
}

static void emit_outcome(const struct sink *sink, const struct facts *facts)
{
    if (facts->state == LEAD_ABSENT)
        return;
    int32_t cohort = sink->cohort;
    if (facts->returned)
        emit(sink, cohort, tally_key(TALLY_COHORT, TALLY_RETURNED, 0, 0), 1);
    if (facts->state == LEAD_OPEN) {
        emit(sink, cohort, tally_key(TALLY_COHORT, TALLY_OPEN, 0, 0), 1);
        emit_standing(sink, facts);
    } else if (facts->state == LEAD_WON) {
        emit_closed(sink, facts, facts->won_at, 0, TALLY_WON, TALLY_WON_AMOUNT);
    } else {
        emit_closed(sink, facts, facts->loss_at, facts->loss_reason, TALLY_LOST, TALLY_LOST_AMOUNT);
    }
}

static void emit_score(const struct sink *sink, const struct facts *facts)
{
    if (facts->score < 0)
        return;
    int kind = facts->score >= 9 ? 2 : facts->score >= 7 ? 1 : 0;
    emit(sink, slice_of(sink, facts->score_at), tally_key(TALLY_ACTIVITY, TALLY_SCORES, kind, 0), 1);
}

/* Most steps of most leads, told without a closer look. */
static bool looks_the_same(const struct funnel *funnel, const struct facts *before, const struct facts *after, int k)
{
    if (before->reached[k] != after->reached[k] || before->entry != after->entry)
        return false;
    int next = funnel->next_required[k];
    bool next_same = next < 0 || before->reached[next] == after->reached[next];
    return next_same && before->skipped == after->skipped && before->state == after->state && before->loss_at == after->loss_at;
}

static void emit_difference(const struct sink *take, const struct sink *give, const struct funnel *funnel, const struct facts *before, const struct facts *after)
{
    for (int k = 0; k < funnel->step_count; k++) {
        if (looks_the_same(funnel, before, after, k))
            continue;
        struct standing_at_step was = step_of(funnel, before, k), is = step_of(funnel, after, k);
        if (same_step(&was, &is))
            continue;
        emit_step(take, funnel, &was, k);
        emit_step(give, funnel, &is, k);
    }
    for (int s = 0; funnel->progress == PROGRESS_ANY && s < funnel->stage_count; s++) {
        int64_t was = stage_reached(funnel, before, s), is = stage_reached(funnel, after, s);
        if (was == is && before->entry == after->entry)
            continue;
        emit_stage(take, s, was);
        emit_stage(give, s, is);
    }
    if (!same_outcome(before, after)) {
        bool moved_on = only_moved_on(before, after);
        (moved_on ? emit_standing : emit_outcome)(take, before);
        (moved_on ? emit_standing : emit_outcome)(give, after);
    }
    if (before->score != after->score || before->score_at != after->score_at) {
        emit_score(take, before);
        emit_score(give, after);
    }
}

/* All that a lead adds. */
static void emit_lead(const struct sink *sink, const struct funnel *funnel, const struct facts *facts)
{
    for (int k = 0; facts->state != LEAD_ABSENT && k < funnel->step_count; k++) {
        if (facts->reached[k] == TIME_NEVER)
            continue;
        struct standing_at_step step = step_of(funnel, facts, k);
        emit_step(sink, funnel, &step, k);
    }
    for (int s = 0; funnel->progress == PROGRESS_ANY && s < funnel->stage_count; s++)
        emit_stage(sink, s, stage_reached(funnel, facts, s));
    emit_outcome(sink, facts);
    emit_score(sink, facts);
}

static struct sink sink_of(struct contributions *out, int64_t slice_s, int sign, const struct facts *facts)
{
    struct sink sink = {out, slice_s, sign, 0};
    if (facts != NULL && facts->entry != TIME_NEVER)
        sink.cohort = slice_of(&sink, facts->entry);
    return sink;
}

void contribution_difference(struct contributions *out, const struct funnel *funnel, int64_t slice_s, const struct facts *before, const struct facts *after)
{
    enum { OF_STEP = 5, OF_STAGE = 2, OF_LEAD = 6 }; /* the most that each function above emits, with either sign */
    size_t most = (size_t)(funnel->step_count * OF_STEP + funnel->stage_count * OF_STAGE + OF_LEAD) * 2;
    out->list = memory_grow(out->list, &out->capacity, out->count + most, sizeof *out->list);
    struct sink take = sink_of(out, slice_s, -1, before), give = sink_of(out, slice_s, +1, after);
    if (before != NULL && after != NULL)
        emit_difference(&take, &give, funnel, before, after);
    else if (before != NULL)
        emit_lead(&take, funnel, before);
    else if (after != NULL)
        emit_lead(&give, funnel, after);
}

void contribution_leave_standing(struct contributions *out, int64_t slice_s, const struct facts *facts)
{
    enum { MOST = 2 };
    out->list = memory_grow(out->list, &out->capacity, out->count + MOST, sizeof *out->list);
    if (facts->state == LEAD_OPEN)
        emit_standing(&(struct sink){out, slice_s, -1, 0}, facts);
}
