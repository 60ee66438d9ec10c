/* Goal: `funneld test` finds what differs and says where, and a file that is wrong is refused with all its mistakes.
 * Method: unit_tests/NAME.test.yaml are such files; unit_tests/NAME.txt holds what is said about them, without the file's name before it. */
#include <glob.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include "../../daemon/command/test_run.h"

#include "../settings/mistakes_support.h" /* last: cmocka has a macro named as one of our functions */

static void check_file(const char *path)
{
    char *said = NULL;
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
    mistakes_check(said, path, "test.yaml");
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
