/* Goal: a list of roles is understood, and refused where it names none or one that is not configured.
 * Method: lists and the sets they come to; standard error is not looked at. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/command/roles.h"

enum { ENGINE = 1 << ROLE_ENGINE, HTTP = 1 << ROLE_HTTP };

static const struct settings bare = {.path = "bare.yaml"}, with_http = {.path = "http.yaml", .http.listen = "127.0.0.1:8080"};

static void roles__named_in_a_list(void **state)
{
    (void)state;
    static const struct { const char *list; const struct settings *settings; unsigned expected; } cases[] = {
        {"engine", &bare, ENGINE}, {"http", &with_http, HTTP}, {"engine,http", &with_http, ENGINE | HTTP}, {"http,engine", &with_http, ENGINE | HTTP},
        {"engine,engine", &bare, ENGINE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned set;
        assert_true(roles_read(cases[i].list, cases[i].settings, &set));
        assert_int_equal(set, cases[i].expected);
    }
}

static void roles__not_named_are_those_configured(void **state)
{
    (void)state;
    unsigned set;
    assert_true(roles_read(NULL, &bare, &set));
    assert_int_equal(set, ENGINE);
    assert_true(roles_read(NULL, &with_http, &set));
    assert_int_equal(set, ENGINE | HTTP);
}

static void roles__that_are_none_or_not_configured__are_refused(void **state)
{
    (void)state;
    static const char *const lists[] = {"", "engines", "engine,", ",engine", "engine, http", "ENGINE", "http", "engine,notify"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        unsigned set;
        assert_false(roles_read(lists[i], &bare, &set));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles__named_in_a_list),
        cmocka_unit_test(roles__not_named_are_those_configured),
        cmocka_unit_test(roles__that_are_none_or_not_configured__are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
