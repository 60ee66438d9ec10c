/* Goal: what a right configuration says arrives in the settings, with defaults and names resolved.
 * Method: full.yaml has every key; short texts have what is left out; and every configuration of the tree loads. */
#include <glob.h>
#include <math.h>

#include "settings_support.h"

#define MINIMAL "funnels: [{id: f, stages: [{id: a}, {id: b}]}]\n"

static struct settings *full;

static int load_full(void **state)
{
    (void)state;
    setenv("FUNNELD_TEST_PASSWORD", "very secret", 1);
    full = load_right_file(SOURCE_DIR "/tests/settings/full.yaml");
    return 0;
}

static int free_full(void **state)
{
    (void)state;
    settings_free(full);
    return 0;
}

static void assert_text(struct text text, const char *expected)
{
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.data, expected, text.length);
}

static void assert_pointers(const struct pointers *pointers, const char *first, const char *second)
{
    assert_int_equal(pointers->count, (first != NULL) + (second != NULL));
    if (first != NULL)
        assert_string_equal(pointers->list[0].source, first);
    if (second != NULL)
        assert_string_equal(pointers->list[1].source, second);
}

static const struct name *find(const struct naming *naming, const char *word)
{
    for (int i = 0; i < naming->name_count; i++) {
        if (text_equal(naming->names[i].text, text_of(word)))
            return &naming->names[i];
    }
    fail_msg("no name `%s`", word);
    return NULL;
}

static void application__and_kafka(void **state)
{
    (void)state;
    assert_string_equal(full->application, "sales");
    assert_string_equal(full->zone.name, "Asia/Kathmandu");
    assert_int_equal(full->zone.slice_s, 900);
    assert_int_equal(full->retention_s, 800 * 86400);
    static const struct property expected[] = {
        {"bootstrap.servers", "127.0.0.1:9092"}, {"sasl.password", "very secret"}, {"ssl.key.password", "plain secret"},
        {"socket.send.buffer.bytes", "2000000"}, {"client.id", "no"},
    };
    assert_int_equal(full->property_count, 5);
    for (int i = 0; i < 5; i++) {
        assert_string_equal(full->properties[i].name, expected[i].name);
        assert_string_equal(full->properties[i].value, expected[i].value);
    }
    assert_string_equal(full->http.listen, "[::1]:8080");
    assert_string_equal(full->http.url, "https://funnel.example");
    assert_int_equal(full->http.host_count, 1);
    assert_string_equal(full->http.hosts[0], "wall.example");
    assert_string_equal(full->http.token_file, "/etc/funneld/page-token");
    assert_int_equal(full->http.language, LANGUAGE_EN);
    assert_int_equal(full->http.lead, LEAD_WORD_DEAL);
}

static void dimensions__keep_the_order_of_the_file(void **state)
{
    (void)state;
    assert_int_equal(full->dimension_count, 3);
    assert_string_equal(full->dimensions[0].name, "product");
    assert_string_equal(full->dimensions[1].name, "manager");
    assert_string_equal(full->dimensions[2].name, "channel");
    assert_int_equal(full->dimensions[0].take, TAKE_FIRST);
    assert_int_equal(full->dimensions[1].take, TAKE_CLOSING);
    assert_int_equal(full->dimensions[2].take, TAKE_LAST);
    assert_pointers(&full->dimension_fields[0], "/product", NULL);
    assert_pointers(&full->dimension_fields[1], "/manager", "/owner/~1a~0b");
    assert_int_equal(full->dimension_fields[1].list[1].token_count, 2);
    assert_text(full->dimension_fields[1].list[1].tokens[0], "owner");
    assert_text(full->dimension_fields[1].list[1].tokens[1], "/a~b");
    assert_int_equal(full->title_counts[1], 2);
    assert_string_equal(full->titles[1][0].name, "12");
    assert_string_equal(full->titles[1][0].value, "Иванов");
    assert_string_equal(full->titles[1][1].name, "13");
}

