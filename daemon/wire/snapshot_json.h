/* snapshot_json.h -- a snapshot as its record: key and value.  Source: formats, "Topics" and "Snapshot". */
#ifndef FUNNELD_WIRE_SNAPSHOT_JSON_H
#define FUNNELD_WIRE_SNAPSHOT_JSON_H

#include "../core/snapshot.h"
#include "json_write.h"

struct snapshot_json_context {
    const struct zone *zone;
    const struct dimension *dimensions; /* of the application */
};

/* Append the record's key: <funnel>/<window>/<start or "now">/<group>. */
void snapshot_json_key(struct buffer *buffer, const struct snapshot_json_context *context, const struct funnel *funnel, const struct board_window *window);

/* Append the record's value. Returns a digest, never 0, of all that makes a snapshot new: everything but as_of, last_event_at, matured, the ages of open leads. */
uint64_t snapshot_json_value(struct buffer *buffer, const struct snapshot_json_context *context, const struct snapshot *snapshot);

#endif
