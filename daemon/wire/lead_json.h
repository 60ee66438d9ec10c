/* lead_json.h -- what is known about one lead as its row of the changelog, and back. Rows are written and read by the million, so they are short: for each
 * funnel its first moment, in seconds since 1970, the greatest `at`, and then the set in its order: facts, and before each the moment, unless it is that of the
 * fact before; moments but the first are seconds since that. Steps, reasons and values stand by name, so that a row outlives changes of the configuration: on
 * the way back a step means what its name means to events (it may be an alias now, or a `lost` name), a funnel likewise. A step or funnel that the configuration
 * does not name is left out, and lead_reader_unnamed tells it. Other facts go by their names in events, which no dimension can have.
 *     {"funnels":{"sro":[1711456476,7618,"new",{"manager":"12"},7618,"answered",{"amount":16600000}]}}
 *     {"removed":1711464094}
 * Source: schema/lead.schema.json. Threads: a reader is used by one thread at a time. */
#ifndef FUNNELD_WIRE_LEAD_JSON_H
#define FUNNELD_WIRE_LEAD_JSON_H

#include "../core/ledger.h"
#include "../settings/settings.h"
#include "json_write.h"

/* Append the row's value. A forgotten lead has none: its row is a tombstone. */
void lead_json_write(struct buffer *out, const struct settings *settings, const struct lead_names *names, const struct ledger_lead *lead);

struct lead_reader;

struct lead_reader *lead_reader_new(const struct settings *settings);
void lead_reader_free(struct lead_reader *reader);

/* The hash that events of this lead carry. */
uint64_t lead_json_hash(struct text id);

/* Read a row. Reasons and values are given numbers in `names`, which outlive the reader. The result lives until the next call. False: it is no such row. */
bool lead_json_read(struct lead_reader *reader, struct text id, struct text value, const struct lead_names *names, struct ledger_lead *out);

/* The first step or funnel of the row read last that the configuration does not name, for people ("the step `kp` of funnel sro"); empty: none. */
struct text lead_reader_unnamed(const struct lead_reader *reader);

#endif
