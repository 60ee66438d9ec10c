#include "snapshot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "sketch.h"

struct step_counts { int64_t passed, left_lost, left_won, excluded; }; /* read from a tally */

struct snapshot_maker {
    struct snapshot snapshot;
    struct step_counts counts[TALLY_BASES][FUNNEL_STEPS_MAX];
    bool has_baseline;
    int64_t baseline_reached[TALLY_BASES][FUNNEL_STEPS_MAX];
    const struct tally_entry *entries; /* the window's */
    size_t entry_count;
    struct sketch_count *durations;
    size_t duration_count, duration_capacity;
    struct snapshot_reason *reasons;
    size_t reason_capacity;
    struct maturing maturing;
};

struct snapshot_maker *snapshot_maker_new(void)
{
    return memory_new(sizeof(struct snapshot_maker));
}

void snapshot_maker_free(struct snapshot_maker *maker)
{
    if (maker == NULL)
        return;
    free(maker->durations);
    free(maker->reasons);
    maturing_free(&maker->maturing);
    free(maker);
}

static double ratio_of(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : NAN;
}

/* ---- from the tally to the counts ---- */

/* All of one basis, field and step. */
static void read_stretch(struct snapshot_maker *maker, uint32_t key, int64_t count)
{
    enum tally_basis basis = tally_key_basis(key);
    enum tally_field field = tally_key_field(key);
    int step = tally_key_step(key);
    struct snapshot_view *view = &maker->snapshot.views[basis];
    struct step_counts *counts = &maker->counts[basis][step];
    if (tally_is_outcome(field))
        view->steps[step].reached += count;
    switch (field) {
    case TALLY_LEFT_WON: counts->left_won += count; break;
    case TALLY_TO_LOSS: counts->left_lost += count; break;
    case TALLY_TO_NEXT:
    case TALLY_TO_NEXT_SKIPPED: counts->passed += count; break;
    case TALLY_EXCLUDED:
        counts->passed += count;
        counts->excluded = count;
        break;
    case TALLY_SKIPPED: view->steps[step].skipped = count; break;
    case TALLY_STAGE: view->stages[step].reached = count; break;
    case TALLY_WON: view->won = count; break;
    case TALLY_OPEN: view->open = count; break;
    case TALLY_RETURNED: view->returned = count; break;
    case TALLY_SCORES:
        *(step == 2 ? &maker->snapshot.promoters : step == 1 ? &maker->snapshot.passives : &maker->snapshot.detractors) = count;
        break;
    case TALLY_LOST: view->lost += count; break; /* reasons by stretches of entries, below */
    case TALLY_REACHED:
    case TALLY_ON_WAY:
    case TALLY_STANDING:
    case TALLY_SUCCEEDED:
    case TALLY_FAILED:
    case TALLY_WON_AMOUNT:
    case TALLY_LOST_AMOUNT:
    case TALLY_STANDING_AMOUNT:
        break;
    }
}

static void read_reached(const struct tally *tally, int64_t reached[TALLY_BASES][FUNNEL_STEPS_MAX])
{
    size_t count;
    const struct tally_entry *entries = tally_entries(tally, &count);
    memset(reached, 0, sizeof(int64_t[TALLY_BASES][FUNNEL_STEPS_MAX]));
    for (size_t i = 0; i < count;) {
        uint32_t key = entries[i].key;
        int64_t sum = tally_sum_stretch(entries, count, &i);
        if (tally_is_outcome(tally_key_field(key)))
            reached[tally_key_basis(key)][tally_key_step(key)] += sum;
    }
}

/* ---- one step ---- */

