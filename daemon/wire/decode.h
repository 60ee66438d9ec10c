/* decode.h -- from the bytes of a record to events, or to the word for what is wrong with it.
 * A record is an event, or holds several (`each`), or is a CloudEvent around one of these: in binary mode (Kafka headers ce_*), in structured mode
 * (content-type application/cloudevents+json; in a file an object with `specversion` and `data`), where pointers start at `data`. Its time stands for
 * an absent `at`. A null value under a lead's id removes the lead: event.removed, no moves.
 * Pure: a function of (settings, record). What depends on order of arrival (too_old) is not decided here, nor is what was skipped.
 * Threads: a decoder is used by one thread at a time; settings may be shared. Source: formats, "Dead letter"; semantics 2 and 11. */
#ifndef FUNNELD_WIRE_DECODE_H
#define FUNNELD_WIRE_DECODE_H

#include "../core/event.h"
#include "../settings/settings.h"

enum fault { /* in the order in which they are looked for */
    FAULT_NONE,
    FAULT_TOO_LARGE, FAULT_EMPTY, FAULT_NOT_JSON, FAULT_NO_LEAD_ID, FAULT_BAD_TIME, FAULT_UNKNOWN_FUNNEL, FAULT_UNKNOWN_STAGE,
    FAULT_IN_FUTURE, FAULT_TOO_OLD,
    FAULT_BAD_AMOUNT, FAULT_OTHER_CURRENCY, FAULT_BAD_SCORE, FAULT_BAD_FIELD, /* side matters: the rest counts */
    FAULT_COUNT
};

const char *fault_word(enum fault fault); /* "too_large" ...; static */

struct record_header { struct text name, value; };

struct record { /* as it came; everything borrowed from the caller for the time of the call */
    struct text key, value;       /* data NULL: null */
    int64_t timestamp_ms;         /* the Kafka record's; INT64_MIN in a file */
    const char *topic;            /* NULL in a file: every source is tried */
    const struct record_header *headers;
    int header_count;
};

struct decoded_place { /* where in its record an element lies */
    const struct pointer *each;   /* its array; NULL: the record is the element */
    size_t index;
};

struct decoded { /* one element of a record */
    struct decoded_place place;
    enum fault fault;             /* FAULT_NONE, a side fault (event counts as well), or a refusal (it does not) */
    bool counts;                  /* `event` is to be admitted; false with a side fault: nothing is left of it, but event.at says when it was */
    bool ignored;                 /* no source takes it, or input.unmatched: ignore */
    struct event event;
    const char *message;          /* fault != NONE, for people: which field, which value, where (JSON Pointer of the element if it is one of several); in the arena */
    struct text value;            /* fault != NONE: the value at fault as text, cut to 64 bytes, for the table of most frequent ones; in the arena */
};

struct decoder;

/* `now_limit`: without a Kafka timestamp, times past now_limit + max_future are in_future (replay: --as-of or the wall clock at start). */
struct decoder *decoder_new(const struct settings *settings, int64_t now_limit);
void decoder_free(struct decoder *decoder);

/* Decode one record. Returns the number of elements (>= 1; a record that fails as a whole is one) and points *out at them. They and all they point
 * at live until decoder_reset. The texts of an event may point into the record's own bytes: keep these as long. */
int decoder_decode(struct decoder *decoder, const struct record *record, const struct decoded **out);

/* The same element refused after all, for what only the order of arrival could show. It lives as long as what was decoded. */
const struct decoded *decoder_refuse(struct decoder *decoder, const struct decoded *decoded, enum fault fault, const char *field, const char *what);

/* Forget everything decoded so far; its memory is used again. */
void decoder_reset(struct decoder *decoder);

#endif
