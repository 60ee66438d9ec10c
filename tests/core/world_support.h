/* world_support.h -- ledgers and their board together, as the engine has them: events in, snapshots out; and everything a board says as one text, so that
 * two boards that should say the same can be compared. */
#ifndef FUNNELD_TESTS_WORLD_SUPPORT_H
#define FUNNELD_TESTS_WORLD_SUPPORT_H

#include "../../daemon/core/memory.h"
#include "../../daemon/core/snapshot.h"
#include "story_support.h"

enum { WORLD_LEDGERS_MAX = 3, WORLD_FUNNELS_MAX = 2, WORLD_WINDOWS_MAX = 8, WORLD_BREAKDOWNS_MAX = 2 };

struct world_plan { /* what is counted; may not be moved */
    struct story_funnel made[WORLD_FUNNELS_MAX];
    struct funnel funnels[WORLD_FUNNELS_MAX];
    struct window windows[WORLD_WINDOWS_MAX];
    struct breakdown breakdowns[WORLD_BREAKDOWNS_MAX];
    struct dimension dimensions[STORY_DIMENSIONS_MAX];
    struct ledger_definition definition;
    const struct zone *zone;
};

static struct zone_change world_utc_changes[] = {{INT64_MIN, 0}};
static const struct zone world_utc = {.name = "UTC", .change_count = 1, .changes = world_utc_changes, .end = INT64_MAX, .slice_s = 3600};

static const struct breakdown world_by_manager = {.dimension_count = 1, .dimensions = {1}};
static const struct breakdown world_by_channel_and_manager = {.dimension_count = 2, .dimensions = {0, 1}};

/* A plan without funnels: dimensions channel (first), manager (closing) and product (last), windows as named, e.g. "day month rolling 3h". */
static inline void world_plan(struct world_plan *plan, const struct zone *zone, const char *windows)
{
    static const char *const kinds[] = {"hour", "day", "week", "month", "quarter", "year", "rolling"};
    *plan = (struct world_plan){.zone = zone, .dimensions = {{"channel", TAKE_FIRST}, {"manager", TAKE_CLOSING}, {"product", TAKE_LAST}},
                                .breakdowns = {world_by_manager, world_by_channel_and_manager}};
    plan->definition = (struct ledger_definition){.funnels = plan->funnels, .dimension_count = STORY_DIMENSIONS_MAX, .dimensions = plan->dimensions,
                                                  .slice_s = zone->slice_s};
    struct text rest = text_of(windows);
    int count = 0;
    for (struct text word; (word = story_word(&rest)).length > 0; count++)
        for (int kind = 0; kind < COUNT_OF(kinds); kind++)
            if (text_equal(word, text_of(kinds[kind]))) {
                plan->windows[count] = (struct window){.kind = (enum window_kind)kind, .name = kinds[kind]};
                if (kind == WINDOW_ROLLING)
                    plan->windows[count].length_s = atoi(story_word(&rest).data) * STORY_HOUR_S;
            }
}

static inline struct funnel *world_add_funnel(struct world_plan *plan, enum progress progress, const char *steps, int breakdown_count)
{
    int number = plan->definition.funnel_count++;
    assert(number < WORLD_FUNNELS_MAX);
    story_funnel(&plan->made[number], progress, steps);
    struct funnel *funnel = &plan->funnels[number];
    *funnel = plan->made[number].funnel;
    funnel->windows = plan->windows;
    while (funnel->window_count < WORLD_WINDOWS_MAX && plan->windows[funnel->window_count].name != NULL)
        funnel->window_count++;
    funnel->breakdowns = plan->breakdowns;
    funnel->breakdown_count = breakdown_count;
    return funnel;
}

struct world {
    const struct world_plan *plan;
    int ledger_count;
    struct ledger *ledgers[WORLD_LEDGERS_MAX];
    struct board *board;
    struct snapshot_maker *maker;
};

static inline void world_open(struct world *world, const struct world_plan *plan, int ledger_count)
{
    *world = (struct world){.plan = plan, .ledger_count = ledger_count, .board = board_new(&plan->definition, plan->zone, ledger_count), .maker = snapshot_maker_new()};
    for (int i = 0; i < ledger_count; i++)
        world->ledgers[i] = ledger_new(&plan->definition);
}

static inline void world_close(struct world *world)
{
    board_free(world->board);
    snapshot_maker_free(world->maker);
    for (int i = 0; i < world->ledger_count; i++)
        ledger_free(world->ledgers[i]);
}

static inline struct ledger *world_ledger_of(const struct world *world, uint64_t lead_hash)
{
    return world->ledgers[(lead_hash >> 32) % (uint64_t)world->ledger_count];
}

static inline void world_apply(struct world *world, const struct event *event, int64_t bound)
{
    struct ledger *ledger = world_ledger_of(world, event->lead_hash);
    ledger_prefetch_slot(ledger, event->lead_hash);
    ledger_prefetch_lead(ledger, event->lead_hash);
    ledger_apply(ledger, event, bound);
}

