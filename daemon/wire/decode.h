/* decode.h -- from the bytes of a record to events, or to the word for what is wrong with it.
 * A record is an event, or holds several (`each`), or is a CloudEvent around one of these: in binary mode (Kafka headers ce_*), in structured mode
 * (content-type application/cloudevents+json; in a file an object with `specversion` and `data`), where pointers start at `data`. Its time stands for
 * an absent `at`. A null value under a lead's id removes the lead: event.removed, no moves.
 * Pure: a function of (settings, record). What depends on order of arrival (too_old) is not decided here, nor is what was skipped.
 * Threads: a decoder is used by one thread at a time; settings may be shared. Source: formats, "Dead letter"; semantics 2 and 11. */
#ifndef FUNNELD_WIRE_DECODE_H
#define FUNNELD_WIRE_DECODE_H

#include "../settings/settings.h"
#include "decoded.h"

struct record_header { struct text name, value; };

struct record { /* as it came; everything borrowed from the caller for the time of the call */
    struct text key, value;       /* data NULL: null */
    int64_t timestamp_ms;         /* the Kafka record's; INT64_MIN in a file */
    const char *topic;            /* NULL in a file: every source is tried */
    const struct record_header *headers;
    int header_count;
};

struct decoder;

/* `now_limit`: without a Kafka timestamp, times past now_limit + max_future are in_future (replay: --as-of or the wall clock at start). */
struct decoder *decoder_new(const struct settings *settings, int64_t now_limit);
void decoder_free(struct decoder *decoder);

/* Decode one record. Returns the number of elements (>= 1; a record that fails as a whole is one) and points *out at them. They and all they point
 * at live until the second decoder_reset after it. The texts of an event may point into the record's own bytes: keep these as long. */
int decoder_decode(struct decoder *decoder, const struct record *record, const struct decoded **out);

/* The same element refused after all, for what only the order of arrival could show. It lives as long as what was decoded. */
const struct decoded *decoder_refuse(struct decoder *decoder, const struct decoded *decoded, enum fault fault, const char *field, const char *what);

/* Forget what was decoded before the last reset: what came since lives until the next one. */
void decoder_reset(struct decoder *decoder);

#endif