/* On activity buckets are fine ones; without what makes them fine they ascend still, but one may occur several times. */
static void fill_to_next(struct snapshot_maker *maker, enum tally_basis basis, int k, struct snapshot_step *step)
{
    size_t count;
    const struct tally_entry *entries = tally_stretch(maker->entries, maker->entry_count, basis, TALLY_TO_NEXT, k, &count);
    maker->durations = memory_grow(maker->durations, &maker->duration_capacity, count + 1, sizeof *maker->durations);
    for (size_t i = 0; i < count; i++)
        maker->durations[i] = (struct sketch_count){basis == TALLY_ACTIVITY ? sketch_fine_bucket(tally_key_detail(entries[i].key)) : tally_key_detail(entries[i].key),
                                                    entries[i].count};
    step->to_next_p50_s = sketch_quantile(maker->durations, (int)count, 0.5);
    step->to_next_p90_s = sketch_quantile(maker->durations, (int)count, 0.9);
}

static int by_count_then_bytes(const void *a, const void *b)
{
    const struct snapshot_reason *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count) - (x->count > y->count) : text_compare(x->reason, y->reason);
}

static void fill_reasons(struct snapshot_maker *maker, const struct board *board, enum tally_basis basis, int k, struct snapshot_step *step)
{
    size_t count;
    const struct tally_entry *entries = tally_stretch(maker->entries, maker->entry_count, basis, TALLY_LOST, k, &count);
    maker->reasons = memory_grow(maker->reasons, &maker->reason_capacity, count + 1, sizeof *maker->reasons);
    for (size_t i = 0; i < count; i++) {
        maker->reasons[i] = (struct snapshot_reason){board_reason(board, tally_key_detail(entries[i].key)), entries[i].count};
        step->lost_total += entries[i].count;
    }
    qsort(maker->reasons, count, sizeof *maker->reasons, by_count_then_bytes);
    step->reason_count = count < SNAPSHOT_REASONS_MAX ? (int)count : SNAPSHOT_REASONS_MAX;
    memcpy(step->reasons, maker->reasons, (size_t)step->reason_count * sizeof *step->reasons);
    for (size_t i = (size_t)step->reason_count; i < count; i++)
        step->lost_other += maker->reasons[i].count;
}

/* ---- matured conversion of a step, from the required step before it ---- */

static void fill_matured(struct snapshot_maker *maker, int k)
{
    struct snapshot *snapshot = &maker->snapshot;
    const struct funnel *funnel = snapshot->funnel;
    struct snapshot_view *view = &snapshot->views[TALLY_ACTIVITY];
    int from = funnel->previous_required[k];
    if (from < 0 || funnel->steps[k].optional)
        return;
    struct snapshot_step *step = &view->steps[k];
    step->has_matured = true;
    maturing_estimate(&maker->maturing, maker->entries, maker->entry_count, from, view->steps[from].reached - maker->counts[TALLY_ACTIVITY][from].excluded, &step->matured);
}

/* ---- views ---- */

static void fill_view(struct snapshot_maker *maker, const struct board *board, const struct board_window *window, enum tally_basis basis)
{
    const struct funnel *funnel = maker->snapshot.funnel;
    struct snapshot_view *view = &maker->snapshot.views[basis];
    int64_t reached[FUNNEL_STEPS_MAX];
    if (basis == TALLY_ACTIVITY) {
        view->entered = view->steps[0].reached;
        view->open = view->returned = -1;
    } else {
        view->entered = view->open + view->won + view->lost;
    }
    view->won_amount = tally_get_amount(&window->tally, tally_key(basis, TALLY_WON_AMOUNT, 0, 0));
    view->lost_amount = tally_get_amount(&window->tally, tally_key(basis, TALLY_LOST_AMOUNT, 0, 0));
    for (int k = 0; k < funnel->step_count; k++) {
        struct snapshot_step *step = &view->steps[k];
        const struct step_counts *counts = &maker->counts[basis][k];
        reached[k] = step->reached;
        int before = funnel->previous_required[k];
        step->conversion = before >= 0 ? ratio_of(step->reached, view->steps[before].reached) : NAN;
        step->from_start = ratio_of(step->reached, view->entered);
        fill_reasons(maker, board, basis, k, step);
        step->to_next_p50_s = step->to_next_p90_s = -1;
        step->has_left = funnel->next_required[k] >= 0;
        if (!step->has_left)
            continue;
        step->left_lost = counts->left_lost;
        step->left_won = counts->left_won;
        step->left_open = step->reached - counts->passed - counts->left_lost - counts->left_won;
        fill_to_next(maker, basis, k, step);
    }
    for (int s = 0; s < funnel->stage_count; s++) {
        if (funnel->progress != PROGRESS_ANY)
            view->stages[s].reached = reached[funnel->stages[s].first_step];
        view->stages[s].conversion = s > 0 ? ratio_of(view->stages[s].reached, view->stages[s - 1].reached) : NAN;
    }
    view->conversion = ratio_of(view->won, view->entered);
    struct bottleneck_input input = {reached, maker->has_baseline ? maker->baseline_reached[basis] : NULL, view->won, view->won_amount};
    view->bottleneck_count = bottleneck_rank(funnel, &input, view->bottlenecks);
}

