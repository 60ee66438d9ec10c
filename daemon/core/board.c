#include "board.h"

#include <assert.h>
#include <stdlib.h>

#include "memory.h"
#include "numbering.h"

struct board {
    const struct ledger_definition *definition;
    const struct zone *zone;
    struct numbering *numbering;
    struct board_group **groups;   /* by number */
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
    uint64_t version;
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

/* The group with a number, made if it is not there. */
static struct board_group *group_at(struct board *board, uint32_t number)
{
    while (board->group_count <= number) {
        struct board_group identity = {.number = board->group_count};
        const struct group *named = numbering_tell(board->numbering, (uint32_t)board->group_count, identity.values);
        identity.funnel = named->funnel;
        identity.breakdown = named->breakdown;
        identity.trial_steps = asked_steps(board, named->funnel, named->breakdown);
        board->groups = memory_grow(board->groups, &board->group_capacity, board->group_count + 1, sizeof(struct board_group *));
        board->groups[board->group_count++] = board_group_new(&identity, &board->definition->funnels[named->funnel], board->watch_count);
    }
    return board->groups[number];
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

/* The calendar window of a group that holds the moment, made if need be; NULL: it was dropped, or begins too early. */
static struct board_window *window_at(struct board *board, struct board_group *group, int w, int64_t moment)
{
    struct board_window *window = board_series_at(&group->series[w], moment);
    if (window != NULL)
        return window;
    struct span span = calendar_window(board_funnel(board, group)->windows[w].kind, board->zone, moment);
    return span.start < board->bound ? NULL : board_series_insert(&group->series[w], group, w, span);
}

static struct board_window *rolling_of(struct board_group *group, int w)
{
    struct board_series *series = &group->series[w];
    if (series->count == 0)
        board_series_insert(series, group, w, (struct span){TIME_NONE, TIME_NONE}); /* until the first tick */
    return series->windows[0];
}

/* ---- watches ---- */

static bool is_about(const struct watch *watch, const struct board_group *group)
{
    return watch->funnel == group->funnel && watch->breakdown == group->breakdown;
}

void board_watch_move(struct board *board, int number, struct span to)
{
    struct watch *watch = &board->watches[number];
    for (size_t g = 0; g < board->group_count; g++)
        if (is_about(watch, board->groups[g]))
            watch_move_sum(watch, to, &board->groups[g]->slices, board->definition->slice_s, &board->groups[g]->watched[number]);
    watch->span = to;
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
    return watch_burst(&board->watches[number], &group->slices, board->definition->slice_s, step);
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

uint64_t board_version(const struct board *board)
{
    return board->version;
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
    return group_at(board, numbering_group(board->numbering, funnel, breakdown, values));
}

/* ---- merging ---- */

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
            if (window->summed && span_holds(window->span, start))
                tally_merge(&window->tally, delta, +1);
            else if (window->summed && span_holds(span_before(window->span), start))
                tally_merge(&window->baseline, delta, +1);
        } else {
            window = window_at(board, group, w, start);
            if (window == NULL)
                continue;
            if (window->summed)
                tally_merge(&window->tally, delta, +1);
            struct board_window *next = board_series_after(&group->series[w], window); /* its baseline has changed */
            if (next != NULL)
                set_due(board, next);
        }
        set_due(board, window);
    }
    slices_add(&group->slices, slice, ledger, delta);
}

void board_merge(struct board *board, int index, struct ledger *ledger)
{
    struct deltas *deltas = ledger_deltas(ledger);
    board->version++;
    numbering_learn_reasons(board->numbering, index, ledger);
    for (size_t i = 0; i < deltas->count; i++) {
        struct delta *delta = &deltas->list[i];
        struct board_group *group = group_at(board, numbering_group_of(board->numbering, index, ledger, delta->group));
        board_group_take_standing(group, delta->slice, &delta->tally);
        board_group_take_trials(group, delta->slice, &delta->tally);
        numbering_map_reasons(board->numbering, index, &delta->tally);
        merge_delta(board, group, delta->slice, index, &delta->tally);
    }
    for (size_t g = 0; g < deltas->standing_groups; g++) {
        if (deltas->standing[g] == NULL)
            continue;
        struct board_group *group = group_at(board, numbering_group_of(board->numbering, index, ledger, (uint32_t)g));
        board_group_take_amounts(group, board_funnel(board, group), deltas->standing[g]);
    }
    deltas_clear(deltas);
}

