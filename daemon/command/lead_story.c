#include "lead_story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../core/calendar.h"
#include "../settings/funnel_section.h"
#include "../settings/notation.h"
#include "../wire/json_write.h"
#include "../wire/moment.h"

struct story {
    FILE *out;
    const struct settings *settings;
    const struct funnel *funnel;
    const struct lead_set *set;
    const struct lead_names *names;
    struct facts facts;
};

enum { TIME_LENGTH = 19, INDENT = 2 };

/* ---- words ---- */

static void print_text(FILE *out, struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        fputc(text_shown(text.data[i]), out);
}

static void print_padded(FILE *out, const char *text, int width)
{
    int length = text_characters(text_of(text));
    fprintf(out, "%s%*s", text, length < width ? width - length : 0, "");
}

/* "2024-03-12 10:23:26", local. */
static const char *moment_text(const struct story *story, int64_t moment, char buffer[MOMENT_TEXT_SIZE])
{
    if (moment == TIME_NEVER)
        return "never";
    moment_format(&story->settings->zone, moment, buffer);
    buffer[10] = ' ';
    buffer[TIME_LENGTH] = '\0';
    return buffer;
}

static void print_moment(const struct story *story, int64_t moment)
{
    char buffer[MOMENT_TEXT_SIZE];
    fputs(moment_text(story, moment, buffer), story->out);
}

static const char *step_id(const struct story *story, int step)
{
    return story->funnel->steps[step].id;
}

/* ---- the set ---- */

static bool is_loss(uint32_t what)
{
    return what >= LEAD_LOSS && what < LEAD_DIMENSION;
}

static void print_reason(const struct story *story, uint32_t reason)
{
    if (reason == 0) {
        fputs("without a reason", story->out);
        return;
    }
    fputs("for ", story->out);
    print_text(story->out, names_text(story->names->reasons, reason));
}

static void print_element(const struct story *story, uint64_t element)
{
    FILE *out = story->out;
    uint32_t what = lead_element_what(element);
    fprintf(out, "%*s", INDENT, "");
    print_moment(story, lead_element_time(element));
    fputs("  ", out);
    if (what < LEAD_CREATED) {
        fprintf(out, "came to %s (%s)", step_id(story, (int)what), story->funnel->steps[what].title);
    } else if (what == LEAD_CREATED) {
        fputs("came in", out);
    } else if (what == LEAD_AMOUNT) {
        struct buffer amount = {0};
        json_amount(&amount, story->set->amount_minor);
        fprintf(out, "amount %.*s", (int)amount.length, amount.data);
        free(amount.data);
    } else if (what >= LEAD_SCORE && what <= LEAD_SCORE + 10) {
        fprintf(out, "score %" PRIu32, what - LEAD_SCORE);
    } else if (is_loss(what)) {
        fputs("lost ", out);
        print_reason(story, what - LEAD_LOSS);
    } else {
        int dimension = (int)(what - LEAD_DIMENSION) >> 20;
        fprintf(out, "%s is ", story->names->dimensions[dimension].name);
        print_text(out, names_text(story->names->values[dimension], what & (LEAD_VALUES_MAX - 1)));
    }
    fputc('\n', out);
}

static void print_set(const struct story *story)
{
    fputs("\nWhat is known\n", story->out);
    for (uint32_t i = 0; i < story->set->count; i++)
        print_element(story, story->set->elements[i]);
}

/* ---- steps ---- */

/* first(k) of the pairs alone; TIME_NEVER. */
static int64_t first_pair(const struct story *story, int step)
{
    for (uint32_t i = 0; i < story->set->count; i++)
        if (lead_element_what(story->set->elements[i]) == (uint32_t)step)
            return lead_element_time(story->set->elements[i]);
    return TIME_NEVER;
}

static int64_t created_at(const struct story *story)
{
    for (uint32_t i = 0; i < story->set->count; i++)
        if (lead_element_what(story->set->elements[i]) == LEAD_CREATED)
            return lead_element_time(story->set->elements[i]);
    return TIME_NEVER;
}

