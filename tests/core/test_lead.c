/* Goal: what follows from what is known about a lead: semantics, sections 2 to 5. Method: tables of stories (story_support.h). Each story is told in its own
 * order, backwards and in shuffled ones, every event twice; the same must follow each time.
 *
 * What follows is written as
 *     open at call since 11:00 / won at 12:00 / lost at call 12:00 for no answer / absent
 * then `, returned`, and what is known beside it; and r(k) of every step: `-` never, in brackets where the step was skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/lead.h"
#include "random_support.h"
#include "story_support.h"

struct row { const char *story, *state, *reached; };

static const struct dimension dimensions[] = {{"manager", TAKE_CLOSING}, {"channel", TAKE_FIRST}, {"product", TAKE_LAST}};

static void print_state(struct story_text *out, const struct funnel *funnel, const struct lead_names *names, const struct facts *facts)
{
    switch (facts->state) {
    case LEAD_ABSENT:
        story_print(out, "absent");
        break;
    case LEAD_OPEN:
        story_print(out, "open at %s since ", funnel->steps[facts->current].id);
        story_print_moment(out, facts->stay_since);
        break;
    case LEAD_WON:
        story_print(out, "won at ");
        story_print_moment(out, facts->won_at);
        break;
    case LEAD_LOST:
        story_print(out, "lost at %s ", funnel->steps[facts->current].id);
        story_print_moment(out, facts->loss_at);
        if (facts->loss_reason != 0) {
            struct text reason = names_text(names->reasons, facts->loss_reason);
            story_print(out, " for %.*s", (int)reason.length, reason.data);
        }
        break;
    }
    if (facts->returned)
        story_print(out, ", returned");
    if (facts->has_amount)
        story_print(out, ", amount %.2f", (double)facts->amount_minor / 100);
    if (facts->score >= 0) {
        story_print(out, ", score %d at ", facts->score);
        story_print_moment(out, facts->score_at);
    }
    for (int d = 0; d < COUNT_OF(dimensions); d++)
        if (facts->values[d] != 0) {
            struct text value = names_text(names->values[d], facts->values[d]);
            story_print(out, ", %s %.*s", dimensions[d].name, (int)value.length, value.data);
        }
}

static void print_reached(struct story_text *out, const struct funnel *funnel, const struct facts *facts)
{
    for (int k = 0; k < funnel->step_count; k++) {
        bool skipped = facts->skipped >> k & 1;
        story_print(out, "%s%s", k > 0 ? " " : "", skipped ? "(" : "");
        story_print_moment(out, facts->reached[k]);
        story_print(out, "%s", skipped ? ")" : "");
    }
}

static void check_told(const struct row *row, const struct funnel *funnel, const struct story *story, const int *order, int count)
{
    struct lead_names names = {.reasons = names_new(100), .dimension_count = COUNT_OF(dimensions), .dimensions = dimensions};
    for (int d = 0; d < COUNT_OF(dimensions); d++)
        names.values[d] = names_new(100);
    struct lead_set set = {0};
    for (int i = 0; i < count; i++) {
        const struct story_event *told = &story->events[order[i]];
        lead_set_add(&set, &names, &told->event, &told->move);
        assert_false(lead_set_add(&set, &names, &told->event, &told->move));
    }
    struct facts facts;
    lead_facts(&set, &names, funnel, &facts);
    static struct story_text state, reached;
    state.length = reached.length = 0;
    print_state(&state, funnel, &names, &facts);
    print_reached(&reached, funnel, &facts);
    if (strcmp(state.data, row->state) != 0 || (row->reached != NULL && strcmp(reached.data, row->reached) != 0))
        print_error("%s\n", row->story);
    assert_string_equal(state.data, row->state);
    if (row->reached != NULL)
        assert_string_equal(reached.data, row->reached);
    free(set.elements);
    names_free(names.reasons);
    for (int d = 0; d < COUNT_OF(dimensions); d++)
        names_free(names.values[d]);
}

static void check_within(enum progress progress, const char *steps, int64_t within_s, const struct row *rows, int count)
{
    struct story_funnel funnel;
    story_funnel(&funnel, progress, steps);
    funnel.funnel.within_s = within_s;
    struct random random = {1};
    for (int i = 0; i < count; i++) {
        static struct story story;
        story_read(&story, rows[i].story, "L-1", &funnel.funnel, 0, COUNT_OF(dimensions), dimensions);
        int order[2 * STORY_EVENTS_MAX];
        for (int place = 0; place < 2 * story.count; place++)
            order[place] = place % story.count;
        check_told(&rows[i], &funnel.funnel, &story, order, story.count);
        for (int place = 0; place < story.count; place++)
            order[place] = story.count - 1 - place;
        check_told(&rows[i], &funnel.funnel, &story, order, story.count);
        for (int round = 0; round < 24; round++) {
            for (int place = 0; place < 2 * story.count; place++)
                order[place] = place % story.count;
            random_shuffle(&random, order, 2 * story.count);
            check_told(&rows[i], &funnel.funnel, &story, order, 2 * story.count);
        }
    }
}

static void check(enum progress progress, const char *steps, const struct row *rows, int count)
{
    check_within(progress, steps, -1, rows, count);
}

/* ---- section 4: r(k) ---- */

