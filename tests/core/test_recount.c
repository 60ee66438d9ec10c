/* Goal: sums that are kept up to date event by event say what a count from scratch says, in whatever order, how often and through however many ledgers the
 * events come: semantics, sections 3, 6 and 8.
 * Method: random events of a few leads in random plans, from a printed seed (SEED, ROUNDS): moments are few and lie on the edges of slices, so that ties,
 * returns and corrections are frequent. Each round compares everything that two boards say, as text (world_support.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "random_support.h"
#include "world_support.h"

enum { EVENTS_MOST = 160, LEADS_MOST = 14, MOMENTS = 24, DAYS = 9, TICKS_MOST = 12 };

struct told { /* one event, as it may be told again and again */
    struct event event;
    struct move moves[WORLD_FUNNELS_MAX];
    struct text dimensions[STORY_DIMENSIONS_MAX];
};

struct run {
    struct random random;
    struct world_plan plan;
    int64_t moments[MOMENTS];
    char ids[LEADS_MOST][16];
    int lead_count, event_count;
    struct told events[EVENTS_MOST];
    int64_t end; /* the last tick */
};

/* ---- plans and events ---- */

static struct zone_change kathmandu_changes[] = {{INT64_MIN, 20700}};
/* Day 3 has 23 hours, day 6 has 25. */
static struct zone_change summer_changes[] = {{INT64_MIN, 3600}, {DAY_1 + 2 * STORY_DAY_S + 3600, 7200}, {DAY_1 + 5 * STORY_DAY_S + 3600, 3600}};
static const struct zone kathmandu = {.name = "+05:45", .change_count = 1, .changes = kathmandu_changes, .end = INT64_MAX, .slice_s = 900};
static const struct zone short_summer = {.name = "summer", .change_count = 3, .changes = summer_changes, .end = INT64_MAX, .slice_s = 3600};

static void random_plan(struct run *run)
{
    static const struct zone *const zones[] = {&world_utc, &kathmandu, &short_summer};
    static const char *const steps[] = {"a b c d e", "a b? c d* e?", "a +b c? +d e*", "a b", "a"};
    struct random *random = &run->random;
    world_plan(&run->plan, zones[random_below(random, COUNT_OF(zones))], "day rolling 3 hour week rolling 24 month");
    int funnels = 1 + random_below(random, 2);
    for (int f = 0; f < funnels; f++) {
        enum progress progress = (enum progress)random_below(random, 3);
        const char *chosen = steps[random_below(random, COUNT_OF(steps))];
        struct funnel *funnel = world_add_funnel(&run->plan, progress, chosen, random_below(random, 3));
        funnel->within_s = random_one_in(random, 3) ? STORY_HOUR_S * (1 + random_below(random, 30)) : -1;
        funnel->lateness_s = random_one_in(random, 2) ? 2 * STORY_HOUR_S : 0;
        funnel->min_leads = 1;
        for (int k = 0; k < funnel->step_count; k++)
            funnel->steps[k].horizon_s = random_one_in(random, 2) ? STORY_DAY_S : 7200;
    }
}

static int64_t random_moment(struct run *run)
{
    return run->moments[random_below(&run->random, MOMENTS)];
}

static void random_event(struct run *run, struct told *told)
{
    static const char *const reasons[] = {"", "price", "no answer", "rival"};
    static const char *const values[] = {"Anna", "Boris", "Clara"};
    static const int64_t amounts[] = {0, 1, -250, 99999, INT32_MAX, INT64_C(1) << 32, -(INT64_C(1) << 33), INT64_C(1) << 50};
    struct random *random = &run->random;
    struct text lead = text_of(run->ids[random_below(random, run->lead_count)]);
    int64_t at = random_moment(run);
    told->event = (struct event){.lead = lead, .lead_hash = story_hash(lead), .at = at, .stage_at = at, .created_at = TIME_NONE, .score = -1,
                                 .dimensions = told->dimensions, .moves = told->moves};
    struct event *event = &told->event;
    if (random_one_in(random, 80)) {
        event->removed = true;
        return;
    }
    if (random_one_in(random, 5))
        event->stage_at = random_moment(run);
    if (random_one_in(random, 8))
        event->created_at = random_moment(run);
    if (random_one_in(random, 10))
        event->score = random_below(random, 11);
    if (random_one_in(random, 4)) {
        event->has_amount = true;
        event->amount_minor = amounts[random_below(random, COUNT_OF(amounts))];
    }
    for (int d = 0; d < STORY_DIMENSIONS_MAX; d++)
        told->dimensions[d] = random_one_in(random, 3) ? text_of(values[random_below(random, COUNT_OF(values))]) : (struct text){NULL, 0};
    for (int f = 0; f < run->plan.definition.funnel_count; f++) {
        if (f > 0 && random_one_in(random, 2))
            continue;
        struct move *move = &told->moves[event->move_count++];
        *move = (struct move){.funnel = f, .amount_counts = event->has_amount && !random_one_in(random, 4)};
        int kind = random_below(random, 8);
        move->kind = kind < 5 ? MOVE_REACH : kind < 7 ? MOVE_LOSS : MOVE_NONE;
        move->step = random_below(random, run->plan.funnels[f].step_count);
        move->reason = text_of(reasons[random_below(random, COUNT_OF(reasons))]);
    }
}

