/* markup.h -- the little formatting that messages have, in the way of each chat: bold text and links. Everything that is not markup is escaped, so that a
 * lead's id or a manager's name from an event is shown and never obeyed (no tags, no links, no mention of anybody).
 * Source: Slack, "Formatting text for app surfaces" (Mattermost and Rocket.Chat follow it in incoming webhooks); Telegram Bot API, "HTML style". Pure. */
#ifndef FUNNELD_NOTIFY_MARKUP_H
#define FUNNELD_NOTIFY_MARKUP_H

#include "../wire/json_write.h"

enum markup { MARKUP_SLACK, MARKUP_TELEGRAM };

void markup_text(struct buffer *buffer, enum markup markup, struct text text);
void markup_bold(struct buffer *buffer, enum markup markup, struct text text);
void markup_link(struct buffer *buffer, enum markup markup, struct text url, struct text text);

#endif
