/* decimal.h -- exact integers from decimal text: amounts, scores and times, whatever their exponent or number of digits.
 * The text is in JSON's number grammar; a number keeps its digits as written until it is rounded, so nothing passes through a double.
 * Cost: linear in the text, never in the exponent. Threads: no state. */
#ifndef FUNNELD_WIRE_DECIMAL_H
#define FUNNELD_WIRE_DECIMAL_H

#include <stdint.h>

#include "../core/text.h"

struct decimal { /* +-0.D1D2D3... x 10^magnitude with D1 != 0 */
    bool negative;
    int64_t magnitude;   /* 10^(magnitude - 1) <= |value| < 10^magnitude; 0 for zero */
    struct text digits;  /* from D1 on, perhaps with the point among them; borrowed. Empty for zero */
};

enum decimal_rounding {
    DECIMAL_FLOOR,       /* towards minus infinity */
    DECIMAL_HALF_AWAY,   /* to the nearest, a half away from zero */
    DECIMAL_EXACT,       /* what is no integer is refused */
};

/* false: `text` is no number in JSON's grammar. */
bool decimal_read(struct text text, struct decimal *out);

/* value x 10^power as an integer. false: |result| >= 2^63, or DECIMAL_EXACT and it is none. `power` lies in -100 .. 100. */
bool decimal_round(const struct decimal *decimal, int power, enum decimal_rounding rounding, int64_t *out);

/* An amount in minor units (hundredths), a half rounded away from zero. false: no number, or |minor units| >= 2^63. */
bool decimal_amount(struct text text, int64_t *minor);

/* An integer, however it is written (1e3). false: no number, none that is whole, or |value| >= 2^63. */
bool decimal_integer(struct text text, int64_t *out);

/* A score: a number whose value is an integer 0..10. */
bool decimal_score(struct text text, int *score);

#endif
