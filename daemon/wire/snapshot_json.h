/* snapshot_json.h -- a snapshot as its record: key and value.  Source: formats, "Topics" and "Snapshot". */
#ifndef FUNNELD_WIRE_SNAPSHOT_JSON_H
#define FUNNELD_WIRE_SNAPSHOT_JSON_H

#include "../core/snapshot.h"
#include "../settings/settings.h"
#include "json_write.h"

struct snapshot_json_context {
    const struct zone *zone;
    const struct dimension *dimensions; /* of the application */
};

/* Append the record's key: <funnel>/<window>/<start or "now">/<group>. */
void snapshot_json_key(struct buffer *buffer, const struct snapshot_json_context *context, const struct funnel *funnel, const struct board_window *window);

struct snapshot_key { /* a key read back */
    int funnel, window, breakdown;               /* breakdown -1: all leads */
    int64_t start;                               /* TIME_NONE: "now" */
    struct text values[FUNNEL_DIMENSIONS_MAX];   /* of the breakdown's dimensions; in `buffer` */
};

/* Read a key. `buffer` has room for key.length bytes. False: no funnel, window or breakdown of the configuration has such a key. */
bool snapshot_json_read_key(const struct settings *settings, struct text key, char *buffer, struct snapshot_key *out);

/* Append the record's value. Returns a digest, never 0, of all that makes a snapshot new: everything but as_of, last_event_at, matured, the ages of open leads. */
uint64_t snapshot_json_value(struct buffer *buffer, const struct snapshot_json_context *context, const struct snapshot *snapshot);

#endif
