#include "lead.h"

#include <stddef.h>
#include <string.h>

#include "memory.h"

/* ---- the set ---- */

static void insert_at(struct lead_set *set, uint32_t place, uint64_t element)
{
    set->elements = memory_grow(set->elements, &set->capacity, set->count + 1, sizeof *set->elements);
    if (place < set->count)
        memmove(set->elements + place + 1, set->elements + place, (set->count - place) * sizeof *set->elements);
    set->elements[place] = element;
    set->count++;
}

static void remove_at(struct lead_set *set, uint32_t place)
{
    set->count--;
    memmove(set->elements + place, set->elements + place + 1, (set->count - place) * sizeof *set->elements);
}

enum { CLASS_CREATED = FUNNEL_STEPS_MAX, CLASS_SCORE, CLASS_AMOUNT, CLASS_LOSS, CLASS_DIMENSION, CLASS_COUNT = CLASS_DIMENSION + FUNNEL_DIMENSIONS_MAX };

/* What an element is one of. */
static int class_of(uint64_t element)
{
    uint32_t what = lead_element_what(element);
    if (what >= LEAD_DIMENSION)
        return CLASS_DIMENSION + (int)((what - LEAD_DIMENSION) / LEAD_VALUES_MAX);
    return what >= LEAD_LOSS ? CLASS_LOSS : what >= LEAD_AMOUNT ? CLASS_AMOUNT : what >= LEAD_SCORE ? CLASS_SCORE : (int)what;
}

/* The oldest element that has both an older and a newer one of its class; there is one in every set of more than two a class. */
static uint32_t find_middle(const struct lead_set *set)
{
    uint32_t first[CLASS_COUNT], last[CLASS_COUNT];
    for (uint32_t place = set->count; place-- > 0;)
        first[class_of(set->elements[place])] = place;
    for (uint32_t place = 0; place < set->count; place++)
        last[class_of(set->elements[place])] = place;
    for (uint32_t place = 0; place < set->count; place++) {
        int class = class_of(set->elements[place]);
        if (first[class] < place && place < last[class])
            return place;
    }
    return set->count;
}

bool lead_set_add_element(struct lead_set *set, uint64_t element)
{
    uint32_t place = set->count; /* events mostly come in order: look from the end */
    while (place > 0 && set->elements[place - 1] > element)
        place--;
    if (place > 0 && set->elements[place - 1] == element)
        return false;
    insert_at(set, place, element);
    if (set->count <= LEAD_ELEMENTS_MAX)
        return true;
    uint32_t middle = find_middle(set);
    remove_at(set, middle);
    return middle != place;
}

/* The place of the element whose `what` lies in [low, high); set->count if there is none. */
static uint32_t find(const struct lead_set *set, uint32_t low, uint32_t high)
{
    uint32_t place = 0;
    while (place < set->count && (lead_element_what(set->elements[place]) < low || lead_element_what(set->elements[place]) >= high))
        place++;
    return place;
}

static bool replace(struct lead_set *set, uint32_t place, uint64_t element)
{
    if (place < set->count)
        remove_at(set, place);
    return lead_set_add_element(set, element);
}

bool lead_set_add_amount(struct lead_set *set, int64_t at, int64_t amount_minor)
{
    uint32_t place = find(set, LEAD_AMOUNT, LEAD_AMOUNT + 1);
    if (place < set->count) { /* the greatest time; ties: the greatest amount */
        int64_t known_at = lead_element_time(set->elements[place]);
        if (at < known_at || (at == known_at && amount_minor <= set->amount_minor))
            return false;
    }
    set->amount_minor = amount_minor;
    replace(set, place, lead_element(at, LEAD_AMOUNT));
    return true;
}

bool lead_set_add_score(struct lead_set *set, int64_t at, int score)
{
    uint32_t place = find(set, LEAD_SCORE, LEAD_SCORE + 11);
    if (place < set->count) { /* the greatest time; ties: the lowest score */
        int64_t known_at = lead_element_time(set->elements[place]);
        if (at < known_at || (at == known_at && (uint32_t)score >= lead_element_what(set->elements[place]) - LEAD_SCORE))
            return false;
    }
    return replace(set, place, lead_element(at, LEAD_SCORE + (uint32_t)score));
}

bool lead_set_add_created(struct lead_set *set, int64_t created_at)
{
    uint32_t place = find(set, LEAD_CREATED, LEAD_CREATED + 1);
    if (place < set->count && created_at >= lead_element_time(set->elements[place]))
        return false;
    return replace(set, place, lead_element(created_at, LEAD_CREATED));
}

static uint32_t dimension_what(int dimension, uint32_t value)
{
    return (uint32_t)LEAD_DIMENSION + ((uint32_t)dimension << 20) + value;
}

static uint32_t value_of(uint64_t element)
{
    return lead_element_what(element) & (LEAD_VALUES_MAX - 1);
}

/* The number of a value; it mostly is the one that is known already. */
static uint32_t value_number(const struct lead_names *names, int dimension, struct text text, uint32_t known)
{
    if (text_equal(names_text(names->values[dimension], known), text))
        return known;
    uint32_t value = names_number(names->values[dimension], text);
    return value == NAMES_FULL ? 0 : value;
}

