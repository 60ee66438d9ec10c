#include "test_run.h"

#include <search.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../engine/replay.h"
#include "../wire/json_write.h"
#include "../wire/moment.h"
#include "inputs.h"
#include "test_compare.h"

/* ---- the latest records, by key ---- */

struct record_kept {
    char *key;
    cJSON *value; /* NULL: a tombstone */
};

struct store {
    void *tree;   /* tsearch's, of struct record_kept */
    size_t count, capacity;
    struct record_kept **list; /* all of them, in order of first use */
};

static int compare_keys(const void *left, const void *right)
{
    return strcmp(((const struct record_kept *)left)->key, ((const struct record_kept *)right)->key);
}

static void keep_record(struct store *store, struct text key, struct text value)
{
    char *name = strndup(key.data, key.length);
    struct record_kept wanted = {.key = name}, **found = tsearch(&wanted, &store->tree, compare_keys);
    if (name == NULL || found == NULL)
        abort(); /* out of memory, as in core/memory.h */
    if (*found == &wanted) {
        struct record_kept *kept = memory_new(sizeof *kept);
        kept->key = name;
        *found = kept;
        store->list = memory_grow(store->list, &store->capacity, store->count + 1, sizeof *store->list);
        store->list[store->count++] = kept;
    } else {
        free(name);
    }
    cJSON_Delete((*found)->value);
    (*found)->value = value.data != NULL ? cJSON_ParseWithLength(value.data, value.length) : NULL;
}

static void store_free(struct store *store)
{
    for (size_t i = 0; i < store->count; i++) {
        tdelete(store->list[i], &store->tree, compare_keys);
        cJSON_Delete(store->list[i]->value);
        free(store->list[i]->key);
        free(store->list[i]);
    }
    free(store->list);
}

static const char *text_in(const cJSON *record, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(record, name));
}

/* ---- events written in the test ---- */

struct listed { /* a history of them */
    struct history history;
    const struct test *test;
    int next;
    struct log_record *records;
};

static int listed_read(struct history *history, int most, const struct log_record **records)
{
    struct listed *listed = (struct listed *)history;
    int count = listed->test->event_count - listed->next;
    count = count < most ? count : most;
    *records = listed->records + listed->next;
    listed->next += count;
    return count;
}

static int64_t listed_position(const struct history *history)
{
    return ((const struct listed *)history)->next;
}

static int64_t listed_size(const struct history *history)
{
    return ((const struct listed *)history)->test->event_count;
}

static const char *listed_error(const struct history *history)
{
    (void)history;
    return "";
}

static void listed_close(struct history *history)
{
    free(((struct listed *)history)->records);
    free(history);
}

static struct history *listed_open(const struct test *test, int partition)
{
    static const struct history_ops ops = {listed_read, listed_position, listed_size, listed_error, listed_close, NULL};
    struct listed *listed = memory_new(sizeof *listed);
    listed->history = (struct history){&ops, NULL, TEXT("events"), partition};
    listed->test = test;
    listed->records = memory_new((size_t)test->event_count * sizeof *listed->records + 1);
    for (int i = 0; i < test->event_count; i++)
        listed->records[i] = (struct log_record){.value = test->events[i], .offset = i, .timestamp_ms = INT64_MIN};
    return &listed->history;
}

/* ---- one replay ---- */

struct result {
    struct store snapshots, alerts;
    struct outcomes outcomes;
    char *letters;        /* the first few, for people */
    size_t letters_length;
    int letters_told;
    FILE *told;
};

enum { LETTERS_TOLD = 3, KEYS_SHOWN = 8 };

static void on_snapshot(void *context, struct text key, struct text value, uint64_t digest)
{
    (void)digest;
    keep_record(&((struct result *)context)->snapshots, key, value);
}

static void on_alert(void *context, struct text key, struct text value, uint64_t digest)
{
    (void)digest;
    keep_record(&((struct result *)context)->alerts, key, value);
}