/* ---- open leads ---- */

static void fill_open(struct snapshot *snapshot, const struct board *board, int64_t tick,
                      int (*oldest)(void *context, int funnel, int step, struct ledger_open *out), void *context)
{
    const struct board_group *group = snapshot->group;
    snapshot->open_count = 0;
    for (int k = 0; k < snapshot->funnel->step_count; k++) {
        const struct standing *standing = &group->standing[k];
        if (standing->leads == 0)
            continue;
        struct snapshot_open *open = &snapshot->open[snapshot->open_count++];
        open->step = k;
        open->leads = standing->leads;
        open->amount = tally_sum_of(standing->amount);
        open->age_p50_s = standing_age_quantile(standing, board_slice_s(board), tick, 0.5);
        open->age_p90_s = standing_age_quantile(standing, board_slice_s(board), tick, 0.9);
        open->oldest_count = group->breakdown < 0 && oldest != NULL ? oldest(context, group->funnel, k, open->oldest) : -1;
    }
}

const struct snapshot *snapshot_make(struct snapshot_maker *maker, const struct board *board, const struct board_window *window, int64_t tick,
                                     int64_t last_event_at, int (*oldest)(void *context, int funnel, int step, struct ledger_open *out), void *context)
{
    struct snapshot *snapshot = &maker->snapshot;
    memset(snapshot, 0, sizeof *snapshot);
    memset(maker->counts, 0, sizeof maker->counts);
    snapshot->funnel = board_funnel(board, window->group);
    snapshot->window = &snapshot->funnel->windows[window->window];
    snapshot->group = window->group;
    snapshot->span = window->span;
    snapshot->as_of = tick;
    snapshot->last_event_at = last_event_at;
    snapshot->final = snapshot->window->kind != WINDOW_ROLLING && tick >= window->span.end + snapshot->funnel->lateness_s;

    maker->entries = tally_entries(&window->tally, &maker->entry_count);
    for (size_t i = 0; i < maker->entry_count;) {
        uint32_t key = maker->entries[i].key;
        read_stretch(maker, key, tally_sum_stretch(maker->entries, maker->entry_count, &i));
    }
    const struct tally *baseline = board_baseline(board, window);
    maker->has_baseline = baseline != NULL;
    if (baseline != NULL)
        read_reached(baseline, maker->baseline_reached);
    for (int basis = 0; basis < TALLY_BASES; basis++)
        fill_view(maker, board, window, (enum tally_basis)basis);
    maturing_collect(&maker->maturing, board, window->group, snapshot->span, NULL, time_floor(tick, board_slice_s(board)));
    for (int k = 0; k < snapshot->funnel->step_count; k++)
        fill_matured(maker, k);
    snapshot->open_count = -1;
    if (board_window_holds(board, window, tick))
        fill_open(snapshot, board, tick, oldest, context);
    int64_t answers = snapshot->promoters + snapshot->passives + snapshot->detractors;
    snapshot->score = answers > 0 ? 100.0 * (double)(snapshot->promoters - snapshot->detractors) / (double)answers : NAN;
    return snapshot;
}
