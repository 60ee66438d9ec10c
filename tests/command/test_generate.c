/* test_generate.c -- goal: sample events are what they are sold as: the same for the same seed, exact where exact is asked for, in order of time,
 * within working hours, in the shape the configuration reads. Method: events of the example configurations, parsed by cJSON and counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "../../daemon/command/chance.h"
#include "../../daemon/command/sample.h"
#include "../../daemon/command/workdays.h"
#include "../../daemon/core/calendar.h"
#include "../../daemon/wire/moment.h"

enum { DAY_S = 86400 };

static struct settings *load(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/config/%s", SOURCE_DIR, name);
    struct settings *settings = settings_load(path, stderr);
    assert_non_null(settings);
    return settings;
}

static struct sample_plan plan_of(const struct settings *settings, int64_t leads, uint64_t seed)
{
    return (struct sample_plan){
        .funnel = -1, .leads = leads, .seed = seed, .start = zone_moment(&settings->zone, calendar_local(2024, 3, 1)), .days = 31};
}

static char *sample_text(const struct settings *settings, const struct sample_plan *plan)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(sample_write(settings, plan, out), SAMPLE_DONE);
    fclose(out);
    return text;
}

static const char *string_of(const cJSON *event, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(event, name);
    return cJSON_IsString(member) ? member->valuestring : NULL;
}

/* Give every line, parsed, to `each`. Returns how many there were. */
static int for_each_event(const char *text, void (*each)(const cJSON *event, void *context), void *context)
{
    int count = 0;
    while (*text != '\0') {
        const char *end = strchr(text, '\n');
        assert_non_null(end);
        cJSON *event = cJSON_ParseWithLength(text, (size_t)(end - text));
        assert_non_null(event);
        each(event, context);
        cJSON_Delete(event);
        text = end + 1;
        count++;
    }
    return count;
}

struct tally {
    const struct settings *settings;
    int steps[FUNNEL_STEPS_MAX], lost, scores, in_disorder, out_of_hours;
    double paid;
    int64_t last;
};

static void tally_event(const cJSON *event, void *context)
{
    struct tally *tally = context;
    const struct funnel *funnel = &tally->settings->funnels[0];
    int64_t at;
    assert_true(moment_from_text(text_of(string_of(event, "at")), NULL, &at));
    tally->in_disorder += at < tally->last;
    tally->last = at;
    int64_t local = at + zone_offset(&tally->settings->zone, at), of_day = local % DAY_S, weekday = (local / DAY_S + 3) % 7;
    tally->out_of_hours += of_day < 9 * 3600 || of_day >= 18 * 3600 || weekday >= 5;
    assert_non_null(string_of(event, "lead_id"));
    assert_non_null(string_of(event, "product"));
    assert_non_null(string_of(event, "manager"));
    tally->scores += cJSON_HasObjectItem(event, "score");
    const char *stage = string_of(event, "stage");
    if (stage == NULL) {
        assert_true(cJSON_HasObjectItem(event, "score"));
        return;
    }
    for (int k = 0; k < funnel->step_count; k++) {
        if (strcmp(stage, funnel->steps[k].id) == 0) {
            tally->steps[k]++;
            tally->paid += k == funnel->won_step ? cJSON_GetObjectItem(event, "amount")->valuedouble : 0;
            return;
        }
    }
    tally->lost++;
}

static void sample_of_60_exact__is_the_worked_example(void **state)
{
    (void)state;
    static const int expected[] = {60, 50, 40, 30, 20, 10, 5, 3};
    struct settings *settings = load("examples/konsaltjurist.yaml");
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct sample_plan plan = plan_of(settings, 60, seed);
        plan.exact = true;
        char *text = sample_text(settings, &plan);
        struct tally tally = {.settings = settings, .last = plan.start};
        for_each_event(text, tally_event, &tally);
        for (int k = 0; k < 8; k++)
            assert_int_equal(tally.steps[k], expected[k]);
        assert_true(tally.paid == 3 * 150000.0);
        assert_in_range(tally.lost, 20, 50); /* of the 57 who went no further some are lost, some are open */
        assert_true(tally.scores <= 3);
        assert_int_equal(tally.in_disorder, 0);
        assert_int_equal(tally.out_of_hours, 0);
        assert_true(tally.last < plan.start + plan.days * DAY_S);
        free(text);
    }
    settings_free(settings);
}

static void same_seed__same_bytes_and_another_seed__others(void **state)
{
    (void)state;
    struct settings *settings = load("examples/konsaltjurist.yaml");
    struct sample_plan plan = plan_of(settings, 2000, 7), other = plan_of(settings, 2000, 8);
    char *first = sample_text(settings, &plan), *again = sample_text(settings, &plan), *others = sample_text(settings, &other);
    assert_string_equal(first, again);
    assert_string_not_equal(first, others);
    free(first);
    free(again);
    free(others);
    settings_free(settings);
}

