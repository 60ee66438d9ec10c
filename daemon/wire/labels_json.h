/* labels_json.h -- the labels of an alert: an object whose members are texts under any names. */
#ifndef FUNNELD_WIRE_LABELS_JSON_H
#define FUNNELD_WIRE_LABELS_JSON_H

#include "../core/alert.h"
#include "json_scan.h"
#include "json_write.h"

void labels_json_write(struct buffer *out, const struct alert_label *labels, int count); /* {"name":"value",...} */

/* Read them from what json_scan has found; given to the caller: free *labels and *bytes, which their texts lie in. Returns how many; -1: it is no object. What is no such
 * object gives labels that no series has. */
int labels_json_read(const struct json_value *object, struct alert_label **labels, char **bytes);

#endif
