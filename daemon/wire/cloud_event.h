/* cloud_event.h -- whether a Kafka record is a CloudEvent, and what its headers say.
 * Binary mode: the value is the data, the attributes are headers (ce_specversion, ce_time ...). Structured mode: the value is the envelope, an
 * object with `specversion` and `data`; content-type tells. Files have no headers: there the object itself tells, see decode.c.
 * Source: CloudEvents 1.0.2, Kafka protocol binding, section 3. Threads: no state. */
#ifndef FUNNELD_WIRE_CLOUD_EVENT_H
#define FUNNELD_WIRE_CLOUD_EVENT_H

#include "decode.h"

enum cloud_mode { CLOUD_NONE, CLOUD_BINARY, CLOUD_STRUCTURED };

struct cloud_event {
    enum cloud_mode mode;
    struct text time;          /* CLOUD_BINARY: ce_time; data NULL: absent */
    struct text content_type;  /* data NULL: absent */
};

/* Texts are borrowed from the record. */
struct cloud_event cloud_event_of(const struct record *record);

/* Whether a media type, with or without parameters, is JSON: application/json, text/json or anything +json. */
bool cloud_event_is_json(struct text content_type);

#endif
