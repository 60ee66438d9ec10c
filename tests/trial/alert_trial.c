/* alert_trial.c -- how often alert rules cry wolf, and how soon they tell a real fall: a sales team made up from a seed (market.h), years of it run through the
 * daemon's own core, tick by tick. Prints the three tables of the README.
 *     alert_trial FUNNEL.yaml DEFAULT.yaml [YEARS [HALVINGS [SEED [RULES]]]] */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../daemon/core/alerts.h"
#include "../../daemon/core/memory.h"
#include "../../daemon/settings/settings.h"
#include "market.h"

enum { HOUR_S = 3600, DAY_S = 86400, WEEKS_A_YEAR = 52, RULES_MAX = 16, WARM_UP_YEARS = 1 };
#define LOST_SHARE 0.7 /* of those that do not go on are marked as lost; the others fail by the horizon */

struct told { /* what one run came to, by rule */
    int episodes;            /* that fired, counted from a moment on */
    int64_t told_at;         /* when the changed step's all-leads series first fired after the change; TIME_NONE: never */
};

struct run {
    const struct settings *settings;
    int64_t count_from, change;
    struct told told[RULES_MAX];
    int64_t watched_from[MARKET_STEPS]; /* by step, of the first rule and all leads; TIME_NONE: not yet */
};

static struct text label(const struct alert *alert, struct text name)
{
    for (int i = 0; i < alert->label_count; i++)
        if (text_equal(alert->labels[i].name, name))
            return alert->labels[i].value;
    return (struct text){NULL, 0};
}

static void note(void *context, const struct alert *alert, bool withdrawn)
{
    struct run *run = context;
    if (withdrawn || alert->status != ALERT_FIRING || alert->starts_at != alert->as_of)
        return; /* not the tick at which it fires */
    struct told *told = &run->told[alert->rule - run->settings->rules[0]];
    if (alert->as_of >= run->count_from)
        told->episodes++;
    if (told->told_at == TIME_NONE && alert->as_of > run->change && alert->step == MARKET_CHANGED_STEP && label(alert, TEXT("manager")).data == NULL)
        told->told_at = alert->as_of;
}

