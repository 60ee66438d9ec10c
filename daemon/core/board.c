#include "board.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

struct mapping { /* the numbers of one ledger -> this board's */
    struct board_group **groups;
    size_t group_count, group_capacity;
    uint32_t *reasons;
    size_t reason_count, reason_capacity;
    bool other_reasons;      /* some number of a reason differs from the board's */
};

struct board {
    const struct ledger_definition *definition;
    const struct zone *zone;
    struct mapping *mappings;
    int mapping_count;
    struct names *reasons;
    struct names *values[FUNNEL_DIMENSIONS_MAX];
    struct groups *numbers;        /* (funnel, breakdown, values) -> place in `groups` */
    struct board_group **groups;
    size_t group_count, group_capacity;
    struct board_window **due;
    size_t due_count, due_capacity;
    struct board_window **dropped;
    size_t dropped_count, dropped_capacity;
    struct watch *watches;
    size_t watch_count, watch_capacity;
    struct { int funnel, breakdown; uint64_t steps; } *asked; /* whose trials are kept */
    size_t asked_count, asked_capacity;
    int64_t tick;                  /* the last one; TIME_NONE */
    int64_t bound;                 /* TIME_NONE: none */
};

/* ---- groups ---- */

/* Groups that only alert rules look at have no windows. */
static int window_count(const struct board *board, const struct board_group *group)
{
    const struct funnel *funnel = board_funnel(board, group);
    return group->breakdown < funnel->breakdown_count ? funnel->window_count : 0;
}

static uint64_t asked_steps(const struct board *board, int funnel, int breakdown)
{
    uint64_t steps = 0;
    for (size_t i = 0; i < board->asked_count; i++)
        if (board->asked[i].funnel == funnel && board->asked[i].breakdown == breakdown)
            steps |= board->asked[i].steps;
    return steps;
}

static struct board_group *group_new(struct board *board, const struct group *numbers)
{
    const struct funnel *funnel = &board->definition->funnels[numbers->funnel];
    struct board_group *group = memory_new(sizeof *group);
    group->number = board->group_count;
    group->funnel = numbers->funnel;
    group->breakdown = numbers->breakdown;
    for (int i = 0; i < numbers->value_count; i++)
        group->values[i] = names_text(board->values[funnel->breakdowns[numbers->breakdown].dimensions[i]], numbers->values[i]);
    group->standing = memory_new((size_t)funnel->step_count * sizeof *group->standing);
    group->series = memory_new((size_t)funnel->window_count * sizeof *group->series);
    group->watched = memory_new(board->watch_count * sizeof *group->watched);
    if (asked_steps(board, group->funnel, group->breakdown) != 0)
        group->trials = memory_new((size_t)funnel->step_count * sizeof *group->trials);
    return group;
}

static struct board_group *group_at(struct board *board, int funnel, int breakdown, const struct text *values)
{
    struct group key = {.funnel = funnel, .breakdown = breakdown};
    if (breakdown >= 0) {
        const struct breakdown *dimensions = &board->definition->funnels[funnel].breakdowns[breakdown];
        key.value_count = dimensions->dimension_count;
        for (int i = 0; i < key.value_count; i++) {
            uint32_t number = names_number(board->values[dimensions->dimensions[i]], values[i]);
            key.values[i] = number != NAMES_FULL ? number : 0; /* ledgers together may know more values than one table holds */
        }
    }
    uint32_t number = groups_number(board->numbers, &key);
    while (board->group_count <= number) {
        board->groups = memory_grow(board->groups, &board->group_capacity, board->group_count + 1, sizeof *board->groups);
        board->groups[board->group_count] = group_new(board, groups_get(board->numbers, (uint32_t)board->group_count));
        board->group_count++;
    }
    return board->groups[number];
}