static struct run *run_new(uint64_t seed)
{
    struct run *run = memory_new(sizeof *run);
    run->random = (struct random){seed};
    random_plan(run);
    int64_t slice_s = run->plan.zone->slice_s;
    for (int i = 0; i < MOMENTS; i++) {
        int64_t edge = time_floor(DAY_1 + random_below(&run->random, DAYS * STORY_DAY_S), random_one_in(&run->random, 3) ? STORY_DAY_S : slice_s);
        run->moments[i] = random_one_in(&run->random, 4) ? edge + random_below(&run->random, (int)slice_s) : edge + random_below(&run->random, 3) - 1;
    }
    run->lead_count = 1 + random_below(&run->random, LEADS_MOST);
    for (int i = 0; i < run->lead_count; i++)
        snprintf(run->ids[i], sizeof run->ids[i], "L-%d", i);
    run->event_count = 1 + random_below(&run->random, EVENTS_MOST);
    for (int i = 0; i < run->event_count; i++)
        random_event(run, &run->events[i]);
    run->end = DAY_1 + (DAYS + random_below(&run->random, 3)) * STORY_DAY_S + random_below(&run->random, STORY_DAY_S);
    return run;
}

/* ---- worlds ---- */

static void free_dropped(struct world *world)
{
    struct board_window **dropped;
    size_t count = board_dropped(world->board, &dropped);
    for (size_t i = 0; i < count; i++)
        board_window_free(dropped[i]);
    free(dropped);
}

/* Each distinct event once, one ledger, one tick. */
static char *from_scratch_since(const struct run *run, int64_t tick, int64_t bound)
{
    struct world world;
    world_open(&world, &run->plan, 1);
    for (int i = 0; i < run->event_count; i++)
        world_apply(&world, &run->events[i].event, TIME_NONE);
    world_tick(&world, tick, bound);
    free_dropped(&world);
    char *text = world_text(&world, tick);
    world_close(&world);
    return text;
}

static char *from_scratch(const struct run *run, int64_t tick)
{
    return from_scratch_since(run, tick, TIME_NONE);
}

static void same(uint64_t seed, char *found, char *expected)
{
    bool equal = strcmp(found, expected) == 0;
    if (!equal) {
        size_t at = 0;
        while (found[at] == expected[at] && found[at] != '\0')
            at++;
        size_t from = at > 300 ? at - 300 : 0;
        print_error("SEED=%llu ROUNDS=1\n--- found\n%.600s\n--- expected\n%.600s\n", (unsigned long long)seed, found + from, expected + from);
    }
    assert_true(equal);
    free(found);
    free(expected);
}

/* All events in any order, some of them several times, with merges and ticks in between, and windows that are asked for early or late. */
static void tell_at_random(struct run *run, struct world *world)
{
    struct random *random = &run->random;
    int order[3 * EVENTS_MOST], count = 0;
    for (int i = 0; i < run->event_count; i++)
        for (int times = 1 + (random_one_in(random, 3) ? random_below(random, 3) : 0); times > 0; times--)
            order[count++] = i;
    random_shuffle(random, order, count);
    int64_t tick = DAY_1;
    for (int i = 0; i < count; i++) {
        world_apply(world, &run->events[order[i]].event, TIME_NONE);
        if (random_one_in(random, 12))
            world_merge(world);
        if (!random_one_in(random, 12))
            continue;
        int64_t next = tick + random_below(random, (int)(run->end - tick) / 4 + 1) + 1;
        if (next >= run->end)
            continue;
        world_tick(world, tick = next, TIME_NONE);
        if (random_one_in(random, 2))
            free(world_text(world, tick));
    }
}