/* Tell a lead's story in a funnel. */
static inline void world_tell(struct world *world, int funnel, const char *lead, const char *line)
{
    static struct story story;
    story_read(&story, line, lead, &world->plan->funnels[funnel], funnel, STORY_DIMENSIONS_MAX, world->plan->dimensions);
    for (int i = 0; i < story.count; i++)
        world_apply(world, &story.events[i].event, TIME_NONE);
}

static inline void world_merge(struct world *world)
{
    for (int i = 0; i < world->ledger_count; i++)
        board_merge(world->board, i, world->ledgers[i]);
}

static inline void world_tick(struct world *world, int64_t tick, int64_t bound)
{
    world_merge(world);
    board_tick(world->board, tick, bound);
}

static inline int world_by_since(const void *a, const void *b)
{
    const struct ledger_open *x = a, *y = b;
    return x->since != y->since ? (x->since > y->since) - (x->since < y->since) : text_compare(x->lead, y->lead);
}

static inline int world_oldest(void *context, int funnel, int step, struct ledger_open *out)
{
    struct world *world = context;
    struct ledger_open all[WORLD_LEDGERS_MAX * SNAPSHOT_OLDEST_MAX];
    int count = 0;
    for (int i = 0; i < world->ledger_count; i++)
        count += ledger_oldest(world->ledgers[i], funnel, step, NULL, NULL, SNAPSHOT_OLDEST_MAX, all + count);
    if (count > 1)
        qsort(all, (size_t)count, sizeof *all, world_by_since);
    count = count < SNAPSHOT_OLDEST_MAX ? count : SNAPSHOT_OLDEST_MAX;
    if (count > 0)
        memcpy(out, all, (size_t)count * sizeof *out);
    return count;
}

static inline const struct snapshot *world_snapshot_of(struct world *world, struct board_window *window, int64_t tick)
{
    board_sum(world->board, window);
    return snapshot_make(world->maker, world->board, window, tick, TIME_NONE, world_oldest, world);
}

/* The record of a window that holds the moment; values: those of the breakdown, or NULL. */
static inline const struct snapshot *world_snapshot(struct world *world, int funnel, int breakdown, const struct text *values, int window,
                                                    int64_t moment, int64_t tick)
{
    return world_snapshot_of(world, board_known(world->board, funnel, breakdown, values, window, moment), tick);
}

/* ---- everything as text ---- */

static inline long long world_amount(tally_amount minor) /* minor units; the tests' sums fit */
{
    return (long long)minor;
}

static inline void world_print_view(FILE *out, const struct funnel *funnel, const struct snapshot_view *view, bool matured)
{
    fprintf(out, "  entered %lld won %lld lost %lld open %lld returned %lld conversion %.17g amounts %lld %lld\n", (long long)view->entered, (long long)view->won,
            (long long)view->lost, (long long)view->open, (long long)view->returned, view->conversion, world_amount(view->won_amount), world_amount(view->lost_amount));
    for (int k = 0; k < funnel->step_count; k++) {
        const struct snapshot_step *step = &view->steps[k];
        fprintf(out, "  %s %lld skipped %lld conversion %.17g %.17g left %d %lld %lld %lld to next %lld %lld lost %lld", funnel->steps[k].id, (long long)step->reached,
                (long long)step->skipped, step->conversion, step->from_start, step->has_left, (long long)step->left_lost, (long long)step->left_open,
                (long long)step->left_won, (long long)step->to_next_p50_s, (long long)step->to_next_p90_s, (long long)step->lost_total);
        for (int i = 0; i < step->reason_count; i++)
            fprintf(out, " [%.*s] %lld", (int)step->reasons[i].reason.length, step->reasons[i].reason.data, (long long)step->reasons[i].count);
        fprintf(out, " other %lld\n", (long long)step->lost_other);
        if (matured && step->has_matured)
            fprintf(out, "    matured %lld of %lld: %.17g %.17g %.17g\n", (long long)step->matured.mature, (long long)step->matured.leads, step->matured.conversion,
                    step->matured.low, step->matured.high);
    }
    for (int s = 0; s < funnel->stage_count; s++)
        fprintf(out, "  stage %s %lld %.17g\n", funnel->stages[s].id, (long long)view->stages[s].reached, view->stages[s].conversion);
    for (int i = 0; i < view->bottleneck_count; i++) {
        const struct bottleneck *b = &view->bottlenecks[i];
        fprintf(out, "  bottleneck %d-%d: %lld %lld %lld %.17g %.17g %.17g %.17g target %.17g baseline %.17g reference %.17g extra %.17g %.17g why %u\n", b->from, b->to,
                (long long)b->reached, (long long)b->passed, (long long)b->left, b->share, b->conversion, b->low, b->high, b->target, b->baseline, b->reference,
                b->extra_wins, b->extra_amount, b->reasons);
    }
}

