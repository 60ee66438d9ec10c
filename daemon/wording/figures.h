/* figures.h -- figures as people read them, in Russian or English: round where nobody would count on more, with the spaces, commas and plural forms of the
 * language. Appended to a buffer. Pure. Source of the plural forms: Unicode CLDR. */
#ifndef FUNNELD_WORDING_FIGURES_H
#define FUNNELD_WORDING_FIGURES_H

#include "../settings/settings.h"
#include "../wire/json_write.h"

/* 1234567.8 -> 1 234 568 (ru, with no-break spaces) or 1,234,568 (en); at most so many decimals, zeros at their end left out. */
void figures_number(struct buffer *out, enum language language, double value, int decimals);

/* 0.5 -> 50 % or 50%; below 10 % with one decimal. NAN: a dash. */
void figures_percent(struct buffer *out, enum language language, double share);

/* 136652.71 -> 137 тыс. ₽ or ₽137k: three figures at most. `currency`: a code such as RUB, or "". */
void figures_money(struct buffer *out, enum language language, double amount, const char *currency);

struct plural { const char *one, *few, *many; }; /* 1 сделка, 2 сделки, 5 сделок; English: few is not asked for */

/* The form that goes with a number shown with so many decimals (0.9 сделки). */
const char *figures_plural(enum language language, double count, int decimals, const struct plural *forms);

#endif
