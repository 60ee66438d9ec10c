/* notify_section.h -- `notify`: who hears of alerts, of which ones, and where the receivers are.
 * Everything lives in the keep. Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_NOTIFY_SECTION_H
#define FUNNELD_SETTINGS_NOTIFY_SECTION_H

#include "check.h"

/* target: struct notify_settings. Dimensions, funnels and rules are known by now: they say which labels alerts have. */
void notify_section_read(const struct place *place, void *target);

extern const char *const notify_section_kinds[]; /* by enum receiver_kind */

#endif
