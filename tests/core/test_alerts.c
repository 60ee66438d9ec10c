/* Goal: alert rules on a board tell the same story whatever the order of events within a tick, their duplicates and the number of ledgers; and who restores what was told goes
 * on exactly there. Method: a made-up team of 45 days under one rule of every kind with low limits; each telling as a line of text; ticks an hour apart. The
 * restored engine has nothing but the leads, the last record of every alert, and what alerts_each_drift and the rejections handed over. And stories told by hand, read like strip charts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/alerts.h"
#include "../../daemon/core/memory.h"
#include "random_support.h"
#include "story_support.h"

enum { HOUR_S = 3600, DAY_S = 86400, STEPS = 4, START = 1709510400 /* Monday, 4 March 2024 */, DAYS = 45, LEDGERS_MAX = 3, KEPT_MAX = 512 };

static struct zone_change none[] = {{INT64_MIN, 0}};
static const struct zone utc = {.name = "UTC", .change_count = 1, .changes = none, .end = INT64_MAX, .slice_s = HOUR_S};

/* ---- what is looked at ---- */

static struct step steps[STEPS] = {{.id = "new", .target = NAN, .horizon_s = 5 * DAY_S}, {.id = "call", .target = 0.7, .horizon_s = 5 * DAY_S},
                                   {.id = "offer", .target = 0.7, .horizon_s = 5 * DAY_S}, {.id = "paid", .target = NAN, .horizon_s = 5 * DAY_S}};
static struct stage stages[] = {{.id = "all", .first_step = 0, .step_count = STEPS}};
static struct dimension dimensions[] = {{"manager", TAKE_FIRST}};
static struct breakdown by_manager[] = {{.dimension_count = 1, .dimensions = {0}}};
static struct breakdown everybody_and_each[] = {{0}, {.dimension_count = 1, .dimensions = {0}}};
static struct hours office[] = {{0x1F, 9 * HOUR_S, 19 * HOUR_S}};
static struct pause pauses[] = {{START + 20 * DAY_S, START + 21 * DAY_S}};

static struct alert_rule rules[] = {
    {.alert = "Silence", .kind = ALERT_SILENCE, .step = -1, .silent_for_s = 4 * HOUR_S, .hours_count = 1, .hours = office, .severity = "critical"},
    {.alert = "Below", .kind = ALERT_BELOW_TARGET, .step = -1, .group_count = 2, .groups = everybody_and_each, .window = {WINDOW_ROLLING, "rolling-7d", 7 * DAY_S},
     .basis = BASIS_COHORT, .min_leads = 8, .confidence = 0.8, .for_s = 2 * HOUR_S, .keep_firing_for_s = 5 * HOUR_S, .severity = "warning", .pause_count = 1, .pauses = pauses},
    {.alert = "Matured", .kind = ALERT_BELOW_TARGET, .step = 1, .group_count = 1, .groups = everybody_and_each, .window = {WINDOW_WEEK, "week", 0},
     .matured = true, .min_leads = 8, .confidence = 0.8, .severity = "warning"},
    {.alert = "Dropped", .kind = ALERT_DROPPED, .step = -1, .group_count = 2, .groups = everybody_and_each, .window = {WINDOW_ROLLING, "rolling-2d", 2 * DAY_S},
     .compare = COMPARE_PREVIOUS_LENGTH, .compare_s = 7 * DAY_S, .drop = 0.2, .q = 0.3, .min_leads = 5, .for_s = HOUR_S, .keep_firing_for_s = 3 * HOUR_S, .severity = "warning"},
    {.alert = "Drifts", .kind = ALERT_DRIFT, .step = -1, .group_count = 2, .groups = everybody_and_each, .drop = 0.4, .baseline_s = 10 * DAY_S,
     .false_alarms_per_s = 40.0 / (365 * DAY_S), .severity = "warning"},
    {.alert = "Stuck", .kind = ALERT_STUCK, .step = 1, .group_count = 2, .groups = everybody_and_each, .older_than_s = 3 * DAY_S, .more_than = 6, .severity = "info",
     .hours_count = 1, .hours = office, .for_s = HOUR_S},
};
static struct alert_rule application_rules[] = {{.alert = "Rejected", .kind = ALERT_REJECTED, .step = -1, .more_than = 2, .within_s = 3 * HOUR_S, .severity = "warning"}};
static int rule_counts[] = {COUNT_OF(rules)};
static struct alert_rule *rule_lists[] = {rules};
static struct funnel funnel = {.id = "f", .title = "F", .step_count = STEPS, .steps = steps, .stage_count = 1, .stages = stages, .won_step = STEPS - 1, .within_s = -1,
                               .extra_breakdown_count = 1, .breakdowns = by_manager, .trial_steps = 0xE};
