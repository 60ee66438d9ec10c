/* input_section.h -- `input`: where events come from and where in a record their fields are.
 * `topics` and `fields` make one source; `sources` lists several. Source: formats, "Configuration". Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_INPUT_SECTION_H
#define FUNNELD_SETTINGS_INPUT_SECTION_H

#include "check.h"

/* `target` is the settings, whose dimensions are known by now (for schema_row.read). */
void input_section_read(const struct place *place, void *target);

/* Would Kafka take the name for a topic? */
bool input_section_is_topic(const char *name);

/* The name of a topic. NULL: it is none (reported). */
const char *input_section_topic(const struct place *place);

extern const char *const input_section_dates[]; /* "dd.mm.yyyy" ... by enum csv_dates, ended by NULL */

#endif
