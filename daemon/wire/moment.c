#include "moment.h"

#include <assert.h>
#include <stdio.h>

#include "../core/calendar.h"
#include "decimal.h"
#include "words.h"

static bool moment_in_range(int64_t moment)
{
    return moment >= TIME_LEAST && moment <= TIME_GREATEST;
}

bool moment_from_number(struct text text, int64_t *out)
{
    struct decimal number;
    if (!decimal_read(text, &number))
        return false;
    int power = number.magnitude > 17 ? -9 : number.magnitude > 14 ? -6 : number.magnitude > 11 ? -3 : 0;
    int64_t moment;
    if (!decimal_round(&number, power, DECIMAL_FLOOR, &moment) || !moment_in_range(moment))
        return false;
    *out = moment;
    return true;
}

/* Two digits as a number, at most `most`; -1: they are none. */
static int two_digits(const char *at, int most)
{
    unsigned tens = (unsigned)(at[0] - '0'), ones = (unsigned)(at[1] - '0');
    int value = (int)(tens * 10 + ones);
    return tens <= 9 && ones <= 9 && value <= most ? value : -1;
}

/* YYYY-MM-DD as seconds of the local clock at its midnight. */
static bool read_day(struct moment_reader *reader, const char *at, int64_t *midnight)
{
    uint64_t date;
    if (reader->day[0] != '\0' && memcmp(reader->day, at, MOMENT_DAY) == 0) {
        *midnight = reader->midnight;
        return true;
    }
    if (!word_pairs(at, "0000-00-", &date))
        return false;
    int year = word_byte(date, 0) * 100 + word_byte(date, 2), month = word_byte(date, 5), day = two_digits(at + 8, 31);
    if (month < 1 || month > 12 || day < 1)
        return false;
    *midnight = calendar_local(year, month, day);
    if (day > 28 && calendar_date(*midnight).day != day)
        return false; /* the month is shorter */
    memcpy(reader->day, at, MOMENT_DAY);
    reader->midnight = *midnight;
    return true;
}

/* YYYY-MM-DDThh:mm:ss: its first 19 bytes, as seconds of the local clock. */
static bool read_local(struct moment_reader *reader, const char *at, int64_t *local_s)
{
    uint64_t time;
    int64_t midnight;
    if (!read_day(reader, at, &midnight) || (at[10] != 'T' && at[10] != 't' && at[10] != ' ') || !word_pairs(at + 11, "00:00:00", &time))
        return false;
    int hour = word_byte(time, 0), minute = word_byte(time, 3), second = word_byte(time, 6);
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *local_s = midnight + hour * 3600 + minute * 60 + second; /* second 60 carries by itself */
    return true;
}

/* Z or +hh:mm up to the end of the text. */
static bool read_offset(const char *at, const char *end, int *offset_s)
{
    *offset_s = 0;
    if (end - at == 1)
        return *at == 'Z' || *at == 'z';
    if (end - at != 6 || (*at != '+' && *at != '-') || at[3] != ':')
        return false;
    int hours = two_digits(at + 1, 23), minutes = two_digits(at + 4, 59);
    if (hours < 0 || minutes < 0)
        return false;
    *offset_s = (hours * 60 + minutes) * (*at == '-' ? -60 : 60);
    return true;
}

static bool read_rfc3339(struct moment_reader *reader, struct text text, int64_t *out)
{
    int64_t local_s;
    if (text.length < 19 || !read_local(reader, text.data, &local_s))
        return false;
    const char *at = text.data + 19, *end = text.data + text.length;
    if (at < end && *at == '.') {
        const char *first = ++at;
        while (at < end && *at >= '0' && *at <= '9')
            at++;
        if (at == first)
            return false;
    }
    int offset_s;
    if (at == end && reader->local != NULL)
        *out = zone_moment(reader->local, local_s);
    else if (read_offset(at, end, &offset_s))
        *out = local_s - offset_s;
    else
        return false;
    return true;
}

bool moment_read(struct moment_reader *reader, struct text text, int64_t *out)
{
    int64_t moment;
    if (!read_rfc3339(reader, text, &moment))
        return moment_from_number(text, out);
    if (!moment_in_range(moment))
        return false;
    *out = moment;
    return true;
}

bool moment_from_text(struct text text, const struct zone *local, int64_t *out)
{
    return moment_read(&(struct moment_reader){.local = local}, text, out);
}

size_t moment_format(const struct zone *zone, int64_t moment, char buffer[MOMENT_TEXT_SIZE])
{
    int offset_min = zone_offset(zone, moment) / 60;
    if (moment <= TIME_GREATEST && moment + offset_min * 60 > TIME_GREATEST)
        offset_min = 0;
    struct date date = calendar_date(moment + offset_min * 60);
    int offset = offset_min < 0 ? -offset_min : offset_min;
    int length = snprintf(buffer, MOMENT_TEXT_SIZE, "%04lld-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", (long long)date.year, date.month, date.day, date.hour,
                          date.minute, date.second, offset_min < 0 ? '-' : '+', offset / 60, offset % 60);
    assert(length > 0 && length < MOMENT_TEXT_SIZE);
    return (size_t)length;
}
