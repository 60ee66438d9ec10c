/* letter_json.h -- a dead letter as a line of a file.  Source: formats, "Dead letter". */
#ifndef FUNNELD_WIRE_LETTER_JSON_H
#define FUNNELD_WIRE_LETTER_JSON_H

#include "fault.h"
#include "json_write.h"

/* Append {"error":..,"message":..,"source":..,"partition":..,"offset":..,"value":..}, the value as "value_base64" where it is not UTF-8. No newline. */
void letter_json(struct buffer *out, enum fault fault, const char *message, struct text source, int partition, int64_t offset, struct text value);

#endif