/* `moving`: also what changes with the tick alone and publishes nothing: ages and matured conversions. */
static inline void world_print_snapshot(FILE *out, const struct snapshot *snapshot, bool moving)
{
    fprintf(out, " [%lld, %lld) final %d nps %lld %lld %lld %.17g\n", (long long)snapshot->span.start, (long long)snapshot->span.end, snapshot->final,
            (long long)snapshot->promoters, (long long)snapshot->passives, (long long)snapshot->detractors, snapshot->score);
    for (int basis = 0; basis < TALLY_BASES; basis++)
        world_print_view(out, snapshot->funnel, &snapshot->views[basis], moving);
    fprintf(out, "  open %d\n", snapshot->open_count);
    for (int i = 0; i < snapshot->open_count; i++) {
        const struct snapshot_open *open = &snapshot->open[i];
        fprintf(out, "  open at %s %lld amount %lld", snapshot->funnel->steps[open->step].id, (long long)open->leads, world_amount(open->amount));
        if (moving)
            fprintf(out, " ages %lld %lld", (long long)open->age_p50_s, (long long)open->age_p90_s);
        for (int l = 0; l < open->oldest_count; l++)
            fprintf(out, " %.*s %lld", (int)open->oldest[l].lead.length, open->oldest[l].lead.data, (long long)open->oldest[l].since);
        fprintf(out, "\n");
    }
}

static inline int world_by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The counts as they stand, reasons by name: numbers of reasons differ from board to board. */
static inline void world_print_tally(FILE *out, const struct board *board, const struct tally *tally)
{
    size_t count;
    const struct tally_entry *entries = tally_entries(tally, &count);
    char **lines = memory_new((count + 1) * sizeof *lines);
    for (size_t i = 0; i < count; i++) {
        struct tally_entry entry = entries[i];
        struct text reason = tally_key_field(entry.key) == TALLY_LOST ? board_reason(board, tally_key_detail(entry.key)) : TEXT("");
        uint32_t detail = tally_key_field(entry.key) == TALLY_LOST ? 0 : tally_key_detail(entry.key);
        int length = asprintf(&lines[i], " %08x%.*s=%d", entry.key - tally_key_detail(entry.key) + detail, (int)reason.length, reason.data, entry.count);
        assert(length > 0);
        (void)length;
    }
    qsort(lines, count, sizeof *lines, world_by_text);
    for (size_t i = 0; i < count; i++) {
        fputs(lines[i], out);
        free(lines[i]);
    }
    free(lines);
    for (int basis = 0; basis < TALLY_BASES; basis++)
        fprintf(out, " %lld %lld", world_amount(tally_get_amount(tally, tally_key((enum tally_basis)basis, TALLY_WON_AMOUNT, 0, 0))),
                world_amount(tally_get_amount(tally, tally_key((enum tally_basis)basis, TALLY_LOST_AMOUNT, 0, 0))));
    fputc('\n', out);
}

/* funnel/window/start/group */
static inline char *world_key(const struct world *world, const struct board_window *window)
{
    char *key = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&key, &length);
    const struct board_group *group = window->group;
    const struct window *kind = &board_funnel(world->board, group)->windows[window->window];
    fprintf(out, "%d/%d %s/%020lld/%d", group->funnel, window->window, kind->name, kind->kind == WINDOW_ROLLING ? 0 : (long long)window->span.start, group->breakdown);
    for (int i = 0; group->breakdown >= 0 && i < board_funnel(world->board, group)->breakdowns[group->breakdown].dimension_count; i++)
        fprintf(out, "/%.*s", (int)group->values[i].length, group->values[i].data);
    fclose(out);
    return key;
}

struct world_page { char *key, *text; };

static inline int world_by_key(const void *a, const void *b)
{
    return strcmp(((const struct world_page *)a)->key, ((const struct world_page *)b)->key);
}

/* What one window says at the tick; NULL: nothing counts there. Given to the caller. */
static inline char *world_page_of(struct world *world, struct board_window *window, int64_t tick, bool moving)
{
    board_sum(world->board, window);
    if (!board_window_counts(world->board, window, tick))
        return NULL;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    world_print_tally(out, world->board, &window->tally);
    world_print_snapshot(out, world_snapshot_of(world, window, tick), moving);
    fclose(out);
    return text;
}

/* All windows in which something counts at the tick, by key, in one text. Given to the caller. */
static inline char *world_text(struct world *world, int64_t tick)
{
    struct board_window **windows;
    size_t count = board_due(world->board, true, &windows), page_count = 0;
    struct world_page *pages = memory_new((count + 1) * sizeof *pages);
    for (size_t i = 0; i < count; i++)
        board_sum(world->board, windows[i]); /* all of them first: a window's baseline is another window */
    for (size_t i = 0; i < count; i++) {
        char *text = world_page_of(world, windows[i], tick, true);
        if (text != NULL)
            pages[page_count++] = (struct world_page){world_key(world, windows[i]), text};
    }
    qsort(pages, page_count, sizeof *pages, world_by_key);
    char *all = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&all, &length);
    for (size_t i = 0; i < page_count; i++) {
        fprintf(out, "%s\n%s", pages[i].key, pages[i].text);
        free(pages[i].key);
        free(pages[i].text);
    }
    free(pages);
    fclose(out);
    return all;
}

#endif
