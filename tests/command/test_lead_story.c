/* What is told about one lead follows from its set, and says why.
 * Method: leads as a line of facts, under each mode of progress, with the lines that the story must hold. Day 1 is 2024-03-01 in Moscow. */
#include "../settings/settings_support.h"

#include "../../daemon/command/lead_story.h"
#include "../../daemon/core/calendar.h"

static const char configuration[] =
    "application: story\n"
    "timezone: Europe/Moscow\n"
    "dimensions: {manager: {field: /manager}, channel: {field: /channel}}\n"
    "funnels:\n"
    "  - id: f\n"
    "    title: Воронка\n"
    "    progress: %s\n"
    "    within: %s\n"
    "    windows: [month, rolling 30d, rolling 12h]\n"
    "    breakdowns: [[manager], [channel]]\n"
    "    stages: [{id: new, title: Заявка}, {id: call, title: Звонок}, {id: demo, title: Показ, optional: true}, {id: offer, title: КП}, {id: paid, title: Оплата}]\n";

struct fact { int day, hour; const char *what; };

static const char *const steps[] = {"new", "call", "demo", "offer", "paid"};

static int64_t moment_of(const struct settings *settings, const struct fact *fact)
{
    return zone_moment(&settings->zone, calendar_local(2024, 3, fact->day) + fact->hour * 3600);
}

static void add(struct lead_set *set, const struct settings *settings, const struct lead_names *names, const struct fact *fact)
{
    int64_t moment = moment_of(settings, fact);
    if (strcmp(fact->what, "created") == 0)
        lead_set_add_created(set, moment);
    else if (strcmp(fact->what, "amount") == 0)
        lead_set_add_amount(set, moment, 12345);
    else if (strncmp(fact->what, "lost ", 5) == 0)
        lead_set_add_element(set, lead_element(moment, (uint32_t)LEAD_LOSS + names_number(names->reasons, text_of(fact->what + 5))));
    else if (strncmp(fact->what, "manager ", 8) == 0)
        lead_set_add_dimension(set, names, 0, moment, text_of(fact->what + 8));
    for (int k = 0; k < 5; k++)
        if (strcmp(fact->what, steps[k]) == 0)
            lead_set_add_element(set, lead_element(moment, (uint32_t)k));
}

static char *tell(const char *progress, const char *within, const struct fact *facts)
{
    char text[2048];
    snprintf(text, sizeof text, configuration, progress, within);
    struct settings *settings = load_text(text);
    struct lead_names names = {names_new(1000), 2, settings->dimensions, {names_new(1000), names_new(1000)}};
    struct lead_set set = {0};
    for (; facts->what != NULL; facts++)
        add(&set, settings, &names, facts);
    char *story = NULL;
    size_t size;
    FILE *out = open_memstream(&story, &size);
    lead_story_print(out, settings, 0, &set, &names);
    fclose(out);
    free(set.elements);
    names_free(names.reasons);
    names_free(names.values[0]);
    names_free(names.values[1]);
    settings_free(settings);
    return story;
}

struct row { const char *progress, *within; struct fact facts[8]; const char *lines[11]; };

static void the_story_says_what_the_set_says_and_why(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"furthest", "null", {{1, 10, "created"}, {2, 11, "offer"}, {3, 9, "manager Анна"}, {3, 10, "amount"}},
         {"2024-03-01 10:00:00  came in", "2024-03-02 11:00:00  came to offer (КП)", "2024-03-03 09:00:00  manager is Анна", "2024-03-03 10:00:00  amount 123.45",
          "new    2024-03-01 10:00:00  it came in; counts in month 2024-03-01", "call   2024-03-02 11:00:00  skipped: seen at offer then, which proves it; counts in month 2024-03-01",
          "demo   never                never seen there\n", "paid   never                never seen there or further on",
          "open at offer since 2024-03-02 11:00:00: its last move is to offer, 2024-03-02 11:00:00, and nothing says that it was lost",
          "groups: all leads; manager=Анна\n", "rolling-12h: each step as long as no more than 12h have passed since it was reached\n"}},
        {"furthest", "null", {{1, 10, "new"}, {2, 10, "lost Дорого"}, {3, 10, "call"}}, {"open at call since 2024-03-03 10:00:00", "which reopened it after it was lost",
                                                                                        "in no group by manager: it has no value of it", "left.open of call: it did not reach offer"}},
        {"furthest", "null", {{1, 10, "new"}, {2, 10, "call"}, {3, 10, "lost Дорого"}, {4, 10, "lost "}, {4, 11, "amount"}},
         {"lost at call, 2024-03-03 10:00:00 for Дорого: its last move is to call, 2024-03-02 10:00:00, and a loss that is not earlier holds", "left.lost of call: it did not reach offer",
          "activity view: lost in month 2024-03-01", "its amount, 123.45, in lost_amount", "lost without a reason"}},
        {"furthest", "null", {{1, 10, "new"}, {2, 10, "paid"}, {3, 10, "call"}}, {"open at call since 2024-03-03 10:00:00", "back from paid: it is not won any more",
                                                                                 "returned: it came to a step after it had been further on"}},
        {"furthest", "null", {{1, 10, "new"}, {31, 10, "paid"}, {32, 10, "amount"}}, {"won, 2024-03-31 10:00:00: it reached paid", "its amount, 123.45, in won_amount",
                                                                                     "activity view: won in month 2024-03-01"}},
        {"furthest", "5d", {{1, 10, "new"}, {2, 10, "call"}, {20, 10, "offer"}}, {"offer  never                later than `within` after it came in", "open at offer"}},
        {"ordered", "null", {{1, 10, "offer"}, {2, 10, "new"}, {3, 10, "call"}, {4, 10, "offer"}},
         {"new    2024-03-02 10:00:00  it came there;", "call   2024-03-03 10:00:00  it came there;", "offer  2024-03-04 10:00:00  it came there after the step before it;"}},
        {"ordered", "null", {{1, 10, "new"}, {3, 10, "offer"}, {4, 10, "call"}}, {"offer  never                never after it reached call", "open at call"}},
        {"ordered", "null", {{1, 10, "new"}, {3, 10, "offer"}}, {"offer  never                it never reached call, the step before it"}},
        {"ordered", "null", {{1, 10, "call"}}, {"not in the funnel: it was never seen at the first step, new, and nothing says when it came in", "nowhere else"}},
        {"any", "null", {{1, 10, "call"}, {2, 10, "paid"}}, {"new    never                never seen there\n", "call   2024-03-01 10:00:00  it came there", "won, 2024-03-02 10:00:00"}},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        char *story = tell(rows[r].progress, rows[r].within, rows[r].facts);
        for (int i = 0; i < 11 && rows[r].lines[i] != NULL; i++)
            if (strstr(story, rows[r].lines[i]) == NULL)
                fail_msg("row %zu: this is missing:\n%s\nin\n%s", r, rows[r].lines[i], story);
        free(story);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_story_says_what_the_set_says_and_why)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
