/* dimension_section.h -- `dimensions`, and what refers to them: breakdowns and groups.
 * Everything lives in the keep. Threads: one at a time. Source: formats, "Configuration"; semantics, sections 3 and 6. */
#ifndef FUNNELD_SETTINGS_DIMENSION_SECTION_H
#define FUNNELD_SETTINGS_DIMENSION_SECTION_H

#include "check.h"
#include "settings.h"

extern const char *const dimension_section_takes[]; /* "first" ... by enum take, ended by NULL */

/* Fill settings' dimensions, their fields and titles; `target` is the settings (for schema_row.read). */
void dimension_section_read(const struct place *place, void *target);

/* The index of the dimension of this name, or -1 (not reported). */
int dimension_section_find(const struct settings *settings, const char *name);

/* The index of the dimension whose value an alert's label says, or -1: the label says something else. */
int dimension_section_of_label(const struct settings *settings, struct text label);

/* Report an unknown dimension at `place`. */
void dimension_section_unknown(const struct place *place, const char *found);

/* A list of lists of dimensions; `all_leads`: an empty one is allowed and stands for all leads. Returns how many. */
int dimension_section_breakdowns(const struct place *place, bool all_leads, struct breakdown **out);

/* What people are shown for a value of a dimension: its title, or the value itself. */
struct text dimension_section_title(const struct settings *settings, int dimension, struct text value);

#endif
