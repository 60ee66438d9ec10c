/* moment.h -- moments from text and back: RFC 3339, and numbers whose magnitude tells their unit.
 * Moments are whole seconds since 1970 (core/event_time.h); fractions are truncated towards the past, and what lies outside the years
 * 1 to 9999 UTC is refused. Source: formats, "Input in detail". Threads: no state but a reader's, which one thread uses at a time. */
#ifndef FUNNELD_WIRE_MOMENT_H
#define FUNNELD_WIRE_MOMENT_H

#include "../core/event_time.h"
#include "../core/text.h"
#include "../core/zone.h"

enum {
    MOMENT_DAY = 10,       /* bytes of a day: "2024-03-31" */
    MOMENT_LENGTH = 25,    /* of the text of a moment in the years that are read: "2024-03-31T23:59:00+03:00" */
    MOMENT_TEXT_SIZE = 40, /* room for any moment's text and its NUL */
};

/* A number in JSON's grammar: seconds, from |n| >= 10^11 milliseconds, from 10^14 microseconds, from 10^17 nanoseconds. */
bool moment_from_number(struct text text, int64_t *out);

/* RFC 3339 with `T`, `t` or a space, `Z`, `z` or an offset +hh:mm, any number of decimals, second 60 being second 0 of the next minute;
 * or such a number. local != NULL: the offset may be missing, and the time is in that zone. */
bool moment_from_text(struct text text, const struct zone *local, int64_t *out);

struct moment_reader { /* for many times of one configuration, most of which are of the same day as the one before */
    const struct zone *local;
    char day[MOMENT_DAY];  /* read last; zeroed: none */
    int64_t midnight;      /* of that day, by the local clock */
};

/* As moment_from_text. */
bool moment_read(struct moment_reader *reader, struct text text, int64_t *out);

/* RFC 3339 in that zone, UTC as +00:00; returns the length. The text always names the moment exactly: where the zone's offset has seconds (before
 * standard time) it is cut to minutes, and a moment of the year 9999 UTC whose local year is 10000 is given in UTC. What lies outside the years that
 * are read (the borders of a window may) gets a year of as many digits as it needs. */
size_t moment_format(const struct zone *zone, int64_t moment, char buffer[MOMENT_TEXT_SIZE]);

#endif