static void furthest__being_seen_further_on_proves_the_required_steps_before(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /*                                                           new     call    demo?  offer   paid */
        {"10:00 new",                     "open at new since 10:00",   "10:00 - - - -"},
        {"10:00 new | 11:00 call",        "open at call since 11:00",  "10:00 11:00 - - -"},
        {"10:00 new | 12:00 offer",       "open at offer since 12:00", "10:00 (12:00) - 12:00 -"},
        {"12:00 offer",                   "open at offer since 12:00", "(12:00) (12:00) - 12:00 -"},
        {"10:00 new | 11:00 demo",        "open at demo since 11:00",  "10:00 (11:00) 11:00 - -"},
        {"11:00 demo",                    "open at demo since 11:00",  "(11:00) (11:00) 11:00 - -"},
        {"10:00 new | 13:00 paid",        "won at 13:00",              "10:00 (13:00) - (13:00) 13:00"},
        {"10:00 new | 12:00 offer | 13:00 call", "open at call since 13:00, returned", "10:00 (12:00) - 12:00 -"},
        {"11:00 call | 12:00 new",        "open at new since 12:00, returned", "(11:00) 11:00 - - -"},
        {"10:00 new | 11:00 call | 14:00 call", "open at call since 11:00", "10:00 11:00 - - -"},
        {"10:00 new | 12:00 offer | 13:00 demo", "open at demo since 13:00, returned", "10:00 (12:00) 13:00 12:00 -"},
        {"10:00 new | 10:00 call | 10:00 paid", "won at 10:00",        "10:00 10:00 - (10:00) 10:00"},
    };
    check(PROGRESS_FURTHEST, "new call demo? offer paid", rows, COUNT_OF(rows));
}

static void ordered__a_step_counts_from_the_required_step_before_it(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /*                                                            new   call  demo?  offer  paid */
        {"10:00 new | 11:00 call | 12:00 demo | 13:00 offer | 14:00 paid", "won at 14:00", "10:00 11:00 12:00 13:00 14:00"},
        {"10:00 new | 12:00 offer",                "open at offer since 12:00", "10:00 - - - -"},
        {"10:00 new | 13:00 paid",                 "open at paid since 13:00",  "10:00 - - - -"},
        {"11:00 call",                             "absent",                    "- - - - -"},
        {"09:00 call | 10:00 new",                 "open at new since 10:00, returned", "10:00 - - - -"},
        {"09:00 call | 10:00 new | 11:00 call",    "open at call since 11:00, returned", "10:00 11:00 - - -"},
        {"10:00 new | 11:00 offer | 12:00 call | 13:00 offer", "open at offer since 13:00, returned", "10:00 12:00 - 13:00 -"},
        {"10:00 new | 10:00 call | 10:00 offer",   "open at offer since 10:00", "10:00 10:00 - 10:00 -"},
        {"10:00 new | 11:00 demo | 12:00 call | 13:00 offer", "open at offer since 13:00, returned", "10:00 12:00 - 13:00 -"},
        {"10:00 new | 11:00 call | 12:00 offer | 13:00 demo", "open at demo since 13:00, returned", "10:00 11:00 13:00 12:00 -"},
        {"10:00 call created 09:30",               "open at call since 10:00",  "09:30 10:00 - - -"},
    };
    check(PROGRESS_ORDERED, "new call demo? offer paid", rows, COUNT_OF(rows));
}

