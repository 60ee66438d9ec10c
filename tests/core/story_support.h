/* story_support.h -- what the tests of core tell: a lead's events as a line that a sales manager could check, and a funnel as a line of steps.
 *
 *     "10:00 new manager Anna | 11:00 call amount 99.50 | day2 09:00 lost no answer"
 *
 * are three events. Day 1, which is not written, is Friday 2024-03-01 in UTC. After its time an event says in any order: a step's id; `created T`;
 * `moved T` (when it came to the stage, where that is not the event's own time); `amount`, `score` or a dimension with its value; `removed`; and last of
 * all `lost` with the reason, which may have several words.
 *
 *     "new call demo? offer +signed paid*"
 *
 * is a funnel: `?` is an optional step, `*` the won one (else the last), `+` one more goal of the stage before it. */
#ifndef FUNNELD_TESTS_STORY_SUPPORT_H
#define FUNNELD_TESTS_STORY_SUPPORT_H

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/core/event.h"

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define DAY_1 INT64_C(1709251200) /* 2024-03-01T00:00:00Z */

enum { STORY_EVENTS_MAX = 64, STORY_DIMENSIONS_MAX = 3, STORY_HOUR_S = 3600, STORY_DAY_S = 86400 };

/* ---- funnels ---- */

struct story_funnel {
    struct funnel funnel;
    struct step steps[FUNNEL_STEPS_MAX];
    struct stage stages[FUNNEL_STEPS_MAX];
    char text[1024]; /* the ids */
};

static inline void story_funnel(struct story_funnel *out, enum progress progress, const char *steps)
{
    *out = (struct story_funnel){.funnel = {.id = "f", .title = "F", .progress = progress, .steps = out->steps, .stages = out->stages, .won_step = -1,
                                            .within_s = -1, .confidence = 0.95, .min_leads = 5}};
    struct funnel *funnel = &out->funnel;
    assert(strlen(steps) < sizeof out->text);
    strcpy(out->text, steps);
    char *rest = out->text;
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        struct step *step = &out->steps[funnel->step_count];
        char *mark = word + strlen(word) - 1;
        if (*mark == '*')
            funnel->won_step = funnel->step_count;
        step->optional = *mark == '?';
        if (*mark == '*' || *mark == '?')
            *mark = '\0';
        if (*word != '+')
            out->stages[funnel->stage_count++] = (struct stage){.id = word, .title = word, .first_step = funnel->step_count};
        step->id = step->title = word + (*word == '+');
        step->stage = funnel->stage_count - 1;
        step->target = NAN;
        step->horizon_s = 30 * STORY_DAY_S;
        out->stages[step->stage].step_count++;
        funnel->step_count++;
    }
    if (funnel->won_step < 0)
        funnel->won_step = funnel->step_count - 1;
    funnel_link_steps(funnel);
}

/* ---- events ---- */

struct story_event {
    struct event event;
    struct move move;
    struct text dimensions[STORY_DIMENSIONS_MAX];
};

struct story { /* may not be moved: events point into it */
    int count;
    struct story_event events[STORY_EVENTS_MAX];
};

/* Any good hash will do here; the daemon's own belongs to those who decode. */
static inline uint64_t story_hash(struct text id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < id.length; i++)
        hash = (hash ^ (unsigned char)id.data[i]) * UINT64_C(0x100000001b3);
    return (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
}

/* Cut the next word off `rest`; empty: there is none. */
static inline struct text story_word(struct text *rest)
{
    while (rest->length > 0 && *rest->data == ' ')
        rest->data++, rest->length--;
    struct text word = {rest->data, 0};
    while (word.length < rest->length && word.data[word.length] != ' ')
        word.length++;
    rest->data += word.length;
    rest->length -= word.length;
    return word;
}

static inline int64_t story_moment(struct text *rest)
{
    struct text word = story_word(rest);
    int day = 1, hour = 0, minute = 0, second = 0;
    if (word.length > 3 && memcmp(word.data, "day", 3) == 0) {
        day = atoi(word.data + 3);
        word = story_word(rest);
    }
    int read = sscanf(word.data, "%d:%d:%d", &hour, &minute, &second);
    assert(read >= 2);
    (void)read;
    return DAY_1 + (int64_t)(day - 1) * STORY_DAY_S + hour * STORY_HOUR_S + minute * 60 + second;
}

