/* diff.c -- `funneld diff`: in what two sets of snapshots differ. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "../log/file.h"
#include "../log/stretch.h"
#include "../settings/settings.h"
#include "../wire/json_write.h"
#include "../wire/utf8.h"
#include "command.h"
#include "difference.h"
#include "options.h"
#include "snapshot_set.h"

enum { CONFIG, JSON, ALL, OPTION_COUNT };

static const struct option_row rows[] = {
    [CONFIG] = {"config", "FILE", "the configuration that says where Kafka is, for sets given as topic:", OPTION_OPERANDS},
    [JSON] = {"json", NULL, "one JSON object for each key that differs, with every figure", 0},
    [ALL] = {"all", NULL, "show people derived figures, too: bounds, shares, ranks of bottlenecks", 0},
    [OPTION_COUNT] = {0},
};

enum { EXIT_SAME = 0, EXIT_DIFFERENT = 1, EXIT_TROUBLE = 2 }; /* as diff(1) */
enum { LINE_LONGEST = 64 << 20, LABEL_WIDTH = 44, VALUE_WIDTH = 16, INDENT = 4 };

/* ---- the sets ---- */

static const char topic_prefix[] = "topic:";

static bool is_topic(const char *operand)
{
    return strncmp(operand, topic_prefix, sizeof topic_prefix - 1) == 0;
}

static bool tell(const char *operand, const char *what)
{
    fprintf(stderr, "funneld diff: %s: %s\n", operand, what);
    return false;
}

static bool read_topic(struct snapshot_set *set, const char *operand, const struct settings *settings)
{
    const char *name = operand + sizeof topic_prefix - 1, *topics[] = {*name != '\0' ? name : settings->snapshots_topic};
    struct history *const *histories;
    const char *error = NULL;
    struct stretch *stretch = stretch_new(settings, topics, 1);
    if (!stretch_open(stretch, &STRETCH_WHOLE))
        error = stretch_error(stretch);
    int count = error == NULL ? stretch_histories(stretch, &histories) : 0;
    for (int i = 0; i < count && error == NULL; i++)
        error = snapshot_set_read(set, histories[i]);
    if (error != NULL)
        tell(operand, error);
    stretch_close(stretch);
    return error == NULL;
}

static bool read_set(struct snapshot_set *set, const char *operand, const struct settings *settings)
{
    if (is_topic(operand))
        return read_topic(set, operand, settings);
    struct history *file = file_open(operand, 0, LINE_LONGEST);
    if (file == NULL)
        return tell(operand, strerror(errno));
    const char *error = snapshot_set_read(set, file);
    if (error != NULL)
        tell(operand, error);
    history_close(file);
    return error == NULL;
}

/* ---- for programs ---- */

static void print_json(struct buffer *line, struct text key, const char *only, const struct differences *differences)
{
    line->length = 0;
    buffer_text(line, TEXT("{\"type\":\"difference\",\"key\":"));
    json_string(line, key);
    json_name(line, "only");
    if (only != NULL)
        json_string(line, text_of(only));
    else
        buffer_text(line, TEXT("null"));
    json_name(line, "figures");
    buffer_char(line, '[');
    for (size_t i = 0; i < differences->count; i++) {
        const struct difference *difference = &differences->list[i];
        if (i > 0)
            buffer_char(line, ',');
        buffer_text(line, TEXT("{\"path\":"));
        json_string(line, text_of(difference->path));
        json_name(line, "a");
        buffer_text(line, text_of(difference->a != NULL ? difference->a : "null"));
        json_name(line, "b");
        buffer_text(line, text_of(difference->b != NULL ? difference->b : "null"));
        json_name(line, "difference");
        json_ratio(line, difference->numbers ? difference->to - difference->from : NAN);
        buffer_char(line, '}');
    }
    buffer_text(line, TEXT("]}\n"));
    fwrite(line->data, 1, line->length, stdout);
}