static void each_round(void (*check)(uint64_t seed, struct run *run), int usual)
{
    uint64_t seed = random_seed();
    int rounds = random_rounds(usual);
    print_message("SEED=%llu ROUNDS=%d\n", (unsigned long long)seed, rounds);
    for (int round = 0; round < rounds; round++) {
        struct run *run = run_new(seed + (uint64_t)round);
        check(seed + (uint64_t)round, run);
        free(run);
    }
}

/* ---- what must be the same ---- */

static void check_order(uint64_t seed, struct run *run)
{
    struct world world;
    world_open(&world, &run->plan, 1 + random_below(&run->random, WORLD_LEDGERS_MAX));
    tell_at_random(run, &world);
    world_tick(&world, run->end, TIME_NONE);
    same(seed, world_text(&world, run->end), from_scratch(run, run->end));
    world_close(&world);
}

static void any_order_duplication_and_number_of_ledgers__counts_the_same(void **state)
{
    (void)state;
    each_round(check_order, 150);
}

static void check_ticks(uint64_t seed, struct run *run)
{
    struct world world;
    world_open(&world, &run->plan, 1 + random_below(&run->random, WORLD_LEDGERS_MAX));
    for (int i = 0; i < run->event_count; i++)
        world_apply(&world, &run->events[i].event, TIME_NONE);
    int64_t tick = DAY_1 + random_below(&run->random, STORY_DAY_S);
    for (int i = 0; i < TICKS_MOST; i++) {
        world_tick(&world, tick, TIME_NONE);
        if (!random_one_in(&run->random, 3))
            same(seed, world_text(&world, tick), from_scratch(run, tick));
        tick += 1 + random_below(&run->random, random_one_in(&run->random, 2) ? 7200 : 2 * STORY_DAY_S);
    }
    world_close(&world);
}

static void rolling_windows_moved_tick_by_tick__are_those_made_at_once(void **state)
{
    (void)state;
    each_round(check_ticks, 30);
}

static void check_bound(uint64_t seed, struct run *run)
{
    struct world world;
    world_open(&world, &run->plan, 1 + random_below(&run->random, WORLD_LEDGERS_MAX));
    for (int i = 0; i < run->event_count; i++)
        world_apply(&world, &run->events[i].event, TIME_NONE);
    int64_t retention_s = STORY_DAY_S + random_below(&run->random, 2 * STORY_DAY_S); /* the longest rolling window fits */
    int64_t tick = DAY_1, bound = TIME_NONE;
    for (int i = 0; i < TICKS_MOST; i++) {
        tick += 1 + random_below(&run->random, random_one_in(&run->random, 2) ? 7200 : 2 * STORY_DAY_S);
        if (!random_one_in(&run->random, 3)) /* else nothing came in that time */
            bound = tick - retention_s;
        world_tick(&world, tick, bound);
        free_dropped(&world);
        same(seed, world_text(&world, tick), from_scratch_since(run, tick, bound));
    }
    world_close(&world);
}

static void what_lies_before_the_bound__is_dropped_and_no_sum_of_the_rest_suffers(void **state)
{
    (void)state;
    each_round(check_bound, 40);
}

/* ---- restored from what ledgers say about their leads ---- */

/* The same element by the numbers of another ledger's names. */
static uint64_t translated(uint64_t element, const struct lead_names *from, const struct lead_names *to)
{
    uint32_t what = lead_element_what(element);
    int64_t moment = lead_element_time(element);
    if (what >= LEAD_DIMENSION) {
        uint32_t dimension = (what - LEAD_DIMENSION) / LEAD_VALUES_MAX, value = (what - LEAD_DIMENSION) % LEAD_VALUES_MAX;
        return lead_element(moment, LEAD_DIMENSION + dimension * LEAD_VALUES_MAX + names_number(to->values[dimension], names_text(from->values[dimension], value)));
    }
    if (what >= LEAD_LOSS)
        return lead_element(moment, LEAD_LOSS + names_number(to->reasons, names_text(from->reasons, what - LEAD_LOSS)));
    return element;
}