static void on_letter(void *context, enum fault fault, const char *message, const struct history *history, const struct log_record *record)
{
    struct result *result = context;
    if (result->letters_told++ < LETTERS_TOLD)
        fprintf(result->told, "; %.*s %lld: %s: %s", (int)history->name.length, history->name.data, (long long)record->offset + 1, fault_word(fault), message);
}

static void result_free(struct result *result)
{
    if (result->told != NULL)
        fclose(result->told);
    free(result->letters);
    store_free(&result->snapshots);
    store_free(&result->alerts);
    outcomes_free(&result->outcomes);
}

/* Everything up to a time (TIME_NONE: to the last event). False: a file cannot be read (said). */
static bool replay_to(const struct test_file *file, const struct test *test, int64_t at, struct result *result)
{
    *result = (struct result){0};
    result->told = open_memstream(&result->letters, &result->letters_length);
    if (result->told == NULL)
        abort();
    struct inputs inputs = {.command = "test"};
    bool right = test->file_count == 0 || inputs_open_files(&inputs, file->settings, test->files, test->file_count);
    int count = right ? inputs.count : 0, failed = 0;
    struct history **histories = memory_new((size_t)(count + 1) * sizeof *histories);
    for (int i = 0; i < count; i++)
        histories[i] = inputs.histories[i];
    histories[count] = listed_open(test, count);
    struct replay_options options = {.from = TIME_NONE, .to = TIME_NEVER, .as_of = at, .now = TIME_NEVER, .every_ms = test->every_ms, .threads = 1,
                                     .publish = on_snapshot, .alert = on_alert, .letter = on_letter, .context = result};
    if (right && !replay_run(file->settings, &options, count + (test->event_count > 0), histories, &result->outcomes, &failed)) {
        inputs_tell(&inputs, failed);
        right = false;
    }
    history_close(histories[count]);
    free(histories);
    if (test->file_count > 0)
        inputs_close(&inputs);
    fflush(result->told);
    return right;
}

/* ---- snapshots ---- */

static const char *const selectors[] = {"at", "funnel", "window", "start", "group", "alerts"};

static bool is_selector(const char *key)
{
    for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++)
        if (strcmp(selectors[i], key) == 0)
            return true;
    return false;
}

static bool text_fits(const struct place *check, const char *key, const char *got, bool beginning)
{
    const struct place *wanted = check_find(check, key);
    if (wanted->node == NULL || wanted->node->kind != NODE_SCALAR)
        return wanted->node == NULL;
    const char *text = wanted->node->text.data;
    return beginning ? strncmp(text, got, strlen(text)) == 0 : strcmp(text, got) == 0;
}

static bool group_fits(const struct place *check, const cJSON *record)
{
    const struct place *wanted = check_find(check, "group");
    const cJSON *group = cJSON_GetObjectItemCaseSensitive(record, "group");
    int count = wanted->node != NULL ? wanted->node->count : 0;
    return cJSON_GetArraySize(group) == count && (wanted->node == NULL || test_compare(wanted, group, NULL));
}

/* The record a check speaks of: of several windows the newest. */
static const cJSON *choose(const struct store *snapshots, const struct place *check)
{
    const cJSON *chosen = NULL;
    for (size_t i = 0; i < snapshots->count; i++) {
        const cJSON *record = snapshots->list[i]->value;
        if (record == NULL || !text_fits(check, "funnel", text_in(record, "funnel"), false) || !text_fits(check, "window", text_in(record, "window"), false) ||
            !text_fits(check, "start", text_in(record, "start"), true) || !group_fits(check, record))
            continue;
        if (chosen == NULL || strcmp(text_in(record, "start"), text_in(chosen, "start")) > 0)
            chosen = record;
    }
    return chosen;
}