static inline void story_say(struct story_event *out, const struct funnel *funnel, int dimension_count, const struct dimension *dimensions, struct text rest)
{
    struct event *event = &out->event;
    for (struct text word; (word = story_word(&rest)).length > 0;) {
        bool known = true;
        if (text_equal(word, TEXT("created"))) {
            event->created_at = story_moment(&rest);
        } else if (text_equal(word, TEXT("moved"))) {
            event->stage_at = story_moment(&rest);
        } else if (text_equal(word, TEXT("amount"))) {
            event->has_amount = out->move.amount_counts = true;
            event->amount_minor = llround(atof(story_word(&rest).data) * 100);
        } else if (text_equal(word, TEXT("score"))) {
            event->score = atoi(story_word(&rest).data);
        } else if (text_equal(word, TEXT("removed"))) {
            event->removed = true;
        } else if (text_equal(word, TEXT("lost"))) {
            out->move.kind = MOVE_LOSS;
            while (rest.length > 0 && *rest.data == ' ')
                rest.data++, rest.length--;
            while (rest.length > 0 && rest.data[rest.length - 1] == ' ')
                rest.length--;
            out->move.reason = rest;
            return;
        } else {
            known = false;
        }
        for (int k = 0; k < funnel->step_count && !known; k++)
            if (text_equal(word, text_of(funnel->steps[k].id))) {
                out->move.kind = MOVE_REACH;
                out->move.step = k;
                known = true;
            }
        for (int d = 0; d < dimension_count && !known; d++)
            if (text_equal(word, text_of(dimensions[d].name))) {
                out->dimensions[d] = story_word(&rest);
                known = true;
            }
        if (!known)
            fprintf(stderr, "the story says '%.*s', which nobody knows\n", (int)word.length, word.data);
        assert(known);
    }
}

/* The events of a line, of one lead and in funnel number `number`; texts point into it. */
static inline void story_read(struct story *out, const char *line, const char *lead, const struct funnel *funnel, int number, int dimension_count,
                              const struct dimension *dimensions)
{
    *out = (struct story){0};
    while (*line != '\0') {
        assert(out->count < STORY_EVENTS_MAX && dimension_count <= STORY_DIMENSIONS_MAX);
        struct text part = {line, strcspn(line, "|")};
        line += part.length + (line[part.length] == '|');
        struct story_event *made = &out->events[out->count++];
        int64_t at = story_moment(&part);
        made->move = (struct move){.funnel = number, .kind = MOVE_NONE};
        made->event = (struct event){.lead = text_of(lead), .lead_hash = story_hash(text_of(lead)), .at = at, .stage_at = at, .created_at = TIME_NONE, .score = -1,
                                     .dimensions = made->dimensions, .move_count = 1, .moves = &made->move};
        story_say(made, funnel, dimension_count, dimensions, part);
    }
}

/* ---- back into words ---- */

struct story_text { char data[16384]; size_t length; };

__attribute__((format(printf, 2, 3))) static inline void story_print(struct story_text *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(out->data + out->length, sizeof out->data - out->length, format, arguments);
    va_end(arguments);
    assert(length >= 0 && out->length + (size_t)length < sizeof out->data);
    out->length += (size_t)length;
}

static inline void story_print_moment(struct story_text *out, int64_t moment)
{
    if (moment == TIME_NEVER) {
        story_print(out, "-");
        return;
    }
    int64_t day = time_floor(moment - DAY_1, STORY_DAY_S) / STORY_DAY_S + 1, second = moment - DAY_1 - (day - 1) * STORY_DAY_S;
    if (day != 1)
        story_print(out, "day%lld ", (long long)day);
    story_print(out, "%02d:%02d", (int)(second / STORY_HOUR_S), (int)(second / 60 % 60));
    if (second % 60 != 0)
        story_print(out, ":%02d", (int)(second % 60));
}

#endif
