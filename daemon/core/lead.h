/* lead.h -- a lead in one funnel: the set of what is known about it, and what follows from the set.
 * Adding to the set is idempotent and commutes, so events may come late, twice or out of order. Facts are a pure function of the set.
 * Source: semantics, sections 3 to 5.
 *
 * An element of the set is one 64-bit number whose order is the order of time; within a second steps come in funnel order, then losses:
 *   bits 25-63  seconds since 0001-01-01T00:00:00Z
 *   bits 0-24   what: 0-63 came to that step; LEAD_CREATED; LEAD_SCORE + score; LEAD_AMOUNT (its value stands beside the set);
 *               LEAD_LOSS + reason (a number of `reasons`); LEAD_DIMENSION + dimension << 20 + value (a number of `values[dimension]`) */
#ifndef FUNNELD_CORE_LEAD_H
#define FUNNELD_CORE_LEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "names.h"

enum {
    LEAD_CREATED = 64,
    LEAD_SCORE = 128,
    LEAD_AMOUNT = 256,
    LEAD_LOSS = 1 << 23,
    LEAD_DIMENSION = 1 << 24,
    LEAD_WHAT_BITS = 25,
    LEAD_REASONS_MAX = 1 << 20, /* distinct reasons, as a tally's detail holds them */
    LEAD_VALUES_MAX = 1 << 20,  /* distinct values of a dimension */
    LEAD_ELEMENTS_MAX = 1024,   /* of one set, see struct lead_set */
};

static inline uint64_t lead_element(int64_t moment, uint32_t what)
{
    return (uint64_t)(moment - TIME_LEAST) << LEAD_WHAT_BITS | what;
}
static inline int64_t lead_element_time(uint64_t element) { return (int64_t)(element >> LEAD_WHAT_BITS) + TIME_LEAST; }
static inline uint32_t lead_element_what(uint64_t element) { return (uint32_t)(element & ((1u << LEAD_WHAT_BITS) - 1)); }

struct lead_names { /* what the numbers inside elements stand for; shared by all leads of a ledger */
    struct names *reasons;
    int dimension_count;
    const struct dimension *dimensions;
    struct names *values[FUNNEL_DIMENSIONS_MAX];
};

/* Open for reading; the elements ascend and are unique. A set is bounded, so that a lead that some program moves to and fro costs no more than others: of
 * more than LEAD_ELEMENTS_MAX, the oldest go that are neither the first nor the last reach of their step, loss, or value of their dimension. What is left is
 * still a function of all that was added, in any order; so the state, the first reach of each step and `returned` stay right, only the beginning of a
 * stay and what `ordered` makes of the middle may be told later than it was. */
struct lead_set {
    uint32_t count;
    size_t capacity;
    uint64_t *elements;
    int64_t amount_minor;  /* of the LEAD_AMOUNT element, if there is one */
};

/* Add what an event says in one funnel. Returns whether the set has changed. A reason or value for which the tables have no room stands
 * as the empty one. Cost O(elements). */
bool lead_set_add(struct lead_set *set, const struct lead_names *names, const struct event *event, const struct move *move);

/* The parts of lead_set_add, for restoring a set from its record. */
bool lead_set_add_element(struct lead_set *set, uint64_t element);
bool lead_set_add_amount(struct lead_set *set, int64_t at, int64_t amount_minor);
bool lead_set_add_score(struct lead_set *set, int64_t at, int score);
bool lead_set_add_created(struct lead_set *set, int64_t created_at);
bool lead_set_add_dimension(struct lead_set *set, const struct lead_names *names, int dimension, int64_t at, struct text value);

enum lead_state { LEAD_ABSENT, LEAD_OPEN, LEAD_WON, LEAD_LOST }; /* absent: without an entry, not in the funnel */

struct facts {
    enum lead_state state;
    int current;                          /* step of the last move */
    int64_t stay_since;                   /* when the stay at `current` began */
    int64_t loss_at;                      /* LEAD_LOST */
    uint32_t loss_reason;                 /* LEAD_LOST; a number of `reasons`, 0: none */
    int64_t entry;                        /* TIME_NEVER: LEAD_ABSENT */
    int64_t won_at;                       /* r(won step), TIME_NEVER */
    bool returned;
    bool has_amount;
    int64_t amount_minor;                 /* 0 where there is none */
    int score;                            /* -1: none; counts even where the lead is absent */
    int64_t score_at;
    uint64_t skipped;                     /* bit k: r(k) is due to a later step only */
    int64_t reached[FUNNEL_STEPS_MAX];    /* r(k), TIME_NEVER; the first step_count of them are set */
    uint32_t values[FUNNEL_DIMENSIONS_MAX]; /* numbers of values; 0: none; those of the application's dimensions are set */
};

/* What follows from the set. Cost O(elements + steps). */
void lead_facts(const struct lead_set *set, const struct lead_names *names, const struct funnel *funnel, struct facts *facts);

#endif
