/* alerting.h -- the alert rules on a fold: stepped at slice ends, their records handed out in order of key.  Source: semantics, section 9.
 * Threads: the thread that owns the fold. */
#ifndef FUNNELD_ENGINE_ALERTING_H
#define FUNNELD_ENGINE_ALERTING_H

#include "../wire/fault.h"
#include "fold.h"
#include "publisher.h"

struct alerting;

struct alerting *alerting_new(struct fold *fold); /* before anything is folded */
void alerting_free(struct alerting *alerting);

/* A dead letter was written; watermark_ms: of its partition, as it was met. */
void alerting_letter(struct alerting *alerting, enum fault fault, int64_t watermark_ms);

/* Step the rules at a tick that ends a slice; the fold stands at it. `live`: a silent funnel's other rules stand still. Hands over the records of what is new
 * (their digest is 0). Returns how much there is to keep: these, and what alerting_remember hands over. */
uint64_t alerting_step(struct alerting *alerting, int64_t tick, int64_t bound, bool live, publish_sink sink, void *context);

/* What the rules remember that no other record tells, where it has changed since the last time: records of their own (wire/memory_json.h). */
void alerting_remember(struct alerting *alerting, publish_sink sink, void *context);

/* An alert's record that an earlier run told last. One that is no alert's is left alone. */
void alerting_restore(struct alerting *alerting, struct text value);

/* A record of alerting_remember. Any other is left alone. */
void alerting_restore_memory(struct alerting *alerting, struct text key, struct text value);

#endif
