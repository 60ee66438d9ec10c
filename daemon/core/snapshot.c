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
    const struct tally_entry *entries; /* the window's */
    size_t entry_count;
    struct sketch_count *durations;
    size_t duration_count, duration_capacity;
    struct snapshot_reason *reasons;
    size_t reason_capacity;
    struct matured_exit *exits;
    size_t exit_capacity;
    struct board_group *group;
    struct ages { /* leads that came to a step less than the horizon ago */
        int64_t leads;
        int64_t *by_bucket;       /* of those still on their way: how many of an age, by bucket (sketch.h) below bucket_end */
        uint32_t bucket_end;
        size_t bucket_capacity;
        struct matured_age *list; /* the same as a list */
        size_t count, capacity;
    } ages[FUNNEL_STEPS_MAX];
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
    free(maker->exits);
    for (int k = 0; k < FUNNEL_STEPS_MAX; k++) {
        free(maker->ages[k].list);
        free(maker->ages[k].by_bucket);
    }
    free(maker);
}

static double ratio_of(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : NAN;
}

/* ---- from the tally to the counts ---- */

static void read_entry(struct snapshot_maker *maker, const struct tally_entry *entry)
{
    enum tally_basis basis = tally_key_basis(entry->key);
    enum tally_field field = tally_key_field(entry->key);
    int step = tally_key_step(entry->key);
    struct snapshot_view *view = &maker->snapshot.views[basis];
    struct step_counts *counts = &maker->counts[basis][step];
    int64_t count = entry->count;
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

static void read_reached(const struct tally *tally, enum tally_basis basis, int64_t reached[FUNNEL_STEPS_MAX])
{
    struct tally_entry entry;
    memset(reached, 0, FUNNEL_STEPS_MAX * sizeof *reached);
    for (uint32_t slot = 0; tally_next(tally, &slot, &entry);)
        if (tally_key_basis(entry.key) == basis && tally_is_outcome(tally_key_field(entry.key)))
            reached[tally_key_step(entry.key)] += entry.count;
}

/* The entries of one basis, field and step lie together, ascending by detail. */
static const struct tally_entry *stretch(const struct snapshot_maker *maker, enum tally_basis basis, enum tally_field field, int step, size_t *count)
{
    uint32_t low = tally_key(basis, field, step, 0), high = low + TALLY_DETAIL_MAX;
    size_t from = 0, to = maker->entry_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (maker->entries[middle].key < low)
            from = middle + 1;
        else
            to = middle;
    }
    size_t end = from;
    while (end < maker->entry_count && maker->entries[end].key <= high)
        end++;
    *count = end - from;
    return maker->entries + from;
}

/* ---- one step ---- */

