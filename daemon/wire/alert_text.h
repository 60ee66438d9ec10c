/* alert_text.h -- an alert in plain words, for its annotations: one line and a few. English, short and always the same for the same alert; who sends messages
 * makes richer ones from the record's figures. All wording is here. */
#ifndef FUNNELD_WIRE_ALERT_TEXT_H
#define FUNNELD_WIRE_ALERT_TEXT_H

#include "../core/alert.h"
#include "../settings/settings.h"
#include "json_write.h"

void alert_text_summary(struct buffer *out, const struct settings *settings, const struct alert *alert);
void alert_text_description(struct buffer *out, const struct alert *alert);

#endif
