/* notice_support.h -- alert records in tests: a record of the worked kind with what differs. */
#ifndef FUNNELD_TESTS_NOTICE_SUPPORT_H
#define FUNNELD_TESTS_NOTICE_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/notify/notice.h"
#include "../../daemon/settings/settings.h"

/* `labels`, `figures`: members of a JSON object without its braces. Figures stand first, so they take the place of the usual ones: cJSON takes the first of a
 * name. */
static inline struct notice *notice_of(const char *fingerprint, const char *id, const char *status, const char *labels, const char *figures)
{
    char text[4096];
    bool resolved = strcmp(status, "resolved") == 0;
    snprintf(text, sizeof text,
             "{\"type\":\"alert\",%s%s\"id\":\"%s\",\"fingerprint\":\"%s\",\"status\":\"%s\",\"labels\":{%s},\"annotations\":{\"summary\":\"sum <1>\",\"description\":\"more\"},"
             "\"activeAt\":\"2024-03-14T12:00:00+03:00\",\"startsAt\":\"2024-03-14T15:00:00+03:00\",\"heldUntil\":\"2024-03-14T15:00:00+03:00\",\"endsAt\":%s,"
             "\"as_of\":\"2024-03-15T15:00:00+03:00\",\"generatorURL\":\"https://funnel.example/?a=1&b=2\",\"window\":\"rolling-7d\",\"basis\":\"activity\",\"value\":0.25,"
             "\"threshold\":0.5,\"reached\":48,\"passed\":12,\"low\":0.149,\"high\":0.388,\"p_value\":0.0001,\"q_value\":0.0031,\"evidence\":null,\"burst\":0.07,\"oldest\":null}",
             figures, *figures != '\0' ? "," : "", id, fingerprint, status, labels, resolved ? "\"2024-03-15T09:00:00+03:00\"" : "null");
    return notice_read(text_of(text));
}

static inline struct settings *settings_of(const char *yaml)
{
    char path[] = BINARY_DIR "/notify-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, yaml, strlen(yaml)), strlen(yaml));
    close(file);
    struct settings *settings = settings_load(path, stderr);
    unlink(path);
    assert_non_null(settings);
    return settings;
}

#endif
