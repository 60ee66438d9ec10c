/* changes.h -- what an operator has changed in the configuration since the application last committed, and whether its state bears that.
 *
 * Counts are folded from what is known about the leads, so most changes just work at the next start: steps added, moved or made optional, the time zone,
 * windows, breakdowns, targets, alerts, a shorter retention, a dimension or breakdown left out. A step or funnel that has become an alias of another, or a
 * `lost`, `removed` or `other` name, is what its name means now. How events are read (fields, sources, names) holds from here on.
 * Refused is what would leave numbers that no replay gives, or lose what is known without a word: steps and funnels that nobody names any more, a new
 * funnel or dimension (whose past was not kept), `take` of values that were not kept, another currency, a longer retention.
 * Refused, too, is a changelog of which no row can be read although events were counted: it was lost, or another version of this program wrote it. Going on
 * would publish a funnel without leads in the place of the one that is known. So is one with a lead whose last row cannot be read, and so
 * are rows without the checkpoint that was written with them: every dead letter would come again, and ticks go back.
 * Threads: one. */
#ifndef FUNNELD_ENGINE_CHANGES_H
#define FUNNELD_ENGINE_CHANGES_H

#include "../settings/settings.h"
#include "restore.h"

/* Rows without a checkpoint, or a checkpoint without rows. Either was lost; or this process has been shut out, has not heard of it, and another one committed
 * between the reading of the two: whoever leads anew knows. */
bool changes_are_torn(const struct restored *restored);

/* Say in the operator's log what has changed since the checkpoint in `restored` (NULL: the application has never committed), as far as it matters, and what of the
 * changelog is not known wholly. false: there is something that the state does not bear, and it was not `accepted`. */
bool changes_are_borne(const struct settings *settings, const struct restored *restored, bool accepted);

#endif
