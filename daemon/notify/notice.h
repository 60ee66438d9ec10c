/* notice.h -- one alert record as a receiver needs it: read once from the topic, then only looked at.
 * Source: formats, "Alert". Threads: a notice is used by one thread at a time. */
#ifndef FUNNELD_NOTIFY_NOTICE_H
#define FUNNELD_NOTIFY_NOTICE_H

#include <cjson/cJSON.h>

#include "../core/event_time.h"
#include "../core/text.h"

enum notice_status { NOTICE_PENDING, NOTICE_FIRING, NOTICE_RESOLVED };

struct notice {
    cJSON *record;              /* owns all texts below */
    const char *id;             /* of the episode */
    const char *fingerprint;
    enum notice_status status;
    const cJSON *labels, *annotations; /* objects of texts */
    int64_t active_at, starts_at, ends_at, as_of; /* TIME_NONE: null */
    const char *generator_url;  /* NULL: none */
    const char *window;         /* NULL: none */
    double value, threshold, low, high, p_value, q_value, evidence, burst; /* NAN: null */
    int64_t reached, passed;    /* -1: null */
    const cJSON *oldest;        /* array of {lead, since}; NULL: none */
};

/* Read a record. NULL: it is none of an alert, or not one that can be told of. Given to the caller. */
struct notice *notice_read(struct text value);
void notice_free(struct notice *notice); /* NULL is fine */

/* A label's or an annotation's text; NULL: it has none. */
const char *notice_label(const struct notice *notice, const char *name);
const char *notice_annotation(const struct notice *notice, const char *name);

/* A moment that stands in the record, e.g. in an element of `oldest`; TIME_NONE: none. */
int64_t notice_moment(const cJSON *object, const char *name);

#endif
