/* Lines of files, plain and packed, become the same records.
 * Method: small files in a folder of their own are written by zlib and libzstd, and read back in blocks of different sizes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/log/file.h"

enum { LONGEST = 2 << 20 };

static char path[] = "/tmp/funneld-test-file-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int descriptor = mkstemp(path);
    return descriptor < 0 || close(descriptor) != 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_file(const void *bytes, size_t size, const char *mode)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_plain(const char *bytes, size_t size, const char *mode)
{
    write_file(bytes, size, mode);
}

static void write_gzip(const char *bytes, size_t size, const char *mode)
{
    gzFile file = gzopen(path, mode);
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)size), size);
    assert_int_equal(gzclose(file), Z_OK);
}

static void write_zstd(const char *bytes, size_t size, const char *mode)
{
    size_t room = ZSTD_compressBound(size);
    char *packed = memory_new(room);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1); /* as the program zstd does */
    write_file(packed, ZSTD_compress2(context, packed, room, bytes, size), mode);
    ZSTD_freeCCtx(context);
    free(packed);
}

static void print_records(FILE *out, const struct log_record *records, int count)
{
    for (int i = 0; i < count; i++) {
        assert_true(records[i].timestamp_ms == INT64_MIN && records[i].key.data == NULL && records[i].header_count == 0);
        fprintf(out, "%lld:%.*s|", (long long)records[i].offset, (int)records[i].value.length, records[i].value.data);
    }
}

/* What the file reads as: "offset:line|" of every line; NULL and the error where it cannot be read. */
static char *read_all(int most, char error[256])
{
    struct history *history = file_open(path, 3, LONGEST);
    assert_non_null(history);
    assert_int_equal(history->partition, 3);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    const struct log_record *records, *before = NULL;
    int count, count_before = 0, reads = 0;
    while ((count = history->ops->read(history, most, &records)) > 0) {
        assert_true(count <= most);
        if (reads++ % 3 < 2)
            history->ops->ahead(history);
        print_records(out, before, count_before); /* they stay as they are until the read after the next one */
        before = records;
        count_before = count;
    }
    print_records(out, before, count_before);
    fclose(out);
    if (count < 0) {
        snprintf(error, 256, "%s", history->ops->error(history));
        free(text);
        text = NULL;
    } else {
        assert_int_equal(history->ops->position(history), history->ops->size(history));
    }
    history_close(history);
    return text;
}

