/* Amounts and scores against schoolbook arithmetic: the number written out without its exponent, cut behind the second decimal, rounded by hand. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/wire/decimal.h"

enum { WIDEST = 200 }; /* longer texts and exponents are read, but not compared */

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

/* The digit with weight 10^weight of a number's digits, the first of which has weight `highest`. */
static int digit(const char *digits, long count, long highest, long weight)
{
    long at = highest - weight;
    return at >= 0 && at < count ? digits[at] - '0' : 0;
}

static void check(struct text text)
{
    char digits[WIDEST];
    long count = 0, whole = -1, exponent = 0;
    bool negative = text.data[0] == '-';
    char *string = memory_string(text.data, text.length);
    for (const char *at = string + negative; *at != '\0'; at++) {
        if (*at == '.') {
            whole = count;
        } else if (*at == 'e' || *at == 'E') {
            exponent = strtol(at + 1, NULL, 10);
            break;
        } else {
            digits[count++] = *at;
        }
    }
    free(string);
    if (exponent < -WIDEST || exponent > WIDEST)
        return;
    long highest = (whole < 0 ? count : whole) - 1 + exponent;
    bool fits = true, integer = true;
    __extension__ unsigned __int128 minor = 0;
    for (long weight = highest > -2 ? highest : -2; weight >= -2; weight--) {
        minor = minor * 10 + (unsigned)digit(digits, count, highest, weight);
        fits = fits && minor <= INT64_MAX;
    }
    minor += digit(digits, count, highest, -3) >= 5;
    fits = fits && minor <= INT64_MAX;
    for (long weight = -1; weight > highest - count; weight--)
        integer = integer && digit(digits, count, highest, weight) == 0;

    int64_t found = 0;
    int score = -1;
    require(decimal_amount(text, &found) == fits, "an amount fits or not");
    require(!fits || found == (negative ? -(int64_t)minor : (int64_t)minor), "an amount is exact");
    bool is_score = integer && fits && minor <= 1000 && (!negative || minor == 0);
    require(decimal_score(text, &score) == is_score, "a score is an integer 0..10");
    require(!is_score || score == (int)(minor / 100), "a score is exact");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = {(const char *)data, size};
    struct decimal decimal;
    int64_t result;
    if (!decimal_read(text, &decimal)) {
        require(!decimal_amount(text, &result), "what is no number is no amount");
        return 0;
    }
    for (int power = -9; power <= 9; power += 3) {
        int64_t down, near;
        bool has_down = decimal_round(&decimal, power, DECIMAL_FLOOR, &down), has_near = decimal_round(&decimal, power, DECIMAL_HALF_AWAY, &near);
        require(!has_down || !has_near || near == down || near == down + 1, "roundings are neighbours");
        require(!decimal_round(&decimal, power, DECIMAL_EXACT, &result) || (result == down && result == near), "what is exact is not rounded");
    }
    if (size < WIDEST)
        check(text);
    return 0;
}
