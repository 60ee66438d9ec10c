/* lead_story.h -- one lead in one funnel, for people: its set, when it reached each step and why, its state and why, and which numbers it counts in.
 * Everything it says follows from the set as core/lead.h has it. Threads: one. Source: semantics, sections 3 to 6. */
#ifndef FUNNELD_COMMAND_LEAD_STORY_H
#define FUNNELD_COMMAND_LEAD_STORY_H

#include <stdio.h>

#include "../core/lead.h"
#include "../settings/settings.h"

void lead_story_print(FILE *out, const struct settings *settings, int funnel, const struct lead_set *set, const struct lead_names *names);

#endif