static void apply(struct ledger *ledger, const struct market_event *from)
{
    static const char *const managers[MARKET_MANAGERS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    char id[16];
    snprintf(id, sizeof id, "%" PRId32, from->lead);
    struct text manager = text_of(managers[(int)from->manager]);
    struct move move = {.kind = from->what == MARKET_LOST ? MOVE_LOSS : MOVE_REACH, .step = from->what == MARKET_LOST ? 0 : from->what};
    uint64_t hash = ((uint64_t)from->lead + 1) * UINT64_C(0x9E3779B97F4A7C15);
    struct event event = {.lead = text_of(id), .lead_hash = hash ^ hash >> 29, .at = from->at, .stage_at = from->at, .created_at = TIME_NONE, .score = -1,
                          .dimensions = &manager, .move_count = 1, .moves = &move};
    ledger_apply(ledger, &event, TIME_NONE);
}

static void note_watched(void *context, uint64_t fingerprint, const struct alert_label *labels, int label_count, uint64_t rule, const struct drift *drift)
{
    struct run *run = context;
    const struct alert alert = {.labels = labels, .label_count = label_count};
    (void)fingerprint;
    (void)rule;
    if (!drift->watched || label(&alert, TEXT("manager")).data != NULL || !text_equal(label(&alert, TEXT("alertname")), text_of(run->settings->rules[0][0].alert)))
        return;
    for (int k = 0; k < MARKET_STEPS; k++)
        if (text_equal(label(&alert, TEXT("step")), text_of(run->settings->funnels[0].steps[k].id)) && run->watched_from[k] == TIME_NONE)
            run->watched_from[k] = drift->start;
}

/* All of a market through the core, a tick an hour. */
static void run_market(struct run *run, const struct market *market, int64_t end)
{
    const struct settings *settings = run->settings;
    struct ledger_definition definition = {.funnel_count = 1, .funnels = settings->funnels, .dimension_count = settings->dimension_count,
                                           .dimensions = settings->dimensions, .slice_s = settings->zone.slice_s, .no_changelog = true};
    struct alerts_definition rules = {.zone = &settings->zone, .dimensions = settings->dimensions, .funnel_count = 1, .funnels = settings->funnels,
                                      .rule_counts = settings->rule_counts, .rules = settings->rules};
    struct ledger *ledger = ledger_new(&definition);
    struct board *board = board_new(&definition, &settings->zone, 1);
    struct alerts *alerts = alerts_new(&rules, board);
    int64_t last_event_at = TIME_NONE;
    for (int i = 0; i < RULES_MAX; i++)
        run->told[i] = (struct told){0, TIME_NONE};
    for (int k = 0; k < MARKET_STEPS; k++)
        run->watched_from[k] = TIME_NONE;
    size_t next = 0;
    for (int64_t tick = market_start + HOUR_S; tick <= end; tick += HOUR_S) {
        for (; next < market->count && market->events[next].at < tick; next++) {
            apply(ledger, &market->events[next]);
            last_event_at = market->events[next].at;
        }
        board_merge(board, 0, ledger);
        board_tick(board, tick, TIME_NONE);
        alerts_step(alerts, &(struct alerts_moment){.tick = tick, .bound = TIME_NONE, .last_event_at = &last_event_at}, note, run);
        alerts_each_drift(alerts, note_watched, run);
    }
    alerts_free(alerts);
    board_free(board);
    ledger_free(ledger);
}

static const double sizes[] = {15, 20, 100, 500};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* ---- the tables ---- */

/* From which week on drift watches each step: of one team of each size. */
static void watched(struct run *run, uint64_t seed)
{
    enum { WEEKS = 2 * WEEKS_A_YEAR };
    printf("Week from which drift watches the step (-: not within two years)\n\n| leads a week |");
    for (int k = 1; k < MARKET_STEPS; k++)
        printf(" %s |", run->settings->funnels[0].steps[k].id);
    puts("");
    for (int s = 0; s < SIZES; s++) {
        struct market market = {0};
        market_make(&market, seed + (uint64_t)s, sizes[s], WEEKS, TIME_NEVER, LOST_SHARE);
        run->count_from = run->change = TIME_NEVER;
        run_market(run, &market, market_start + WEEKS * 7 * (int64_t)DAY_S);
        printf("| %.0f |", sizes[s]);
        for (int k = 1; k < MARKET_STEPS; k++)
            if (run->watched_from[k] != TIME_NONE)
                printf(" %.0f |", ceil((double)(run->watched_from[k] - market_start) / (7 * DAY_S)));
            else
                printf(" - |");
        puts("");
        market_free(&market);
    }
    puts("");
}

static void stationary(struct run *run, int years, uint64_t seed)
{
    int rules = run->settings->rule_counts[0];
    printf("False episodes in a stationary year, over all series (%d years each, after one that nothing is counted in)\n\n| leads a week |", years);
    for (int r = 0; r < rules; r++)
        printf(" %s |", run->settings->rules[0][r].alert);
    puts("");
    for (int s = 0; s < SIZES; s++) {
        int episodes[RULES_MAX] = {0};
        for (int done = 0, part; done < years; done += part) {
            part = years - done < 4 ? years - done : 4;
            struct market market = {0};
            int weeks = (WARM_UP_YEARS + part) * WEEKS_A_YEAR;
            market_make(&market, seed + (uint64_t)(s * 1000 + done), sizes[s], weeks, TIME_NEVER, LOST_SHARE);
            run->count_from = market_start + WARM_UP_YEARS * WEEKS_A_YEAR * 7 * (int64_t)DAY_S;
            run->change = TIME_NEVER;
            run_market(run, &market, market_start + weeks * 7 * (int64_t)DAY_S);
            for (int r = 0; r < rules; r++)
                episodes[r] += run->told[r].episodes;
            market_free(&market);
        }
        printf("| %.0f |", sizes[s]);
        for (int r = 0; r < rules; r++)
            printf(" %.2f |", (double)episodes[r] / years);
        puts("");
        fflush(stdout);
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

struct delay { double days, leads, outcomes; };

/* What happened at the changed step from the change until it was told. */
static struct delay delay_of(const struct market *market, int64_t change, int64_t told_at, int64_t horizon_s)
{
    struct delay delay = {.days = (double)(told_at - change) / DAY_S};
    int leads = 0;
    for (size_t i = 0; i < market->count; i++)
        if (market->events[i].lead >= leads)
            leads = market->events[i].lead + 1;
    int64_t *came = memory_new((size_t)leads * sizeof *came + 1), *known = memory_new((size_t)leads * sizeof *known + 1);
    for (size_t i = 0; i < market->count; i++) {
        const struct market_event *event = &market->events[i];
        if (event->what == MARKET_CHANGED_STEP - 1) {
            came[event->lead] = event->at;
            known[event->lead] = event->at + horizon_s;
        } else if (came[event->lead] != 0 && event->at < known[event->lead]) {
            known[event->lead] = event->at; /* gone on, or lost */
        }
    }
    for (int lead = 0; lead < leads; lead++) {
        delay.leads += came[lead] > change && came[lead] <= told_at;
        delay.outcomes += came[lead] != 0 && known[lead] > change && known[lead] <= told_at;
    }
    free(came);
    free(known);
    return delay;
}

static void halvings(struct run *run, int count, uint64_t seed)
{
    enum { BEFORE_WEEKS = 56, AFTER_WEEKS = 40 };
    int rules = run->settings->rule_counts[0];
    int64_t change = market_start + BEFORE_WEEKS * 7 * (int64_t)DAY_S;
    int64_t horizon_s = run->settings->funnels[0].steps[MARKET_CHANGED_STEP].horizon_s;
    printf("\nA step's conversion falls from 0.5 to 0.25: told within %d weeks, and after how long in the median (%d falls each)\n\n"
           "| leads a week (at the step) | rule | told | days | leads at the step | outcomes known |\n",
           AFTER_WEEKS, count);
    for (int s = 0; s < SIZES; s++) {
        double *days[RULES_MAX], *leads[RULES_MAX], *outcomes[RULES_MAX];
        int told[RULES_MAX] = {0};
        for (int r = 0; r < rules; r++) {
            days[r] = memory_new((size_t)count * sizeof(double));
            leads[r] = memory_new((size_t)count * sizeof(double));
            outcomes[r] = memory_new((size_t)count * sizeof(double));
        }
        for (int i = 0; i < count; i++) {
            struct market market = {0};
            market_make(&market, seed + (uint64_t)(500000 + s * 1000 + i), sizes[s], BEFORE_WEEKS + AFTER_WEEKS, change, LOST_SHARE);
            run->count_from = TIME_NEVER;
            run->change = change;
            run_market(run, &market, change + AFTER_WEEKS * 7 * (int64_t)DAY_S);
            for (int r = 0; r < rules; r++) {
                if (run->told[r].told_at == TIME_NONE)
                    continue;
                struct delay delay = delay_of(&market, change, run->told[r].told_at, horizon_s);
                days[r][told[r]] = delay.days;
                leads[r][told[r]] = delay.leads;
                outcomes[r][told[r]++] = delay.outcomes;
            }
            market_free(&market);
        }
        for (int r = 0; r < rules; r++) {
            printf("| %.0f (%.1f) | %s | %d of %d |", sizes[s], sizes[s] / 3, run->settings->rules[0][r].alert, told[r], count);
            if (told[r] > 0)
                printf(" %.1f | %.0f | %.0f |\n", median(days[r], told[r]), median(leads[r], told[r]), median(outcomes[r], told[r]));
            else
                puts(" - | - | - |");
            free(days[r]);
            free(leads[r]);
            free(outcomes[r]);
        }
        fflush(stdout);
    }
}

/* How the shipped rule of this kind decides; the funnel's rule keeps its groups. */
static void take_defaults(struct settings *settings, const struct settings *shipped)
{
    for (int i = 0; i < shipped->rule_counts[0]; i++) {
        const struct alert_rule *from = &shipped->rules[0][i];
        for (int r = 0; from->kind == ALERT_DRIFT && r < settings->rule_counts[0]; r++) {
            struct alert_rule *rule = &settings->rules[0][r];
            if (rule->kind != ALERT_DRIFT)
                continue;
            rule->drop = from->drop;
            rule->baseline_s = from->baseline_s;
            rule->false_alarms_per_s = from->false_alarms_per_s;
            rule->for_s = from->for_s;
            rule->keep_firing_for_s = from->keep_firing_for_s;
        }
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "alert_trial FUNNEL.yaml DEFAULT.yaml [YEARS [HALVINGS [SEED [RULES]]]]\n");
        return 2;
    }
    struct settings *settings = settings_load(argv[1], stderr), *shipped = settings_load(argv[2], stderr);
    if (settings == NULL || shipped == NULL)
        return 2;
    take_defaults(settings, shipped);
    int years = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 40, count = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 40;
    uint64_t seed = argc > 5 ? strtoull(argv[5], NULL, 10) : 1;
    int rules = argc > 6 ? (int)strtol(argv[6], NULL, 10) : RULES_MAX; /* the first so many of them */
    settings->rule_counts[0] = rules < settings->rule_counts[0] ? rules : settings->rule_counts[0];
    struct run run = {.settings = settings};
    watched(&run, seed);
    if (years > 0)
        stationary(&run, years, seed);
    if (count > 0)
        halvings(&run, count, seed);
    settings_free(settings);
    settings_free(shipped);
    return 0;
}
