/* funnel_section.h -- `funnels`: stages, goals, names, windows and breakdowns of each funnel.
 * Source: formats, "Configuration"; semantics, sections 1, 2 and 11. Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_FUNNEL_SECTION_H
#define FUNNELD_SETTINGS_FUNNEL_SECTION_H

#include "check.h"

/* `target` is the settings, whose zone, retention and dimensions are known by now (for schema_row.read). */
void funnel_section_read(const struct place *place, void *target);

extern const char *const funnel_section_progresses[]; /* "furthest" ... by enum progress, ended by NULL */

#endif