/* Buckets beyond the horizon carry a bit of their own; without it they follow on the others, the horizon's own bucket occurring twice. */
static void fill_to_next(struct snapshot_maker *maker, enum tally_basis basis, int k, struct snapshot_step *step)
{
    size_t count;
    const struct tally_entry *entries = stretch(maker, basis, TALLY_TO_NEXT, k, &count);
    maker->durations = memory_grow(maker->durations, &maker->duration_capacity, count + 1, sizeof *maker->durations);
    for (size_t i = 0; i < count; i++)
        maker->durations[i] = (struct sketch_count){tally_key_detail(entries[i].key) & (SKETCH_BEYOND - 1), entries[i].count};
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
    const struct tally_entry *entries = stretch(maker, basis, TALLY_LOST, k, &count);
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

/* Merge three ascending stretches of buckets not beyond the horizon into exits. */
static size_t collect_exits(struct snapshot_maker *maker, int from)
{
    static const enum tally_field fields[] = {TALLY_TO_NEXT, TALLY_TO_NEXT_SKIPPED, TALLY_TO_LOSS};
    const struct tally_entry *lists[3];
    size_t counts[3], places[3] = {0, 0, 0}, most = 0;
    for (int i = 0; i < 3; i++) {
        lists[i] = stretch(maker, TALLY_ACTIVITY, fields[i], from, &counts[i]);
        most += counts[i];
    }
    maker->exits = memory_grow(maker->exits, &maker->exit_capacity, most + 1, sizeof *maker->exits);
    for (size_t count = 0;;) {
        uint32_t bucket = SKETCH_BEYOND;
        for (int i = 0; i < 3; i++)
            if (places[i] < counts[i] && tally_key_detail(lists[i][places[i]].key) < bucket)
                bucket = tally_key_detail(lists[i][places[i]].key);
        if (bucket == SKETCH_BEYOND)
            return count;
        struct matured_exit exit_at = {.duration_s = sketch_value(bucket), .equal = sketch_is_exact(bucket)};
        for (int i = 0; i < 3; i++)
            if (places[i] < counts[i] && tally_key_detail(lists[i][places[i]].key) == bucket)
                *(i < 2 ? &exit_at.advanced : &exit_at.left) += lists[i][places[i]++].count;
        maker->exits[count++] = exit_at;
    }
}

/* Ages go by the same buckets as the exits they are compared with: within one, as at equal times, exits come first. */
static void add_age(struct ages *young, int64_t age_s, int64_t leads)
{
    uint32_t bucket = sketch_bucket(age_s > 0 ? age_s : 0);
    if (bucket >= young->bucket_end) {
        size_t end = young->bucket_end;
        young->by_bucket = memory_grow(young->by_bucket, &young->bucket_capacity, bucket + 1, sizeof *young->by_bucket);
        memset(young->by_bucket + end, 0, (bucket + 1 - end) * sizeof *young->by_bucket);
        young->bucket_end = bucket + 1;
    }
    young->by_bucket[bucket] += leads;
}

/* The ages as a list, least first. */
static void list_ages(struct ages *young)
{
    young->count = 0;
    for (uint32_t bucket = 0; bucket < young->bucket_end; bucket++) {
        if (young->by_bucket[bucket] == 0)
            continue;
        young->list = memory_grow(young->list, &young->capacity, young->count + 1, sizeof *young->list);
        young->list[young->count++] = (struct matured_age){sketch_value(bucket), young->by_bucket[bucket]};
    }
}

/* What one slice says, as one ledger counted it, about leads younger than the horizon. */
static void collect_slice(struct snapshot_maker *maker, const struct young *young, int64_t start, int64_t slice_s, int64_t now)
{
    const struct funnel *funnel = maker->snapshot.funnel;
    int64_t horizons[FUNNEL_STEPS_MAX]; /* 0: nobody here is younger */
    for (int k = 0; k < funnel->step_count; k++) {
        int next = funnel->next_required[k];
        horizons[k] = next >= 0 && start + slice_s > now - funnel->steps[next].horizon_s ? funnel->steps[next].horizon_s : 0;
        if (horizons[k] > 0)
            maker->ages[k].leads += young->came[k];
    }
    for (size_t i = 0; i < young->count; i++) {
        const struct young_on_way *on_way = &young->on_way[i];
        int64_t age_s = now - start - on_way->into_slice_s;
        if (age_s < horizons[on_way->step])
            add_age(&maker->ages[on_way->step], age_s, on_way->leads);
    }
}

/* The slices that are not whole before now - H, by step: how many leads came, and the ages of those still on their way. */
static void collect_young(struct snapshot_maker *maker, const struct board *board, int64_t now)
{
    const struct snapshot *snapshot = &maker->snapshot;
    struct board_group *group = maker->group;
    int64_t slice_s = board_slice_s(board), longest_s = 0;
    for (int k = 0; k < snapshot->funnel->step_count; k++) {
        maker->ages[k].bucket_end = 0;
        maker->ages[k].leads = 0;
        if (snapshot->funnel->steps[k].horizon_s > longest_s)
            longest_s = snapshot->funnel->steps[k].horizon_s;
    }
    for (size_t i = group->slice_count; i-- > 0;) {
        int64_t start = group->slices[i].slice * slice_s;
        if (start >= snapshot->span.end)
            continue;
        if (start < snapshot->span.start || start + slice_s <= now - longest_s)
            break;
        collect_slice(maker, board_young(&group->slices[i]), start, slice_s, now);
    }
    for (int k = 0; k < snapshot->funnel->step_count; k++)
        list_ages(&maker->ages[k]);
}

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
    const struct ages *young = &maker->ages[from];
    size_t exits = collect_exits(maker, from);
    step->matured.leads = view->steps[from].reached - maker->counts[TALLY_ACTIVITY][from].excluded;
    step->matured.mature = step->matured.leads - young->leads;
    matured_estimate(&step->matured, maker->exits, exits, young->list, young->count);
}

/* ---- views ---- */

static void fill_view(struct snapshot_maker *maker, const struct board *board, const struct board_window *window, enum tally_basis basis)
{
    const struct funnel *funnel = maker->snapshot.funnel;
    struct snapshot_view *view = &maker->snapshot.views[basis];
    int64_t reached[FUNNEL_STEPS_MAX], baseline_reached[FUNNEL_STEPS_MAX];
    if (basis == TALLY_ACTIVITY) {
        view->entered = view->steps[0].reached;
        view->open = view->returned = -1;
    } else {
        view->entered = view->open + view->won + view->lost;
    }
    view->won_amount = tally_get_amount(&window->tally, tally_key(basis, TALLY_WON_AMOUNT, 0, 0));
    view->lost_amount = tally_get_amount(&window->tally, tally_key(basis, TALLY_LOST_AMOUNT, 0, 0));
    const struct tally *baseline = board_baseline(board, window);
    if (baseline != NULL)
        read_reached(baseline, basis, baseline_reached);
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
    struct bottleneck_input input = {reached, baseline != NULL ? baseline_reached : NULL, view->won, view->won_amount};
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
    snapshot->group = maker->group = window->group;
    snapshot->span = window->span;
    snapshot->as_of = tick;
    snapshot->last_event_at = last_event_at;
    snapshot->final = snapshot->window->kind != WINDOW_ROLLING && tick >= window->span.end + snapshot->funnel->lateness_s;

    maker->entries = tally_entries(&window->tally, &maker->entry_count);
    for (size_t i = 0; i < maker->entry_count; i++)
        read_entry(maker, &maker->entries[i]);
    for (int basis = 0; basis < TALLY_BASES; basis++)
        fill_view(maker, board, window, (enum tally_basis)basis);
    collect_young(maker, board, time_floor(tick, board_slice_s(board)));
    for (int k = 0; k < snapshot->funnel->step_count; k++)
        fill_matured(maker, k);
    snapshot->open_count = -1;
    if (board_window_holds(board, window, tick))
        fill_open(snapshot, board, tick, oldest, context);
    int64_t answers = snapshot->promoters + snapshot->passives + snapshot->detractors;
    snapshot->score = answers > 0 ? 100.0 * (double)(snapshot->promoters - snapshot->detractors) / (double)answers : NAN;
    return snapshot;
}
