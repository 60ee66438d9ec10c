/* What the service manager hears: a socket stands for systemd. Signs of life come at most every quarter of the watchdog's time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/host/operator_log.h"
#include "../../daemon/host/service.h"

static int manager;

static int stand_for_systemd(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/tmp/funneld-test-service-%d", (int)getpid());
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    setenv("WATCHDOG_USEC", "2000000", 1);
    unsetenv("WATCHDOG_PID");
    return bind(manager, (struct sockaddr *)&address, sizeof address);
}

static int leave(void **state)
{
    (void)state;
    close(manager);
    return unlink(getenv("NOTIFY_SOCKET"));
}

static void expect_told(const char *expected)
{
    char text[1024];
    ssize_t length = recv(manager, text, sizeof text - 1, 0);
    assert_true(length >= 0);
    text[length] = '\0';
    assert_string_equal(text, expected);
}

static void expect_silence(void)
{
    char text[16];
    assert_int_equal(recv(manager, text, sizeof text, 0), -1);
}

static void status_readiness_and_leaving_are_told(void **state)
{
    (void)state;
    service_status("restoring %d", 3);
    expect_told("STATUS=restoring 3");
    service_ready("leading %s", "sales");
    expect_told("READY=1\nSTATUS=leading sales");
    service_leaving();
    expect_told("STOPPING=1\nSTATUS=leaving");
}

static void trouble_is_shown_while_it_lasts(void **state)
{
    (void)state;
    struct operator_trouble trouble = {0};
    service_status("leading sales");
    expect_told("STATUS=leading sales");
    operator_trouble_is(&trouble, "kafka", "away");
    operator_trouble_is(&trouble, "kafka", "away");
    expect_told("STATUS=kafka: away");
    expect_silence();
    operator_trouble_over(&trouble, "kafka", "back");
    expect_told("STATUS=leading sales");
    operator_trouble_is(&trouble, "kafka", "refused\nREADY=1");
    expect_told("STATUS=kafka: refused READY=1");
    operator_trouble_over(&trouble, "kafka", "back");
    expect_told("STATUS=leading sales");
}

static void signs_of_life_are_few_and_need_progress(void **state)
{
    (void)state;
    service_alive();
    expect_told("WATCHDOG=1");
    for (int i = 0; i < 1000; i++)
        service_alive();
    expect_silence();
    usleep(600000);
    expect_silence(); /* nobody made progress */
    service_alive();
    expect_told("WATCHDOG=1");
    expect_silence();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_readiness_and_leaving_are_told),
        cmocka_unit_test(trouble_is_shown_while_it_lasts),
        cmocka_unit_test(signs_of_life_are_few_and_need_progress),
    };
    return cmocka_run_group_tests_name("service", tests, stand_for_systemd, leave);
}
