/* names.h -- texts that occur again and again (values of a dimension, reasons) as small numbers, in order of first sight.
 * Numbers mean nothing outside the table that gave them: whatever is compared, sorted or published goes by the bytes.
 * Number 0 is the empty text, always there. Texts live as long as the table.
 * Threads: no locks inside; one thread at a time. */
#ifndef FUNNELD_CORE_NAMES_H
#define FUNNELD_CORE_NAMES_H

#include <stdint.h>

#include "text.h"

struct names;

struct names *names_new(uint32_t most); /* at most so many texts, the empty one included */
void names_free(struct names *names);

#define NAMES_FULL UINT32_MAX

/* The number of a text, given one if it is new. NAMES_FULL: it is new and the table is full. */
uint32_t names_number(struct names *names, struct text text);

#define NAMES_UNKNOWN UINT32_MAX

/* The number that a text has already. NAMES_UNKNOWN: none. */
uint32_t names_find(const struct names *names, struct text text);

struct text names_text(const struct names *names, uint32_t number);
uint32_t names_count(const struct names *names);

#endif
