#include "notation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/calendar.h"
#include "../core/event_time.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, WEEK_S = 7 * DAY_S, YEAR_S = 365 * DAY_S };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits at *text as a number; moves *text behind them. False: none, or too many for 18 digits. */
static bool take_number(const char **text, int64_t *out)
{
    int64_t number = 0;
    const char *c = *text;
    for (; is_digit(*c); c++) {
        if (c - *text == 18)
            return false;
        number = number * 10 + (*c - '0');
    }
    if (c == *text)
        return false;
    *text = c;
    *out = number;
    return true;
}

/* Exactly `count` digits. */
static bool take_digits(const char **text, int count, int *out)
{
    int number = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (!is_digit(**text))
            return false;
        number = number * 10 + (**text - '0');
    }
    *out = number;
    return true;
}

static bool take_char(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

bool notation_integer(const char *text, int64_t *out)
{
    bool negative = take_char(&text, '-');
    int64_t number;
    if (!take_number(&text, &number) || *text != '\0')
        return false;
    *out = negative ? -number : number;
    return true;
}

struct unit {
    const char *name;
    int64_t size;
};

/* A number and one of the units; the product is at most `most`. */
static bool read_with_unit(const char *text, const struct unit *units, int count, int64_t most, int64_t *out)
{
    int64_t number;
    if (!take_number(&text, &number))
        return false;
    for (int i = 0; i < count; i++) {
        if (strcmp(text, units[i].name) != 0)
            continue;
        if (number > most / units[i].size)
            return false;
        *out = number * units[i].size;
        return true;
    }
    return false;
}

static const struct unit durations[] = {{"s", 1}, {"m", MINUTE_S}, {"h", HOUR_S}, {"d", DAY_S}, {"w", WEEK_S}};
enum { DURATION_COUNT = sizeof durations / sizeof *durations };

bool notation_seconds(const char *text, int64_t *out)
{
    return read_with_unit(text, durations, DURATION_COUNT, NOTATION_DURATION_MAX_S, out);
}

bool notation_milliseconds(const char *text, int64_t *out)
{
    static const struct unit milliseconds = {"ms", 1};
    int64_t seconds;
    if (read_with_unit(text, &milliseconds, 1, NOTATION_DURATION_MAX_S * 1000, out))
        return true;
    if (!notation_seconds(text, &seconds))
        return false;
    *out = seconds * 1000;
    return true;
}

bool notation_size(const char *text, int64_t *out)
{
    static const struct unit sizes[] = {{"", 1}, {"KiB", INT64_C(1) << 10}, {"MiB", INT64_C(1) << 20}, {"GiB", INT64_C(1) << 30}};
    return read_with_unit(text, sizes, 4, INT64_MAX, out);
}

/* A decimal number without sign or exponent at *text. The program never sets a locale, so the point is a point. */
static bool take_decimal(const char **text, double *out)
{
    const char *c = *text;
    size_t whole = strspn(c, "0123456789"), length = whole;
    if (c[whole] == '.')
        length += 1 + strspn(c + whole + 1, "0123456789");
    if (whole == 0 || length > 40 || c[length - 1] == '.')
        return false;
    *out = strtod(c, NULL);
    *text = c + length;
    return true;
}

bool notation_fraction(const char *text, double *out)
{
    double number;
    if (!take_decimal(&text, &number))
        return false;
    if (*text == '%') {
        number /= 100;
        text++;
    }
    if (*text != '\0' || number > 1)
        return false;
    *out = number;
    return true;
}

bool notation_rate(const char *text, double *out)
{
    static const struct unit periods[] = {{" per day", DAY_S}, {" per week", WEEK_S}, {" per month", YEAR_S / 12}, {" per year", YEAR_S}};
    double number;
    if (!take_decimal(&text, &number) || number <= 0)
        return false;
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        if (strcmp(text, periods[i].name) == 0) {
            *out = number / (double)periods[i].size;
            return true;
        }
    }
    return false;
}