static void restore(struct ledger *to, const struct lead_names *from_names, const struct ledger_lead *lead, uint64_t lead_hash)
{
    struct ledger_section sections[WORLD_FUNNELS_MAX];
    struct ledger_lead copy = *lead;
    copy.sections = sections;
    for (int s = 0; s < lead->section_count; s++) {
        const struct lead_set *set = &lead->sections[s].set;
        sections[s] = (struct ledger_section){.funnel = lead->sections[s].funnel, .last_at = lead->sections[s].last_at, .set = {.amount_minor = set->amount_minor}};
        for (uint32_t i = 0; i < set->count; i++)
            lead_set_add_element(&sections[s].set, translated(set->elements[i], from_names, ledger_names(to)));
    }
    ledger_restore(to, &copy, lead_hash);
    for (int s = 0; s < lead->section_count; s++)
        free(sections[s].set.elements);
}

static void restore_lead(struct world *to, const struct world *from, const char *id)
{
    uint64_t hash = story_hash(text_of(id));
    struct ledger *ledger = world_ledger_of(from, hash);
    struct ledger_lead lead = ledger_find(ledger, text_of(id), hash);
    if (lead.section_count > 0 || lead.removed)
        restore(world_ledger_of(to, hash), ledger_names(ledger), &lead, hash);
}

static void check_restored(uint64_t seed, struct run *run)
{
    struct world world, restored;
    world_open(&world, &run->plan, 1 + random_below(&run->random, WORLD_LEDGERS_MAX));
    world_open(&restored, &run->plan, 1 + random_below(&run->random, WORLD_LEDGERS_MAX));
    for (int i = 0; i < run->event_count; i++) {
        world_apply(&world, &run->events[i].event, TIME_NONE);
        int lead = random_below(&run->random, run->lead_count); /* an early row, which a later one replaces */
        if (random_one_in(&run->random, 6))
            restore_lead(&restored, &world, run->ids[lead]);
    }
    for (int i = run->lead_count; i-- > 0;)
        restore_lead(&restored, &world, run->ids[i]);
    for (int i = 0; i < restored.ledger_count; i++)
        ledger_count_restored(restored.ledgers[i]);
    for (int i = 0; i < run->event_count; i += 7) /* what it is told again changes nothing */
        world_apply(&restored, &run->events[i].event, TIME_NONE);
    world_tick(&restored, run->end, TIME_NONE);
    same(seed, world_text(&restored, run->end), from_scratch(run, run->end));
    world_close(&world);
    world_close(&restored);
}

static void restored_leads__count_the_same(void **state)
{
    (void)state;
    each_round(check_restored, 120);
}

/* ---- taken back ---- */

static void check_zero(const struct world *world, struct board_window *window)
{
    board_sum(world->board, window);
    const struct tally *sums[] = {&window->tally, &window->baseline};
    for (int i = 0; i < COUNT_OF(sums); i++) {
        struct tally_entry entry;
        uint32_t slot = 0;
        assert_true(tally_is_zero(sums[i]));
        assert_false(tally_next(sums[i], &slot, &entry));
        for (int basis = 0; basis < TALLY_BASES; basis++) {
            assert_true(tally_get_amount(sums[i], tally_key((enum tally_basis)basis, TALLY_WON_AMOUNT, 0, 0)) == 0);
            assert_true(tally_get_amount(sums[i], tally_key((enum tally_basis)basis, TALLY_LOST_AMOUNT, 0, 0)) == 0);
        }
    }
    const struct board_group *group = window->group;
    assert_true(group->open_leads == 0);
    for (int k = 0; k < board_funnel(world->board, group)->step_count; k++) {
        assert_true(group->standing[k].leads == 0 && group->standing[k].count == 0);
        assert_true(tally_sum_of(group->standing[k].amount) == 0);
    }
}

