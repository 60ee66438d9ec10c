/* input_section.h -- `input`: where events come from and where in a record their fields are.
 * `topics` and `fields` make one source; `sources` lists several. Source: formats, "Configuration". Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_INPUT_SECTION_H
#define FUNNELD_SETTINGS_INPUT_SECTION_H

#include "check.h"

/* `target` is the settings, whose dimensions are known by now (for schema_row.read). */
void input_section_read(const struct place *place, void *target);

/* A name that Kafka takes for a topic, else a mistake. */
bool input_section_is_topic(const struct place *place, const char *name);

#endif