static void sources__have_defaults_for_what_they_do_not_list(void **state)
{
    (void)state;
    assert_int_equal(full->out_of_orderness_s, 10);
    assert_int_equal(full->max_future_s, 2 * 86400);
    assert_int_equal(full->max_record, 512 * 1024);
    assert_false(full->keyed);
    assert_true(full->unmatched_ignored);
    assert_true(full->local_times);
    assert_true(full->csv.delimiter == CSV_TAB && full->csv.dates == CSV_SLASH_MM_DD_YYYY);

    assert_int_equal(full->source_count, 3);
    const struct source *source = &full->sources[0];
    assert_int_equal(source->topic_count, 2);
    assert_true(source->has_each);
    assert_int_equal(source->each.token_count, 0);
    assert_int_equal(source->where_count, 2);
    assert_string_equal(source->wheres[0].pointer.source, "/propertyName");
    assert_int_equal(source->wheres[1].value_count, 3);
    assert_text(source->wheres[1].values[0], "1");
    assert_text(source->wheres[1].values[1], "no");
    assert_text(source->wheres[1].values[2], "");
    assert_pointers(&source->fields[FIELD_LEAD_ID], "/objectId", NULL);
    assert_pointers(&source->fields[FIELD_AT], "/occurredAt", "/at");
    assert_pointers(&source->fields[FIELD_AMOUNT], NULL, NULL);
    assert_pointers(&source->fields[FIELD_STAGE_AT], "/stage_at", NULL);
    assert_pointers(&source->dimensions[1], "/m", NULL);
    assert_pointers(&source->dimensions[2], "/channel", NULL);
    assert_true(full->sources[1].has_each);
    assert_int_equal(full->sources[1].each.token_count, 2);
    assert_pointers(&full->sources[1].dimensions[1], "/manager", "/owner/~1a~0b");
    assert_false(full->sources[2].has_each);
    assert_string_equal(full->sources[2].topics[0], "lead.events");

    static const char *const topics[] = {"hubspot", "crm", "amo", "lead.events"};
    assert_int_equal(full->topic_count, 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(full->topics[i], topics[i]);
}

static void output(void **state)
{
    (void)state;
    assert_string_equal(full->snapshots_topic, "out");
    assert_string_equal(full->alerts_topic, "out");
    assert_string_equal(full->dead_letters_topic, "dead");
    assert_int_equal(full->every_ms, 100);
    assert_false(full->show_leads);
    assert_false(full->create_topics);
    assert_string_equal(full->lead_url, "https://crm.example/deal/{lead_id}");
}

static void steps(void **state)
{
    (void)state;
    const struct funnel *funnel = &full->funnels[0];
    static const char *const ids[] = {"preparation", "checked", "contract", "paid"};
    assert_int_equal(funnel->step_count, 4);
    for (int k = 0; k < 4; k++) {
        assert_string_equal(funnel->steps[k].id, ids[k]);
        assert_int_equal(funnel->steps[k].stage, k < 2 ? 0 : k - 1);
        assert_int_equal(funnel->steps[k].optional, k == 1);
        assert_int_equal(funnel->steps[k].horizon_s, (k == 2 ? 5 : 20) * 86400);
    }
    assert_string_equal(funnel->steps[0].title, "Заявка");
    assert_string_equal(funnel->steps[1].title, "checked");
    assert_string_equal(funnel->steps[3].title, "Оплата");
    assert_true(isnan(funnel->steps[0].target));
    assert_true(funnel->steps[2].target == 0.95);
    assert_int_equal(funnel->won_step, 2);
    assert_int_equal(funnel->next_required[0], 2);
    assert_int_equal(funnel->previous_required[2], 0);
    assert_int_equal(funnel->stage_count, 3);
    assert_string_equal(funnel->stages[0].title, "Подготовка");
    assert_int_equal(funnel->stages[0].step_count, 2);
    assert_int_equal(funnel->stages[2].first_step, 3);
}

static void funnel__as_a_whole(void **state)
{
    (void)state;
    const struct funnel *funnel = &full->funnels[0];
    assert_int_equal(full->funnel_count, 2);
    assert_string_equal(funnel->title, "Допуск СРО");
    assert_int_equal(funnel->progress, PROGRESS_ORDERED);
    assert_int_equal(funnel->within_s, 90 * 86400);
    assert_int_equal(funnel->lateness_s, 86400);
    assert_true(funnel->confidence == 0.9);
    assert_int_equal(funnel->min_leads, 3);
    assert_string_equal(funnel->currency, "RUB");
    static const char *const windows[] = {"hour", "day", "week", "month", "quarter", "year", "rolling-30d", "rolling-2w"};
    assert_int_equal(funnel->window_count, 8);
    for (int i = 0; i < 8; i++) {
        assert_string_equal(funnel->windows[i].name, windows[i]);
        assert_int_equal(funnel->windows[i].kind, i < 6 ? i : WINDOW_ROLLING);
    }
    assert_int_equal(funnel->windows[7].length_s, 14 * 86400);
    assert_int_equal(funnel->breakdown_count, 2);
    assert_int_equal(funnel->breakdowns[0].dimensions[0], 1);
    assert_int_equal(funnel->breakdowns[1].dimensions[0], 2); /* channel before product */
    assert_int_equal(funnel->breakdowns[1].dimensions[1], 0);
}

static void names__mean_steps_losses_and_the_rest(void **state)
{
    (void)state;
    const struct naming *naming = &full->namings[0];
    static const struct { const char *word; enum name_kind kind; int step; const char *reason; } cases[] = {
        {"preparation", NAME_STEP, 0, NULL}, {"prep", NAME_STEP, 0, NULL}, {"new", NAME_STEP, 0, NULL}, {"142", NAME_STEP, 0, NULL},
        {"no", NAME_STEP, 0, NULL}, {"checked", NAME_STEP, 1, NULL}, {"contract", NAME_STEP, 2, NULL}, {"signed", NAME_STEP, 2, NULL},
        {"paid", NAME_STEP, 3, NULL}, {"lost", NAME_LOST, 0, NULL}, {"C1:3", NAME_LOST, 0, "Дорого"}, {"deleted", NAME_REMOVED, 0, NULL},
        {"spam", NAME_REMOVED, 0, NULL}, {"on_hold", NAME_OTHER, 0, NULL},
    };
    int count = sizeof cases / sizeof *cases;
    assert_int_equal(naming->name_count, count);
    for (int i = 0; i < count; i++) {
        const struct name *name = find(naming, cases[i].word);
        assert_int_equal(name->kind, cases[i].kind);
        assert_int_equal(name->step, cases[i].step);
        if (cases[i].reason != NULL)
            assert_text(name->reason, cases[i].reason);
        else
            assert_null(name->reason.data);
        assert_true(i == 0 || text_compare(naming->names[i - 1].text, naming->names[i].text) < 0);
    }
    assert_int_equal(naming->alias_count, 3);
    assert_text(naming->aliases[0], "sro");
    assert_text(naming->aliases[1], "СРО");
    assert_text(naming->aliases[2], "7");
    assert_int_equal(naming->match_count, 2);
    assert_int_equal(naming->matches[0].dimension, 0);
    assert_text(naming->matches[0].values[0], "Допуск СРО");
    assert_int_equal(naming->matches[1].dimension, 2);
    assert_int_equal(naming->matches[1].value_count, 2);
    assert_text(naming->matches[1].values[1], "5");
    assert_int_equal(full->namings[1].match_count, 0);
}

static void rules__of_conversions(void **state)
{
    (void)state;
    assert_int_equal(full->rule_counts[0], 7);
    assert_int_equal(full->rule_counts[1], 0);
    const struct alert_rule *below = &full->rules[0][0], *dropped = &full->rules[0][1], *year = &full->rules[0][2], *before = &full->rules[0][3];
    assert_string_equal(below->alert, "BelowTarget");
    assert_int_equal(below->kind, ALERT_BELOW_TARGET);
    assert_int_equal(below->step, -1);
    assert_int_equal(below->group_count, 1);
    assert_int_equal(below->groups[0].dimension_count, 0);
    assert_string_equal(below->window.name, "rolling-30d");
    assert_int_equal(below->basis, BASIS_ACTIVITY);
    assert_true(below->matured);
    assert_int_equal(below->min_leads, 15);
    assert_true(below->confidence == 0.99);
    assert_int_equal(below->for_s, 6 * 3600);
    assert_int_equal(below->keep_firing_for_s, 86400);
    assert_string_equal(below->severity, "critical");

    assert_int_equal(dropped->kind, ALERT_DROPPED);
    assert_int_equal(dropped->step, 2);
    assert_int_equal(dropped->group_count, 3);
    assert_int_equal(dropped->groups[2].dimensions[0], 1); /* manager before product */
    assert_int_equal(dropped->window.kind, WINDOW_WEEK);
    assert_int_equal(dropped->basis, BASIS_COHORT);
    assert_false(dropped->matured);
    assert_int_equal(dropped->compare, COMPARE_PREVIOUS_LENGTH);
    assert_int_equal(dropped->compare_s, 28 * 86400);
    assert_true(dropped->drop == 0.2 && dropped->q == 0.05);
    assert_int_equal(dropped->min_leads, 20);
    assert_string_equal(dropped->severity, "warning");
    assert_int_equal(year->compare, COMPARE_YEAR_AGO);
    assert_true(year->q == 0.01);
    assert_int_equal(before->compare, COMPARE_PREVIOUS);
}

static void rules__of_other_kinds(void **state)
{
    (void)state;
    const struct alert_rule *drift = &full->rules[0][4], *stuck = &full->rules[0][5], *silence = &full->rules[0][6];
    assert_int_equal(drift->kind, ALERT_DRIFT);
    assert_true(drift->drop == 0.4);
    assert_int_equal(drift->baseline_s, 90 * 86400);
    assert_true(drift->false_alarms_per_s == 2.0 / (365 * 86400));

    assert_int_equal(stuck->kind, ALERT_STUCK);
    assert_int_equal(stuck->step, 0);
    assert_int_equal(stuck->older_than_s, 5 * 86400);
    assert_int_equal(stuck->more_than, 10);
    assert_int_equal(stuck->label_count, 1);
    assert_string_equal(stuck->labels[0].name, "team");
    assert_string_equal(stuck->annotations[0].value, "https://w");

    assert_int_equal(silence->kind, ALERT_SILENCE);
    assert_int_equal(silence->group_count, 0);
    assert_int_equal(silence->silent_for_s, 6 * 3600);
    assert_int_equal(silence->hours_count, 2);
    assert_int_equal(silence->hours[0].weekdays, 0x1F);
    assert_int_equal(silence->hours[1].to_s, 14 * 3600);
    assert_int_equal(silence->days_off_count, 2);
    assert_int_equal(silence->days_off[1].from_day, silence->days_off[1].to_day);
    assert_int_equal(silence->pause_count, 1);
    assert_int_equal(silence->pauses[0].to - silence->pauses[0].from, 86400 + 20700);

    assert_int_equal(full->application_rule_count, 1);
    assert_int_equal(full->application_rules[0].kind, ALERT_REJECTED);
    assert_int_equal(full->application_rules[0].more_than, 10);
    assert_int_equal(full->application_rules[0].within_s, 3600);
}

static void defaults(void **state)
{
    (void)state;
    struct settings *settings = load_text(MINIMAL);
    assert_string_equal(settings->application, "funneld");
    assert_string_equal(settings->zone.name, "UTC");
    assert_int_equal(settings->zone.slice_s, 3600);
    assert_int_equal(settings->retention_s, -1);
    assert_int_equal(settings->out_of_orderness_s, 0);
    assert_int_equal(settings->max_future_s, 86400);
    assert_int_equal(settings->max_record, 1 << 20);
    assert_true(settings->keyed);
    assert_false(settings->unmatched_ignored);
    assert_false(settings->local_times);
    assert_true(settings->csv.delimiter == CSV_AUTO && settings->csv.dates == CSV_DD_MM_YYYY);
    assert_int_equal(settings->topic_count, 1);
    assert_string_equal(settings->topics[0], "lead.events");
    assert_int_equal(settings->source_count, 1);
    assert_pointers(&settings->sources[0].fields[FIELD_SCORE], "/score", NULL);
    assert_string_equal(settings->snapshots_topic, "funnel.snapshots");
    assert_string_equal(settings->alerts_topic, "funnel.alerts");
    assert_string_equal(settings->dead_letters_topic, "funnel.dead-letters");
    assert_int_equal(settings->every_ms, 5000);
    assert_true(settings->show_leads);
    assert_null(settings->lead_url);
    assert_null(settings->http.listen);
    assert_int_equal(settings->property_count + settings->dimension_count + settings->application_rule_count, 0);

    const struct funnel *funnel = &settings->funnels[0];
    assert_string_equal(funnel->title, "f");
    assert_int_equal(funnel->progress, PROGRESS_FURTHEST);
    assert_int_equal(funnel->within_s, -1);
    assert_int_equal(funnel->lateness_s, 0);
    assert_true(funnel->confidence == 0.95);
    assert_int_equal(funnel->min_leads, 5);
    assert_string_equal(funnel->currency, "");
    assert_int_equal(funnel->window_count + funnel->breakdown_count, 0);
    assert_int_equal(funnel->steps[1].horizon_s, 30 * 86400);
    assert_int_equal(funnel->won_step, 1);
    settings_free(settings);
}

static void null__is_as_if_absent__where_absent_means_none(void **state)
{
    (void)state;
    settings_free(load_text("retention: null\nkafka:\ndimensions:\ninput:\noutput:\nhttp:\nalerts:\n"
                            "funnels:\n"
                            "- {id: f, within: null, horizon: ~, currency: null, windows: null, breakdowns: null, lost: null,\n"
                            "   stages: [{id: a, target: null}]}\n"));
}

static void steps__may_be_64(void **state)
{
    (void)state;
    char text[4096] = "funnels: [{id: f, stages: [";
    for (int k = 0; k < FUNNEL_STEPS_MAX; k++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "{id: s%d}, ", k);
    snprintf(text + strlen(text), sizeof text - strlen(text), "]}]\n");
    struct settings *settings = load_text(text);
    assert_int_equal(settings->funnels[0].step_count, 64);
    settings_free(settings);
}

static uint64_t hash_of(const char *text)
{
    struct settings *settings = load_text(text);
    uint64_t hash = settings->hash;
    settings_free(settings);
    return hash;
}

static void hash__is_of_what_shapes_the_numbers(void **state)
{
    (void)state;
    uint64_t hash = hash_of(MINIMAL);
    assert_true(hash == hash_of("# a comment\nfunnels:\n  - stages: [{'id': a}, {id: b}]\n    id: \"f\"\n"));
    assert_true(hash == hash_of("kafka: {debug: all}\noutput: {every: 1s}\nhttp: {listen: \":1\"}\n" MINIMAL));
    assert_true(hash != hash_of("funnels: [{id: f, stages: [{id: b}, {id: a}]}]\n"));
    assert_true(hash != hash_of("timezone: Europe/Moscow\n" MINIMAL));
    assert_true(hash != hash_of("retention: 400d\n" MINIMAL));
    uint64_t with_dimension = hash_of("dimensions: {m: {take: last}}\n" MINIMAL);
    assert_true(hash != with_dimension);
    assert_true(with_dimension == hash_of("dimensions: {m: {titles: {1: A}, take: last}}\n" MINIMAL));
    assert_true(with_dimension != hash_of("dimensions: {m: {take: first}}\n" MINIMAL));
}

static void print__shows_no_secrets(void **state)
{
    (void)state;
    char *text = printed(full);
    assert_null(strstr(text, "secret"));
    assert_non_null(strstr(text, "sasl.password: (set)"));
    assert_non_null(strstr(text, "ssl.key.password: (set)"));
    assert_non_null(strstr(text, "bootstrap.servers: 127.0.0.1:9092"));
    free(text);
}

static void print__says_when_a_drift_is_watched(void **state)
{
    (void)state;
    char *text = printed(full);
    assert_non_null(strstr(text, "a series is watched only after its baseline of 90d, with at least 100 outcomes in it"));
    free(text);
}

static void configurations__of_the_tree__load(void **state)
{
    (void)state;
    static const char *const patterns[] = {"/config/*.yaml", "/config/examples/*.yaml", "/tests/cases/*/config.yaml"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        char pattern[512];
        snprintf(pattern, sizeof pattern, "%s%s", SOURCE_DIR, patterns[i]);
        glob_t files;
        if (glob(pattern, 0, NULL, &files) != 0)
            fail_msg("no file %s", pattern);
        for (size_t f = 0; f < files.gl_pathc; f++) {
            struct settings *settings = load_right_file(files.gl_pathv[f]);
            free(printed(settings));
            settings_free(settings);
        }
        globfree(&files);
    }
}

static void receivers_and_routes__are_read(void **state)
{
    (void)state;
    const struct notify_settings *notify = &full->notify;
    assert_int_equal(notify->receiver_count, 4);
    const struct receiver *am = &notify->receivers[0], *chat = &notify->receivers[1], *head = &notify->receivers[2], *hook = &notify->receivers[3];
    assert_string_equal(am->url, "http://127.0.0.1:9093"); /* without the slash */
    assert_int_equal(am->resend_s, 30);
    assert_int_equal(hook->group_wait_ms, 100);
    assert_int_equal(am->timeout_ms, 10000);
    assert_string_equal(am->password, "plain secret");
    assert_int_equal(chat->kind, RECEIVER_SLACK);
    assert_int_equal(chat->language, LANGUAGE_RU);
    assert_int_equal(chat->group_wait_ms, 5000);
    assert_int_equal(chat->timeout_ms, 3000);
    assert_string_equal(head->token, "very secret");
    assert_string_equal(head->chat_id, "-100123");
    assert_int_equal(head->language, LANGUAGE_EN);
    assert_int_equal(head->max_age_s, 2 * 86400);
    assert_int_equal(hook->max_age_s, 3600);
    assert_int_equal(notify->route_count, 3);
    assert_int_equal(notify->routes[0].match_count, 2);
    assert_string_equal(notify->routes[0].matches[1].label, "team");
    assert_int_equal(notify->routes[0].matches[1].value_count, 2);
    assert_int_equal(notify->routes[0].receiver_count, 2);
    assert_int_equal(notify->routes[0].receivers[0], 2);
    assert_true(notify->routes[0].goes_on);
    assert_int_equal(notify->routes[1].receivers[0], 1);
    assert_false(notify->routes[1].goes_on);
    assert_int_equal(notify->routes[2].match_count, 0);
}

static void secrets__come_from_files_without_their_line_end(void **state)
{
    (void)state;
    char path[] = "/tmp/funneld-secret-XXXXXX", yaml[256];
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "pass word\r\n\n", 12), 12);
    close(descriptor);
    snprintf(yaml, sizeof yaml, "kafka: {sasl.password: \"${file:%s}\", sasl.username: \"a${b}\"}\nfunnels: [{id: f, stages: [{id: a}]}]\n", path);
    struct settings *settings = load_text(yaml);
    unlink(path);
    assert_string_equal(settings->properties[0].value, "pass word");
    assert_string_equal(settings->properties[1].value, "a${b}");
    settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receivers_and_routes__are_read),
        cmocka_unit_test(secrets__come_from_files_without_their_line_end),
        cmocka_unit_test(application__and_kafka),
        cmocka_unit_test(dimensions__keep_the_order_of_the_file),
        cmocka_unit_test(sources__have_defaults_for_what_they_do_not_list),
        cmocka_unit_test(output),
        cmocka_unit_test(steps),
        cmocka_unit_test(funnel__as_a_whole),
        cmocka_unit_test(names__mean_steps_losses_and_the_rest),
        cmocka_unit_test(rules__of_conversions),
        cmocka_unit_test(rules__of_other_kinds),
        cmocka_unit_test(defaults),
        cmocka_unit_test(null__is_as_if_absent__where_absent_means_none),
        cmocka_unit_test(steps__may_be_64),
        cmocka_unit_test(hash__is_of_what_shapes_the_numbers),
        cmocka_unit_test(print__shows_no_secrets),
        cmocka_unit_test(print__says_when_a_drift_is_watched),
        cmocka_unit_test(configurations__of_the_tree__load),
    };
    return cmocka_run_group_tests(tests, load_full, free_full);
}