/* first(k): with the creation, for the first step. */
static int64_t first_of(const struct story *story, int step)
{
    int64_t first = first_pair(story, step), created = step == 0 ? created_at(story) : TIME_NEVER;
    return created < first ? created : first;
}

/* The later step that proves this one. */
static int proof_of(const struct story *story, int step)
{
    for (int later = step + 1; later < story->funnel->step_count; later++)
        if (first_of(story, later) == story->facts.reached[step])
            return later;
    return -1;
}

/* Would it be reached but for `within`? */
static bool is_cut_off(const struct story *story, int step)
{
    if (story->funnel->within_s < 0 || story->facts.entry == TIME_NEVER)
        return false;
    for (int later = step; later < story->funnel->step_count; later++)
        if (first_of(story, later) != TIME_NEVER)
            return true;
    return false;
}

static void print_why_not(const struct story *story, int step)
{
    const struct funnel *funnel = story->funnel;
    if (first_of(story, step) != TIME_NEVER && funnel->progress == PROGRESS_ORDERED && step > 0) {
        int before = funnel->previous_required[step];
        if (story->facts.reached[before] == TIME_NEVER)
            fprintf(story->out, "it never reached %s, the step before it", step_id(story, before));
        else if (is_cut_off(story, step))
            fprintf(story->out, "not after %s, or later than `within` after it came in", step_id(story, before));
        else
            fprintf(story->out, "never after it reached %s", step_id(story, before));
    } else if (is_cut_off(story, step)) {
        fputs("later than `within` after it came in", story->out);
    } else {
        fputs(funnel->progress == PROGRESS_FURTHEST && !funnel->steps[step].optional ? "never seen there or further on" : "never seen there", story->out);
    }
}

static void print_why(const struct story *story, int step)
{
    int64_t reached = story->facts.reached[step];
    if (reached == TIME_NEVER)
        print_why_not(story, step);
    else if ((story->facts.skipped >> step & 1) != 0)
        fprintf(story->out, "skipped: seen at %s then, which proves it", step_id(story, proof_of(story, step)));
    else if (first_pair(story, step) == reached)
        fputs(first_pair(story, step) == first_of(story, step) ? "it came there" : "it came there again, after the step before it", story->out);
    else if (step == 0 && created_at(story) == reached)
        fputs("it came in", story->out);
    else
        fputs("it came there after the step before it", story->out);
}

static void print_windows(const struct story *story, int64_t moment)
{
    const char *comma = "";
    for (int w = 0; w < story->funnel->window_count; w++) {
        const struct window *window = &story->funnel->windows[w];
        if (window->kind == WINDOW_ROLLING)
            continue;
        char buffer[MOMENT_TEXT_SIZE];
        moment_text(story, calendar_window(window->kind, &story->settings->zone, moment).start, buffer);
        buffer[window->kind == WINDOW_HOUR ? 16 : 10] = '\0';
        fprintf(story->out, "%s%s %s", comma, window->name, buffer);
        comma = ", ";
    }
}

static bool has_calendar_windows(const struct story *story)
{
    for (int w = 0; w < story->funnel->window_count; w++)
        if (story->funnel->windows[w].kind != WINDOW_ROLLING)
            return true;
    return false;
}

static void print_steps(const struct story *story)
{
    FILE *out = story->out;
    int width = 0;
    for (int k = 0; k < story->funnel->step_count; k++) {
        int length = text_characters(text_of(step_id(story, k)));
        width = length > width ? length : width;
    }
    fprintf(out, "\nWhen it reached each step (progress: %s)\n", funnel_section_progresses[story->funnel->progress]);
    for (int k = 0; k < story->funnel->step_count; k++) {
        char buffer[MOMENT_TEXT_SIZE];
        fprintf(out, "%*s", INDENT, "");
        print_padded(out, step_id(story, k), width + 2);
        print_padded(out, moment_text(story, story->facts.reached[k], buffer), TIME_LENGTH + 2);
        print_why(story, k);
        if (story->facts.reached[k] != TIME_NEVER && has_calendar_windows(story)) {
            fputs("; counts in ", out);
            print_windows(story, story->facts.reached[k]);
        }
        fputc('\n', out);
    }
}