bool lead_set_add_dimension(struct lead_set *set, const struct lead_names *names, int dimension, int64_t at, struct text text)
{
    uint32_t low = dimension_what(dimension, 0), place = 0, known = 0;
    enum take take = names->dimensions[dimension].take;
    for (; place < set->count; place++) {
        uint32_t value = lead_element_what(set->elements[place]) - low; /* below `low` it wraps round, and is great */
        if (value >= LEAD_VALUES_MAX)
            continue;
        known = value;
        int64_t known_at = lead_element_time(set->elements[place]);
        if (known_at == at) {
            uint32_t given = value_number(names, dimension, text, known);
            if (text_compare(names_text(names->values[dimension], known), names_text(names->values[dimension], given)) <= 0)
                return false; /* of one moment, the least by bytes */
            break;
        }
        if (take == TAKE_CLOSING)
            continue; /* which one counts depends on the win or the loss: all times are kept */
        if (take == TAKE_FIRST ? known_at < at : known_at > at)
            return false;
        break;
    }
    return replace(set, place, lead_element(at, low + value_number(names, dimension, text, known)));
}

bool lead_set_add(struct lead_set *set, const struct lead_names *names, const struct event *event, const struct move *move)
{
    bool changed = false;
    if (move->kind == MOVE_REACH)
        changed |= lead_set_add_element(set, lead_element(event->stage_at, (uint32_t)move->step));
    if (move->kind == MOVE_LOSS) {
        uint32_t reason = names_number(names->reasons, move->reason);
        changed |= lead_set_add_element(set, lead_element(event->stage_at, (uint32_t)LEAD_LOSS + (reason == NAMES_FULL ? 0 : reason)));
    }
    if (event->created_at != TIME_NONE)
        changed |= lead_set_add_created(set, event->created_at);
    if (event->has_amount && move->amount_counts)
        changed |= lead_set_add_amount(set, event->at, event->amount_minor);
    if (event->score >= 0)
        changed |= lead_set_add_score(set, event->at, event->score);
    for (int d = 0; d < names->dimension_count; d++)
        if (event->dimensions[d].data != NULL)
            changed |= lead_set_add_dimension(set, names, d, event->at, event->dimensions[d]);
    return changed;
}

/* ---- what follows from it ---- */

struct reading { /* gathered in one pass over the set */
    int64_t first[FUNNEL_STEPS_MAX]; /* first(k), TIME_NEVER */
    int64_t created;                 /* TIME_NEVER */
    uint64_t loss;                   /* the loss that holds after the last move, an element; 0: none */
    bool moved;                      /* there is a pair (time, step) */
};

/* Of two losses within one second the one with the least reason by bytes. */
static uint64_t earlier_loss(const struct lead_names *names, uint64_t known, uint64_t loss)
{
    if (known == 0)
        return loss;
    if (lead_element_time(known) != lead_element_time(loss))
        return known;
    struct text a = names_text(names->reasons, lead_element_what(known) - LEAD_LOSS);
    struct text b = names_text(names->reasons, lead_element_what(loss) - LEAD_LOSS);
    return text_compare(a, b) <= 0 ? known : loss;
}

static void read_set(const struct lead_set *set, const struct lead_names *names, const struct funnel *funnel, struct reading *reading, struct facts *facts)
{
    for (int k = 0; k < funnel->step_count; k++)
        reading->first[k] = TIME_NEVER;
    reading->created = TIME_NEVER;
    reading->loss = 0;
    reading->moved = false;
    int furthest_before = -1, furthest_within = -1; /* the furthest step of earlier seconds; of the second at hand */
    int64_t second = TIME_NONE;
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t what = lead_element_what(set->elements[i]);
        int64_t moment = lead_element_time(set->elements[i]);
        if (what < LEAD_CREATED) {
            int step = (int)what;
            if (reading->first[step] == TIME_NEVER)
                reading->first[step] = moment;
            if (moment != second) {
                furthest_before = furthest_within > furthest_before ? furthest_within : furthest_before;
                second = moment;
            }
            if (step < furthest_before)
                facts->returned = true;
            furthest_within = step > furthest_within ? step : furthest_within;
            if (!reading->moved || step != facts->current)
                facts->stay_since = moment;
            facts->current = step;
            reading->moved = true;
            reading->loss = 0; /* a later reach reopens the lead */
        } else if (what >= LEAD_LOSS && what < LEAD_DIMENSION) {
            reading->loss = earlier_loss(names, reading->loss, set->elements[i]);
        } else if (what == LEAD_CREATED) {
            reading->created = moment;
        } else if (what == LEAD_AMOUNT) {
            facts->has_amount = true;
            facts->amount_minor = set->amount_minor;
        } else if (what >= LEAD_SCORE && what <= LEAD_SCORE + 10) {
            facts->score = (int)what - LEAD_SCORE;
            facts->score_at = moment;
        }
    }
}