/* A date at *text, YYYY-MM-DD, as local seconds at its midnight. */
static bool take_date(const char **text, int64_t *local_s)
{
    int year, month, day;
    if (!take_digits(text, 4, &year) || !take_char(text, '-') || !take_digits(text, 2, &month) || !take_char(text, '-') || !take_digits(text, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    int64_t start = calendar_local(year, month, day);
    if (start >= calendar_local(year, month + 1, 1))
        return false;
    *local_s = start;
    return true;
}

/* HH:MM at *text; `most` is the last hour. */
static bool take_clock(const char **text, int most, int *out_s)
{
    int hour, minute;
    if (!take_digits(text, 2, &hour) || !take_char(text, ':') || !take_digits(text, 2, &minute) || hour > most || minute > 59)
        return false;
    *out_s = hour * HOUR_S + minute * MINUTE_S;
    return true;
}

bool notation_time(const char *text, int64_t *out)
{
    int64_t day_s;
    int clock_s, second, offset_s = 0;
    if (!take_date(&text, &day_s) || *text == '\0' || strchr("Tt ", *text) == NULL)
        return false;
    text++;
    if (!take_clock(&text, 23, &clock_s) || !take_char(&text, ':') || !take_digits(&text, 2, &second) || second > 60)
        return false;
    if (*text == '.') {
        size_t digits = strspn(text + 1, "0123456789");
        if (digits == 0)
            return false;
        text += 1 + digits;
    }
    if (*text == 'Z' || *text == 'z') {
        text++;
    } else if (*text == '+' || *text == '-') {
        bool west = *text++ == '-';
        if (!take_clock(&text, 23, &offset_s))
            return false;
        offset_s = west ? -offset_s : offset_s;
    } else {
        return false;
    }
    if (*text != '\0')
        return false;
    *out = day_s + clock_s + second - offset_s;
    return true;
}

bool notation_days(const char *text, struct days *out)
{
    int64_t from_s, to_s;
    if (!take_date(&text, &from_s))
        return false;
    to_s = from_s;
    if (*text != '\0' && (!take_char(&text, '.') || !take_char(&text, '.') || !take_date(&text, &to_s)))
        return false;
    if (*text != '\0' || to_s < from_s)
        return false;
    *out = (struct days){time_floor(from_s, DAY_S) / DAY_S, time_floor(to_s, DAY_S) / DAY_S};
    return true;
}

static bool take_weekday(const char **text, int *out)
{
    static const char names[7][4] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (int day = 0; day < 7; day++) {
        if (strncmp(*text, names[day], 3) == 0) {
            *text += 3;
            *out = day;
            return true;
        }
    }
    return false;
}

/* mon, mon-fri, fri-mon (over Sunday), or several of them with commas. */
static bool take_weekdays(const char **text, int *out)
{
    int days = 0;
    do {
        int from, to;
        if (!take_weekday(text, &from))
            return false;
        to = from;
        if (take_char(text, '-') && !take_weekday(text, &to))
            return false;
        for (int day = from; ; day = (day + 1) % 7) {
            days |= 1 << day;
            if (day == to)
                break;
        }
    } while (take_char(text, ','));
    *out = days;
    return true;
}

bool notation_hours(const char *text, struct hours *out)
{
    struct hours hours = {.weekdays = 0x7F};
    if (!is_digit(*text) && (!take_weekdays(&text, &hours.weekdays) || !take_char(&text, ' ')))
        return false;
    if (!take_clock(&text, 23, &hours.from_s) || !take_char(&text, '-') || !take_clock(&text, 24, &hours.to_s) || *text != '\0')
        return false;
    if (hours.to_s > DAY_S || hours.from_s >= hours.to_s)
        return false;
    *out = hours;
    return true;
}

char *notation_print_seconds(int64_t seconds, char *out)
{
    int unit = 0;
    for (int i = 0; i < DURATION_COUNT - 1; i++) { /* weeks are rather shown as days */
        if (seconds != 0 && seconds % durations[i].size == 0)
            unit = i;
    }
    snprintf(out, 32, "%lld%s", (long long)(seconds / durations[unit].size), durations[unit].name);
    return out;
}
