/* json_write.h -- JSON text appended to a growing buffer: no white space, keys in the order they are written, the same value always the same bytes.
 * Ratios are printf("%.6f") with trailing zeros and point removed, -0 is 0; amounts always have 2 decimals.  Source: formats, first paragraph.
 * Threads: a buffer is used by one thread at a time. */
#ifndef FUNNELD_WIRE_JSON_WRITE_H
#define FUNNELD_WIRE_JSON_WRITE_H

#include "../core/event_time.h"
#include "../core/tally.h"
#include "../core/text.h"
#include "../core/zone.h"

struct buffer { /* zeroed: empty; freed with free(data) */
    char *data;
    size_t length, capacity;
};

void buffer_text(struct buffer *buffer, struct text text);
void buffer_char(struct buffer *buffer, char c);
void buffer_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_percent(struct buffer *buffer, struct text text);         /* every byte but letters, digits and -._~ as %XX */
size_t percent_decode(char *out, struct text text);                     /* undoes it: `out` has room for text.length bytes; returns how many there are */

void json_string(struct buffer *buffer, struct text text);             /* quoted and escaped; the text is valid UTF-8 */
void json_name(struct buffer *buffer, const char *name);               /* "name": with a comma before it unless it is the object's first */
void json_integer(struct buffer *buffer, int64_t number);
void json_integer_or_null(struct buffer *buffer, int64_t number);      /* -1: null */
void json_known_integer(struct buffer *buffer, int64_t number);        /* TIME_NONE: null */
void json_ratio(struct buffer *buffer, double number);                 /* NAN: null */
void json_amount(struct buffer *buffer, tally_amount minor);           /* hundredths */
void json_moment(struct buffer *buffer, const struct zone *zone, int64_t moment); /* RFC 3339 in the zone; TIME_NONE: null */
void json_text_or_null(struct buffer *buffer, const char *text);       /* as json_string; NULL or "": null */
void json_boolean(struct buffer *buffer, bool value);

#endif
