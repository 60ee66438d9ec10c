/* view_key.h -- the parts of a snapshot's key, as they are written there: <funnel>/<window>/<start or "now">/<group>, each percent-encoded.
 * Source: formats, "Topics". Pure. */
#ifndef FUNNELD_HTTP_VIEW_KEY_H
#define FUNNELD_HTTP_VIEW_KEY_H

#include <stdbool.h>

#include "../core/text.h"

struct view_key { struct text funnel, window, start, group; }; /* in the key's own bytes */

/* False: it is no such key. */
static inline bool view_key_split(struct text key, struct view_key *out)
{
    struct text *const parts[] = {&out->funnel, &out->window, &out->start, &out->group};
    for (int i = 0; i < 4; i++) {
        const char *slash = i < 3 && key.length > 0 ? memchr(key.data, '/', key.length) : NULL;
        if (i < 3 && slash == NULL)
            return false;
        size_t length = i < 3 ? (size_t)(slash - key.data) : key.length;
        *parts[i] = (struct text){key.data, length};
        if (i < 3)
            key = (struct text){slash + 1, key.length - length - 1};
    }
    return out->funnel.length > 0 && out->window.length > 0 && out->start.length > 0 && out->group.length > 0 &&
           memchr(out->group.data, '/', out->group.length) == NULL;
}

#endif