static struct board_group *mapped_group(struct board *board, struct mapping *mapping, const struct ledger *ledger, uint32_t number)
{
    while (mapping->group_count <= number) {
        const struct group *theirs = ledger_group(ledger, (uint32_t)mapping->group_count);
        struct text values[FUNNEL_DIMENSIONS_MAX];
        for (int i = 0; i < theirs->value_count; i++) {
            int dimension = board->definition->funnels[theirs->funnel].breakdowns[theirs->breakdown].dimensions[i];
            values[i] = names_text(ledger_names(ledger)->values[dimension], theirs->values[i]);
        }
        mapping->groups = memory_grow(mapping->groups, &mapping->group_capacity, mapping->group_count + 1, sizeof *mapping->groups);
        mapping->groups[mapping->group_count++] = group_at(board, theirs->funnel, theirs->breakdown, values);
    }
    return mapping->groups[number];
}

static void map_reasons(struct board *board, struct mapping *mapping, const struct ledger *ledger)
{
    const struct names *theirs = ledger_names(ledger)->reasons;
    while (mapping->reason_count < names_count(theirs)) {
        uint32_t number = names_number(board->reasons, names_text(theirs, (uint32_t)mapping->reason_count));
        if (number == NAMES_FULL)
            number = 0;
        mapping->other_reasons |= number != mapping->reason_count;
        mapping->reasons = memory_grow(mapping->reasons, &mapping->reason_capacity, mapping->reason_count + 1, sizeof *mapping->reasons);
        mapping->reasons[mapping->reason_count++] = number;
    }
}

/* Bring a delta's reasons to the board's numbers. */
static void map_tally(const struct mapping *mapping, struct tally *tally)
{
    struct tally mapped = {.amounts = tally->amounts};
    struct tally_entry entry;
    for (uint32_t slot = 0; tally_next(tally, &slot, &entry);) {
        if (tally_key_field(entry.key) == TALLY_LOST)
            entry.key = tally_key(tally_key_basis(entry.key), TALLY_LOST, tally_key_step(entry.key), mapping->reasons[tally_key_detail(entry.key)]);
        tally_add(&mapped, entry.key, entry.count);
    }
    tally->amounts = NULL;
    tally_free(tally);
    *tally = mapped;
}

/* ---- windows ---- */

static void set_due(struct board *board, struct board_window *window)
{
    if (window->due)
        return;
    window->due = true;
    board->due = memory_grow(board->due, &board->due_capacity, board->due_count + 1, sizeof *board->due);
    board->due[board->due_count++] = window;
}

