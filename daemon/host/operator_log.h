/* operator_log.h -- what operators read: one line a happening on standard error, in logfmt:
 *   ts=2024-03-31T15:02:11.042Z level=warn object=lead.events/0@120 msg="this offset is not in the log: goes on at the oldest" oldest=400
 * The object is what the line is about (topic/partition@offset, a route, a chat; the room's name where there is nothing nearer). Lines are for
 * people: numbers go to metrics, and nothing is said per event. Where standard error is the journal's, a line carries its level as <N> in front, which
 * the journal takes off again: `journalctl -p warning` works.
 * Threads: any; a line is written whole. Not for signal handlers. Source: logfmt; sd-daemon(3). */
#ifndef FUNNELD_HOST_OPERATOR_LOG_H
#define FUNNELD_HOST_OPERATOR_LOG_H

#include <stdint.h>

enum operator_level {
    OPERATOR_DEBUG, /* asked for, by librdkafka's `debug` property */
    OPERATOR_INFO,  /* a milestone: leading, restored, leaving */
    OPERATOR_WARN,  /* worth a look; the daemon goes on or waits */
    OPERATOR_ERROR, /* the daemon cannot go on */
};

struct operator_field { /* one more key=value of a line */
    const char *name;  /* NULL: ends a list */
    const char *text;  /* NULL: the number */
    int64_t number;
};

/* Message bytes of more than 1 KiB are cut off. */
void operator_log(enum operator_level level, const char *object, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Likewise, with fields after the message. */
void operator_log_with(enum operator_level level, const char *object, const struct operator_field *fields, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Something amiss that is waited for (a broker away, a topic missing): a line when it begins, every minute while it lasts, and when it is over.
 * Meanwhile it is what the service manager shows. */
struct operator_trouble {
    int64_t since_ms; /* steady clock; 0: all is well, so a zeroed struct is ready for use */
    int64_t said_ms;
};

/* It is so (still). Says the message at the beginning and every minute. One thread at a time for one struct. */
void operator_trouble_is(struct operator_trouble *trouble, const char *object, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* It is over (or never was). */
void operator_trouble_over(struct operator_trouble *trouble, const char *object, const char *message);

#endif
