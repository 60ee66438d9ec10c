/* clock.h -- the two clocks of the shell, in milliseconds. The core never asks either of them. */
#ifndef FUNNELD_HOST_CLOCK_H
#define FUNNELD_HOST_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_read_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Since 1970 by the wall: to be compared with timestamps of records; may jump. */
static inline int64_t clock_wall_ms(void)
{
    return clock_read_ms(CLOCK_REALTIME);
}

/* Since some moment: for durations and timeouts; never goes back. */
static inline int64_t clock_steady_ms(void)
{
    return clock_read_ms(CLOCK_MONOTONIC);
}

#endif
