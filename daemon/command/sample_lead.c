#include "sample_lead.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "chance.h"
#include "workdays.h"

enum purpose { /* what a random number is for; those of steps and dimensions lie apart by their index */
    FOR_SCENE, FOR_ARRIVAL, FOR_LOSS, FOR_LOSS_NAME, FOR_LOSS_TIME, FOR_REASON, FOR_ANSWER, FOR_ANSWER_TIME, FOR_SCORE, FOR_AMOUNT, FOR_RANK,
    FOR_PASSING = 1 << 8, FOR_TIME = 2 << 8, FOR_LATENESS = 3 << 8, FOR_REPEAT = 4 << 8, FOR_DIMENSION = 5 << 8
};

enum {
    ARRIVAL_SPREAD_S = 2 * WORKDAY_S,  /* arrivals lie evenly over the time, but for so much chance: days then differ as they do */
    ANSWER_MEDIAN_S = 3 * WORKDAY_S,
    PRICE_MEDIAN = 100000, PRICE_STEP = 1000, PRICE_EXACT = 150000,
    LATE_ONE_IN = 100, LATE_MOST_S = 3600, TWICE_ONE_IN = 200,
};

/* Each manager is good at some steps and poor at others: were one better throughout, the late steps would be theirs alone and above the rates. */
static const uint64_t skills_percent[] = {115, 105, 95, 85};
enum { SKILLS = sizeof skills_percent / sizeof *skills_percent, PASS_MOST_PERCENT = 98 };

static uint64_t chance(const struct sample_cast *cast, uint32_t number, unsigned purpose)
{
    return chance_of(cast->plan->seed, number, purpose);
}

/* ---- who it is ---- */

const struct sample_scene *sample_lead_scene(const struct sample_cast *cast, uint32_t number)
{
    return &cast->script->scenes[chance_below(chance(cast, number, FOR_SCENE), (uint64_t)cast->script->scene_count)];
}

int sample_lead_value(const struct sample_cast *cast, const struct sample_scene *scene, uint32_t number, int dimension)
{
    return (int)chance_below(chance(cast, number, FOR_DIMENSION + (unsigned)dimension), (uint64_t)scene->values[dimension].count);
}

int sample_lead_loss(const struct sample_cast *cast, const struct sample_scene *scene, uint32_t number)
{
    return (int)chance_below(chance(cast, number, FOR_LOSS_NAME), (uint64_t)scene->losses.count);
}

int sample_lead_reason(const struct sample_cast *cast, uint32_t number)
{
    return (int)chance_below(chance(cast, number, FOR_REASON), (uint64_t)cast->script->reasons.count + 1) - 1;
}

int sample_lead_score(const struct sample_cast *cast, uint32_t number)
{
    uint64_t random = chance(cast, number, FOR_SCORE);
    uint64_t percent = chance_below(random, 100), within = chance_below(random << 32, 14);
    if (percent < 60)
        return 9 + (int)within % 2; /* promoters */
    return percent < 85 ? 7 + (int)within % 2 : (int)within % 7;
}

int64_t sample_lead_amount(const struct sample_cast *cast, uint32_t number)
{
    if (cast->plan->exact)
        return PRICE_EXACT;
    return (chance_around(chance(cast, number, FOR_AMOUNT), PRICE_MEDIAN) / PRICE_STEP + 1) * PRICE_STEP;
}

int sample_lead_delay(const struct sample_cast *cast, uint32_t number, int what)
{
    uint64_t random = chance(cast, number, FOR_LATENESS + (unsigned)what);
    bool late = !cast->plan->exact && chance_holds(random, 1, LATE_ONE_IN);
    return late ? 1 + (int)chance_below(random << 32, LATE_MOST_S) : 0;
}

bool sample_lead_twice(const struct sample_cast *cast, uint32_t number, int what)
{
    return !cast->plan->exact && chance_holds(chance(cast, number, FOR_REPEAT + (unsigned)what), 1, TWICE_ONE_IN);
}

/* ---- when it comes ---- */

/* Working time over which leads come in. Exact plans leave the second half to the last of them to come to their end. */
static int64_t arrivals_s(const struct sample_cast *cast)
{
    return cast->plan->exact ? cast->total_s / 2 : cast->total_s;
}

static int64_t spread_s(const struct sample_cast *cast)
{
    return arrivals_s(cast) < ARRIVAL_SPREAD_S ? arrivals_s(cast) : ARRIVAL_SPREAD_S;
}

int64_t sample_lead_earliest(const struct sample_cast *cast, uint32_t number)
{
    uint64_t span_s = (uint64_t)(arrivals_s(cast) - spread_s(cast));
    return (int64_t)(number * span_s / (uint64_t)cast->plan->leads);
}

