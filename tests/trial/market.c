#include "market.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "../core/random_support.h"

enum { HOUR_S = 3600, WORKDAY_S = 10 * HOUR_S, WORKWEEK_S = 5 * WORKDAY_S, WEEK_S = 7 * 86400, OPENS_S = 9 * HOUR_S };

const int64_t market_start = 1704056400; /* Monday, 1 January 2024, 00:00 in Moscow */

/* From the application to the payment, of 60 leads: 50 40 30 20 10 5 3. */
static const double chances[MARKET_STEPS] = {1, 5.0 / 6, 4.0 / 5, 3.0 / 4, 2.0 / 3, 1.0 / 2, 1.0 / 2, 3.0 / 5};

static double uniform(struct random *random)
{
    return ((double)(random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

static double exponential(struct random *random, double mean)
{
    return -mean * log(uniform(random));
}

/* Working time that has passed since the start, as a moment. */
static int64_t moment_of(double worked_s)
{
    double weeks = floor(worked_s / WORKWEEK_S), rest = worked_s - weeks * WORKWEEK_S, days = floor(rest / WORKDAY_S);
    return market_start + (int64_t)weeks * WEEK_S + (int64_t)days * 86400 + OPENS_S + (int64_t)(rest - days * WORKDAY_S);
}

static void add(struct market *market, int64_t at, int lead, int what, int manager)
{
    market->events = memory_grow(market->events, &market->capacity, market->count + 1, sizeof *market->events);
    market->events[market->count++] = (struct market_event){at, lead, (int8_t)what, (int8_t)manager};
}

static int by_time(const void *a, const void *b)
{
    const struct market_event *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->lead != y->lead ? (x->lead > y->lead) - (x->lead < y->lead) : x->what - y->what;
}

void market_make(struct market *market, uint64_t seed, double leads_a_week, int weeks, int64_t change, double lost_share)
{
    struct random random = {seed};
    market->count = 0;
    int lead = 0;
    for (double worked_s = exponential(&random, WORKWEEK_S / leads_a_week); worked_s < (double)weeks * WORKWEEK_S;
         worked_s += exponential(&random, WORKWEEK_S / leads_a_week), lead++) {
        double at_s = worked_s;
        int manager = (int)(random_next(&random) % MARKET_MANAGERS);
        add(market, moment_of(at_s), lead, 0, manager);
        for (int step = 1; step < MARKET_STEPS; step++) {
            double next_s = at_s + exponential(&random, 1.5 * WORKDAY_S);
            bool hindered = step == MARKET_CHANGED_STEP && moment_of(next_s) >= change && uniform(&random) < 0.5;
            bool stays = uniform(&random) >= chances[step];
            if (stays || hindered) {
                /* One whom only the change holds back is lost when it would have gone on: what the change does cannot be known before it. */
                double lost_s = stays ? at_s + exponential(&random, 1.5 * WORKDAY_S) : next_s;
                if (uniform(&random) < lost_share)
                    add(market, moment_of(lost_s), lead, MARKET_LOST, manager);
                break;
            }
            at_s = next_s;
            add(market, moment_of(at_s), lead, step, manager);
        }
    }
    if (market->count > 1)
        qsort(market->events, market->count, sizeof *market->events, by_time);
}

void market_free(struct market *market)
{
    free(market->events);
}
