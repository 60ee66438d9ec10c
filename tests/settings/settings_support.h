/* settings_support.h -- loading configurations in tests: from files of the tree and from texts. */
#ifndef FUNNELD_TESTS_SETTINGS_SUPPORT_H
#define FUNNELD_TESTS_SETTINGS_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/settings/settings.h"

/* What settings_load says about a file; *settings is what it returns. The caller frees the text. */
static inline char *load_file(const char *path, struct settings **settings)
{
    char *text = NULL;
    size_t length;
    FILE *errors = open_memstream(&text, &length);
    assert_non_null(errors);
    *settings = settings_load(path, errors);
    fclose(errors);
    return text;
}

/* A file that must be right. */
static inline struct settings *load_right_file(const char *path)
{
    struct settings *settings;
    char *errors = load_file(path, &settings);
    if (settings == NULL)
        fail_msg("%s", errors);
    assert_string_equal(errors, "");
    free(errors);
    return settings;
}

/* The text of a configuration that must be right. */
static inline struct settings *load_text(const char *text)
{
    char path[] = BINARY_DIR "/settings-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    struct settings *settings = load_right_file(path);
    unlink(path);
    return settings;
}

static inline char *printed(const struct settings *settings)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    settings_print(settings, out);
    fclose(out);
    return text;
}

#endif
