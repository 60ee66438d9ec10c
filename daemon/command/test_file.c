#include "test_file.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "../settings/notation.h"
#include "../settings/schema.h"
#include "../settings/yaml_file.h"
#include "../wire/json_write.h"
#include "options.h"

enum { REPEAT_MAX = 100000 };

struct draft { /* one test being read */
    const struct settings *settings;
    struct test *test;
    int64_t start;        /* TIME_NONE: not given */
    struct line *lines;
    size_t count, capacity;
};

struct line { /* one event */
    struct text text;
    int64_t latest;       /* of its relative times; TIME_NONE: it has none */
    size_t number;
};

struct writing { /* an event becoming JSON */
    const struct draft *draft;
    int64_t shift_s;      /* of its repetition */
    int n;                /* 0: it is not repeated */
    int64_t latest;
    const struct place *fault_at;
    struct buffer out;
};

/* ---- times ---- */

/* +1h, +2d12h: seconds. */
static bool read_relative(const char *text, int64_t *out)
{
    if (*text++ != '+' || *text == '\0')
        return false;
    int64_t sum = 0;
    while (*text != '\0') {
        size_t digits = strspn(text, "0123456789");
        char part[24];
        int64_t seconds;
        if (digits == 0 || digits + 2 > sizeof part || text[digits] == '\0')
            return false;
        memcpy(part, text, digits + 1);
        part[digits + 1] = '\0';
        if (!notation_seconds(part, &seconds))
            return false;
        sum += seconds;
        text += digits + 1;
    }
    *out = sum;
    return true;
}

static void read_time(const struct place *place, const struct draft *draft, int64_t *out)
{
    static const char expected[] = "a time, such as +30d after `start` or 2024-03-31T23:59:00, or a day";
    const char *text = schema_text(place, expected);
    int64_t relative;
    if (text == NULL)
        return;
    if (draft->start != TIME_NONE && read_relative(text, &relative))
        *out = draft->start + relative;
    else if (!options_read_moment(text, &draft->settings->zone, out))
        check_expected(place, "%s", expected);
}

/* ---- events ---- */

/* A number as JSON has it. */
static bool is_number(const char *text)
{
    static const char digits[] = "0123456789";
    text += *text == '-';
    size_t whole = strspn(text, digits);
    if (whole == 0 || (whole > 1 && *text == '0'))
        return false;
    text += whole;
    if (*text == '.') {
        size_t part = strspn(++text, digits);
        if (part == 0)
            return false;
        text += part;
    }
    if (*text == 'e' || *text == 'E') {
        text += 1 + (text[1] == '+' || text[1] == '-');
        size_t power = strspn(text, digits);
        if (power == 0)
            return false;
        text += power;
    }
    return *text == '\0';
}

static void write_text(struct writing *writing, struct text text)
{
    static const char place[] = "{n}";
    struct buffer filled = {0};
    for (size_t i = 0; i < text.length; i++) {
        if (writing->n > 0 && text.length - i >= sizeof place - 1 && memcmp(text.data + i, place, sizeof place - 1) == 0) {
            buffer_format(&filled, "%d", writing->n);
            i += sizeof place - 2;
        } else {
            buffer_char(&filled, text.data[i]);
        }
    }
    json_string(&writing->out, (struct text){filled.data, filled.length});
    free(filled.data);
}

