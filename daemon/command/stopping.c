#include "stopping.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

static atomic_bool stopping;
static atomic_int handlers; /* that run now, on whichever thread */
static void (*ask_to_stop)(void); /* set before the handlers are */

static void on_signal(int number)
{
    int error = errno; /* of whatever was interrupted */
    atomic_fetch_add(&handlers, 1);
    if (atomic_exchange(&stopping, true))
        _exit(128 + number);
    ask_to_stop();
    atomic_fetch_sub(&handlers, 1);
    errno = error;
}

const atomic_bool *stopping_begin(void (*ask)(void))
{
    ask_to_stop = ask;
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    return &stopping;
}

void stopping_end(void)
{
    atomic_store(&stopping, true);
    while (atomic_load(&handlers) > 0)
        sched_yield();
}