/* ---- for people ---- */

static void print_padded(const char *text, int width, bool right)
{
    int length = text_characters(text_of(text)), space = length < width ? width - length : 0;
    printf("%*s%s%*s", right ? space : 0, "", text, right ? 0 : space, "");
}

/* A path in words: /cohort/steps/contract/lost/total is "cohort contract lost total". */
static void print_label(const char *path)
{
    char label[512];
    size_t length = 0;
    for (const char *at = path; *at != '\0' && length + 2 < sizeof label;) {
        const char *token = at + 1, *end = token + strcspn(token, "/");
        size_t size = (size_t)(end - token);
        if (!(size == 5 && memcmp(token, "steps", 5) == 0)) {
            if (length > 0)
                label[length++] = ' ';
            size = utf8_cut((struct text){token, size}, sizeof label - length - 1).length;
            for (size_t i = 0; i < size; i++)
                label[length++] = text_shown(token[i]);
        }
        at = end;
    }
    label[length] = '\0';
    print_padded(label, LABEL_WIDTH, false);
}

static void print_value(const char *text)
{
    char shown[256];
    struct text whole = utf8_cut(text_of(text != NULL ? text : "-"), sizeof shown - 1);
    for (size_t i = 0; i < whole.length; i++)
        shown[i] = text_shown(whole.data[i]);
    shown[whole.length] = '\0';
    putchar(' '); /* however long the one before it is */
    print_padded(shown, VALUE_WIDTH - 1, true);
}

static void print_figure(const struct difference *difference)
{
    printf("%*s", INDENT, "");
    print_label(difference->path);
    print_value(difference->a);
    print_value(difference->b);
    if (difference->numbers) {
        struct buffer by = {0};
        double change = difference->to - difference->from;
        buffer_text(&by, change > 0 ? TEXT("+") : TEXT(""));
        json_ratio(&by, change);
        buffer_char(&by, '\0');
        putchar(' ');
        print_padded(by.data, VALUE_WIDTH - 1, true);
        if (difference->from != 0)
            printf("  %+.1f %%", change / fabs(difference->from) * 100);
        free(by.data);
    }
    putchar('\n');
}

/* As people read it: manager=Иванов, not manager=%D0%98... */
static void print_key(struct text key, const char *only)
{
    char *shown = memory_new(key.length + 1);
    size_t length = percent_decode(shown, key);
    for (size_t i = 0; i < length; i++)
        putchar(text_shown(shown[i]));
    free(shown);
    if (only != NULL)
        printf(": only in %s", only);
    putchar('\n');
}

static void print_differences(struct text key, const struct differences *differences, bool all)
{
    print_key(key, NULL);
    size_t left_out = 0;
    for (size_t i = 0; i < differences->count; i++)
        if (all || !differences->list[i].derived)
            print_figure(&differences->list[i]);
        else
            left_out++;
    if (left_out > 0)
        printf("%*s%zu derived figures differ, too (--all shows them)\n", INDENT, "", left_out);
}

/* ---- comparing ---- */

struct comparison {
    const char *names[2];
    bool json, all;
    struct buffer line;
    uint64_t same, different, only[2];
};

static void compare_values(struct comparison *comparison, const struct snapshot_entry *a, const struct snapshot_entry *b)
{
    struct differences differences = {0};
    if (!text_equal(a->value, b->value))
        differences_find(a->value, b->value, &differences);
    if (differences.count == 0)
        comparison->same++;
    else
        comparison->different++;
    if (differences.count > 0 && comparison->json)
        print_json(&comparison->line, a->key, NULL, &differences);
    else if (differences.count > 0)
        print_differences(a->key, &differences, comparison->all);
    differences_free(&differences);
}

static void tell_only(struct comparison *comparison, int side, struct text key)
{
    comparison->only[side]++;
    if (comparison->json)
        print_json(&comparison->line, key, side == 0 ? "a" : "b", &(struct differences){0});
    else
        print_key(key, comparison->names[side]);
}

