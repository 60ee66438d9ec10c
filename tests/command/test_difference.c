/* Sets of snapshots: what the last word under each key is, and in which figures two of them differ.
 * Method: small snapshots as lines, put through a file where sets are read, and tables of the figures that must be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/command/difference.h"
#include "../../daemon/command/snapshot_set.h"
#include "../../daemon/log/file.h"

#define VIEW(entered, extra) "{\"entered\":" #entered ",\"won\":0,\"lost\":0,\"steps\":[{\"step\":\"new\",\"reached\":" #entered extra "}],\"bottlenecks\":[]}"
#define SNAPSHOT(funnel, window, start, group, entered, extra)                                                                                              \
    "{\"type\":\"snapshot\",\"funnel\":\"" funnel "\",\"window\":\"" window "\",\"start\":\"" start "\",\"as_of\":\"2024\",\"last_event_at\":null,\"final\":false," \
    "\"group\":" group ",\"activity\":" VIEW(entered, extra) ",\"cohort\":" VIEW(entered, extra) ",\"open\":null,\"nps\":{\"answers\":0}}"

/* ---- sets ---- */

/* "key=length of value|" of each entry; or the error. */
static char *read_set(const char *lines)
{
    char path[] = "/tmp/funneld-test-set-XXXXXX";
    int descriptor = mkstemp(path);
    assert_int_equal(write(descriptor, lines, strlen(lines)), strlen(lines));
    close(descriptor);
    struct snapshot_set *set = snapshot_set_new();
    struct history *file = file_open(path, 0, 1 << 20);
    assert_non_null(file);
    const char *error = snapshot_set_read(set, file);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const struct snapshot_entry *entries;
    size_t count = error == NULL ? snapshot_set_entries(set, &entries) : 0;
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%.*s|", (int)entries[i].key.length, entries[i].key.data);
    if (error != NULL)
        fputs(error, out);
    fclose(out);
    history_close(file);
    snapshot_set_free(set);
    unlink(path);
    return text;
}

static void the_last_word_under_each_key_counts(void **state)
{
    (void)state;
    static const struct { const char *lines, *keys; } rows[] = {
        {"", ""},
        {SNAPSHOT("f", "month", "2024-03-01T00:00:00+03:00", "{}", 1, "") "\n\n" SNAPSHOT("f", "month", "2024-02-01T00:00:00+03:00", "{}", 1, "") "\n",
         "f/month/2024-02-01T00:00:00+03:00/all|f/month/2024-03-01T00:00:00+03:00/all|"},
        {SNAPSHOT("f", "rolling-30d", "2024-03-01T00:00:00+03:00", "{\"product\":\"a b\",\"manager\":\"Ян\"}", 1, "") "\n", "f/rolling-30d/now/manager=%D0%AF%D0%BD,product=a%20b|"},
        {SNAPSHOT("f", "day", "d", "{}", 1, "") "\n{\"type\":\"tombstone\",\"key\":\"f/day/d/all\"}\n", ""},                 /* taken back */
        {SNAPSHOT("f", "day", "d", "{}", 1, "") "\n" SNAPSHOT("f", "day", "d", "{}", 0, "") "\n", ""},                       /* nothing counts in it any more */
        {"{\"type\":\"alert\",\"id\":\"x\"}\n" SNAPSHOT("f", "day", "d", "{}", 1, ""), "f/day/d/all|"},                      /* alerts may share the topic */
        {SNAPSHOT("f", "day", "d", "{}", 1, "") "\nno JSON\n", "line 2 is no record of funneld; expected snapshots, as `funneld replay` writes them"},
        {"{\"type\":\"snapshot\"}\n", "line 1 is no record of funneld; expected snapshots, as `funneld replay` writes them"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *found = read_set(rows[i].lines);
        assert_string_equal(found, rows[i].keys);
        free(found);
    }
}

/* ---- figures ---- */

/* "path a b|", derived ones in brackets. */
static char *compare(const char *a, const char *b)
{
    struct differences differences;
    assert_true(differences_find(text_of(a), text_of(b), &differences));
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < differences.count; i++) {
        const struct difference *difference = &differences.list[i];
        fprintf(out, difference->derived ? "(%s %s %s)|" : "%s %s %s|", difference->path, difference->a != NULL ? difference->a : "-", difference->b != NULL ? difference->b : "-");
        if (difference->numbers)
            assert_true(difference->from == strtod(difference->a, NULL) && difference->to == strtod(difference->b, NULL));
    }
    fclose(out);
    differences_free(&differences);
    return text;
}

static void figures_that_differ_are_told_by_name(void **state)
{
    (void)state;
    static const struct { const char *a, *b, *figures; } rows[] = {
        {"{\"a\":1}", "{\"a\":1}", ""},
        {"{\"a\":1,\"b\":{\"c\":2}}", "{\"a\":3,\"b\":{\"c\":4}}", "/a 1 3|/b/c 2 4|"},
        {"{\"a\":1.50}", "{\"a\":1.5}", ""},
        {"{\"z\":1,\"a\":1}", "{\"z\":2,\"a\":2}", "/z 1 2|/a 1 2|"}, /* in the record's order */
        {"{\"as_of\":1,\"last_event_at\":1}", "{\"as_of\":2,\"last_event_at\":2}", ""},
        {"{\"steps\":[{\"step\":\"kp\",\"reached\":1,\"matured\":{\"low\":1}}]}", "{\"steps\":[{\"step\":\"kp\",\"reached\":2,\"matured\":null}]}", "/steps/kp/reached 1 2|"},
        {"{\"open\":[{\"step\":\"kp\",\"leads\":1,\"age_p50\":5}]}", "{\"open\":[{\"step\":\"kp\",\"leads\":1,\"age_p50\":6}]}", ""},
        {"{\"reasons\":{\"дорого\":1}}", "{\"reasons\":{}}", "/reasons/дорого 1 -|"},
        {"{\"reasons\":{\"matured\":1,\"low\":1}}", "{\"reasons\":{\"matured\":2,\"low\":3}}", "/reasons/matured 1 2|/reasons/low 1 3|"}, /* as customers call them */
        {"{\"bottlenecks\":[{\"from\":\"a\",\"to\":\"b\",\"left\":1}]}", "{\"bottlenecks\":[{\"from\":\"a\",\"to\":\"b\",\"left\":2}]}", "(/bottlenecks/a-b/left 1 2)|"},
        {"{\"share\":0.1,\"why\":[\"x\"]}", "{\"share\":0.2,\"why\":[\"x\",\"y\"]}", "(/share 0.1 0.2)|(/why [\"x\"] [\"x\",\"y\"])|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *found = compare(rows[i].a, rows[i].b);
        assert_string_equal(found, rows[i].figures);
        free(found);
    }
    struct differences differences;
    assert_false(differences_find(TEXT("{}"), TEXT("[]"), &differences));
    differences_free(&differences);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_word_under_each_key_counts),
        cmocka_unit_test(figures_that_differ_are_told_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