/* ---- state ---- */

static int64_t last_move_at(const struct story *story)
{
    for (uint32_t i = story->set->count; i-- > 0;)
        if (lead_element_what(story->set->elements[i]) < LEAD_CREATED)
            return lead_element_time(story->set->elements[i]);
    return created_at(story);
}

static void print_last_move(const struct story *story)
{
    fprintf(story->out, "its last move is to %s, ", step_id(story, story->facts.current));
    print_moment(story, last_move_at(story));
}

static void print_absent(const struct story *story)
{
    if (story->funnel->progress == PROGRESS_ORDERED)
        fprintf(story->out, "not in the funnel: it was never seen at the first step, %s, and nothing says when it came in\n", step_id(story, 0));
    else
        fputs("not in the funnel: nothing says that it came to a step, or when it came in\n", story->out);
}

static void print_lost(const struct story *story)
{
    fprintf(story->out, "lost at %s, ", step_id(story, story->facts.current));
    print_moment(story, story->facts.loss_at);
    fputc(' ', story->out);
    print_reason(story, story->facts.loss_reason);
    fputs(": ", story->out);
    print_last_move(story);
    fputs(", and a loss that is not earlier holds\n", story->out);
}

static void print_open(const struct story *story)
{
    fprintf(story->out, "open at %s since ", step_id(story, story->facts.current));
    print_moment(story, story->facts.stay_since);
    fputs(": ", story->out);
    print_last_move(story);
    bool was_lost = false;
    for (uint32_t i = 0; i < story->set->count; i++)
        was_lost = was_lost || is_loss(lead_element_what(story->set->elements[i]));
    if (was_lost)
        fputs(", which reopened it after it was lost", story->out);
    else if (story->facts.won_at != TIME_NEVER)
        fprintf(story->out, ", back from %s: it is not won any more", step_id(story, story->funnel->won_step));
    else
        fputs(", and nothing says that it was lost", story->out);
    fputc('\n', story->out);
}

static void print_state(const struct story *story)
{
    FILE *out = story->out;
    fputs("\nState\n  ", out);
    switch (story->facts.state) {
    case LEAD_ABSENT:
        print_absent(story);
        break;
    case LEAD_LOST:
        print_lost(story);
        break;
    case LEAD_WON:
        fprintf(out, "won, ");
        print_moment(story, story->facts.won_at);
        fprintf(out, ": it reached %s, and ", step_id(story, story->funnel->won_step));
        print_last_move(story);
        fputc('\n', out);
        break;
    case LEAD_OPEN:
        print_open(story);
        break;
    }
    if (story->facts.returned)
        fputs("  returned: it came to a step after it had been further on\n", out);
}

/* ---- what it counts in ---- */

static void print_group(const struct story *story, const struct breakdown *breakdown)
{
    FILE *out = story->out;
    for (int d = 0; d < breakdown->dimension_count; d++) {
        int dimension = breakdown->dimensions[d];
        fprintf(out, "%s%s=", d > 0 ? "," : "", story->names->dimensions[dimension].name);
        print_text(out, names_text(story->names->values[dimension], story->facts.values[dimension]));
    }
}

/* The first of the breakdown's dimensions that it has no value of; -1: none. */
static int missing_of(const struct story *story, const struct breakdown *breakdown)
{
    for (int d = 0; d < breakdown->dimension_count; d++)
        if (story->facts.values[breakdown->dimensions[d]] == 0)
            return breakdown->dimensions[d];
    return -1;
}