static void any__every_step_counts_by_itself(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /*                                                            new   call  demo?  offer  paid */
        {"12:00 offer",                         "open at offer since 12:00", "- - - 12:00 -"},
        {"12:00 offer | 13:00 call",            "open at call since 13:00, returned", "- 13:00 - 12:00 -"},
        {"12:00 paid",                          "won at 12:00",              "- - - - 12:00"},
        {"12:00 paid | 13:00 new",              "open at new since 13:00, returned", "13:00 - - - 12:00"},
        {"12:00 demo | 11:00 demo",             "open at demo since 11:00",  "- - 11:00 - -"},
        {"12:00 amount 5",                      "absent, amount 5.00",       "- - - - -"},
    };
    check(PROGRESS_ANY, "new call demo? offer paid", rows, COUNT_OF(rows));
}

static void within__a_step_reached_later_than_that_after_the_entry_is_never_reached(void **state)
{
    (void)state;
    static const struct row furthest[] = {
        /*                                                                         new   call  paid */
        {"10:00 new | 11:00 call | 12:00 paid",          "won at 12:00",             "10:00 11:00 12:00"},
        {"10:00 new | 11:00 call | 12:00:01 paid",       "open at paid since 12:00:01", "10:00 11:00 -"},
        {"10:00 new | 13:00 paid",                       "open at paid since 13:00", "10:00 - -"},
        {"10:00 call | 12:00:01 paid | 09:59:59 new",    "open at paid since 12:00:01", "09:59:59 10:00 -"},
        {"10:00 paid created 08:00",                     "won at 10:00",             "08:00 (10:00) 10:00"},
        {"10:00 paid created 07:59:59",                  "open at paid since 10:00", "07:59:59 - -"},
    };
    static const struct row any[] = {
        {"10:00 paid | 12:00 new | 12:00:01 call",       "open at call since 12:00:01, returned", "12:00 - 10:00"},
        {"10:00 call | 12:30 paid",                      "open at paid since 12:30", "- 10:00 -"},
    };
    static const struct row ordered[] = {
        {"10:00 new | 12:30 call | 12:40 paid",          "open at paid since 12:40", "10:00 - -"},
        {"10:00 new | 11:00 call | 12:30 paid | 10:30 new", "open at paid since 12:30", "10:00 11:00 -"},
    };
    check_within(PROGRESS_FURTHEST, "new call paid", 2 * STORY_HOUR_S, furthest, COUNT_OF(furthest));
    check_within(PROGRESS_ANY, "new call paid", 2 * STORY_HOUR_S, any, COUNT_OF(any));
    check_within(PROGRESS_ORDERED, "new call paid", 2 * STORY_HOUR_S, ordered, COUNT_OF(ordered));
}

/* ---- section 5: the state ---- */

static void won__when_the_won_step_counts_and_the_lead_has_not_been_taken_back_before_it(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /*                                                                    new   call  paid  served? */
        {"10:00 new | 11:00 call | 12:00 paid",    "won at 12:00",              "10:00 11:00 12:00 -"},
        {"10:00 new | 12:00 paid | 13:00 served",  "won at 12:00",              "10:00 (12:00) 12:00 13:00"},
        {"10:00 new | 13:00 served",               "won at 13:00",              "10:00 (13:00) (13:00) 13:00"},
        {"10:00 new | 12:00 paid | 13:00 call",    "open at call since 13:00, returned", "10:00 (12:00) 12:00 -"},
        {"10:00 new | 12:00 paid | 13:00 call | 14:00 paid", "won at 12:00, returned", "10:00 (12:00) 12:00 -"},
        {"10:00 new | 12:00 paid | 13:00 lost refund", "lost at paid 13:00 for refund", "10:00 (12:00) 12:00 -"},
        {"10:00 new | 12:00 paid | 12:30 paid",    "won at 12:00",              "10:00 (12:00) 12:00 -"},
    };
    check(PROGRESS_FURTHEST, "new call paid* served?", rows, COUNT_OF(rows));
}