static const struct { const char *name; void (*write)(const char *bytes, size_t size, const char *mode); } kinds[] = {
    {"plain", write_plain}, {"gzip", write_gzip}, {"zstd", write_zstd},
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

static void expect_lines(const char *bytes, const char *lines)
{
    for (int most = 1; most < 10; most += 4) {
        char error[256] = "";
        char *found = read_all(most, error);
        if (found == NULL)
            fail_msg("cannot be read: %s", error);
        if (strcmp(found, lines) != 0)
            fail_msg("`%s` read as `%s`; expected `%s`", bytes, found, lines);
        free(found);
    }
}

static void lines_are_the_same_however_packed(void **state)
{
    (void)state;
    static const struct { const char *bytes, *lines; } rows[] = {
        {"", ""},
        {"a", "0:a|"},
        {"ab\n", "0:ab|"},
        {"\n\na\n\nb", "0:|1:|2:a|3:|4:b|"},
        {"a\r\nb\r\n", "0:a\r|1:b\r|"},
        {"\xEF\xBB\xBF" "a\n\xEF\xBB\xBF" "b", "0:a|1:\xEF\xBB\xBF" "b|"}, /* the mark of some editors, at the beginning */
        {"\xEF\xBB", "0:\xEF\xBB|"},
        {"\x1f", "0:\x1f|"},                      /* begins as gzip does, and ends there */
        {"\x28\xb5\x2fx\n", "0:\x28\xb5\x2fx|"},  /* nearly zstd */
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (int k = 0; k < KIND_COUNT; k++) {
            kinds[k].write(rows[r].bytes, strlen(rows[r].bytes), "wb");
            expect_lines(rows[r].bytes, rows[r].lines);
        }
}

static void several_packed_files_in_a_row_are_one(void **state)
{
    (void)state;
    for (int k = 0; k < KIND_COUNT; k++) {
        kinds[k].write("a\nb", 3, "wb");
        kinds[k].write("c\nd\n", 4, "ab");
        kinds[k].write("", 0, "ab");
        expect_lines(kinds[k].name, "0:a|1:bc|2:d|");
    }
}

static void lines_go_over_the_borders_of_what_is_read_at_once(void **state)
{
    (void)state;
    enum { LINES = 40000, BYTES = LINES * 80 };
    char *bytes = memory_new(BYTES), *wanted = NULL;
    size_t length = 0, wanted_size = 0;
    FILE *out = open_memstream(&wanted, &wanted_size);
    for (int i = 0; i < LINES; i++) {
        char line[80];
        int size = snprintf(line, sizeof line, "line %d %0*d", i, 1 + i * 7 % 50, i);
        memcpy(bytes + length, line, (size_t)size);
        bytes[length + (size_t)size] = '\n';
        length += (size_t)size + 1;
        fprintf(out, "%d:%s|", i, line);
    }
    fclose(out);
    for (int k = 0; k < KIND_COUNT; k++) {
        kinds[k].write(bytes, length, "wb");
        char error[256];
        char *found = read_all(8192, error);
        assert_non_null(found);
        assert_true(strcmp(found, wanted) == 0);
        free(found);
    }
    free(bytes);
    free(wanted);
}

static void many_short_lines_are_read_at_once(void **state)
{
    (void)state;
    enum { LINES = 100000 };
    char *bytes = memory_new(2 * LINES), *wanted = NULL;
    size_t wanted_size = 0;
    FILE *out = open_memstream(&wanted, &wanted_size);
    for (int i = 0; i < LINES; i++) {
        bytes[2 * i] = (char)('a' + i % 26);
        bytes[2 * i + 1] = '\n';
        fprintf(out, "%d:%c|", i, 'a' + i % 26);
    }
    fclose(out);
    for (int k = 0; k < KIND_COUNT; k++) {
        kinds[k].write(bytes, 2 * LINES, "wb");
        char error[256];
        char *found = read_all(8192, error);
        assert_non_null(found);
        assert_true(strcmp(found, wanted) == 0);
        free(found);
    }
    free(bytes);
    free(wanted);
}

static void a_line_that_is_too_long_is_cut(void **state)
{
    (void)state;
    enum { READ = 1 << 20 }; /* bytes that are read at once */
    static const struct { size_t length; const char *behind, *lines; } rows[] = {
        {LONGEST + 1, "", ""},           {LONGEST + 1, "\ny", "1:y|"},
        {LONGEST + 100000, "\ny", "1:y|"}, {LONGEST + 100000, "\n\ny\n", "1:|2:y|"},
        {3 * READ, "", ""},              {3 * READ, "\n", ""},     {3 * READ, "\ny", "1:y|"},     /* noticed, and over, at a border */
        {3 * READ - 1, "\n", ""},        {3 * READ - 1, "\ny", "1:y|"},
        {5 * READ, "", ""},              {5 * READ, "\n", ""},     {5 * READ, "\ny", "1:y|"},     /* over at a border long after */
        {5 * READ - 1, "\n", ""},        {5 * READ - 1, "\ny", "1:y|"}, {5 * READ - 1, "\n\ny", "1:|2:y|"},
    };
    char *bytes = memory_new(5 * READ + 8);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (int k = 0; k < KIND_COUNT; k++) {
            memset(bytes, 'x', rows[r].length);
            memcpy(bytes + rows[r].length, rows[r].behind, strlen(rows[r].behind));
            kinds[k].write(bytes, rows[r].length + strlen(rows[r].behind), "wb");
            char error[256];
            char *found = read_all(10, error);
            assert_non_null(found);
            assert_int_equal(strspn(found + 2, "x"), LONGEST + 1);
            assert_int_equal(found[2 + LONGEST + 1], '|');
            assert_string_equal(found + 2 + LONGEST + 2, rows[r].lines);
            free(found);
        }
    free(bytes);
}

static void a_packed_file_that_is_damaged_says_so(void **state)
{
    (void)state;
    for (int k = 1; k < KIND_COUNT; k++) {
        char bytes[300], error[256] = "";
        unsigned chance = 1;
        for (size_t i = 0; i < sizeof bytes; i++) /* what does not pack into next to nothing */
            bytes[i] = (char)('a' + (chance = chance * 1103515245 + 12345) / 65536 % 26);
        kinds[k].write(bytes, sizeof bytes, "wb");
        assert_int_equal(truncate(path, 60), 0); /* its end is missing */
        assert_null(read_all(10, error));
        assert_string_equal(error, "the file ends in the middle: it is not whole");

        kinds[k].write(bytes, sizeof bytes, "wb");
        FILE *file = fopen(path, "r+b");
        fseek(file, 40, SEEK_SET);
        fwrite("funneld funneld funneld funneld", 1, 30, file);
        fclose(file);
        error[0] = '\0';
        assert_null(read_all(10, error));
        assert_true(error[0] != '\0');
    }
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    assert_null(file_open("/nonexistent/events.ndjson", 0, LONGEST));
    assert_int_equal(errno, ENOENT);
    assert_null(file_open("/tmp", 0, LONGEST));
    assert_int_equal(errno, EISDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_the_same_however_packed),
        cmocka_unit_test(several_packed_files_in_a_row_are_one),
        cmocka_unit_test(lines_go_over_the_borders_of_what_is_read_at_once),
        cmocka_unit_test(many_short_lines_are_read_at_once),
        cmocka_unit_test(a_line_that_is_too_long_is_cut),
        cmocka_unit_test(a_packed_file_that_is_damaged_says_so),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