static const struct ledger_definition definition = {.funnel_count = 1, .funnels = &funnel, .dimension_count = 1, .dimensions = dimensions, .slice_s = HOUR_S};
static const struct alerts_definition alerting = {.zone = &utc, .dimensions = dimensions, .funnel_count = 1, .funnels = &funnel, .rule_counts = rule_counts,
                                                  .rules = rule_lists, .application_rule_count = 1, .application_rules = application_rules};

/* ---- what happens ---- */

struct happening { int64_t came, at; int lead, what; /* a step; STEPS: lost; STEPS + 1: a dead letter */ };
struct history { struct happening *list; size_t count, capacity; };

static void happen(struct history *history, int64_t at, int lead, int what)
{
    history->list = memory_grow(history->list, &history->capacity, history->count + 1, sizeof *history->list);
    history->list[history->count++] = (struct happening){at, at, lead, what};
}

static int by_time(const void *a, const void *b)
{
    const struct happening *x = a, *y = b;
    return x->came != y->came ? (x->came > y->came) - (x->came < y->came) : x->lead != y->lead ? x->lead - y->lead : x->what - y->what;
}

/* Leads all the time, but for a quiet night and a weekend; from the 30th day on few go on. */
static struct history make_history(uint64_t seed)
{
    struct random random = {seed};
    struct history history = {0};
    for (int lead = 0; lead < 900; lead++) {
        int64_t at = START + (int64_t)(random_next(&random) % (DAYS * DAY_S));
        for (int step = 0; step <= STEPS; step++) {
            happen(&history, at, lead, step);
            int chance = at > START + 30 * DAY_S ? 35 : 70;
            if (random_below(&random, 100) >= chance) {
                if (random_one_in(&random, 2))
                    happen(&history, at + random_below(&random, 4 * DAY_S), lead, STEPS);
                break;
            }
            at += random_below(&random, 2 * DAY_S);
            if (step == STEPS - 1)
                break;
        }
        if (random_one_in(&random, 20))
            happen(&history, at - at % (6 * HOUR_S), lead, STEPS + 1);
    }
    size_t kept = 0;
    for (size_t i = 0; i < history.count; i++) {
        int64_t day = (history.list[i].at - START) / DAY_S;
        if (day != 11 && day != 12)
            history.list[kept++] = history.list[i];
    }
    history.count = kept;
    for (size_t i = 0; i < history.count; i++)
        if (history.list[i].what <= STEPS && random_one_in(&random, 15))
            history.list[i].came += random_below(&random, 3 * DAY_S); /* somebody entered it late: slices of the past change */
    qsort(history.list, history.count, sizeof *history.list, by_time);
    return history;
}

/* ---- an engine ---- */

struct kept_drift { uint64_t fingerprint, rule; struct alert_label labels[8]; int label_count; struct drift drift; };
struct kept_alert { uint64_t fingerprint; struct alert_label labels[8]; int label_count; struct episode episode; bool gone; };

