/* funnels_json.h -- the funnels as configured, with what the page needs to know beside them: the answer to /api/v1/funnels, described by openapi.json. Pure. */
#ifndef FUNNELD_HTTP_FUNNELS_JSON_H
#define FUNNELD_HTTP_FUNNELS_JSON_H

#include "../settings/settings.h"
#include "../wire/json_write.h"

void funnels_json_write(struct buffer *out, const struct settings *settings);

#endif