static void compare(struct comparison *comparison, struct snapshot_set *const sets[2])
{
    const struct snapshot_entry *a, *b;
    size_t a_count = snapshot_set_entries(sets[0], &a), b_count = snapshot_set_entries(sets[1], &b), i = 0, j = 0;
    while (i < a_count || j < b_count) {
        int order = i == a_count ? 1 : j == b_count ? -1 : text_compare(a[i].key, b[j].key);
        if (order == 0)
            compare_values(comparison, &a[i++], &b[j++]);
        else if (order < 0)
            tell_only(comparison, 0, a[i++].key);
        else
            tell_only(comparison, 1, b[j++].key);
    }
}

static int compare_sets(char *const *operands, const struct settings *settings, bool json, bool all)
{
    struct comparison comparison = {.names = {operands[0], operands[1]}, .json = json, .all = all};
    struct snapshot_set *sets[2] = {snapshot_set_new(), snapshot_set_new()};
    int status = EXIT_TROUBLE;
    if (read_set(sets[0], operands[0], settings) && read_set(sets[1], operands[1], settings)) {
        compare(&comparison, sets);
        fprintf(stderr, "%" PRIu64 " keys say the same, %" PRIu64 " differ, %" PRIu64 " only in %s, %" PRIu64 " only in %s\n", comparison.same, comparison.different,
                comparison.only[0], operands[0], comparison.only[1], operands[1]);
        status = comparison.different + comparison.only[0] + comparison.only[1] > 0 ? EXIT_DIFFERENT : EXIT_SAME;
        if (!options_printed("diff"))
            status = EXIT_TROUBLE;
    }
    snapshot_set_free(sets[0]);
    snapshot_set_free(sets[1]);
    free(comparison.line.data);
    return status;
}

static int run(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    int first = options_parse(rows, argc, argv, values);
    if (first < 0)
        return EXIT_USAGE;
    if (argc - first != 2) {
        fprintf(stderr, "funneld diff: found %d sets of snapshots; expected two: files, - for standard input, topic: or topic:NAME\n", argc - first);
        return EXIT_USAGE;
    }
    char *const *operands = argv + first;
    if (values[CONFIG] == NULL && (is_topic(operands[0]) || is_topic(operands[1]))) {
        fprintf(stderr, "funneld diff: topic: needs --config FILE, which says where Kafka is\n");
        return EXIT_USAGE;
    }
    if (strcmp(operands[0], "-") == 0 && strcmp(operands[1], "-") == 0) {
        fprintf(stderr, "funneld diff: found - twice; there is one standard input\n");
        return EXIT_USAGE;
    }
    struct settings *settings = values[CONFIG] != NULL ? settings_load(values[CONFIG], stderr) : NULL;
    if (values[CONFIG] != NULL && settings == NULL)
        return EXIT_USAGE;
    int status = compare_sets(operands, settings, values[JSON] != NULL, values[ALL] != NULL);
    settings_free(settings);
    return status;
}

const struct command command_diff = {
    .name = "diff",
    .arguments = "[--config FILE] [--json] [--all] A B",
    .summary = "Two sets of snapshots: key by key, what differs and by how much",
    .help = "A and B are files of records as `replay` writes them (packed or not), - for standard input, topic: for the snapshots' topic of the configuration, or\n"
            "topic:NAME. The last record under each key counts. What time alone moves does not: as_of, last_event_at, matured conversion, ages of open leads.\n"
            "Exit status as diff's: 0 nothing differs, 1 something does, 2 trouble.\n\n"
            "\"Does the new configuration change last quarter's numbers, and where\":\n\n"
            "  funneld replay --config old.yaml --topics --last > old.ndjson\n"
            "  funneld replay --config new.yaml --topics --last | funneld diff old.ndjson -\n",
    .options = rows,
    .run = run,
};
