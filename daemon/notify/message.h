/* message.h -- what a person reads in a chat, on a phone, in Russian or English: which funnel and step, from what to what, how many leads, how sure, what it
 * costs, since when, the oldest leads where some are stuck, and a word when most of it came at once. One message tells of the alerts of one funnel.
 *
 *     🟠 *Допуск СРО*: конверсия упала
 *     Перезвонили по КП → Договор отправлен
 *     50 % → 25 %: прошли 12 из 48 лидов за 7 дней
 *     с поправкой на случай от 15 % до 39 %; риск ложной тревоги 0,3 %
 *     недосчитались около 12 лидов, это около 3 сделок, 450 тыс. ₽
 *     с 14 марта, 15:00
 *     <https://funnel.example/...|Открыть воронку>
 *
 * Titles come from the configuration; an alert whose rule it no longer has is told in the words of its record. Pure. */
#ifndef FUNNELD_NOTIFY_MESSAGE_H
#define FUNNELD_NOTIFY_MESSAGE_H

#include "../wording/words.h"
#include "markup.h"
#include "notice.h"
#include "worth.h"

struct message_style {
    const struct settings *settings;
    enum language language;
    enum markup markup;
    size_t most;          /* characters (UTF-16 units) a message may have */
    const struct worth *worth; /* of the funnel that the message is about; NULL: not known */
};

/* Append the message about the first notices, as many as fit, but one at least, whose last lines are left out if need be. Returns how many. */
int message_write(struct buffer *buffer, const struct message_style *style, const struct notice *const *notices, int count);

#endif