static void check_removal(uint64_t seed, struct run *run)
{
    (void)seed;
    struct world world;
    world_open(&world, &run->plan, 1 + random_below(&run->random, WORLD_LEDGERS_MAX));
    tell_at_random(run, &world);
    world_tick(&world, run->end, TIME_NONE);
    for (int i = 0; i < run->lead_count; i++) {
        struct text lead = text_of(run->ids[i]);
        struct event removal = {.lead = lead, .lead_hash = story_hash(lead), .at = random_moment(run), .created_at = TIME_NONE, .removed = true, .score = -1};
        world_apply(&world, &removal, TIME_NONE);
        if (random_one_in(&run->random, 3))
            world_merge(&world);
    }
    for (int i = 0; i < run->event_count; i++) /* removed for good */
        world_apply(&world, &run->events[i].event, TIME_NONE);
    world_tick(&world, run->end + 1, TIME_NONE);
    struct board_window **windows;
    size_t count = board_due(world.board, true, &windows);
    for (size_t i = 0; i < count; i++)
        check_zero(&world, windows[i]);
    for (int i = 0; i < run->lead_count; i++) {
        uint64_t hash = story_hash(text_of(run->ids[i]));
        struct ledger_lead lead = ledger_find(world_ledger_of(&world, hash), text_of(run->ids[i]), hash);
        assert_true(lead.removed && lead.section_count == 0);
    }
    world_close(&world);
}

static void removal_of_all_leads__leaves_nothing(void **state)
{
    (void)state;
    each_round(check_removal, 80);
}

/* ---- what changed is due ---- */

struct published { struct world_page *pages; size_t count, capacity; };

static struct world_page *page_at(struct published *published, char *key)
{
    for (size_t i = 0; i < published->count; i++)
        if (strcmp(published->pages[i].key, key) == 0) {
            free(key);
            return &published->pages[i];
        }
    published->pages = memory_grow(published->pages, &published->capacity, published->count + 1, sizeof *published->pages);
    published->pages[published->count] = (struct world_page){key, NULL};
    return &published->pages[published->count++];
}

static void check_due(uint64_t seed, struct run *run)
{
    struct world world;
    struct published published = {0};
    world_open(&world, &run->plan, 1 + random_below(&run->random, WORLD_LEDGERS_MAX));
    int64_t tick = DAY_1;
    for (int i = 0; i < run->event_count;) {
        for (int batch = random_below(&run->random, 30); batch > 0 && i < run->event_count; batch--)
            world_apply(&world, &run->events[i++].event, TIME_NONE);
        tick += 1 + random_below(&run->random, random_one_in(&run->random, 2) ? 7200 : STORY_DAY_S);
        world_tick(&world, tick, TIME_NONE);
        struct board_window **windows;
        for (int all = 0; all < 2; all++) { /* first those that are due, then every one: nothing is new there */
            size_t count = board_due(world.board, all == 1, &windows);
            for (size_t w = 0; w < count; w++)
                board_sum(world.board, windows[w]);
            for (size_t w = 0; w < count; w++) {
                char *text = world_page_of(&world, windows[w], tick, false);
                struct world_page *page = page_at(&published, world_key(&world, windows[w]));
                if (all == 1 && text != NULL && (page->text == NULL || strcmp(page->text, text) != 0))
                    print_error("SEED=%llu ROUNDS=1: %s has changed and is not due\n", (unsigned long long)seed, page->key);
                if (all == 1 && text != NULL)
                    assert_true(page->text != NULL && strcmp(page->text, text) == 0);
                free(page->text);
                page->text = text;
            }
        }
    }
    for (size_t i = 0; i < published.count; i++) {
        free(published.pages[i].key);
        free(published.pages[i].text);
    }
    free(published.pages);
    world_close(&world);
}

static void a_window_that_says_something_new__is_due(void **state)
{
    (void)state;
    each_round(check_due, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_duplication_and_number_of_ledgers__counts_the_same),
        cmocka_unit_test(rolling_windows_moved_tick_by_tick__are_those_made_at_once),
        cmocka_unit_test(what_lies_before_the_bound__is_dropped_and_no_sum_of_the_rest_suffers),
        cmocka_unit_test(restored_leads__count_the_same),
        cmocka_unit_test(removal_of_all_leads__leaves_nothing),
        cmocka_unit_test(a_window_that_says_something_new__is_due),
    };
    return cmocka_run_group_tests_name("core/recount", tests, NULL, NULL);
}
