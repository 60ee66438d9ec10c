/* words.h -- figures in whole words, for sentences: counted nouns in the form their place in the sentence asks for, durations, moments in the daemon's zone.
 * (figures.h has the short forms, for tables.) Pure; everything is appended to a buffer. */
#ifndef FUNNELD_WORDING_WORDS_H
#define FUNNELD_WORDING_WORDS_H

#include "figures.h"

enum noun { NOUN_LEAD, NOUN_DEAL, NOUN_REQUEST, NOUN_EVENT, NOUN_SECOND, NOUN_MINUTE, NOUN_HOUR, NOUN_DAY, NOUN_WEEK };

enum grammar_case { /* of a Russian counted noun: "5 дней", "за неделю", "дольше 1 дня" */
    CASE_NOMINATIVE, CASE_ACCUSATIVE, CASE_GENITIVE
};

enum noun words_lead(enum lead_word word); /* what a lead is called here */

void words_chance(struct buffer *buffer, enum language language, double chance);             /* 4,5 %, under 0.1% */
void words_count(struct buffer *buffer, enum language language, int64_t count, enum noun noun, enum grammar_case grammar_case);
void words_duration(struct buffer *buffer, enum language language, int64_t seconds, enum grammar_case grammar_case); /* in the greatest unit that divides it */

/* Day and time: "14 марта, 15:00"; with the year where it is not the year of `now`. */
void words_moment(struct buffer *buffer, enum language language, const struct zone *zone, int64_t moment, int64_t now);
void words_day(struct buffer *buffer, enum language language, const struct zone *zone, int64_t moment, int64_t now);

/* "за 7 дней", "за неделю", "за месяц": a window's name as it stands in records. */
void words_over_window(struct buffer *buffer, enum language language, const char *window);

#endif
