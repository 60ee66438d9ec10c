/* publication.h -- records that a command puts onto topics: what a replay says onto the output topics of an application that has never run (a funnel tried on
 * the past, to be shown where dashboards look; one that has run has its own word there, and `funneld rebuild`), or events onto the input topics.
 * Threads: one. */
#ifndef FUNNELD_LOG_PUBLICATION_H
#define FUNNELD_LOG_PUBLICATION_H

#include "../settings/settings.h"
#include "log.h"

struct publication;

/* The settings are borrowed. publication_close afterwards. */
struct publication *publication_new(const struct settings *settings);

/* For LOG_SNAPSHOTS and LOG_ALERTS: creates what is missing, refuses where the application has run. Or for the input topics, which must be there. False:
 * publication_error says why. */
bool publication_open_outputs(struct publication *publication);
bool publication_open_inputs(struct publication *publication);
const char *publication_error(const struct publication *publication);

/* `topic`: of enum log_topic, or an index into settings->topics. After the first failure the others do nothing and return false. */
bool publication_write(struct publication *publication, int topic, const struct log_record *record);

/* Whether all that was written is on the topics. */
bool publication_finish(struct publication *publication);
void publication_close(struct publication *publication); /* NULL is fine */

#endif
