/* mistakes_support.h -- what is said about a file that is wrong, beside the lines expected of it. */
#ifndef FUNNELD_TESTS_MISTAKES_SUPPORT_H
#define FUNNELD_TESTS_MISTAKES_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static inline char *mistakes_expected(const char *path)
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
static inline void mistakes_without_path(char *lines, const char *path)
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

/* `said` is about the file at `path`. The lines expected stand beside it, in the file that ends in txt where this one ends in `ending`. */
static inline void mistakes_check(char *said, const char *path, const char *ending)
{
    char expected_path[512];
    mistakes_without_path(said, path);
    snprintf(expected_path, sizeof expected_path, "%.*stxt", (int)(strlen(path) - strlen(ending)), path);
    char *expected = mistakes_expected(expected_path);
    if (strcmp(said, expected) != 0)
        fail_msg("%s: said\n%s\nexpected\n%s", path, said, expected);
    free(expected);
}

#endif
