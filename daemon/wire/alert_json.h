/* alert_json.h -- an alert as its record, and back: what an engine needs of it to go on where another one left.  Source: formats, "Alert". */
#ifndef FUNNELD_WIRE_ALERT_JSON_H
#define FUNNELD_WIRE_ALERT_JSON_H

#include "../core/alert.h"
#include "../core/episode.h"
#include "../settings/settings.h"
#include "json_write.h"

/* Append the record's value. Its key: the fingerprint's digits (digits.h). */
void alert_json_value(struct buffer *out, const struct settings *settings, const struct alert *alert);

struct alert_record { /* read back; freed with alert_json_free */
    int label_count;
    struct alert_label *labels;
    struct episode episode;
    char *bytes;          /* the labels' texts */
};

/* Read a value. False: it is no alert's. */
bool alert_json_read(struct text value, struct alert_record *out);
void alert_json_free(struct alert_record *record);

#endif