/* The place in a series of the first window that begins at or after the moment. */
static size_t series_place(const struct board_series *series, int64_t start)
{
    size_t low = 0, high = series->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (series->windows[middle]->span.start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct board_window *series_insert(struct board_group *group, int window, size_t place, struct span span)
{
    struct board_series *series = &group->series[window];
    struct board_window *made = memory_new(sizeof *made);
    made->group = group;
    made->window = window;
    made->span = span;
    series->windows = memory_grow(series->windows, &series->capacity, series->count + 1, sizeof *series->windows);
    for (size_t i = series->count++; i > place; i--)
        series->windows[i] = series->windows[i - 1];
    series->windows[place] = made;
    return made;
}

/* The calendar window of a group that holds the moment, made if need be; NULL: it was dropped, or begins too early. */
static struct board_window *window_at(struct board *board, struct board_group *group, int w, int64_t moment)
{
    struct board_series *series = &group->series[w];
    size_t place = series_place(series, moment + 1);
    if (place > 0 && moment < series->windows[place - 1]->span.end)
        return series->windows[place - 1];
    struct span span = calendar_window(board_funnel(board, group)->windows[w].kind, board->zone, moment);
    if (span.start < board->bound)
        return NULL;
    return series_insert(group, w, place, span);
}

static struct board_window *rolling_of(struct board_group *group, int w)
{
    struct board_series *series = &group->series[w];
    if (series->count == 0)
        series_insert(group, w, 0, (struct span){TIME_NONE, TIME_NONE}); /* until the first tick */
    return series->windows[0];
}

/* ---- slices ---- */

/* The place of the first entry that is not before (slice, ledger). New slices mostly come last. */
static size_t slice_place(const struct board_group *group, int32_t slice, int ledger)
{
    size_t low = 0, high = group->slice_count;
    if (high > 0 && group->slices[high - 1].slice < slice)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct board_slice *entry = &group->slices[middle];
        if (entry->slice < slice || (entry->slice == slice && entry->ledger < ledger))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Add a delta to its slice: the first one of a ledger just becomes the slice's tally. */
static void add_to_slice(struct board_group *group, int32_t slice, int ledger, struct tally *delta)
{
    size_t place = slice_place(group, slice, ledger);
    if (place < group->slice_count && group->slices[place].slice == slice && group->slices[place].ledger == ledger) {
        tally_merge(&group->slices[place].tally, delta, +1);
        free(group->slices[place].young);
        group->slices[place].young = NULL;
        return;
    }
    group->slices = memory_grow(group->slices, &group->slice_capacity, group->slice_count + 1, sizeof *group->slices);
    memmove(group->slices + place + 1, group->slices + place, (group->slice_count++ - place) * sizeof *group->slices);
    group->slices[place] = (struct board_slice){.slice = slice, .ledger = (uint16_t)ledger, .tally = *delta};
    tally_trim(&group->slices[place].tally);
    *delta = (struct tally){0};
}

/* target += sign * all slices whose start lies in the span */
static void add_slices(const struct board *board, const struct board_group *group, struct tally *target, struct span span, int sign)
{
    int64_t slice_s = board->definition->slice_s;
    if (span.start >= span.end)
        return;
    for (size_t i = slice_place(group, (int32_t)(time_floor(span.start, slice_s) / slice_s), 0); i < group->slice_count; i++) {
        if (group->slices[i].slice * slice_s >= span.end)
            break;
        if (group->slices[i].slice * slice_s >= span.start)
            tally_merge(target, &group->slices[i].tally, sign);
    }
}

/* Bring a sum over one span to the sum over another. */
static void move_sum(const struct board *board, const struct board_group *group, struct tally *sum, struct span from, struct span to)
{
    if (to.start >= from.end || to.end <= from.start) {
        tally_clear(sum);
        add_slices(board, group, sum, to, +1);
        return;
    }
    add_slices(board, group, sum, (struct span){from.start, to.start}, -1);
    add_slices(board, group, sum, (struct span){to.end, from.end}, -1);
    add_slices(board, group, sum, (struct span){to.start, from.start}, +1);
    add_slices(board, group, sum, (struct span){from.end, to.end}, +1);
}

/* ---- watches ---- */

static bool is_about(const struct watch *watch, const struct board_group *group)
{
    return watch->funnel == group->funnel && watch->breakdown == group->breakdown;
}

/* Add to a watch's sum the slices of a stretch that it takes. */
static void watch_slices(const struct board *board, struct board_group *group, size_t number, struct span stretch, int sign)
{
    const struct watch *watch = &board->watches[number];
    int64_t slice_s = board->definition->slice_s;
    if (stretch.start >= stretch.end)
        return;
    for (size_t i = slice_place(group, (int32_t)(time_floor(stretch.start, slice_s) / slice_s), 0); i < group->slice_count; i++) {
        int64_t start = group->slices[i].slice * slice_s;
        if (start >= stretch.end)
            break;
        if (start >= stretch.start && watch_takes(watch, start, slice_s))
            watch_add(watch, &group->watched[number], &group->slices[i].tally, sign);
    }
}

static int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }

void board_watch_move(struct board *board, int number, struct span to)
{
    struct watch *watch = &board->watches[number];
    struct span from = watch->span;
    bool apart = from.start == TIME_NONE || to.start >= from.end || to.end <= from.start;
    for (size_t g = 0; g < board->group_count; g++) {
        struct board_group *group = board->groups[g];
        if (!is_about(watch, group))
            continue;
        if (apart) {
            tally_clear(&group->watched[number]);
        } else { /* what it leaves, while it still takes it */
            watch_slices(board, group, (size_t)number, (struct span){from.start, lesser(to.start, from.end)}, -1);
            watch_slices(board, group, (size_t)number, (struct span){greater(to.end, from.start), from.end}, -1);
        }
    }
    watch->span = to;
    for (size_t g = 0; g < board->group_count; g++) {
        struct board_group *group = board->groups[g];
        if (!is_about(watch, group))
            continue;
        if (apart) {
            watch_slices(board, group, (size_t)number, to, +1);
        } else {
            watch_slices(board, group, (size_t)number, (struct span){to.start, lesser(from.start, to.end)}, +1);
            watch_slices(board, group, (size_t)number, (struct span){greater(from.end, to.start), to.end}, +1);
        }
    }
}

int board_watch(struct board *board, const struct watch *watch)
{
    assert(board->group_count == 0);
    board->watches = memory_grow(board->watches, &board->watch_capacity, board->watch_count + 1, sizeof *board->watches);
    board->watches[board->watch_count] = *watch;
    return (int)board->watch_count++;
}

const struct tally *board_watched(const struct board_group *group, int number)
{
    return &group->watched[number];
}

const struct watch *board_watch_of(const struct board *board, int number)
{
    return &board->watches[number];
}

double board_watch_burst(const struct board *board, const struct board_group *group, int number, int step)
{
    const struct watch *watch = &board->watches[number];
    int64_t slice_s = board->definition->slice_s, here = 0, most = 0, all = 0;
    struct watch whole = *watch;
    whole.whole = true; /* as slices hold it */
    for (size_t i = slice_place(group, (int32_t)(time_floor(watch->span.start, slice_s) / slice_s), 0); i < group->slice_count; i++) {
        int64_t start = group->slices[i].slice * slice_s;
        if (start >= watch->span.end)
            break;
        if (!watch_takes(watch, start, slice_s))
            continue;
        int64_t reached = watch_reached(&whole, &group->slices[i].tally, step);
        here = i > 0 && group->slices[i - 1].slice == group->slices[i].slice ? here + reached : reached; /* one entry a ledger */
        most = greater(most, here);
        all += reached;
    }
    return all > 0 ? (double)most / (double)all : NAN;
}

void board_ask_trials(struct board *board, int funnel, int breakdown, int step)
{
    assert(board->group_count == 0);
    board->asked = memory_grow(board->asked, &board->asked_capacity, board->asked_count + 1, sizeof *board->asked);
    board->asked[board->asked_count].funnel = funnel;
    board->asked[board->asked_count].breakdown = breakdown;
    board->asked[board->asked_count++].steps = UINT64_C(1) << step;
}

void board_settle_trials(struct board *board)
{
    for (size_t g = 0; g < board->group_count; g++)
        for (int k = 0; board->groups[g]->trials != NULL && k < board_funnel(board, board->groups[g])->step_count; k++)
            trials_settle(&board->groups[g]->trials[k]);
}

size_t board_group_count(const struct board *board)
{
    return board->group_count;
}

struct board_group *board_group_at(const struct board *board, size_t number)
{
    return board->groups[number];
}

struct board_group *board_known_group(struct board *board, int funnel, int breakdown, const struct text *values)
{
    return group_at(board, funnel, breakdown, values);
}

/* ---- standing ---- */

/* Open leads belong to no slice's sums: their counts leave the delta here. */
static void take_standing(struct board_group *group, int32_t slice, struct tally *delta)
{
    struct tally_entry entry;
    for (uint32_t slot = 0; tally_next(delta, &slot, &entry);) {
        if (tally_key_field(entry.key) != TALLY_STANDING)
            continue;
        standing_add(&group->standing[tally_key_step(entry.key)], slice, entry.count);
        group->open_leads += entry.count;
        group->standing_changed = true;
        tally_drop(delta, entry.key);
    }
}

static void take_standing_amounts(struct board *board, struct board_group *group, const struct delta_standing *delta)
{
    const struct tally_sum *sums = delta->amounts;
    group->standing_changed |= delta->stays_changed;
    for (int k = 0; k < board_funnel(board, group)->step_count; k++) {
        group->standing_changed |= sums[k].low != 0 || sums[k].high != 0;
        group->standing[k].amount.low += sums[k].low;
        group->standing[k].amount.high += sums[k].high;
    }
}

/* Nor do the outcomes that drift rules ask for, some of which lie in slices to come. */
static void take_trials(struct board *board, struct board_group *group, int32_t slice, struct tally *delta)
{
    struct tally_entry entry;
    uint64_t steps = group->trials != NULL ? asked_steps(board, group->funnel, group->breakdown) : 0;
    for (uint32_t slot = 0; tally_next(delta, &slot, &entry);) {
        enum tally_field field = tally_key_field(entry.key);
        int step = tally_key_step(entry.key);
        if (field != TALLY_SUCCEEDED && field != TALLY_FAILED)
            continue;
        if ((steps >> step & 1) != 0)
            trials_add(&group->trials[step], slice, field == TALLY_SUCCEEDED ? entry.count : 0, field == TALLY_FAILED ? entry.count : 0);
        tally_drop(delta, entry.key);
    }
}

/* ---- merging ---- */

static bool holds(struct span span, int64_t moment)
{
    return span.start != TIME_NONE && span.start <= moment && moment < span.end;
}

static struct span span_before(struct span span)
{
    return (struct span){span.start - (span.end - span.start), span.start};
}

static void merge_delta(struct board *board, struct board_group *group, int32_t slice, int ledger, struct tally *delta)
{
    if (tally_is_zero(delta))
        return;
    int64_t start = slice * board->definition->slice_s;
    const struct funnel *funnel = board_funnel(board, group);
    for (size_t i = 0; i < board->watch_count; i++)
        if (is_about(&board->watches[i], group) && watch_takes(&board->watches[i], start, board->definition->slice_s))
            watch_add(&board->watches[i], &group->watched[i], delta, +1);
    for (int w = 0; w < window_count(board, group); w++) {
        struct board_window *window;
        if (funnel->windows[w].kind == WINDOW_ROLLING) {
            window = rolling_of(group, w);
            if (window->summed && holds(window->span, start))
                tally_merge(&window->tally, delta, +1);
            else if (window->summed && holds(span_before(window->span), start))
                tally_merge(&window->baseline, delta, +1);
        } else {
            window = window_at(board, group, w, start);
            if (window == NULL)
                continue;
            if (window->summed)
                tally_merge(&window->tally, delta, +1);
            struct board_series *series = &group->series[w]; /* the next window's baseline has changed */
            size_t next = series_place(series, window->span.end);
            if (next < series->count && series->windows[next]->span.start == window->span.end)
                set_due(board, series->windows[next]);
        }
        set_due(board, window);
    }
    add_to_slice(group, slice, ledger, delta);
}

void board_merge(struct board *board, int index, struct ledger *ledger)
{
    assert(index < board->mapping_count);
    struct mapping *mapping = &board->mappings[index];
    struct deltas *deltas = ledger_deltas(ledger);
    map_reasons(board, mapping, ledger);
    for (size_t i = 0; i < deltas->count; i++) {
        struct delta *delta = &deltas->list[i];
        struct board_group *group = mapped_group(board, mapping, ledger, delta->group);
        take_standing(group, delta->slice, &delta->tally);
        take_trials(board, group, delta->slice, &delta->tally);
        if (mapping->other_reasons)
            map_tally(mapping, &delta->tally);
        merge_delta(board, group, delta->slice, index, &delta->tally);
    }
    for (size_t g = 0; g < deltas->standing_groups; g++)
        if (deltas->standing[g] != NULL)
            take_standing_amounts(board, mapped_group(board, mapping, ledger, (uint32_t)g), deltas->standing[g]);
    deltas_clear(deltas);
}

/* ---- ticks ---- */

static void drop_series(struct board *board, struct board_series *series, int64_t bound)
{
    size_t gone = series_place(series, bound);
    for (size_t i = 0; i < gone; i++) {
        board->dropped = memory_grow(board->dropped, &board->dropped_capacity, board->dropped_count + 1, sizeof *board->dropped);
        board->dropped[board->dropped_count++] = series->windows[i];
        series->windows[i]->due = false;
    }
    for (size_t i = gone; gone > 0 && i < series->count; i++)
        series->windows[i - gone] = series->windows[i];
    series->count -= gone;
}

static void free_slice(struct board_slice *slice)
{
    tally_free(&slice->tally);
    free(slice->young);
}

static void drop_slices(struct board *board, struct board_group *group, int64_t before)
{
    size_t gone = 0;
    while (gone < group->slice_count && group->slices[gone].slice * board->definition->slice_s < before)
        free_slice(&group->slices[gone++]);
    for (size_t i = gone; gone > 0 && i < group->slice_count; i++)
        group->slices[i - gone] = group->slices[i];
    group->slice_count -= gone;
}

/* Drop what lies before the bound, but for the slices a rolling window or a watch still needs. */
static void drop_early(struct board *board, struct board_group *group, int64_t tick)
{
    const struct funnel *funnel = board_funnel(board, group);
    int64_t needed = board->bound;
    for (size_t i = 0; i < board->watch_count; i++)
        if (is_about(&board->watches[i], group) && board->watches[i].span.start != TIME_NONE && board->watches[i].span.start < needed)
            needed = board->watches[i].span.start;
    for (int w = 0; w < window_count(board, group); w++) {
        int64_t start = time_floor(tick, board->definition->slice_s) - 2 * funnel->windows[w].length_s; /* of the baseline */
        if (funnel->windows[w].kind != WINDOW_ROLLING)
            drop_series(board, &group->series[w], board->bound);
        else if (start < needed)
            needed = start;
    }
    drop_slices(board, group, needed);
    for (int k = 0; group->trials != NULL && k < funnel->step_count; k++)
        trials_drop(&group->trials[k], time_floor(board->bound, board->definition->slice_s) / board->definition->slice_s);
}

static void tick_rolling(struct board *board, struct board_group *group, int w, int64_t tick)
{
    struct board_window *window = rolling_of(group, w);
    int64_t length_s = board_funnel(board, group)->windows[w].length_s;
    int64_t end = time_floor(tick, board->definition->slice_s);
    struct span was = window->span, is = {end - length_s, end};
    if (was.start != TIME_NONE && was.end == is.end)
        return;
    if (window->summed) {
        move_sum(board, group, &window->tally, was, is);
        move_sum(board, group, &window->baseline, span_before(was), span_before(is));
    }
    window->span = is;
    set_due(board, window);
}

/* Windows that the tick enters, leaves, or makes final, and the one that shows the open leads. Those that were final before were looked at in
 * earlier ticks. */
static void tick_calendar(struct board *board, struct board_group *group, int w, int64_t tick)
{
    struct board_series *series = &group->series[w];
    int64_t lateness_s = board_funnel(board, group)->lateness_s;
    if (group->open_leads != 0)
        window_at(board, group, w, tick);
    for (size_t i = series->count; i-- > 0;) {
        struct board_window *window = series->windows[i];
        if (board->tick != TIME_NONE && window->span.end + lateness_s <= board->tick)
            break;
        bool held = board->tick != TIME_NONE && holds(window->span, board->tick), holds_now = holds(window->span, tick);
        bool becomes_final = window->span.end + lateness_s <= tick;
        if (held != holds_now || becomes_final || (holds_now && group->standing_changed))
            set_due(board, window);
    }
}

/* A dropped window has nothing to say any more. */
static void forget_dropped(struct board *board)
{
    size_t kept = 0;
    for (size_t i = 0; i < board->due_count; i++)
        if (board->due[i]->due)
            board->due[kept++] = board->due[i];
    board->due_count = kept;
}

void board_tick(struct board *board, int64_t tick, int64_t bound)
{
    size_t dropped_before = board->dropped_count;
    if (bound > board->bound)
        board->bound = bound;
    for (size_t g = 0; g < board->group_count; g++) {
        struct board_group *group = board->groups[g];
        const struct funnel *funnel = board_funnel(board, group);
        for (int w = 0; w < window_count(board, group); w++) {
            if (funnel->windows[w].kind != WINDOW_ROLLING) {
                tick_calendar(board, group, w, tick);
                continue;
            }
            tick_rolling(board, group, w, tick);
            if (group->standing_changed)
                set_due(board, rolling_of(group, w));
        }
        if (board->bound != TIME_NONE)
            drop_early(board, group, tick); /* after sums have left the slices that go */
        group->standing_changed = false;
    }
    if (board->dropped_count > dropped_before)
        forget_dropped(board);
    board->tick = tick;
}

size_t board_due(struct board *board, bool all, struct board_window ***out)
{
    if (all)
        for (size_t g = 0; g < board->group_count; g++)
            for (int w = 0; w < window_count(board, board->groups[g]); w++)
                for (size_t i = 0; i < board->groups[g]->series[w].count; i++)
                    set_due(board, board->groups[g]->series[w].windows[i]);
    for (size_t i = 0; i < board->due_count; i++)
        board->due[i]->due = false;
    size_t count = board->due_count;
    board->due_count = 0;
    *out = board->due;
    return count;
}

size_t board_dropped(struct board *board, struct board_window ***out)
{
    size_t count = board->dropped_count;
    *out = board->dropped;
    board->dropped = NULL;
    board->dropped_count = board->dropped_capacity = 0;
    return count;
}

void board_window_free(struct board_window *window)
{
    tally_free(&window->tally);
    tally_free(&window->baseline);
    free(window);
}

/* ---- reading ---- */

bool board_window_holds(const struct board *board, const struct board_window *window, int64_t tick)
{
    return board_funnel(board, window->group)->windows[window->window].kind == WINDOW_ROLLING || holds(window->span, tick);
}

const struct young *board_young(struct board_slice *slice)
{
    if (slice->young == NULL)
        slice->young = young_read(&slice->tally);
    return slice->young;
}

static void sum_slices(const struct board *board, struct board_window *window)
{
    if (window->summed)
        return;
    window->summed = true;
    if (window->span.start == TIME_NONE)
        return;
    add_slices(board, window->group, &window->tally, window->span, +1);
    if (board_funnel(board, window->group)->windows[window->window].kind == WINDOW_ROLLING)
        add_slices(board, window->group, &window->baseline, span_before(window->span), +1);
}

void board_sum(struct board *board, struct board_window *window)
{
    sum_slices(board, window);
    if (board_funnel(board, window->group)->windows[window->window].kind == WINDOW_ROLLING)
        return;
    const struct board_series *series = &window->group->series[window->window]; /* the baseline, which may have come to be since */
    size_t place = series_place(series, window->span.start);
    if (place > 0 && series->windows[place - 1]->span.end == window->span.start)
        sum_slices(board, series->windows[place - 1]);
}

bool board_window_counts(const struct board *board, const struct board_window *window, int64_t tick)
{
    return !tally_is_zero(&window->tally) || (window->group->open_leads != 0 && board_window_holds(board, window, tick));
}

const struct tally *board_baseline(const struct board *board, const struct board_window *window)
{
    const struct window *definition = &board_funnel(board, window->group)->windows[window->window];
    if (definition->kind == WINDOW_ROLLING)
        return window->span.start - definition->length_s < board->bound ? NULL : &window->baseline;
    const struct board_series *series = &window->group->series[window->window];
    size_t place = series_place(series, window->span.start);
    if (place == 0 || series->windows[place - 1]->span.end != window->span.start)
        return NULL;
    return &series->windows[place - 1]->tally;
}

struct board_window *board_known(struct board *board, int funnel, int breakdown, const struct text *values, int window, int64_t start)
{
    struct board_group *group = group_at(board, funnel, breakdown, values);
    bool rolls = board_funnel(board, group)->windows[window].kind == WINDOW_ROLLING;
    struct board_window *known = rolls ? rolling_of(group, window) : window_at(board, group, window, start);
    if (known != NULL && rolls && board->tick != TIME_NONE)
        tick_rolling(board, group, window, board->tick); /* one that nothing has come to yet knows no time */
    if (known != NULL)
        set_due(board, known);
    return known;
}

const struct funnel *board_funnel(const struct board *board, const struct board_group *group)
{
    return &board->definition->funnels[group->funnel];
}

struct text board_reason(const struct board *board, uint32_t reason)
{
    return names_text(board->reasons, reason);
}

int64_t board_slice_s(const struct board *board)
{
    return board->definition->slice_s;
}

const struct zone *board_zone(const struct board *board)
{
    return board->zone;
}

struct board_figures board_figures(const struct board *board)
{
    struct board_figures figures = {.groups = board->group_count};
    for (size_t g = 0; g < board->group_count; g++) {
        const struct board_group *group = board->groups[g];
        figures.slices += group->slice_count;
        for (size_t i = 0; i < group->slice_count; i++)
            figures.slice_bytes += tally_bytes(&group->slices[i].tally) + sizeof group->slices[i];
        for (int w = 0; w < window_count(board, group); w++) {
            figures.windows += group->series[w].count;
            for (size_t i = 0; i < group->series[w].count; i++)
                figures.window_bytes += tally_bytes(&group->series[w].windows[i]->tally) + sizeof(struct board_window);
        }
    }
    return figures;
}

struct board *board_new(const struct ledger_definition *definition, const struct zone *zone, int ledger_count)
{
    struct board *board = memory_new(sizeof *board);
    board->definition = definition;
    board->zone = zone;
    board->mapping_count = ledger_count;
    board->mappings = memory_new((size_t)ledger_count * sizeof *board->mappings);
    board->reasons = names_new(LEAD_REASONS_MAX);
    for (int d = 0; d < definition->dimension_count; d++)
        board->values[d] = names_new(LEAD_VALUES_MAX);
    board->numbers = groups_new(definition->funnel_count);
    board->tick = board->bound = TIME_NONE;
    return board;
}

void board_free(struct board *board)
{
    if (board == NULL)
        return;
    for (size_t g = 0; g < board->group_count; g++) {
        struct board_group *group = board->groups[g];
        const struct funnel *funnel = board_funnel(board, group);
        for (int w = 0; w < funnel->window_count; w++) {
            for (size_t i = 0; i < group->series[w].count; i++)
                board_window_free(group->series[w].windows[i]);
            free(group->series[w].windows);
        }
        for (size_t i = 0; i < board->watch_count; i++)
            tally_free(&group->watched[i]);
        free(group->watched);
        for (int k = 0; group->trials != NULL && k < funnel->step_count; k++)
            trials_free(&group->trials[k]);
        free(group->trials);
        for (size_t i = 0; i < group->slice_count; i++)
            free_slice(&group->slices[i]);
        for (int k = 0; k < funnel->step_count; k++)
            standing_free(&group->standing[k]);
        free(group->slices);
        free(group->series);
        free(group->standing);
        free(group);
    }
    free(board->groups);
    groups_free(board->numbers);
    for (int i = 0; i < board->mapping_count; i++) {
        free(board->mappings[i].groups);
        free(board->mappings[i].reasons);
    }
    free(board->mappings);
    names_free(board->reasons);
    for (int d = 0; d < board->definition->dimension_count; d++)
        names_free(board->values[d]);
    for (size_t i = 0; i < board->dropped_count; i++)
        board_window_free(board->dropped[i]);
    free(board->dropped);
    free(board->due);
    free(board->watches);
    free(board->asked);
    free(board);
}
