/* Goal: `funneld test` finds what differs and says where, and a file that is wrong is refused with all its mistakes.
 * Method: unit_tests/NAME.test.yaml are such files; unit_tests/NAME.txt holds what is said about them, without the file's name before it. */
#include <glob.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include "../../daemon/command/test_run.h"

#include <cmocka.h> /* last: it has a macro named as one of our functions */

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("no %s", path);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    assert_true(fread(text, 1, 65535, file) < 65535);
    fclose(file);
    return text;
}

/* Without "PATH:" at the beginning of every line. */
static void without_path(char *lines, const char *path)
{
    size_t prefix = strlen(path) + 1;
    char *out = lines;
    for (const char *line = lines; *line != '\0';) {
        size_t length = strcspn(line, "\n") + 1;
        assert_int_equal(strncmp(line, path, prefix - 1), 0);
        memmove(out, line + prefix, length - prefix);
        out += length - prefix;
        line += length;
    }
    *out = '\0';
}

static void check_file(const char *path)
{
    char *said = NULL, expected_path[512];
    size_t length;
    FILE *errors = open_memstream(&said, &length);
    struct test_file file;
    assert_non_null(errors);
    if (test_file_read(path, errors, &file)) {
        for (int i = 0; i < file.test_count; i++)
            assert_true(test_run(&file, &file.tests[i]));
        check_finish(&file.check, errors);
        test_file_free(&file);
    }
    fclose(errors);
    without_path(said, path);
    snprintf(expected_path, sizeof expected_path, "%.*stxt", (int)(strlen(path) - strlen("test.yaml")), path);
    char *expected = read_whole(expected_path);
    if (strcmp(said, expected) != 0)
        fail_msg("%s: said\n%s\nexpected\n%s", path, said, expected);
    free(expected);
    free(said);
}

static void files__are_judged_as_expected(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob(SOURCE_DIR "/tests/command/unit_tests/*.test.yaml", 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= 3);
    for (size_t i = 0; i < files.gl_pathc; i++)
        check_file(files.gl_pathv[i]);
    globfree(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(files__are_judged_as_expected)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
