/* market.h -- a made-up sales team: leads that come at random in working hours and go through eight steps with fixed chances, until one chance changes.
 * Everything follows from the seed. Times are seconds of event time; working hours are those of Moscow, Monday to Friday, 9 to 19 o'clock. */
#ifndef FUNNELD_TESTS_MARKET_H
#define FUNNELD_TESTS_MARKET_H

#include <stddef.h>
#include <stdint.h>

enum { MARKET_STEPS = 8, MARKET_MANAGERS = 10, MARKET_LOST = MARKET_STEPS, MARKET_CHANGED_STEP = 5 /* the one whose chance is halved: 0.5 */ };

struct market_event { int64_t at; int32_t lead; int8_t what; /* a step, or MARKET_LOST */ int8_t manager; };

struct market {
    struct market_event *events; /* ascending by time */
    size_t count, capacity;
};

/* Leads of `weeks` weeks from a Monday on; from `change` on every second lead that would go on into
 * MARKET_CHANGED_STEP does not. `lost_share` of those that do not go on are marked as lost; the others just stay. */
void market_make(struct market *market, uint64_t seed, double leads_a_week, int weeks, int64_t change, double lost_share);
void market_free(struct market *market);

extern const int64_t market_start;

#endif