static void lost__at_the_least_time_that_is_not_before_the_last_move(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /*                                                                                            new   call  paid */
        {"10:00 new | 11:00 lost no answer",                       "lost at new 11:00 for no answer",   "10:00 - -"},
        {"10:00 new | 11:00 lost",                                 "lost at new 11:00",                 "10:00 - -"},
        {"10:00 new | 11:00 call | 11:00 lost price",              "lost at call 11:00 for price",      "10:00 11:00 -"},
        {"10:00 new | 11:00 lost price | 12:00 lost spam",         "lost at new 11:00 for price",       "10:00 - -"},
        {"10:00 new | 11:00 lost price | 11:00 lost no answer",    "lost at new 11:00 for no answer",   "10:00 - -"},
        {"10:00 new | 11:00 lost price | 11:00 lost",              "lost at new 11:00",                 "10:00 - -"},
        {"10:00 new | 09:00 lost price",                           "open at new since 10:00",           "10:00 - -"},
        {"10:00 new | 11:00 lost price | 12:00 call",              "open at call since 12:00",          "10:00 12:00 -"},
        {"10:00 new | 11:00 lost price | 12:00 call | 13:00 lost dear", "lost at call 13:00 for dear",  "10:00 12:00 -"},
        {"10:00 new | 11:00 lost price | 12:00 new",               "open at new since 10:00",           "10:00 - -"},
        {"11:00 lost price",                                       "absent",                            "- - -"},
        {"11:00 lost price | 10:00 amount 7 created 09:00",        "lost at new 11:00 for price, amount 7.00", "09:00 - -"},
    };
    check(PROGRESS_FURTHEST, "new call paid", rows, COUNT_OF(rows));
}

static void a_loss_is_dated_by_the_move_not_by_the_news_of_it(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"15:00 moved 11:00 call | 10:00 new",              "open at call since 11:00",        "10:00 11:00 -"},
        {"15:00 moved 11:00 lost late | 10:00 new",         "lost at new 11:00 for late",      "10:00 - -"},
        {"15:00 moved 11:00 lost late | 12:00 call",        "open at call since 12:00",        "(12:00) 12:00 -"},
    };
    check(PROGRESS_FURTHEST, "new call paid", rows, COUNT_OF(rows));
}

static void stay__begins_with_the_first_pair_that_no_other_step_follows(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"10:00 new | 11:00 call | 12:00 call | 13:00 call",              "open at call since 11:00",            NULL},
        {"10:00 call | 11:00 new | 12:00 call | 13:00 call",              "open at call since 12:00, returned",  NULL},
        {"10:00 call | 11:00 lost x | 12:00 call",                        "open at call since 10:00",            NULL},
        {"10:00 call | 10:00 new | 11:00 call",                           "open at call since 10:00",            NULL},
        {"10:00 call | 10:00 paid | 10:00 new",                           "won at 10:00",                        NULL},
        {"10:00 new | 11:00 call created 09:00",                          "open at call since 11:00",            NULL},
        {"10:00 new created 09:00",                                       "open at new since 10:00",             NULL},
        {"10:00 amount 1 created 09:00",                                  "open at new since 09:00, amount 1.00", NULL},
    };
    check(PROGRESS_FURTHEST, "new call paid", rows, COUNT_OF(rows));
}

static void returned__only_with_times_strictly_greater(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"10:00 call | 10:00 new",                 "open at call since 10:00",            "10:00 10:00 -"},
        {"10:00 call | 10:00:01 new",              "open at new since 10:00:01, returned", "(10:00) 10:00 -"},
        {"10:00 call | 10:00 new | 10:00 paid | 11:00 paid", "won at 10:00",              "10:00 10:00 10:00"},
        {"10:00 call created 11:00",               "open at call since 10:00",            "(10:00) 10:00 -"},
        {"10:00 paid | 11:00 call | 12:00 call",   "open at call since 11:00, returned",  "(10:00) (10:00) 10:00"},
    };
    check(PROGRESS_FURTHEST, "new call paid", rows, COUNT_OF(rows));
}

static void created__stands_for_step_1_at_its_least_time(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"12:00 created 09:00",                                   "open at new since 09:00",       "09:00 - -"},
        {"12:00 created 09:00 | 13:00 created 08:00",             "open at new since 08:00",       "08:00 - -"},
        {"12:00 call created 09:00",                              "open at call since 12:00",      "09:00 12:00 -"},
        {"12:00 call created 13:00",                              "open at call since 12:00",      "(12:00) 12:00 -"},
        {"12:00 created 09:00 | 10:00 lost spam",                 "lost at new 10:00 for spam",    "09:00 - -"},
        {"12:00 created 09:00 | 09:00 lost spam",                 "lost at new 09:00 for spam",    "09:00 - -"},
        {"12:00 created 09:00 | 08:59:59 lost spam",              "open at new since 09:00",       "09:00 - -"},
        {"12:00 created 09:00 | 10:00 lost b | 10:00 lost a | 11:00 lost 0", "lost at new 10:00 for a", "09:00 - -"},
        /* A later creation becomes known first: the loss in between holds only until then. */
        {"12:00 created 09:00 | 12:00 created 07:00 | 08:00 lost spam", "lost at new 08:00 for spam", "07:00 - -"},
    };
    check(PROGRESS_FURTHEST, "new call paid", rows, COUNT_OF(rows));
}

