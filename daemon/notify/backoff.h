/* backoff.h -- how long to wait before the next try: twice as long each time, from 1 s to 5 min, and somewhere between half of that and all of it, so that
 * many senders do not come back at once.  Source: exponential backoff with equal jitter, AWS Architecture Blog, 2015. Pure: chance comes from outside. */
#ifndef FUNNELD_NOTIFY_BACKOFF_H
#define FUNNELD_NOTIFY_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_FIRST_MS = 1000, BACKOFF_MOST_MS = 300000 };

/* After `failures` (1 or more) in a row; `chance` is any number. */
static inline int64_t backoff_ms(int failures, uint32_t chance)
{
    int64_t whole_ms = BACKOFF_FIRST_MS;
    for (int i = 1; i < failures && whole_ms < BACKOFF_MOST_MS; i++)
        whole_ms *= 2;
    if (whole_ms > BACKOFF_MOST_MS)
        whole_ms = BACKOFF_MOST_MS;
    return whole_ms / 2 + chance % (uint32_t)(whole_ms / 2 + 1);
}

#endif
