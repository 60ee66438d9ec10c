/* snapshot_json.h -- a snapshot as the value of its record (snapshot_key.h has the key).  Source: formats, "Snapshot". */
#ifndef FUNNELD_WIRE_SNAPSHOT_JSON_H
#define FUNNELD_WIRE_SNAPSHOT_JSON_H

#include "../core/snapshot.h"
#include "../settings/settings.h"
#include "json_write.h"

/* Append the record's value. Returns a digest, never 0, of all that makes a snapshot new: everything but as_of, last_event_at, matured, the ages of open leads. */
uint64_t snapshot_json_value(struct buffer *buffer, const struct settings *settings, const struct snapshot *snapshot);

#endif
