/* digits.h -- a hash as text: 16 hexadecimal digits, in keys, headers and records. Threads: no state. */
#ifndef FUNNELD_WIRE_DIGITS_H
#define FUNNELD_WIRE_DIGITS_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../core/text.h"

enum { DIGITS = 16 };

struct digits { char text[DIGITS + 1]; };

static inline struct digits digits_of(uint64_t hash)
{
    struct digits digits;
    snprintf(digits.text, sizeof digits.text, "%016" PRIx64, hash);
    return digits;
}

/* False: these are not 16 of them; *hash is left alone. */
static inline bool digits_read(struct text text, uint64_t *hash)
{
    char digits[DIGITS + 1] = "";
    if (text.length != DIGITS)
        return false;
    memcpy(digits, text.data, DIGITS);
    if (strspn(digits, "0123456789abcdef") != DIGITS)
        return false;
    *hash = strtoull(digits, NULL, 16);
    return true;
}

#endif
