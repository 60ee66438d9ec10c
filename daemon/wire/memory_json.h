/* memory_json.h -- what alert rules remember and no other record tells: the state of a drift series, and the dead letters of late. Each has a record of its
 * own on the checkpoint's topic, beside the checkpoint, and is written only when it has changed.  Source: schema/drift.schema.json, schema/rejections.schema.json. */
#ifndef FUNNELD_WIRE_MEMORY_JSON_H
#define FUNNELD_WIRE_MEMORY_JSON_H

#include "../core/alert.h"
#include "../core/drift.h"
#include "../core/rejections.h"
#include "json_write.h"

#define MEMORY_DRIFT "drift/"            /* a key: this and the fingerprint */
#define MEMORY_REJECTIONS "rejections"   /* a key */

struct memory_drift {
    int label_count;
    const struct alert_label *labels;    /* of the series */
    uint64_t rule;                       /* what shaped it (drift_rule_hash) */
    struct drift drift;
};

void memory_json_drift(struct buffer *out, const struct memory_drift *memory);
void memory_json_rejections(struct buffer *out, const struct rejections *rejections);

/* Read a drift series back: labels live in *bytes, both to be freed. False: it is none. */
bool memory_json_read_drift(struct text value, struct memory_drift *out, struct alert_label **labels, char **bytes);

/* Add what a record counts; words that are not known there already are left out. */
void memory_json_read_rejections(struct text value, struct rejections *rejections);

#endif
