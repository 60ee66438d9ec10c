#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define NO_BREAK_SPACE "\xc2\xa0"

void figures_number(struct buffer *out, enum language language, double value, int decimals)
{
    char digits[400];
    snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    size_t whole = strcspn(digits, "."), length = strlen(digits);
    if (digits[whole] == '.') {
        while (digits[length - 1] == '0')
            length--;
        length -= digits[length - 1] == '.';
    }
    if (value < 0 && strspn(digits, "0.") < length)
        buffer_text(out, language == LANGUAGE_RU ? TEXT("−") : TEXT("-"));
    for (size_t i = 0; i < whole; i++) {
        buffer_char(out, digits[i]);
        if (i + 1 < whole && (whole - i - 1) % 3 == 0)
            buffer_text(out, language == LANGUAGE_RU ? TEXT(NO_BREAK_SPACE) : TEXT(","));
    }
    if (length > whole) {
        buffer_char(out, language == LANGUAGE_RU ? ',' : '.');
        buffer_text(out, (struct text){digits + whole + 1, length - whole - 1});
    }
}

void figures_percent(struct buffer *out, enum language language, double share)
{
    if (isnan(share)) {
        buffer_text(out, TEXT("—"));
        return;
    }
    figures_number(out, language, 100 * share, share > 0 && share < 0.0995 ? 1 : 0);
    buffer_text(out, language == LANGUAGE_RU ? TEXT(NO_BREAK_SPACE "%") : TEXT("%"));
}

static const char *symbol_of(const char *currency)
{
    static const char *const symbols[][2] = {{"RUB", "₽"}, {"USD", "$"}, {"EUR", "€"}, {"GBP", "£"}, {"KZT", "₸"}, {"BYN", "Br"}, {"UAH", "₴"}};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (strcmp(symbols[i][0], currency) == 0)
            return symbols[i][1];
    return currency;
}

void figures_money(struct buffer *out, enum language language, double amount, const char *currency)
{
    static const struct scale { double from, unit; const char *words[2]; } scales[] = {
        {999.5e6, 1e9, {" млрд", "bn"}}, {999.5e3, 1e6, {" млн", "m"}}, {999.5, 1e3, {" тыс.", "k"}}, {0, 1, {"", ""}},
    };
    const struct scale *scale = scales;
    while (fabs(amount) < scale->from)
        scale++;
    double shown = amount / scale->unit;
    bool symbol_first = language == LANGUAGE_EN && strlen(currency) == 3 && strcmp(symbol_of(currency), currency) != 0;
    if (symbol_first)
        buffer_text(out, text_of(symbol_of(currency)));
    figures_number(out, language, shown, scale->unit > 1 && fabs(shown) < 9.95 ? 1 : 0);
    const char *word = scale->words[language == LANGUAGE_EN];
    if (*word == ' ') {
        buffer_text(out, TEXT(NO_BREAK_SPACE));
        word++;
    }
    buffer_text(out, text_of(word));
    if (!symbol_first && *currency != '\0') {
        buffer_text(out, TEXT(NO_BREAK_SPACE));
        buffer_text(out, text_of(symbol_of(currency)));
    }
}

const char *figures_plural(enum language language, double count, int decimals, const struct plural *forms)
{
    double scale = pow(10, decimals), shown = round(fabs(count) * scale) / scale;
    bool whole = shown == floor(shown);
    if (language == LANGUAGE_EN)
        return shown == 1 ? forms->one : forms->many;
    if (!whole)
        return forms->few;
    int tens = (int)fmod(shown, 100), ones = tens % 10;
    if (ones == 1 && tens != 11)
        return forms->one;
    return ones >= 2 && ones <= 4 && (tens < 12 || tens > 14) ? forms->few : forms->many;
}
