/* Goal: the first signal asks, the second ends, and once a command has ended its work one signal ends it. Method: a child that is sent signals, by its exit status. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/command/stopping.h"

enum { WELL = 7, NOT_WELL = 8 };

static volatile sig_atomic_t asked;

static void ask(void)
{
    asked++;
}

static int status_of(void (*work)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        work();
        _exit(NOT_WELL);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void one_signal(void)
{
    const atomic_bool *stopping = stopping_begin(ask);
    bool before = atomic_load(stopping);
    raise(SIGTERM);
    _exit(!before && atomic_load(stopping) && asked == 1 ? WELL : NOT_WELL);
}

static void two_signals(void)
{
    stopping_begin(ask);
    raise(SIGTERM);
    raise(SIGINT);
}

static void a_signal_at_the_end(void)
{
    stopping_begin(ask);
    stopping_end();
    raise(SIGTERM);
}

static void signals__ask_and_then_end(void **state)
{
    (void)state;
    assert_int_equal(status_of(one_signal), WELL);
    assert_int_equal(status_of(two_signals), 128 + SIGINT);
    assert_int_equal(status_of(a_signal_at_the_end), 128 + SIGTERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(signals__ask_and_then_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