struct kept { /* what a log would hold */
    struct kept_alert alerts[KEPT_MAX];
    struct kept_drift drifts[KEPT_MAX];
    int alert_count, drift_count;
    struct rejections rejections;
};

struct engine {
    int ledger_count;
    struct ledger *ledgers[LEDGERS_MAX];
    struct board *board;
    struct alerts *alerts;
    int64_t last_event_at;
    bool live;
    struct kept *kept;
    char *story;
    size_t length, capacity;
};

static void open_engine(struct engine *engine, int ledger_count, struct kept *kept)
{
    *engine = (struct engine){.ledger_count = ledger_count, .last_event_at = TIME_NONE, .kept = kept};
    for (int i = 0; i < ledger_count; i++)
        engine->ledgers[i] = ledger_new(&definition);
    engine->board = board_new(&definition, &utc, ledger_count);
    engine->alerts = alerts_new(&alerting, engine->board);
    rejections_add(alerts_rejections(engine->alerts), "bad_time", REJECTIONS_UNPLACED, 0);
}

static void close_engine(struct engine *engine)
{
    alerts_free(engine->alerts);
    board_free(engine->board);
    for (int i = 0; i < engine->ledger_count; i++)
        ledger_free(engine->ledgers[i]);
}

static void apply(struct engine *engine, const struct happening *what)
{
    static const char *const managers[] = {"a", "b", "c"};
    char id[16];
    snprintf(id, sizeof id, "%d", what->lead);
    struct text manager = text_of(managers[what->lead % 3]);
    struct move move = {.kind = what->what == STEPS ? MOVE_LOSS : MOVE_REACH, .step = what->what == STEPS ? 0 : what->what};
    struct event event = {.lead = text_of(id), .lead_hash = ((uint64_t)what->lead + 1) * UINT64_C(0x9E3779B97F4A7C15), .at = what->at, .stage_at = what->at,
                          .created_at = TIME_NONE, .score = -1, .dimensions = &manager, .move_count = 1, .moves = &move};
    ledger_apply(engine->ledgers[what->lead % engine->ledger_count], &event, TIME_NONE);
    if (what->at > engine->last_event_at)
        engine->last_event_at = what->at;
}

static void keep_alert(struct kept *kept, const struct alert *alert, bool withdrawn)
{
    int place = 0;
    while (place < kept->alert_count && kept->alerts[place].fingerprint != alert->fingerprint)
        place++;
    if (place == kept->alert_count)
        kept->alert_count++;
    static const enum episode_state states[] = {EPISODE_PENDING, EPISODE_FIRING, EPISODE_RESOLVED};
    kept->alerts[place] = (struct kept_alert){.fingerprint = alert->fingerprint, .label_count = alert->label_count, .gone = withdrawn,
                                              .episode = {states[alert->status], alert->active_at, alert->starts_at, alert->held_until, alert->ends_at}};
    for (int i = 0; i < alert->label_count; i++)
        kept->alerts[place].labels[i] = alert->labels[i]; /* their texts are static, or live in a group that this test keeps */
}

static void tell(void *context, const struct alert *alert, bool withdrawn)
{
    static const char *const words[] = {"pending", "firing", "resolved"};
    struct engine *engine = context;
    char line[512];
    const struct alert_figures *f = &alert->figures;
    int length = snprintf(line, sizeof line, "%lld %016llx %s %lld %lld %lld %lld %g %g %lld %lld %g %g %g %g %g %g\n", (long long)(alert->as_of - START) / HOUR_S,
                          (unsigned long long)alert->fingerprint, withdrawn ? "withdrawn" : words[alert->status], (long long)alert->active_at, (long long)alert->starts_at,
                          (long long)alert->held_until, (long long)alert->ends_at, f->value, f->threshold, (long long)f->reached, (long long)f->passed, f->low, f->high,
                          f->p_value, f->q_value, f->evidence, f->burst);
    if (withdrawn)
        length = snprintf(line, sizeof line, "%lld %016llx withdrawn\n", (long long)(alert->as_of - START) / HOUR_S, (unsigned long long)alert->fingerprint);
    engine->story = memory_grow(engine->story, &engine->capacity, engine->length + (size_t)length + 1, 1);
    memcpy(engine->story + engine->length, line, (size_t)length + 1);
    engine->length += (size_t)length;
    if (engine->kept != NULL)
        keep_alert(engine->kept, alert, withdrawn);
}

