/* message_lines.h -- the lines of a message about one alert, each from its head to its end. A line that does not fit is left out, whole.
 * Titles come from the configuration; an alert whose rule it no longer has is told in the words of its record. Pure. */
#ifndef FUNNELD_NOTIFY_MESSAGE_LINES_H
#define FUNNELD_NOTIFY_MESSAGE_LINES_H

#include "message.h"

struct writing { /* one alert being told */
    const struct message_style *style;
    const struct notice *notice;
    const struct funnel *funnel;     /* NULL: none, or not known any more */
    const struct alert_rule *rule;   /* NULL: not known any more */
    int step;                        /* -1: none */
    bool ru;
    struct buffer line;              /* being written; freed by the caller */
    struct buffer *out;              /* the lines done */
};

/* All lines of writing->notice, in order. */
void message_lines_write(struct writing *writing);

/* Characters as Telegram counts them: UTF-16 units. */
size_t message_lines_length(struct text text);

#endif
