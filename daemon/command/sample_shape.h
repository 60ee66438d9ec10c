/* sample_shape.h -- what a sample event looks like as JSON: each field where the configuration's mapping looks for it.
 * Made from the first pointer of each field of one source: the first without `where`, or else the first, whose `where` is then met by constants.
 * Nested pointers make nested objects; `each` wraps the event into its array. A pointer that lies within another field's value is left out.
 * Threads: immutable once made. */
#ifndef FUNNELD_COMMAND_SAMPLE_SHAPE_H
#define FUNNELD_COMMAND_SAMPLE_SHAPE_H

#include "../settings/settings.h"
#include "../wire/json_write.h"

enum { SAMPLE_VALUES = FIELD_COUNT + FUNNEL_DIMENSIONS_MAX }; /* fields by their number, then dimensions */

struct sample_shape;

struct sample_shape *sample_shape_new(const struct settings *settings);
void sample_shape_free(struct sample_shape *shape);

/* Append one event and its line end. values[i] is JSON as it is to be written; data NULL: the event has no such member. */
void sample_shape_write(const struct sample_shape *shape, const struct text values[SAMPLE_VALUES], struct buffer *out);

#endif