/* Without a pair the creation stands for one: the loss that holds is the first one not before it. */
static uint64_t loss_since(const struct lead_set *set, const struct lead_names *names, int64_t created)
{
    uint64_t loss = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t what = lead_element_what(set->elements[i]);
        if (what >= LEAD_LOSS && what < LEAD_DIMENSION && lead_element_time(set->elements[i]) >= created)
            loss = earlier_loss(names, loss, set->elements[i]);
    }
    return loss;
}

/* Being seen further on proves the earlier steps. */
static void reach_furthest(const struct funnel *funnel, const int64_t *first, struct facts *facts)
{
    int64_t least = TIME_NEVER;
    for (int k = funnel->step_count - 1; k >= 0; k--) {
        if (first[k] < least)
            least = first[k];
        facts->reached[k] = funnel->steps[k].optional ? first[k] : least;
        if (facts->reached[k] < first[k])
            facts->skipped |= UINT64_C(1) << k;
    }
}

/* Each required step at its first pair not before the required step before it; a pass in order of time finds them one after another. */
static void reach_ordered(const struct lead_set *set, const struct funnel *funnel, const int64_t *first, struct facts *facts)
{
    for (int k = 0; k < funnel->step_count; k++)
        facts->reached[k] = TIME_NEVER;
    facts->reached[0] = first[0];
    if (first[0] == TIME_NEVER)
        return;
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t what = lead_element_what(set->elements[i]);
        if (what == 0 || what >= (uint32_t)funnel->step_count)
            continue;
        int step = (int)what;
        int64_t moment = lead_element_time(set->elements[i]);
        int64_t before = facts->reached[funnel->previous_required[step]];
        if (facts->reached[step] == TIME_NEVER && before != TIME_NEVER && moment >= before)
            facts->reached[step] = moment;
    }
}

/* The value of a `take: closing` dimension: of those not later than the win or the loss the last, else the first. */
static void take_values(const struct lead_set *set, const struct lead_names *names, int64_t closed_at, struct facts *facts)
{
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t what = lead_element_what(set->elements[i]);
        if (what < LEAD_DIMENSION)
            continue;
        int dimension = (int)(what - LEAD_DIMENSION) >> 20;
        if (dimension >= names->dimension_count)
            continue;
        if (facts->values[dimension] == 0 || lead_element_time(set->elements[i]) <= closed_at)
            facts->values[dimension] = value_of(set->elements[i]);
    }
}

void lead_facts(const struct lead_set *set, const struct lead_names *names, const struct funnel *funnel, struct facts *facts)
{
    memset(facts, 0, offsetof(struct facts, reached)); /* the rest is long, and filled as far as there are steps and dimensions */
    memset(facts->values, 0, (size_t)names->dimension_count * sizeof *facts->values);
    facts->state = LEAD_ABSENT;
    facts->stay_since = facts->loss_at = facts->entry = facts->won_at = facts->score_at = TIME_NEVER;
    facts->score = -1;
    struct reading reading;
    read_set(set, names, funnel, &reading, facts);
    if (!reading.moved) {
        facts->current = 0;
        facts->stay_since = reading.created;
        reading.loss = reading.created != TIME_NEVER ? loss_since(set, names, reading.created) : 0;
    }
    if (reading.created < reading.first[0])
        reading.first[0] = reading.created;

    switch (funnel->progress) {
    case PROGRESS_FURTHEST:
        reach_furthest(funnel, reading.first, facts);
        break;
    case PROGRESS_ORDERED:
        reach_ordered(set, funnel, reading.first, facts);
        break;
    case PROGRESS_ANY:
        memcpy(facts->reached, reading.first, sizeof *facts->reached * (size_t)funnel->step_count);
        break;
    }
    facts->entry = facts->reached[0];
    if (funnel->progress == PROGRESS_ANY)
        for (int k = 1; k < funnel->step_count; k++)
            if (facts->reached[k] < facts->entry)
                facts->entry = facts->reached[k];
    if (funnel->within_s >= 0)
        for (int k = 0; k < funnel->step_count; k++)
            if (facts->reached[k] != TIME_NEVER && facts->reached[k] - facts->entry > funnel->within_s) {
                facts->reached[k] = TIME_NEVER;
                facts->skipped &= ~(UINT64_C(1) << k);
            }
    facts->won_at = facts->reached[funnel->won_step];

    if (facts->entry != TIME_NEVER) {
        if (reading.loss != 0) {
            facts->state = LEAD_LOST;
            facts->loss_at = lead_element_time(reading.loss);
            facts->loss_reason = lead_element_what(reading.loss) - LEAD_LOSS;
        } else if (facts->won_at != TIME_NEVER && facts->current >= funnel->won_step) {
            facts->state = LEAD_WON;
        } else {
            facts->state = LEAD_OPEN;
        }
    }
    int64_t closed_at = facts->state == LEAD_WON ? facts->won_at : TIME_NEVER;
    if (reading.loss != 0) /* a lead may be lost without having entered; its score counts then */
        closed_at = lead_element_time(reading.loss);
    take_values(set, names, closed_at, facts);
}
