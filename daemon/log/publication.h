/* publication.h -- what a replay says, onto the output topics of an application that has never run: a funnel tried on the past, to be shown where dashboards
 * look. An application that has run has its own word there, and is refused: `funneld rebuild` is for it. Threads: one. */
#ifndef FUNNELD_LOG_PUBLICATION_H
#define FUNNELD_LOG_PUBLICATION_H

#include "../settings/settings.h"
#include "log.h"

struct publication;

/* The settings are borrowed. publication_close afterwards, also after false: publication_error says why. */
struct publication *publication_new(const struct settings *settings);
bool publication_open(struct publication *publication);
const char *publication_error(const struct publication *publication);

/* LOG_SNAPSHOTS or LOG_ALERTS. After the first failure the others do nothing; publication_finish tells. */
void publication_write(struct publication *publication, enum log_topic topic, const struct log_record *record);

/* Whether all that was written is on the topics. */
bool publication_finish(struct publication *publication);
void publication_close(struct publication *publication); /* NULL is fine */

#endif