static void keep_drift(void *context, uint64_t fingerprint, const struct alert_label *labels, int label_count, uint64_t rule, const struct drift *drift)
{
    struct kept *kept = context;
    int place = 0;
    while (place < kept->drift_count && kept->drifts[place].fingerprint != fingerprint)
        place++;
    if (place == kept->drift_count)
        kept->drift_count++;
    kept->drifts[place] = (struct kept_drift){.fingerprint = fingerprint, .rule = rule, .label_count = label_count, .drift = *drift};
    for (int i = 0; i < label_count; i++)
        kept->drifts[place].labels[i] = labels[i];
}

static void step(struct engine *engine, int64_t tick)
{
    for (int i = 0; i < engine->ledger_count; i++)
        board_merge(engine->board, i, engine->ledgers[i]);
    board_tick(engine->board, tick, TIME_NONE);
    struct alerts_moment moment = {.tick = tick, .bound = TIME_NONE, .last_event_at = &engine->last_event_at, .live = engine->live};
    alerts_step(engine->alerts, &moment, tell, engine);
    if (engine->kept == NULL)
        return;
    alerts_each_drift(engine->alerts, keep_drift, engine->kept);
}

/* The happenings from *next on that come before the tick, in any order and some of them twice where `random` is given. */
static void feed(struct engine *engine, const struct history *history, size_t *next, int64_t tick, struct random *random)
{
    size_t from = *next;
    while (*next < history->count && history->list[*next].came < tick)
        (*next)++;
    int order[64], count = (int)(*next - from);
    assert_true(count <= COUNT_OF(order));
    for (int i = 0; i < count; i++)
        order[i] = i;
    if (random != NULL)
        random_shuffle(random, order, count);
    for (int i = 0; i < count; i++) {
        const struct happening *what = &history->list[from + (size_t)order[i]];
        if (what->what == STEPS + 1) {
            rejections_add(alerts_rejections(engine->alerts), "bad_time", what->at / HOUR_S, 1);
            continue;
        }
        apply(engine, what);
        if (random != NULL && random_one_in(random, 4))
            apply(engine, what);
    }
}

static void run(struct engine *engine, const struct history *history, int from_hour, int to_hour, struct random *random)
{
    size_t next = 0;
    while (next < history->count && history->list[next].came < START + from_hour * (int64_t)HOUR_S)
        next++;
    for (int hour = from_hour + 1; hour <= to_hour; hour++) {
        int64_t tick = START + hour * (int64_t)HOUR_S;
        feed(engine, history, &next, tick, random);
        step(engine, tick);
    }
}

static int lines_with(const char *story, const char *word)
{
    int count = 0;
    for (const char *at = story; (at = strstr(at, word)) != NULL; at++)
        count++;
    return count;
}

static void any_order_duplication_and_number_of_ledgers__tells_the_same(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    print_message("SEED=%llu\n", (unsigned long long)seed);
    struct history history = make_history(seed);
    struct random random = {seed + 1};
    struct engine plain, other;
    open_engine(&plain, 1, NULL);
    run(&plain, &history, 0, DAYS * 24, NULL);
    assert_true(lines_with(plain.story, "firing") > 100 && lines_with(plain.story, "resolved") > 5 && lines_with(plain.story, "withdrawn") > 3);
    for (int ledgers = 1; ledgers <= LEDGERS_MAX; ledgers++) {
        open_engine(&other, ledgers, NULL);
        run(&other, &history, 0, DAYS * 24, &random);
        assert_string_equal(other.story, plain.story);
        close_engine(&other);
        free(other.story);
    }
    close_engine(&plain);
    free(plain.story);
    free(history.list);
}

