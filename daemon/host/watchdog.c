#include "watchdog.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../core/memory.h"
#include "operator_log.h"

struct watchdog {
    pthread_t thread;
    int called_off; /* an eventfd */
    int timeout_ms;
    const char *object;
};

static void *watch(void *context)
{
    struct watchdog *watchdog = context;
    struct pollfd called_off = {.fd = watchdog->called_off, .events = POLLIN};
    int ready;
    do
        ready = poll(&called_off, 1, watchdog->timeout_ms);
    while (ready < 0 && errno == EINTR);
    if (ready == 0) {
        operator_log(OPERATOR_ERROR, watchdog->object, "leaving hangs for %d s: ending at once", watchdog->timeout_ms / 1000);
        _exit(1);
    }
    return NULL;
}

struct watchdog *watchdog_set(int timeout_ms, const char *object)
{
    struct watchdog *watchdog = memory_new(sizeof *watchdog);
    watchdog->called_off = eventfd(0, EFD_CLOEXEC);
    watchdog->timeout_ms = timeout_ms;
    watchdog->object = object;
    if (watchdog->called_off < 0 || pthread_create(&watchdog->thread, NULL, watch, watchdog) != 0)
        abort(); /* out of descriptors or threads: as out of memory */
    return watchdog;
}

void watchdog_call_off(struct watchdog *watchdog)
{
    eventfd_write(watchdog->called_off, 1);
    pthread_join(watchdog->thread, NULL);
    close(watchdog->called_off);
    free(watchdog);
}