static void a_funnel_of_one_step__is_won_on_entry(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"12:00 order",              "won at 12:00",          "12:00"},
        {"12:00 created 09:00",      "won at 09:00",          "09:00"},
        {"12:00 order | 13:00 lost", "lost at order 13:00",   "12:00"},
    };
    check(PROGRESS_FURTHEST, "order", rows, COUNT_OF(rows));
    check(PROGRESS_ORDERED, "order", rows, COUNT_OF(rows));
    check(PROGRESS_ANY, "order", rows, COUNT_OF(rows));
}

/* ---- section 3: what stands beside the moves ---- */

static void amount__the_latest_and_of_one_second_the_greatest(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"10:00 new amount 5 | 11:00 amount 3",               "open at new since 10:00, amount 3.00",  NULL},
        {"10:00 new amount 5 | 10:00 amount 3",               "open at new since 10:00, amount 5.00",  NULL},
        {"10:00 new amount -5 | 10:00 amount -3",             "open at new since 10:00, amount -3.00", NULL},
        {"10:00 new amount 5 | 11:00 amount 0",               "open at new since 10:00, amount 0.00",  NULL},
        {"11:00 moved 09:00 new amount 7 | 10:00 moved 10:30 call amount 8", "open at call since 10:30, amount 7.00", NULL},
    };
    check(PROGRESS_FURTHEST, "new call paid", rows, COUNT_OF(rows));
}

static void score__the_latest_and_of_one_second_the_lowest(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"10:00 new score 5 | 11:00 score 9",          "open at new since 10:00, score 9 at 11:00",  NULL},
        {"10:00 new score 9 | 10:00 score 3",          "open at new since 10:00, score 3 at 10:00",  NULL},
        {"10:00 score 0",                              "absent, score 0 at 10:00",                   NULL},
        {"10:00 score 10 | 09:00 score 0",             "absent, score 10 at 10:00",                  NULL},
    };
    check(PROGRESS_FURTHEST, "new call paid", rows, COUNT_OF(rows));
}

static void dimensions__first_last_and_closing(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* channel: first; of one second the least by bytes */
        {"10:00 new channel web | 11:00 channel ads",                  "open at new since 10:00, channel web",  NULL},
        {"11:00 new channel web | 10:00 channel ads",                  "open at new since 11:00, channel ads",  NULL},
        {"10:00 new channel web | 10:00 channel ads",                  "open at new since 10:00, channel ads",  NULL},
        {"10:00 new channel b | 10:00 channel ab | 10:00 channel abc", "open at new since 10:00, channel ab",   NULL},
        /* product: last */
        {"10:00 new product web | 11:00 product ads",                  "open at new since 10:00, product ads",  NULL},
        {"10:00 new product web | 10:00 product ads",                  "open at new since 10:00, product ads",  NULL},
        /* manager: closing, the last of an open lead */
        {"10:00 new manager Anna | 11:00 manager Boris",               "open at new since 10:00, manager Boris", NULL},
        {"10:00 new manager Boris | 10:00 manager Anna",               "open at new since 10:00, manager Anna", NULL},
        /* ... and of a closed one the last that is not later than the win or the loss */
        {"10:00 new manager Anna | 11:00 paid | 12:00 manager Boris",  "won at 11:00, manager Anna",            NULL},
        {"10:00 new manager Anna | 11:00 paid manager Boris",          "won at 11:00, manager Boris",           NULL},
        {"10:00 new manager Anna | 11:00 lost x | 12:00 manager Boris", "lost at new 11:00 for x, manager Anna", NULL},
        {"10:00 new manager Anna | 11:00 lost x | 11:00 manager Boris", "lost at new 11:00 for x, manager Boris", NULL},
        {"10:00 new manager Anna | 11:00 lost x | 12:00 manager Boris | 13:00 call", "open at call since 13:00, manager Boris", NULL},
        {"10:00 new | 11:00 paid | 12:00 manager Boris | 13:00 manager Clara", "won at 11:00, manager Boris",   NULL},
        {"10:00 new manager Anna | 11:00 paid | 12:00 manager Boris | 13:00 call", "open at call since 13:00, returned, manager Boris", NULL},
        {"10:00 new manager Anna | 11:00 paid | 12:00 paid manager Boris", "won at 11:00, manager Anna",        NULL},
        {"10:00 new manager Anna | 15:00 moved 11:00 paid manager Boris", "won at 11:00, manager Anna",         NULL},
    };
    static const struct row never_entered[] = { /* such a lead may have been lost all the same, and its score counts */
        {"09:00 call | 11:00 lost x | 10:00 score 3 manager Anna | 12:00 manager Boris", "absent, score 3 at 10:00, manager Anna", NULL},
        {"09:00 call | 10:00 score 3 manager Anna | 12:00 manager Boris", "absent, score 3 at 10:00, manager Boris", NULL},
    };
    check(PROGRESS_FURTHEST, "new call paid", rows, COUNT_OF(rows));
    check(PROGRESS_ORDERED, "new call paid", never_entered, COUNT_OF(never_entered));
}

