/* A CSV file as history: rows become records whatever the borders of what is read at once, and its errors are told.
 * Method: a file of a few megabytes whose cells hold delimiters, quotes and line ends is read in blocks of different sizes, plain and packed. */
#include "../settings/settings_support.h"

#include <errno.h>
#include <zlib.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/engine/csv_history.h"

enum { ROWS = 60000, LONGEST = 1 << 20 };

static struct settings *settings;
static char path[] = BINARY_DIR "/csv-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    settings = load_text("application: csv\ninput: {fields: {lead_id: /id}}\nfunnels: [{id: f, stages: [{id: a}]}]\n");
    int descriptor = mkstemp(path);
    return descriptor < 0 || close(descriptor) != 0;
}

static int tear_down(void **state)
{
    (void)state;
    settings_free(settings);
    return unlink(path);
}

static void write_rows(bool packed)
{
    gzFile file = gzopen(path, packed ? "wb" : "wbT"); /* T: as it is */
    assert_non_null(file);
    gzprintf(file, "id;x;y\r\n");
    for (int i = 0; i < ROWS; i++)
        gzprintf(file, "%d;\"a;b\n\"\"%0*d\"\"\";c\r\n", i, 1 + i * 7 % 90, i);
    assert_int_equal(gzclose(file), Z_OK);
}

static void expect_records(const struct log_record *records, int count, int row)
{
    for (int i = 0; i < count; i++, row++) {
        char wanted[256];
        int length = snprintf(wanted, sizeof wanted, "{\"id\":\"%d\",\"x\":\"a;b\\n\\\"%0*d\\\"\",\"y\":\"c\"}", row, 1 + row * 7 % 90, row);
        if (records[i].value.length != (size_t)length || memcmp(records[i].value.data, wanted, (size_t)length) != 0)
            fail_msg("row %d is %.*s; expected %s", row, (int)records[i].value.length, records[i].value.data, wanted);
        assert_int_equal(records[i].offset, row + 1); /* the header is before it */
    }
}

static void expect_rows(int most)
{
    struct history *history = csv_history_open(settings, path, 2, LONGEST);
    assert_non_null(history);
    const struct log_record *records, *before = NULL;
    int count, count_before = 0, row = 0;
    for (; (count = history->ops->read(history, most, &records)) > 0; row += count) {
        expect_records(records, count, row);
        expect_records(before, count_before, row - count_before); /* they live on */
        before = records;
        count_before = count;
    }
    assert_int_equal(count, 0);
    assert_int_equal(row, ROWS);
    assert_int_equal(history->ops->position(history), history->ops->size(history));
    history_close(history);
}

static void rows_go_over_the_borders_of_what_is_read_at_once(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        write_rows(packed);
        expect_rows(8192);
        expect_rows(7);
    }
}

static void write_text(const char *text)
{
    FILE *file = fopen(path, "wb");
    fputs(text, file);
    fclose(file);
}

static void what_cannot_be_read_is_told(void **state)
{
    (void)state;
    const struct log_record *records;
    write_text("name;x\n1;2\n");
    struct history *history = csv_history_open(settings, path, 0, LONGEST);
    assert_int_equal(history->ops->read(history, 10, &records), -1);
    assert_string_equal(history->ops->error(history), "no column is the lead's id: `input.fields.lead_id` is /id, the columns are name, x");
    history_close(history);
    assert_null(csv_history_open(settings, "/nonexistent.csv", 0, LONGEST));
    assert_int_equal(errno, ENOENT);
}

static void an_empty_file_has_no_rows(void **state)
{
    (void)state;
    const struct log_record *records;
    write_text("");
    struct history *history = csv_history_open(settings, path, 0, LONGEST);
    assert_int_equal(history->ops->read(history, 10, &records), 0);
    history_close(history);
}

/* How many rows there are; or -1, an error. */
static int read_all(struct history *history)
{
    const struct log_record *records;
    int rows = 0, count;
    while ((count = history->ops->read(history, 10, &records)) > 0)
        rows += count;
    return count < 0 ? -1 : rows;
}

static void a_quote_that_is_never_closed_loses_no_row_in_silence(void **state)
{
    (void)state;
    static const struct { const char *text; int row; } files[] = {
        {"id;x\n1;\"a\n2;b\n3;c\n", 2}, {"id;x\n1;a\n2;b\n3;\"c", 4}, {"id;\"x\n1;a\n", 1}, {"id;x\n1;\"a\"\"\n2;b", 2}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        write_text(files[i].text);
        struct history *history = csv_history_open(settings, path, 0, LONGEST);
        assert_int_equal(read_all(history), -1);
        char wanted[96];
        snprintf(wanted, sizeof wanted, "a quote in row %d is never closed: what follows it would be lost", files[i].row);
        assert_string_equal(history->ops->error(history), wanted);
        history_close(history);
    }
    write_text("id;x\n1;\"a\"\n2;b"); /* the last line needs no end */
    struct history *history = csv_history_open(settings, path, 0, LONGEST);
    assert_int_equal(read_all(history), 2);
    history_close(history);
}

static void a_quote_that_is_never_closed_is_sought_no_further_than_the_longest_row(void **state)
{
    (void)state;
    FILE *file = fopen(path, "wb");
    fputs("id;x\n1;\"", file);
    for (int i = 0; i < 4 * LONGEST; i++)
        fputc('z', file);
    fclose(file);
    const struct log_record *records;
    struct history *history = csv_history_open(settings, path, 0, LONGEST);
    assert_int_equal(history->ops->read(history, 1, &records), -1);
    assert_true(history->ops->position(history) < 4 * LONGEST);
    history_close(history);
}

static void names_tell_csv_files(void **state)
{
    (void)state;
    assert_true(csv_history_is_named("a.csv") && csv_history_is_named("/x/A.CSV") && csv_history_is_named("a.tsv.gz") && csv_history_is_named("a.csv.zst"));
    assert_false(csv_history_is_named("-") || csv_history_is_named("a.ndjson") || csv_history_is_named(".csv") || csv_history_is_named("csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_go_over_the_borders_of_what_is_read_at_once),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(an_empty_file_has_no_rows),
        cmocka_unit_test(a_quote_that_is_never_closed_loses_no_row_in_silence),
        cmocka_unit_test(a_quote_that_is_never_closed_is_sought_no_further_than_the_longest_row),
        cmocka_unit_test(names_tell_csv_files),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