static void print_groups(const struct story *story)
{
    FILE *out = story->out;
    fputs("  groups: all leads", out);
    for (int b = 0; b < story->funnel->breakdown_count; b++)
        if (missing_of(story, &story->funnel->breakdowns[b]) < 0) {
            fputs("; ", out);
            print_group(story, &story->funnel->breakdowns[b]);
        }
    fputc('\n', out);
    for (int b = 0; b < story->funnel->breakdown_count; b++) {
        int missing = missing_of(story, &story->funnel->breakdowns[b]);
        if (missing >= 0)
            fprintf(out, "  in no group by %s: it has no value of it\n", story->names->dimensions[missing].name);
    }
}

static void print_rolling(const struct story *story)
{
    char length[32];
    for (int w = 0; w < story->funnel->window_count; w++)
        if (story->funnel->windows[w].kind == WINDOW_ROLLING)
            fprintf(story->out, "  %s: each step as long as no more than %s have passed since it was reached\n", story->funnel->windows[w].name,
                    notation_print_seconds(story->funnel->windows[w].length_s, length));
}

static void print_in_windows(const struct story *story, const char *what, int64_t moment)
{
    if (!has_calendar_windows(story))
        return;
    fprintf(story->out, "  %s ", what);
    print_windows(story, moment);
    fputc('\n', story->out);
}

static void print_left(const struct story *story)
{
    static const char *const words[] = {[LEAD_ABSENT] = "", [LEAD_OPEN] = "open", [LEAD_WON] = "won", [LEAD_LOST] = "lost"};
    for (int k = 0; k < story->funnel->step_count; k++) {
        int next = story->funnel->next_required[k];
        if (next >= 0 && story->facts.reached[k] != TIME_NEVER && story->facts.reached[next] == TIME_NEVER)
            fprintf(story->out, "  left.%s of %s: it did not reach %s\n", words[story->facts.state], step_id(story, k), step_id(story, next));
    }
}

static void print_amount(const struct story *story)
{
    const struct facts *facts = &story->facts;
    if (!facts->has_amount)
        return;
    struct buffer amount = {0};
    json_amount(&amount, facts->amount_minor);
    fprintf(story->out, "  its amount, %.*s, in %s\n", (int)amount.length, amount.data,
            facts->state == LEAD_WON ? "won_amount" : facts->state == LEAD_LOST ? "lost_amount" : "the open amount of its step");
    free(amount.data);
}

static void print_counts(const struct story *story)
{
    FILE *out = story->out;
    const struct facts *facts = &story->facts;
    fputs("\nWhere it counts\n", out);
    if (facts->score >= 0)
        print_in_windows(story, "nps, by the time of its score:", facts->score_at);
    if (facts->state == LEAD_ABSENT) {
        fputs("  nowhere else\n", out);
        return;
    }
    print_groups(story);
    print_in_windows(story, "cohort view (by when it came in): entered, each step it reached, and its state, in", facts->entry);
    print_in_windows(story, "activity view: each step in the window it was reached in (above); entered in", facts->reached[0] != TIME_NEVER ? facts->reached[0] : facts->entry);
    if (facts->state == LEAD_WON)
        print_in_windows(story, "activity view: won in", facts->won_at);
    if (facts->state == LEAD_LOST) {
        fprintf(out, "  lost.reasons of %s\n", step_id(story, facts->current));
        print_in_windows(story, "activity view: lost in", facts->loss_at);
    }
    if (facts->state == LEAD_OPEN)
        fprintf(out, "  open at %s, in every window that holds the tick\n", step_id(story, facts->current));
    print_amount(story);
    print_left(story);
    print_rolling(story);
}

void lead_story_print(FILE *out, const struct settings *settings, int funnel, const struct lead_set *set, const struct lead_names *names)
{
    struct story story = {.out = out, .settings = settings, .funnel = &settings->funnels[funnel], .set = set, .names = names};
    lead_facts(set, names, story.funnel, &story.facts);
    fprintf(out, "\nIn funnel %s (%s)\n", story.funnel->id, story.funnel->title);
    print_set(&story);
    print_steps(&story);
    print_state(&story);
    print_counts(&story);
}
