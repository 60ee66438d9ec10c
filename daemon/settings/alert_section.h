/* alert_section.h -- `alerts` of a funnel and of the application: each kind of rule with its own keys.
 * Source: formats, "Configuration"; semantics, section 9. Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_ALERT_SECTION_H
#define FUNNELD_SETTINGS_ALERT_SECTION_H

#include "check.h"
#include "settings.h"

/* The rules of a funnel whose steps and names are known, or (funnel NULL) those of the application. Returns how many. */
int alert_section_read(const struct place *place, const struct funnel *funnel, const struct naming *naming, struct alert_rule **out);

/* Is it a label's name as Prometheus and Alertmanager take it? */
bool alert_section_is_label(const char *name);

extern const char *const alert_section_kinds[]; /* "below_target" ... by enum alert_kind, ended by NULL */
extern const char *const alert_section_bases[]; /* "activity", "cohort" by enum basis, ended by NULL */

#endif