/* Which of several keys are needed to say what is meant. */
static bool is_clear(const struct settings *settings, const struct place *check)
{
    const struct place *funnel = check_find(check, "funnel"), *window = check_find(check, "window");
    int windows = 0;
    if (funnel->node == NULL && settings->funnel_count > 1) {
        check_fault(funnel, "found nothing; expected the funnel that is meant, as there are %d", settings->funnel_count);
        return false;
    }
    for (int f = 0; f < settings->funnel_count; f++)
        if (funnel->node == NULL || text_fits(check, "funnel", settings->funnels[f].id, false))
            windows = settings->funnels[f].window_count;
    if (window->node == NULL && windows > 1)
        check_fault(window, "found nothing; expected the window that is meant, as there are %d", windows);
    return window->node != NULL || windows <= 1;
}

/* The keys that there are, as people read them; of many the first few. */
static const char *all_keys(struct keep *keep, const struct store *snapshots)
{
    const char *text = "";
    int shown = 0;
    for (size_t i = 0; i < snapshots->count; i++) {
        if (snapshots->list[i]->value == NULL)
            continue;
        if (shown++ == KEYS_SHOWN)
            return keep_format(keep, "%s ...", text);
        struct text key = text_of(snapshots->list[i]->key);
        char *plain = keep_array(keep, key.length + 1, 1);
        plain[percent_decode(plain, key)] = '\0';
        text = keep_format(keep, "%s%s%s", text, *text != '\0' ? ", " : "", plain);
    }
    return *text != '\0' ? text : "none";
}

static void compare_snapshot(const struct test_file *file, const struct place *check, const struct result *result, const char *where)
{
    int asked = 0;
    for (int i = 0; i < check->node->count; i++)
        asked += !is_selector(check->node->keys[i]->text.data);
    if (asked == 0 || !is_clear(file->settings, check))
        return;
    const cJSON *record = choose(&result->snapshots, check);
    if (record == NULL) {
        check_fault(check, "expected a snapshot of this funnel, window, start and group; there is none among %s (%s)", all_keys(check->check->keep, &result->snapshots), where);
        return;
    }
    for (int i = 0; i < check->node->count; i++) {
        const struct place *member = check_member(check, i);
        const cJSON *got = cJSON_GetObjectItemCaseSensitive(record, member->key);
        if (is_selector(member->key))
            continue;
        if (got != NULL)
            test_compare(member, got, where);
        else
            check_fault(member, "expected `%s`; a snapshot has cohort, activity, open, nps, final, title, end, as_of and last_event_at", member->key);
    }
}

/* ---- alerts ---- */

static bool fires(const cJSON *alert)
{
    const char *status = text_in(alert, "status");
    return status != NULL && strcmp(status, "firing") == 0;
}

static const char *labels_of(struct keep *keep, const cJSON *alert)
{
    const cJSON *label;
    const char *text = "";
    cJSON_ArrayForEach(label, cJSON_GetObjectItemCaseSensitive(alert, "labels"))
        text = keep_format(keep, "%s%s%s=%s", text, *text != '\0' ? ", " : "", label->string, label->valuestring);
    return keep_format(keep, "{%s} %s", text, text_in(alert, "status"));
}

static const char *all_alerts(struct keep *keep, const struct store *alerts)
{
    const char *text = "";
    for (size_t i = 0; i < alerts->count; i++)
        if (alerts->list[i]->value != NULL)
            text = keep_format(keep, "%s%s%s", text, *text != '\0' ? ", " : "", labels_of(keep, alerts->list[i]->value));
    return *text != '\0' ? text : "none";
}