/* A new engine with the leads as they are, and what was kept. */
static void restore(struct engine *engine, const struct history *history, int hour, const struct kept *kept, int ledgers)
{
    open_engine(engine, ledgers, NULL);
    int64_t tick = START + hour * (int64_t)HOUR_S;
    for (size_t i = 0; i < history->count && history->list[i].came < tick; i++)
        if (history->list[i].what != STEPS + 1)
            apply(engine, &history->list[i]);
    for (int i = 0; i < engine->ledger_count; i++)
        board_merge(engine->board, i, engine->ledgers[i]);
    board_tick(engine->board, tick, TIME_NONE);
    for (int i = 0; i < kept->alert_count; i++)
        if (!kept->alerts[i].gone)
            alerts_restore(engine->alerts, kept->alerts[i].labels, kept->alerts[i].label_count, &kept->alerts[i].episode);
    for (int i = 0; i < kept->drift_count; i++)
        alerts_restore_drift(engine->alerts, kept->drifts[i].labels, kept->drifts[i].label_count, kept->drifts[i].rule, &kept->drifts[i].drift);
    for (size_t i = 0; i < kept->rejections.slice_count; i++)
        rejections_add(alerts_rejections(engine->alerts), "bad_time", kept->rejections.slices[i].slice, kept->rejections.slices[i].counts[0]);
}

static void what_is_restored_at_any_tick__goes_on_as_if_nothing_had_been(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    print_message("SEED=%llu\n", (unsigned long long)seed);
    struct history history = make_history(seed);
    struct random random = {seed + 2};
    for (int round = 0; round < random_rounds(8); round++) {
        struct kept *kept = memory_new(sizeof *kept);
        int hour = 24 + random_below(&random, DAYS * 24 - 48);
        struct engine first, second;
        open_engine(&first, 1, kept);
        run(&first, &history, 0, hour, NULL);
        kept->rejections = *alerts_rejections(first.alerts);
        restore(&second, &history, hour, kept, 1 + random_below(&random, LEDGERS_MAX));
        size_t told = first.length;
        first.kept = NULL;
        run(&first, &history, hour, DAYS * 24, NULL);
        run(&second, &history, hour, DAYS * 24, NULL);
        if (second.story == NULL || strcmp(first.story + told, second.story) != 0)
            print_error("restored after hour %d\n", hour);
        assert_string_equal(second.story, first.story + told);
        close_engine(&second);
        close_engine(&first);
        free(first.story);
        free(second.story);
        free(kept);
    }
    free(history.list);
}

/* ---- stories by hand ---- */

/* What is told of a rule at each tick, as a strip: x fires, p pending, r resolved, . nothing. */
static const struct alert_rule *only; /* the one whose strip is drawn */
static char strip[DAYS * 24 + 1];

static void draw(void *context, const struct alert *alert, bool withdrawn)
{
    (void)context;
    if (alert->rule != only)
        return;
    strip[(alert->as_of - START) / HOUR_S - 1] = withdrawn ? '.' : "pxr"[alert->status];
}

static const char *strip_of(const struct alert_rule *rule, const struct history *history, int hours, bool live)
{
    struct engine engine;
    open_engine(&engine, 1, NULL);
    only = rule;
    memset(strip, '.', (size_t)hours);
    strip[hours] = '\0';
    size_t next = 0;
    for (int hour = 1; hour <= hours; hour++) {
        int64_t tick = START + hour * (int64_t)HOUR_S;
        feed(&engine, history, &next, tick, NULL);
        board_merge(engine.board, 0, engine.ledgers[0]);
        board_tick(engine.board, tick, TIME_NONE);
        alerts_step(engine.alerts, &(struct alerts_moment){.tick = tick, .bound = TIME_NONE, .last_event_at = &engine.last_event_at, .live = live}, draw, NULL);
    }
    close_engine(&engine);
    return strip;
}

