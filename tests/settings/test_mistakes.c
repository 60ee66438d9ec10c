/* Goal: every mistake in a configuration is reported, with its place and what was expected.
 * Method: mistakes/NAME.yaml is wrong in many ways; mistakes/NAME.txt holds the lines about it, without the file's name before them. */
#include <glob.h>

#include "settings_support.h"
#include "mistakes_support.h"

static void check_file(const char *path)
{
    struct settings *settings;
    char *errors = load_file(path, &settings);
    assert_null(settings);
    mistakes_check(errors, path, "yaml");
    free(errors);
}

static void mistakes__are_all_reported_with_their_places(void **state)
{
    (void)state;
    unsetenv("FUNNELD_TEST_UNSET");
    glob_t files;
    assert_int_equal(glob(SOURCE_DIR "/tests/settings/mistakes/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        check_file(files.gl_pathv[i]);
    globfree(&files);
}

static void file__that_is_not_there__is_reported(void **state)
{
    (void)state;
    struct settings *settings;
    char *errors = load_file("/nonexistent/funneld.yaml", &settings);
    assert_null(settings);
    assert_string_equal(errors, "/nonexistent/funneld.yaml: found no file to read: No such file or directory\n");
    free(errors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes__are_all_reported_with_their_places),
        cmocka_unit_test(file__that_is_not_there__is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