/* ---- what happens to it ---- */

static bool passes(const struct sample_cast *cast, const struct sample_scene *scene, uint32_t number, int step)
{
    if (cast->ranks != NULL && !scene->funnel->steps[step].optional)
        return cast->ranks[number] < cast->reached[step];
    struct sample_rate rate = scene->rates[step];
    uint64_t part = rate.part * 100, whole = rate.whole * 100, random = chance(cast, number, FOR_PASSING + (unsigned)step);
    if (cast->script->manager >= 0 && rate.part < rate.whole) {
        int manager = sample_lead_value(cast, scene, number, cast->script->manager);
        part = rate.part * skills_percent[(manager + step) % SKILLS];
        if (part > rate.whole * PASS_MOST_PERCENT)
            part = rate.whole * PASS_MOST_PERCENT; /* nobody is that good */
    }
    return chance_holds(random, part, whole);
}

/* Make a life fit into the plan's time by making all of it faster. */
static void hurry(struct sample_happening *happenings, int count, int64_t total_s)
{
    int64_t first = happenings[0].second_s, taken = happenings[count - 1].second_s - first, left = total_s - 1 - first;
    for (int i = 0; taken > left && i < count; i++)
        happenings[i].second_s = first + (happenings[i].second_s - first) * left / taken;
}

int sample_lead_live(const struct sample_cast *cast, uint32_t number, struct sample_happening happenings[SAMPLE_HAPPENINGS])
{
    const struct sample_scene *scene = sample_lead_scene(cast, number);
    const struct funnel *funnel = scene->funnel;
    int64_t now_s = sample_lead_earliest(cast, number) + (int64_t)chance_below(chance(cast, number, FOR_ARRIVAL), (uint64_t)spread_s(cast));
    int count = 0;
    bool stopped = false, won = false;
    for (int k = 0; k < funnel->step_count && !stopped; k++) {
        if (k > 0 && !passes(cast, scene, number, k)) {
            stopped = !funnel->steps[k].optional;
            continue;
        }
        if (k > 0)
            now_s += 1 + chance_around(chance(cast, number, FOR_TIME + (unsigned)k), scene->medians_s[k]);
        happenings[count++] = (struct sample_happening){now_s, k};
        won = won || k == funnel->won_step;
    }
    if (stopped && !won && scene->losses.count > 0 && chance_holds(chance(cast, number, FOR_LOSS), 6, 10)) {
        now_s += 1 + chance_around(chance(cast, number, FOR_LOSS_TIME), 2 * scene->medians_s[happenings[count - 1].what]);
        happenings[count++] = (struct sample_happening){now_s, SAMPLE_LOSS};
    }
    if (won && chance_holds(chance(cast, number, FOR_ANSWER), 7, 10)) {
        now_s += 1 + chance_around(chance(cast, number, FOR_ANSWER_TIME), ANSWER_MEDIAN_S);
        happenings[count++] = (struct sample_happening){now_s, SAMPLE_SCORE};
    }
    if (cast->plan->exact)
        hurry(happenings, count, cast->total_s);
    while (count > 0 && happenings[count - 1].second_s >= cast->total_s)
        count--; /* it lies after the plan's end */
    return count;
}

/* ---- all of them ---- */

/* How many come to each required step: the rates one after the other, each time to the nearest whole lead. */
static void count_exactly(struct sample_cast *cast)
{
    const struct sample_scene *scene = &cast->script->scenes[0];
    uint64_t reached = (uint64_t)cast->plan->leads;
    for (int k = 0; k < scene->funnel->step_count; k++) {
        if (k > 0 && !scene->funnel->steps[k].optional)
            reached = (reached * scene->rates[k].part * 2 + scene->rates[k].whole) / (scene->rates[k].whole * 2);
        cast->reached[k] = (uint32_t)reached;
    }
}

void sample_cast_init(struct sample_cast *cast, const struct sample_plan *plan, const struct sample_script *script, int64_t total_s)
{
    *cast = (struct sample_cast){.plan = plan, .script = script, .total_s = total_s};
    if (!plan->exact)
        return;
    count_exactly(cast);
    cast->ranks = memory_new((size_t)plan->leads * sizeof *cast->ranks);
    for (uint32_t i = 0; i < (uint32_t)plan->leads; i++) { /* Fisher and Yates, inside out */
        uint32_t j = (uint32_t)chance_below(chance(cast, i, FOR_RANK), (uint64_t)i + 1);
        cast->ranks[i] = cast->ranks[j];
        cast->ranks[j] = i;
    }
}

void sample_cast_free(struct sample_cast *cast)
{
    free(cast->ranks);
    *cast = (struct sample_cast){0};
}
