/* alert_json.h -- an alert as its record, and back: what an engine needs of it to go on where another one left.  Source: formats, "Alert". */
#ifndef FUNNELD_WIRE_ALERT_JSON_H
#define FUNNELD_WIRE_ALERT_JSON_H

#include "../core/alert.h"
#include "../core/episode.h"
#include "../settings/settings.h"
#include "json_write.h"

enum { ALERT_KEY_SIZE = 17 };

/* The record's key: the fingerprint, 16 digits. */
void alert_json_key(uint64_t fingerprint, char key[ALERT_KEY_SIZE]);

/* Append the record's value. */
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
