/* calendar.h -- calendar windows in a zone: which hour, day, week (Monday), month, quarter or year a moment belongs to.
 * Source: semantics, section 8. Pure. */
#ifndef FUNNELD_CORE_CALENDAR_H
#define FUNNELD_CORE_CALENDAR_H

#include "event_time.h"
#include "funnel.h"
#include "zone.h"

struct span { int64_t start, end; }; /* moments, half-open; start TIME_NONE: none, which holds nothing */

static inline bool span_holds(struct span span, int64_t moment) { return span.start != TIME_NONE && span.start <= moment && moment < span.end; }
static inline struct span span_before(struct span span) { return (struct span){span.start - (span.end - span.start), span.start}; } /* as long, up to its start */

struct date { int64_t year; int month, day, hour, minute, second; }; /* proleptic Gregorian; month and day from 1 */

/* Local seconds since 1970-01-01T00:00:00 to a date and back. */
struct date calendar_date(int64_t local_s);
int64_t calendar_local(int64_t year, int month, int day); /* at midnight; month may lie outside 1..12 */

/* The calendar window of a kind other than WINDOW_ROLLING that holds the moment. */
struct span calendar_window(enum window_kind kind, const struct zone *zone, int64_t moment);

#endif