/* Each expected alert is one that there is, and each that fires is expected. An element without a status means one that fires. */
static void compare_alerts(const struct place *place, const struct result *result, const char *where)
{
    struct keep *keep = place->check->keep;
    const struct store *alerts = &result->alerts;
    if (!check_is_list(place, "alerts"))
        return;
    bool *taken = memory_new(alerts->count + 1);
    for (int e = 0; e < place->node->count; e++) {
        const struct place *expected = check_element(place, e);
        bool found = false;
        if (!check_is_map(expected))
            continue;
        bool any_status = check_find(expected, "status")->node != NULL;
        for (size_t i = 0; i < alerts->count && !found; i++) {
            const cJSON *alert = alerts->list[i]->value;
            found = alert != NULL && !taken[i] && (any_status || fires(alert)) && test_compare_alert(expected, alert, NULL);
            taken[i] = taken[i] || found;
        }
        if (!found)
            check_fault(expected, "expected such an alert; there is none among %s (%s)", all_alerts(keep, alerts), where);
    }
    for (size_t i = 0; i < alerts->count; i++)
        if (alerts->list[i]->value != NULL && fires(alerts->list[i]->value) && !taken[i])
            check_fault(place, "expected no other alert, got %s (%s)", labels_of(keep, alerts->list[i]->value), where);
    free(taken);
}

/* ---- dead letters ---- */

static const char *number_of(const struct place *wanted)
{
    if (wanted->node == NULL)
        return "no";
    return wanted->node->kind == NODE_SCALAR ? wanted->node->text.data : "a number of";
}

static void compare_letters(const struct test *test, const struct result *result)
{
    const struct place *place = test->dead_letters;
    for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
        const struct place *wanted = place->node != NULL ? check_find(place, fault_word((enum fault)fault)) : place;
        long long got = (long long)result->outcomes.faults[fault];
        char text[24];
        snprintf(text, sizeof text, "%lld", got);
        bool fits = wanted->node != NULL ? wanted->node->kind == NODE_SCALAR && strcmp(wanted->node->text.data, text) == 0 : got == 0;
        if (!fits)
            check_fault(wanted, "expected %s dead letters `%s`, got %lld%s", number_of(wanted), fault_word((enum fault)fault), got, result->letters);
    }
    for (int i = 0; place->node != NULL && i < place->node->count; i++) {
        const struct place *member = check_member(place, i);
        struct nearest nearest = check_nearest(member->key);
        bool known = false;
        for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
            known = known || strcmp(fault_word((enum fault)fault), member->key) == 0;
            check_offer(member, &nearest, fault_word((enum fault)fault));
        }
        if (!known)
            check_fault(member, "found the word `%.40s`, which no dead letter has%s", member->key, check_did_you_mean(member, &nearest));
    }
}

/* ---- the test ---- */

static int64_t last_check(const struct test *test)
{
    int64_t last = TIME_NONE;
    for (int i = 0; i < test->check_count; i++)
        last = test->checks[i].at > last ? test->checks[i].at : last;
    return last;
}

/* All checks at one time, by one replay; at the last of them the dead letters, too. */
static bool run_to(const struct test_file *file, const struct test *test, int64_t at)
{
    struct result result;
    char moment[MOMENT_TEXT_SIZE] = "the end";
    bool right = replay_to(file, test, at, &result);
    if (at != TIME_NONE)
        moment_format(&file->settings->zone, at, moment);
    const char *where = keep_format(file->check.keep, "test `%s`, at %s", test->name, moment);
    for (int i = 0; right && i < test->check_count; i++) {
        const struct place *check = test->checks[i].place, *alerts = check_find(check, "alerts");
        if (test->checks[i].at != at)
            continue;
        compare_snapshot(file, check, &result, where);
        if (alerts->node != NULL)
            compare_alerts(alerts, &result, where);
    }
    if (right && at == last_check(test))
        compare_letters(test, &result);
    result_free(&result);
    return right;
}

bool test_run(const struct test_file *file, const struct test *test)
{
    if (test->check_count == 0)
        return run_to(file, test, TIME_NONE);
    for (int i = 0; i < test->check_count; i++) {
        bool again = false;
        for (int j = 0; j < i; j++)
            again = again || test->checks[j].at == test->checks[i].at;
        if (!again && !run_to(file, test, test->checks[i].at))
            return false;
    }
    return true;
}