/* ---- the set ---- */

static void a_full_table_of_reasons__counts_the_loss_without_one(void **state)
{
    (void)state;
    struct story_funnel funnel;
    story_funnel(&funnel, PROGRESS_FURTHEST, "new call paid");
    struct lead_names names = {.reasons = names_new(2)};
    static struct story story;
    story_read(&story, "10:00 new | 11:00 lost price | 12:00 call | 13:00 lost no answer", "L-1", &funnel.funnel, 0, 0, NULL);
    struct lead_set set = {0};
    for (int i = 0; i < story.count; i++)
        assert_true(lead_set_add(&set, &names, &story.events[i].event, &story.events[i].move));
    struct facts facts;
    lead_facts(&set, &names, &funnel.funnel, &facts);
    assert_int_equal(facts.state, LEAD_LOST);
    assert_int_equal(facts.loss_reason, 0);
    free(set.elements);
    names_free(names.reasons);
}

static void elements__hold_every_moment_of_the_years_1_to_9999(void **state)
{
    (void)state;
    static const int64_t moments[] = {TIME_LEAST, -1, 0, 1, DAY_1, TIME_GREATEST};
    static const uint32_t whats[] = {0, 63, LEAD_CREATED, LEAD_SCORE + 10, LEAD_AMOUNT, LEAD_LOSS + LEAD_REASONS_MAX - 1,
                                     LEAD_DIMENSION + (15u << 20) + LEAD_VALUES_MAX - 1};
    uint64_t before = 0;
    for (int m = 0; m < COUNT_OF(moments); m++)
        for (int w = 0; w < COUNT_OF(whats); w++) {
            uint64_t element = lead_element(moments[m], whats[w]);
            assert_true(element > before || (m == 0 && w == 0));
            assert_true(lead_element_time(element) == moments[m]);
            assert_int_equal(lead_element_what(element), whats[w]);
            before = element;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(furthest__being_seen_further_on_proves_the_required_steps_before),
        cmocka_unit_test(ordered__a_step_counts_from_the_required_step_before_it),
        cmocka_unit_test(any__every_step_counts_by_itself),
        cmocka_unit_test(within__a_step_reached_later_than_that_after_the_entry_is_never_reached),
        cmocka_unit_test(won__when_the_won_step_counts_and_the_lead_has_not_been_taken_back_before_it),
        cmocka_unit_test(lost__at_the_least_time_that_is_not_before_the_last_move),
        cmocka_unit_test(a_loss_is_dated_by_the_move_not_by_the_news_of_it),
        cmocka_unit_test(stay__begins_with_the_first_pair_that_no_other_step_follows),
        cmocka_unit_test(returned__only_with_times_strictly_greater),
        cmocka_unit_test(created__stands_for_step_1_at_its_least_time),
        cmocka_unit_test(a_funnel_of_one_step__is_won_on_entry),
        cmocka_unit_test(amount__the_latest_and_of_one_second_the_greatest),
        cmocka_unit_test(score__the_latest_and_of_one_second_the_lowest),
        cmocka_unit_test(dimensions__first_last_and_closing),
        cmocka_unit_test(a_full_table_of_reasons__counts_the_loss_without_one),
        cmocka_unit_test(elements__hold_every_moment_of_the_years_1_to_9999),
    };
    return cmocka_run_group_tests_name("core/lead", tests, NULL, NULL);
}
