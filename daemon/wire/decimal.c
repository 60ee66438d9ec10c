#include "decimal.h"

#include "words.h"

/* Exponents are held to this: no text is long enough for its digits to make up for a greater one. */
#define EXPONENT_MAX INT64_C(1000000000000000)

enum { DIGITS_MAX = 19 }; /* 10^19 - 1 still fits an uint64_t */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

/* The digits and sign after `e`; NULL: there are none. */
static const char *read_exponent(const char *at, const char *end, int64_t *exponent)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    const char *first = at;
    int64_t value = 0;
    for (; at < end && is_digit(*at); at++)
        if (value < EXPONENT_MAX)
            value = value * 10 + (*at - '0');
    if (at == first)
        return NULL;
    *exponent = negative ? -value : value;
    return at;
}

bool decimal_read(struct text text, struct decimal *out)
{
    const char *at = text.data, *end = text.data + text.length;
    bool negative = at < end && *at == '-';
    if (negative)
        at++;
    const char *whole = at, *point = skip_digits(at, end);
    if (point == whole || (*whole == '0' && point > whole + 1))
        return false;
    const char *last = point;
    if (point < end && *point == '.') {
        last = skip_digits(point + 1, end);
        if (last == point + 1)
            return false;
    }
    int64_t exponent = 0;
    at = last;
    if (at < end && (*at == 'e' || *at == 'E'))
        at = read_exponent(at + 1, end, &exponent);
    if (at != end)
        return false;

    const char *first = whole; /* to the first digit that is not 0 */
    while (first < last && (*first == '0' || *first == '.'))
        first++;
    *out = (struct decimal){.negative = negative, .digits = {first, (size_t)(last - first)}};
    if (first < last)
        out->magnitude = exponent + (first < point ? point - first : point + 1 - first);
    return true;
}

bool decimal_round(const struct decimal *decimal, int power, enum decimal_rounding rounding, int64_t *out)
{
    const char *at = decimal->digits.data, *end = at + decimal->digits.length;
    int64_t places = decimal->magnitude + power; /* digits before the point, once it is moved */
    if (at == end) {
        *out = 0;
        return true;
    }
    if (places > DIGITS_MAX)
        return false;

    uint64_t whole = 0;
    for (int64_t i = 0; i < places; i++) { /* past the last digit come zeros */
        if (at < end && *at == '.')
            at++;
        whole = whole * 10 + (at < end ? (uint64_t)(*at++ - '0') : 0);
    }
    if (at < end && *at == '.')
        at++;
    /* With places < 0 the first digit behind the point is a 0 that is not written. */
    bool half = places >= 0 && at < end && *at >= '5';
    bool fraction = false;
    for (; at < end && !fraction; at++)
        fraction = *at != '0' && *at != '.';

    if (rounding == DECIMAL_EXACT && fraction)
        return false;
    if ((rounding == DECIMAL_HALF_AWAY && half) || (rounding == DECIMAL_FLOOR && fraction && decimal->negative))
        whole++;
    if (whole > INT64_MAX)
        return false;
    *out = decimal->negative ? -(int64_t)whole : (int64_t)whole;
    return true;
}

/* At most eight digits with two, one or no decimals, as amounts mostly are written. false: not so simple, which says nothing about the text. */
static bool plain_amount(struct text text, int64_t *minor)
{
    if (text.length == 0 || text.data[0] == '0')
        return false;
    uint64_t word = word_load_some(text.data, text.length), others = word_not_digits(word);
    size_t digits = others != 0 ? word_first(others) : 8, rest = text.length - digits;
    if (digits == 0)
        return false;
    int64_t value = word_number(word, digits);
    if (rest == 0) {
        *minor = value * 100;
        return true;
    }
    const char *point = text.data + digits;
    if (rest < 2 || rest > 3 || *point != '.' || !is_digit(point[1]) || !is_digit(point[rest - 1]))
        return false;
    *minor = value * 100 + (point[1] - '0') * 10 + (rest == 3 ? point[2] - '0' : 0);
    return true;
}

bool decimal_amount(struct text text, int64_t *minor)
{
    if (plain_amount(text, minor))
        return true;
    struct decimal decimal;
    return decimal_read(text, &decimal) && decimal_round(&decimal, 2, DECIMAL_HALF_AWAY, minor);
}

bool decimal_integer(struct text text, int64_t *out)
{
    struct decimal decimal;
    return decimal_read(text, &decimal) && decimal_round(&decimal, 0, DECIMAL_EXACT, out);
}

bool decimal_score(struct text text, int *score)
{
    int64_t value;
    if (!decimal_integer(text, &value) || value < 0 || value > 10)
        return false;
    *score = (int)value;
    return true;
}