static void samples_by_chance__come_near_the_rates(void **state)
{
    (void)state;
    struct settings *settings = load("examples/konsaltjurist.yaml");
    struct sample_plan plan = plan_of(settings, 20000, 1);
    plan.days = 365; /* long enough for nearly every lead to come to its end */
    plan.funnel = 0;
    char *text = sample_text(settings, &plan);
    struct tally tally = {.settings = settings, .last = plan.start};
    int events = for_each_event(text, tally_event, &tally);
    static const double rates[] = {0, 50.0 / 60, 0.8, 0.75, 2.0 / 3, 0.5, 0.5, 0.6};
    for (int k = 1; k < 8; k++) {
        double rate = (double)tally.steps[k] / tally.steps[k - 1];
        assert_true(rate > rates[k] - 0.05 && rate < rates[k] + 0.05);
    }
    assert_in_range(tally.in_disorder, 1, events / 50); /* few are late */
    assert_int_equal(tally.out_of_hours, 0);            /* and late is when they are written, not when they happen */
    double line = (double)strlen(text) / events;
    assert_true(line > 150 && line < 250);
    free(text);
    settings_free(settings);
}

static void nested_event(const cJSON *event, void *context)
{
    (void)context;
    assert_string_equal(string_of(event, "op"), "c");
    const cJSON *row = cJSON_GetObjectItem(event, "after");
    assert_non_null(string_of(row, "id"));
    assert_non_null(string_of(cJSON_GetObjectItem(event, "source"), "ts_us"));
    assert_null(string_of(event, "stage"));
}

static void array_event(const cJSON *event, void *context)
{
    (void)context;
    assert_true(cJSON_IsArray(event));
    assert_int_equal(cJSON_GetArraySize(event), 1);
    const cJSON *change = cJSON_GetArrayItem(event, 0);
    assert_non_null(string_of(change, "objectId"));
    assert_string_equal(string_of(change, "propertyName"), "dealstage");
}

static void nested_pointers_and_each__make_nested_objects_and_arrays(void **state)
{
    (void)state;
    struct settings *debezium = load("examples/debezium.yaml"), *hubspot = load("examples/hubspot.yaml");
    struct sample_plan plan = plan_of(debezium, 10, 1);
    char *rows = sample_text(debezium, &plan);
    assert_true(for_each_event(rows, nested_event, NULL) > 10);
    plan = plan_of(hubspot, 10, 1);
    char *changes = sample_text(hubspot, &plan);
    assert_true(for_each_event(changes, array_event, NULL) > 10);
    free(rows);
    free(changes);
    settings_free(debezium);
    settings_free(hubspot);
}

static void weekend__has_no_working_day(void **state)
{
    (void)state;
    struct settings *settings = load("examples/minimal.yaml");
    struct sample_plan plan = plan_of(settings, 10, 1);
    plan.start += DAY_S; /* 2024-03-02, a Saturday */
    plan.days = 2;
    assert_int_equal(sample_write(settings, &plan, stdout), SAMPLE_NO_WORKDAY);
    settings_free(settings);
}

static void workdays__are_monday_to_friday_by_the_local_clock(void **state)
{
    (void)state;
    struct zone_change changes[] = {{0, 3 * 3600}};
    struct zone zone = {.name = "test", .change_count = 1, .changes = changes, .end = TIME_GREATEST, .slice_s = 3600};
    int64_t friday = calendar_local(2024, 3, 1) - 3 * 3600;
    struct workdays workdays = workdays_between(&zone, friday, 4);
    assert_int_equal(workdays.total_s, 2 * WORKDAY_S);
    assert_int_equal(workdays_moment(&workdays, 0), friday + 9 * 3600);
    assert_int_equal(workdays_moment(&workdays, WORKDAY_S - 1), friday + 18 * 3600 - 1);
    assert_int_equal(workdays_moment(&workdays, WORKDAY_S), friday + 3 * DAY_S + 9 * 3600);
    workdays_free(&workdays);
}

static void chance__is_even_and_skewed_as_said(void **state)
{
    (void)state;
    enum { DRAWS = 100000, MEDIAN = 3600 };
    int held = 0, below = 0, middle = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        held += chance_holds(chance_of(1, i, 2), 3, 10);
        int64_t around = chance_around(chance_of(1, i, 3), MEDIAN);
        assert_in_range(around, MEDIAN / 17, MEDIAN * 16);
        below += around < MEDIAN;
        middle += around > MEDIAN * 10 / 17 && around < MEDIAN * 17 / 10;
    }
    assert_in_range(held, DRAWS * 29 / 100, DRAWS * 31 / 100);
    assert_in_range(below, DRAWS * 49 / 100, DRAWS * 51 / 100);
    assert_in_range(middle, DRAWS * 47 / 100, DRAWS * 53 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chance__is_even_and_skewed_as_said),
        cmocka_unit_test(workdays__are_monday_to_friday_by_the_local_clock),
        cmocka_unit_test(weekend__has_no_working_day),
        cmocka_unit_test(sample_of_60_exact__is_the_worked_example),
        cmocka_unit_test(same_seed__same_bytes_and_another_seed__others),
        cmocka_unit_test(samples_by_chance__come_near_the_rates),
        cmocka_unit_test(nested_pointers_and_each__make_nested_objects_and_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
