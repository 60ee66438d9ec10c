/* Goal: every mistake in a configuration is reported, with its place and what was expected.
 * Method: mistakes/NAME.yaml is wrong in many ways; mistakes/NAME.txt holds the lines about it, without the file's name before them. */
#include <glob.h>

#include "settings_support.h"

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

/* Take "PATH:" from the beginning of every line. */
static char *without_path(const char *errors, const char *path)
{
    char *lines = calloc(1, strlen(errors) + 1), *end = lines;
    assert_non_null(lines);
    size_t prefix = strlen(path) + 1;
    while (*errors != '\0') {
        assert_int_equal(strncmp(errors, path, prefix - 1), 0);
        errors += prefix;
        size_t length = strcspn(errors, "\n") + 1;
        memcpy(end, errors, length);
        end += length;
        errors += length;
    }
    return lines;
}

static void check_file(const char *path)
{
    struct settings *settings;
    char *errors = load_file(path, &settings), *lines = without_path(errors, path);
    assert_null(settings);
    char expected_path[512];
    snprintf(expected_path, sizeof expected_path, "%.*stxt", (int)(strlen(path) - strlen("yaml")), path);
    char *expected = read_whole(expected_path);
    if (strcmp(lines, expected) != 0)
        fail_msg("%s: found\n%s\nexpected\n%s", path, lines, expected);
    free(expected);
    free(lines);
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
