/* notation.h -- how numbers, durations, sizes, times and days are written in the configuration (durations and times on command lines, too).
 * Pure. All return false, and leave *out as it was, where the text is no such thing or is too great.
 * Source: formats, "Configuration". */
#ifndef FUNNELD_SETTINGS_NOTATION_H
#define FUNNELD_SETTINGS_NOTATION_H

#include <stdbool.h>
#include <stdint.h>

#include "settings.h"

#define NOTATION_DURATION_MAX_S INT64_C(315576000000) /* 10000 years: longer than event time, so sums of a few stay far from overflow */

bool notation_integer(const char *text, int64_t *out);  /* decimal digits, perhaps after a minus sign */
bool notation_seconds(const char *text, int64_t *out);  /* 90s, 5m, 6h, 30d, 2w; 0 or more */
bool notation_milliseconds(const char *text, int64_t *out); /* the same, and 100ms */
bool notation_size(const char *text, int64_t *out);     /* bytes: 1048576, 512KiB, 1MiB, 1GiB */
bool notation_fraction(const char *text, double *out);  /* 0.2 or 20%; 0..1 */

/* "2 per year", "0.5 per month", per week, per day; as events a second. A year is 365 days, a month a twelfth of it. */
bool notation_rate(const char *text, double *out);

bool notation_time(const char *text, int64_t *out);     /* RFC 3339 with an offset: moment, fractions cut towards the past */
bool notation_days(const char *text, struct days *out);   /* 2027-01-08 or 2027-01-01..2027-01-08 */
bool notation_hours(const char *text, struct hours *out); /* mon-fri 09:00-19:00, sat,sun 10:00-14:00 or 08:00-24:00 (every day) */

/* Seconds as they may be written: "30d", "90s". `out` has room for 32 bytes; returns it. */
char *notation_print_seconds(int64_t seconds, char *out);

#endif