static void write_scalar(struct writing *writing, const struct node *node)
{
    const char *text = node->text.data;
    int64_t relative;
    if (yaml_tree_is_null(node)) {
        buffer_text(&writing->out, TEXT("null"));
    } else if (node->plain && (is_number(text) || strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
        buffer_text(&writing->out, node->text);
    } else if (node->plain && read_relative(text, &relative)) {
        int64_t moment = writing->draft->start + writing->shift_s + relative;
        if (writing->draft->start == TIME_NONE)
            check_fault(writing->fault_at, "found the relative time `%.40s`; expected a `start` that it counts from", text);
        else
            json_moment(&writing->out, &writing->draft->settings->zone, moment);
        writing->latest = moment > writing->latest ? moment : writing->latest;
    } else {
        write_text(writing, node->text);
    }
}

static void write_node(struct writing *writing, const struct node *node)
{
    if (node->kind == NODE_SCALAR) {
        write_scalar(writing, node);
        return;
    }
    bool map = node->kind == NODE_MAP;
    buffer_char(&writing->out, map ? '{' : '[');
    for (int i = 0; i < node->count; i++) {
        if (i > 0)
            buffer_char(&writing->out, ',');
        if (map) {
            json_string(&writing->out, node->keys[i]->text);
            buffer_char(&writing->out, ':');
        }
        write_node(writing, node->values[i]);
    }
    buffer_char(&writing->out, map ? '}' : ']');
}

static void add_event(struct draft *draft, const struct place *place, int64_t shift_s, int n)
{
    if (draft->count >= TEST_FILE_EVENTS_MAX) {
        if (draft->count++ == TEST_FILE_EVENTS_MAX)
            check_fault(place, "found more than %d events; expected fewer, or a file", TEST_FILE_EVENTS_MAX);
        return;
    }
    struct writing writing = {.draft = draft, .shift_s = shift_s, .n = n, .latest = TIME_NONE, .fault_at = place};
    if (place->node->kind == NODE_SCALAR)
        buffer_text(&writing.out, place->node->text); /* as it came */
    else
        write_node(&writing, place->node);
    draft->lines = memory_grow(draft->lines, &draft->capacity, draft->count + 1, sizeof *draft->lines);
    struct text text = {keep_string(place->check->keep, (struct text){writing.out.data, writing.out.length}), writing.out.length};
    draft->lines[draft->count] = (struct line){.text = text, .latest = writing.latest, .number = draft->count};
    draft->count++;
    free(writing.out.data);
}

struct repetition {
    int64_t times, every_s;
};

static const struct schema_row repetition_rows[] = {
    {"repeat", SCHEMA_INTEGER, offsetof(struct repetition, times), .flags = SCHEMA_REQUIRED, .least = 1, .most = REPEAT_MAX},
    {"every", SCHEMA_SECONDS, offsetof(struct repetition, every_s), .fallback = "0s"},
    {"events", .type = SCHEMA_LATER, .flags = SCHEMA_REQUIRED},
    {0},
};

static void add_repeated(struct draft *draft, const struct place *place)
{
    struct repetition repetition = {0};
    const struct place **events;
    if (!schema_read(place, repetition_rows, 0, &repetition))
        return;
    int count = schema_elements(check_find(place, "events"), "events", false, &events);
    for (int n = 1; n <= repetition.times; n++)
        for (int i = 0; i < count; i++)
            add_event(draft, events[i], (n - 1) * repetition.every_s, n);
}

static int compare_lines(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    if (a->latest != b->latest)
        return a->latest < b->latest ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Events that all have relative times are put in their order, as repetitions run side by side; else they come as they stand. */
static void read_events(const struct place *place, struct draft *draft)
{
    const struct place **elements;
    int count = schema_elements(place, "events", false, &elements);
    for (int i = 0; i < count; i++) {
        bool repeated = elements[i]->node->kind == NODE_MAP && yaml_tree_get(elements[i]->node, "repeat") != NULL;
        if (repeated)
            add_repeated(draft, elements[i]);
        else
            add_event(draft, elements[i], 0, 0);
    }
    bool all_timed = draft->count <= TEST_FILE_EVENTS_MAX;
    for (size_t i = 0; all_timed && i < draft->count; i++)
        all_timed = draft->lines[i].latest != TIME_NONE;
    if (all_timed && draft->count > 0)
        qsort(draft->lines, draft->count, sizeof *draft->lines, compare_lines);
    draft->test->events = keep_array(place->check->keep, draft->count, sizeof *draft->test->events);
    for (size_t i = 0; i < draft->count && draft->count <= TEST_FILE_EVENTS_MAX; i++)
        draft->test->events[draft->test->event_count++] = draft->lines[i].text;
}

/* ---- paths ---- */

/* Relative paths are beside the file they stand in. */
static char *path_beside(const struct place *place, const char *path)
{
    const char *file = place->check->file, *slash = strrchr(file, '/');
    if (*path == '/' || slash == NULL)
        return keep_format(place->check->keep, "%s", path);
    return keep_format(place->check->keep, "%.*s/%s", (int)(slash - file), file, path);
}

static void read_files(const struct place *place, struct test *test)
{
    const char **names;
    test->file_count = schema_texts(place, "files of events", true, &names);
    test->files = keep_array(place->check->keep, (size_t)test->file_count, sizeof *test->files);
    for (int i = 0; i < test->file_count; i++)
        test->files[i] = path_beside(place, names[i]);
}

/* ---- a test ---- */

static const struct schema_row test_rows[] = {
    {"name", SCHEMA_TEXT, offsetof(struct test, name), .flags = SCHEMA_REQUIRED},
    {"start", .type = SCHEMA_LATER},
    {"every", SCHEMA_MILLISECONDS, offsetof(struct test, every_ms), .fallback = "1h", .least = 1},
    {"files", .type = SCHEMA_LATER},
    {"events", .type = SCHEMA_LATER},
    {"expect", .type = SCHEMA_LATER},
    {"dead_letters", .type = SCHEMA_LATER},
    {0},
};

static void read_checks(const struct place *place, const struct draft *draft)
{
    struct test *test = draft->test;
    const struct place **elements;
    int count = schema_elements(place, "what is expected, such as {at: +30d, cohort: {entered: 60}}", false, &elements);
    test->checks = keep_array(place->check->keep, (size_t)count, sizeof *test->checks);
    for (int i = 0; i < count; i++) {
        if (!check_is_map(elements[i]))
            continue;
        const struct place *at = check_find(elements[i], "at");
        struct test_check *check = &test->checks[test->check_count++];
        check->place = elements[i];
        if (at->node == NULL)
            check_fault(at, "found nothing; expected this key, which has no default");
        else
            read_time(at, draft, &check->at);
    }
}

static void read_test(const struct place *place, const struct settings *settings, struct test *test)
{
    struct draft draft = {.settings = settings, .test = test, .start = TIME_NONE};
    if (!schema_read(place, test_rows, 0, test))
        return;
    const struct place *start = check_find(place, "start"), *files = check_find(place, "files");
    const struct place *events = check_find(place, "events"), *expect = check_find(place, "expect");
    if (start->node != NULL)
        read_time(start, &draft, &draft.start);
    if (files->node != NULL)
        read_files(files, test);
    if (events->node != NULL)
        read_events(events, &draft);
    if (files->node == NULL && events->node == NULL)
        check_fault(events, "found nothing; expected events, or files");
    if (expect->node != NULL)
        read_checks(expect, &draft);
    test->dead_letters = check_find(place, "dead_letters");
    if (expect->node == NULL && test->dead_letters->node == NULL)
        check_fault(expect, "found nothing; expected what is to come of the events");
    if (test->dead_letters->node != NULL)
        check_is_map(test->dead_letters);
    free(draft.lines);
}

/* ---- the file ---- */

struct head {
    const char *config;
};

static const struct schema_row file_rows[] = {
    {"config", SCHEMA_TEXT, offsetof(struct head, config), .flags = SCHEMA_REQUIRED},
    {"tests", .type = SCHEMA_LATER, .flags = SCHEMA_REQUIRED},
    {0},
};

/* False: the configuration itself is wrong, and has been told of. */
static bool read_whole(struct test_file *file, FILE *errors)
{
    struct head head = {0};
    const struct node *root = yaml_file_read(&file->check);
    if (root == NULL)
        return true;
    const struct place *place = check_root(&file->check, root), **elements;
    check_duplicates(place);
    if (!schema_read(place, file_rows, 0, &head) || head.config == NULL)
        return true;
    file->settings = settings_load(path_beside(place, head.config), errors);
    if (file->settings == NULL)
        return false;
    const struct place *tests = check_find(place, "tests");
    if (tests->node == NULL)
        return true;
    int count = schema_elements(tests, "tests", false, &elements);
    file->tests = keep_array(file->check.keep, (size_t)count, sizeof *file->tests);
    for (int i = 0; i < count; i++)
        read_test(elements[i], file->settings, &file->tests[file->test_count++]);
    if (count == 0 && tests->node->kind == NODE_LIST)
        check_expected(tests, "at least one test");
    return true;
}

bool test_file_read(const char *path, FILE *errors, struct test_file *file)
{
    *file = (struct test_file){.check = {.file = path, .keep = keep_new()}};
    bool read = read_whole(file, errors);
    if (check_finish(&file->check, errors) == 0 && read)
        return true;
    test_file_free(file);
    return false;
}

void test_file_free(struct test_file *file)
{
    settings_free(file->settings);
    keep_free(file->check.keep);
    *file = (struct test_file){0};
}
