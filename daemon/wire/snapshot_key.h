/* snapshot_key.h -- under what a snapshot lies on its topic: <funnel>/<window>/<start or "now">/<group>. The group is `all`, or its dimensions in byte order
 * of their names, as channel=inbound,manager=%D0%98%D0%B2%D0%B0%D0%BD; ids, names and values are percent-encoded, a start is RFC 3339 as it is.
 * Source: formats, "Topics". Pure. */
#ifndef FUNNELD_WIRE_SNAPSHOT_KEY_H
#define FUNNELD_WIRE_SNAPSHOT_KEY_H

#include "../core/board_window.h"
#include "../settings/settings.h"
#include "json_write.h"

/* Append the key of a window's record. */
void snapshot_key_write(struct buffer *out, const struct settings *settings, const struct funnel *funnel, const struct board_window *window);

struct snapshot_key_parts { struct text funnel, window, start, group; }; /* in the key's own bytes */

/* False: it is no such key. */
bool snapshot_key_split(struct text key, struct snapshot_key_parts *out);

struct snapshot_key { /* what a key means in a configuration */
    int funnel, window, breakdown;               /* breakdown -1: all leads */
    int64_t start;                               /* TIME_NONE: "now" */
    struct text values[FUNNEL_DIMENSIONS_MAX];   /* of the breakdown's dimensions; in `buffer` */
};

/* Read a key. `buffer` has room for key.length bytes. False: no funnel, window or breakdown of the configuration has such a key. */
bool snapshot_key_read(const struct settings *settings, struct text key, char *buffer, struct snapshot_key *out);

#endif