/* ---- ticks ---- */

static void drop_series(struct board *board, struct board_series *series, int64_t bound)
{
    size_t gone = board_series_place(series, bound);
    for (size_t i = 0; i < gone; i++) {
        board->dropped = memory_grow(board->dropped, &board->dropped_capacity, board->dropped_count + 1, sizeof *board->dropped);
        board->dropped[board->dropped_count++] = series->windows[i];
        series->windows[i]->due = false;
    }
    board_series_drop(series, gone);
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
    slices_drop(&group->slices, board->definition->slice_s, needed);
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
        slices_move_sum(&group->slices, board->definition->slice_s, was, is, &window->tally);
        slices_move_sum(&group->slices, board->definition->slice_s, span_before(was), span_before(is), &window->baseline);
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
        bool held = board->tick != TIME_NONE && span_holds(window->span, board->tick), holds_now = span_holds(window->span, tick);
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
    int64_t slice_s = board->definition->slice_s, now = time_floor(tick, slice_s);
    bool slice_ended = board->tick == TIME_NONE || now > board->tick;
    board->version++;
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
        if (slice_ended)
            slices_let_young_go(&group->slices, slice_s, funnel_youngest(funnel, now, slice_s));
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

/* ---- reading ---- */

bool board_window_holds(const struct board *board, const struct board_window *window, int64_t tick)
{
    return board_funnel(board, window->group)->windows[window->window].kind == WINDOW_ROLLING || span_holds(window->span, tick);
}

static void sum_slices(const struct board *board, struct board_window *window)
{
    if (window->summed)
        return;
    window->summed = true;
    if (window->span.start == TIME_NONE)
        return;
    const struct slices *slices = &window->group->slices;
    slices_sum(slices, board->definition->slice_s, window->span, +1, &window->tally);
    if (board_funnel(board, window->group)->windows[window->window].kind == WINDOW_ROLLING)
        slices_sum(slices, board->definition->slice_s, span_before(window->span), +1, &window->baseline);
}

void board_sum(struct board *board, struct board_window *window)
{
    sum_slices(board, window);
    if (board_funnel(board, window->group)->windows[window->window].kind == WINDOW_ROLLING)
        return;
    struct board_window *baseline = board_series_before(&window->group->series[window->window], window); /* it may have come to be since */
    if (baseline != NULL)
        sum_slices(board, baseline);
}

size_t board_bytes_to_read(const struct board *board, const struct board_window *window)
{
    const struct slices *slices = &window->group->slices;
    if (window->summed)
        return tally_bytes(&window->tally) + tally_bytes(&window->baseline);
    if (window->span.start == TIME_NONE)
        return 0;
    size_t bytes = slices_bytes(slices, board->definition->slice_s, window->span);
    if (board_funnel(board, window->group)->windows[window->window].kind == WINDOW_ROLLING)
        bytes += slices_bytes(slices, board->definition->slice_s, span_before(window->span));
    return bytes;
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
    const struct board_window *before = board_series_before(&window->group->series[window->window], window);
    return before != NULL ? &before->tally : NULL;
}

struct board_window *board_known(struct board *board, int funnel, int breakdown, const struct text *values, int window, int64_t start)
{
    struct board_group *group = board_known_group(board, funnel, breakdown, values);
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
    return numbering_reason(board->numbering, reason);
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
        figures.slices += group->slices.count;
        for (size_t i = 0; i < group->slices.count; i++)
            figures.slice_bytes += tally_bytes(&group->slices.list[i].tally) + young_bytes(group->slices.list[i].young) + sizeof(struct slice);
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
    board->numbering = numbering_new(definition, ledger_count);
    board->tick = board->bound = TIME_NONE;
    board->version = 1;
    return board;
}

void board_free(struct board *board)
{
    if (board == NULL)
        return;
    for (size_t g = 0; g < board->group_count; g++)
        board_group_free(board->groups[g], board_funnel(board, board->groups[g]), board->watch_count);
    free(board->groups);
    numbering_free(board->numbering);
    for (size_t i = 0; i < board->dropped_count; i++)
        board_window_free(board->dropped[i]);
    free(board->dropped);
    free(board->due);
    free(board->watches);
    free(board->asked);
    free(board);
}