static void silence__counts_office_hours_only(void **state)
{
    (void)state;
    struct history history = {0};
    happen(&history, START + 10 * HOUR_S + 1800, 1, 0);            /* Monday, 10:30 */
    happen(&history, START + DAY_S + 11 * HOUR_S + 60, 1, 1);      /* Tuesday, 11:01 */
    assert_string_equal(strip_of(&rules[0], &history, 48, true),
                        "..............xxxxx............."      /* four hours after 10:30 it is 14:30: the tick at 15 o'clock, until 19 */
                        ".xxr...xxxx.....");                    /* the nights are quiet; on Tuesday it goes on at 10 and 11, at 12 an event has come; four hours after 11:01 again */
    free(history.list);
}

static void a_silent_funnel__lets_its_other_rules_stand_still_while_it_runs(void **state)
{
    (void)state;
    struct history history = {0};
    for (int lead = 0; lead < 8; lead++)
        happen(&history, START + 10 * HOUR_S, lead, 1); /* eight stand at `call`: stuck after three days */
    happen(&history, START + 3 * DAY_S + 9 * HOUR_S + 1800, 99, 0); /* Thursday, 9:30 */
    int from = 3 * 24 + 10; /* the tick at 11 o'clock on Thursday */
    assert_memory_equal(strip_of(&rules[5], &history, 4 * 24, false) + from, "pxxxxxxxx", 9);
    assert_memory_equal(strip_of(&rules[5], &history, 4 * 24, true) + from, "pxx......", 9); /* at 14 o'clock nothing has come for four hours */
    free(history.list);
}

static void dead_letters__are_told_by_word_and_forgotten_in_time(void **state)
{
    (void)state;
    struct history history = {0};
    for (int i = 0; i < 3; i++)
        happen(&history, START + 2 * HOUR_S + i * 1200, i, STEPS + 1); /* three between 2 and 3 o'clock: more than two within three hours */
    assert_string_equal(strip_of(&application_rules[0], &history, 8, true), "..xxxr..");
    free(history.list);
}

static void an_alert_without_a_rule__ends(void **state)
{
    (void)state;
    struct engine engine;
    open_engine(&engine, 1, NULL);
    struct alert_label gone[] = {{TEXT("alertname"), TEXT("Gone")}, {TEXT("funnel"), TEXT("f")}, {TEXT("severity"), TEXT("warning")}};
    struct alert_label waiting[] = {{TEXT("alertname"), TEXT("Waiting")}, {TEXT("severity"), TEXT("warning")}};
    alerts_restore(engine.alerts, gone, 3, &(struct episode){EPISODE_FIRING, START - HOUR_S, START - HOUR_S, START, TIME_NONE});
    alerts_restore(engine.alerts, waiting, 2, &(struct episode){EPISODE_PENDING, START - HOUR_S, TIME_NONE, START, TIME_NONE});
    step(&engine, START + HOUR_S);
    assert_int_equal(lines_with(engine.story, "resolved"), 1);
    assert_int_equal(lines_with(engine.story, "withdrawn"), 1);
    size_t told = engine.length;
    step(&engine, START + 2 * HOUR_S);
    assert_int_equal(engine.length, told);
    close_engine(&engine);
    free(engine.story);
}

int main(void)
{
    funnel_link_steps(&funnel);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_duplication_and_number_of_ledgers__tells_the_same),
        cmocka_unit_test(what_is_restored_at_any_tick__goes_on_as_if_nothing_had_been),
        cmocka_unit_test(silence__counts_office_hours_only),
        cmocka_unit_test(a_silent_funnel__lets_its_other_rules_stand_still_while_it_runs),
        cmocka_unit_test(dead_letters__are_told_by_word_and_forgotten_in_time),
        cmocka_unit_test(an_alert_without_a_rule__ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
