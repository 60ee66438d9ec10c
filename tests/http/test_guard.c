/* Goal: only names of ours are answered, and only the right token opens. Method: tables of headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/http/guard.h"

static const char *const further[] = {"wall.example", "[fd00::7]"};

static void hosts__of_ours_are_known(void **state)
{
    (void)state;
    struct http_settings http = {.listen = "funnel.internal:8080", .url = "https://funnel.example:8443/page", .host_count = 2, .hosts = (const char **)(uintptr_t)further};
    struct guard *guard = guard_new(&http);
    static const struct { const char *host; bool known; } rows[] = {
        {"localhost", true}, {"LOCALHOST:80", true}, {"127.0.0.1:8080", true}, {"10.1.2.3", true}, {"[::1]", true}, {"[::1]:8080", true}, {"funnel.internal:8080", true},
        {"funnel.example", true}, {"funnel.example:8443", true}, {"wall.example:1", true}, {"evil.example", false}, {"localhost.evil.example", false},
        {"funnel.example.evil.example", false}, {"", false}, {"[::1", false}, {":8080", false}, {NULL, false}, {"127.0.0.1.evil.example", false}, {"1.2.3", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (guard_knows_host(guard, rows[i].host) != rows[i].known)
            fail_msg("%s", rows[i].host);
    guard_free(guard);
}

static struct guard *with_token(const char *bytes, size_t length)
{
    char path[] = "/tmp/funneld-token-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0 && write(descriptor, bytes, length) == (ssize_t)length);
    close(descriptor);
    static struct http_settings http;
    http = (struct http_settings){.listen = ":8080", .token_file = path};
    struct guard *guard = guard_new(&http);
    unlink(path);
    return guard;
}

static void token__must_be_the_same(void **state)
{
    (void)state;
    static const char token[] = "0123456789abcdef\r\n";
    struct guard *guard = with_token(token, sizeof token - 1);
    assert_non_null(guard);
    static const struct { const char *header; bool in; } rows[] = {
        {"Bearer 0123456789abcdef", true}, {"bearer 0123456789abcdef", true}, {"Bearer 0123456789abcdeg", false}, {"Bearer 0123456789abcde", false}, {"Bearer ", false},
        {"Bearer 0123456789abcdef0123456789abcdef", false}, {"Basic 0123456789abcdef", false}, {"0123456789abcdef", false}, {"", false}, {NULL, false}, {"Bearer  0123456789abcdef", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (guard_lets_in(guard, rows[i].header) != rows[i].in)
            fail_msg("%s", rows[i].header);
    guard_free(guard);
}

static void token__files_that_hold_none__stop_the_start(void **state)
{
    (void)state;
    assert_null(with_token("", 0));
    assert_null(with_token("short\n", 6));
    assert_null(with_token("0123456789abcdef\0x", 18));
    assert_null(with_token("0123456789abcdef\n0123456789abcdef\n", 34));
    assert_null(with_token("\xEF\xBB\xBF" "0123456789abcdef", 19)); /* no header can carry a byte order mark */
    char *large = calloc(1, 5000);
    memset(large, 'a', 5000);
    assert_null(with_token(large, 5000));
    assert_null(with_token(large, 4097));
    memcpy(large + 4096, "\r\n", 2);
    struct guard *guard = with_token(large, 4098); /* as long as may be */
    assert_non_null(guard);
    guard_free(guard);
    free(large);
    assert_null(guard_new(&(struct http_settings){.listen = ":1", .token_file = "/nowhere/token"}));
}

static void token__none_is_asked_for_where_none_is_configured(void **state)
{
    (void)state;
    struct http_settings http = {.listen = ":8080"};
    struct guard *guard = guard_new(&http);
    assert_true(guard_lets_in(guard, NULL));
    guard_free(guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts__of_ours_are_known), cmocka_unit_test(token__must_be_the_same), cmocka_unit_test(token__files_that_hold_none__stop_the_start),
        cmocka_unit_test(token__none_is_asked_for_where_none_is_configured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
