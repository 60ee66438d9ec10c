/* workdays.h -- working time: Monday to Friday, 09:00 to 18:00 by the clock of a zone, as one run of seconds from 0 on.
 * A working second is a moment of the calendar; nights and weekends take no working time. Holidays are not known. Threads: immutable once made. */
#ifndef FUNNELD_COMMAND_WORKDAYS_H
#define FUNNELD_COMMAND_WORKDAYS_H

#include <stdint.h>

#include "../core/zone.h"

enum { WORKDAY_S = 9 * 3600 };

struct workdays {
    int64_t total_s;     /* working seconds in all */
    int64_t *openings;   /* the moment each working day begins at, ascending; total_s / WORKDAY_S of them */
};

/* The working days that lie wholly within [start, start + days * 86400). Freed with workdays_free. */
struct workdays workdays_between(const struct zone *zone, int64_t start, int64_t days);
void workdays_free(struct workdays *workdays);

/* The moment of a working second, 0 <= second_s < total_s. */
static inline int64_t workdays_moment(const struct workdays *workdays, int64_t second_s)
{
    return workdays->openings[second_s / WORKDAY_S] + second_s % WORKDAY_S;
}

#endif
