#include "csv.h"

#include <stdlib.h>

#include "../core/calendar.h"
#include "../core/memory.h"
#include "moment.h"
#include "utf8.h"

enum { COLUMNS_MAX = 2000, ERROR_SIZE = 512 };

enum column_kind { COLUMN_TEXT, COLUMN_TIME, COLUMN_AMOUNT };

struct column { char *name; size_t length; enum column_kind kind; };

struct csv {
    const struct settings *settings;
    char delimiter;           /* '\0': no header yet */
    int column_count;
    size_t column_capacity;
    struct column *columns;
    struct buffer cell;       /* the one being read, without quotes */
    struct buffer value, spaceless;
    char error[ERROR_SIZE];
};

static const char delimiter_of[] = {[CSV_AUTO] = '\0', [CSV_SEMICOLON] = ';', [CSV_COMMA] = ',', [CSV_TAB] = '\t'};

struct csv *csv_new(const struct settings *settings)
{
    struct csv *csv = memory_new(sizeof *csv);
    csv->settings = settings;
    return csv;
}

void csv_free(struct csv *csv)
{
    if (csv == NULL)
        return;
    for (int i = 0; i < csv->column_count; i++)
        free(csv->columns[i].name);
    free(csv->columns);
    free(csv->cell.data);
    free(csv->value.data);
    free(csv->spaceless.data);
    free(csv);
}

/* ---- rows and cells ---- */

/* The end of the cell that begins at `at`: its delimiter, line end or the end of all. A quote that is never closed takes the rest: then NULL. */
static const char *cell_end(const char *at, const char *end, char delimiter)
{
    bool quoted = at < end && *at == '"';
    for (at += quoted; quoted; at++) {
        at = memchr(at, '"', (size_t)(end - at));
        if (at == NULL)
            return NULL;
        if (at + 1 < end && at[1] == '"')
            at++; /* a doubled one stands for itself */
        else
            quoted = false;
    }
    while (at < end && *at != delimiter && *at != '\n')
        at++;
    return at;
}

/* The delimiter that the header has most of, outside quotes. */
static char find_delimiter(struct text row)
{
    static const char candidates[] = {';', ',', '\t'};
    int counts[sizeof candidates] = {0};
    bool quoted = false;
    for (size_t i = 0; i < row.length && (quoted || row.data[i] != '\n'); i++) {
        quoted ^= row.data[i] == '"';
        for (size_t c = 0; c < sizeof candidates && !quoted; c++)
            counts[c] += row.data[i] == candidates[c];
    }
    size_t most = 0;
    for (size_t c = 1; c < sizeof candidates; c++)
        if (counts[c] > counts[most])
            most = c;
    return candidates[most];
}

/* Behind the line end of the row that begins these bytes. The end of all: it has none; NULL: a quote is never closed. */
static const char *row_end(const struct csv *csv, struct text bytes)
{
    char delimiter = csv->delimiter != '\0' ? csv->delimiter : find_delimiter(bytes);
    const char *at = bytes.data, *end = bytes.data + bytes.length;
    do
        at = cell_end(at, end, delimiter);
    while (at != NULL && at < end && *at++ != '\n');
    return at;
}

size_t csv_row_length(const struct csv *csv, struct text bytes)
{
    const char *end = row_end(csv, bytes);
    return end != NULL && end > bytes.data && end[-1] == '\n' ? (size_t)(end - bytes.data) : 0;
}

bool csv_row_is_closed(const struct csv *csv, struct text row)
{
    return row_end(csv, row) != NULL;
}

static struct text without_line_end(struct text row)
{
    if (row.length > 0 && row.data[row.length - 1] == '\n')
        row.length--;
    if (row.length > 0 && row.data[row.length - 1] == '\r')
        row.length--;
    return row;
}

/* The text of the cell [at, end), in csv->cell: without its quotes, a doubled one single. What follows the closing quote stays. */
static struct text read_cell(struct csv *csv, const char *at, const char *end)
{
    csv->cell.length = 0;
    bool quoted = at < end && *at == '"';
    for (at += quoted; at < end; at++) {
        if (quoted && *at == '"') {
            if (at + 1 == end || at[1] != '"') {
                quoted = false;
                continue;
            }
            at++;
        }
        buffer_char(&csv->cell, *at);
    }
    return (struct text){csv->cell.data != NULL ? csv->cell.data : "", csv->cell.length};
}

/* Step over the next cell of a row; false: there is none. `*at` NULL: the row has ended. */
static bool next_cell(struct csv *csv, const char **at, const char *end, struct text *cell)
{
    if (*at == NULL)
        return false;
    const char *stop = cell_end(*at, end, csv->delimiter);
    if (stop == NULL)
        stop = end;
    *cell = read_cell(csv, *at, stop);
    *at = stop < end ? stop + 1 : NULL;
    return true;
}

/* ---- the header ---- */

static bool names_column(const struct pointers *pointers, struct text name)
{
    for (int i = 0; i < pointers->count; i++)
        if (pointers->list[i].token_count == 1 && text_equal(pointers->list[i].tokens[0], name))
            return true;
    return false;
}

static bool is_field(const struct settings *settings, enum field field, struct text name)
{
    for (int s = 0; s < settings->source_count; s++)
        if (names_column(&settings->sources[s].fields[field], name))
            return true;
    return false;
}

static enum column_kind kind_of(const struct settings *settings, struct text name)
{
    if (is_field(settings, FIELD_AT, name) || is_field(settings, FIELD_STAGE_AT, name) || is_field(settings, FIELD_CREATED_AT, name))
        return COLUMN_TIME;
    return is_field(settings, FIELD_AMOUNT, name) ? COLUMN_AMOUNT : COLUMN_TEXT;
}

static struct text trimmed(struct text text)
{
    while (text.length > 0 && text.data[0] == ' ') {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

static bool has_column(const struct csv *csv, struct text name)
{
    for (int i = 0; i < csv->column_count; i++)
        if (text_equal((struct text){csv->columns[i].name, csv->columns[i].length}, name))
            return true;
    return false;
}

/* A name that is there already gets a number: NAME (2). */
static void add_column(struct csv *csv, struct text name)
{
    csv->value.length = 0;
    buffer_text(&csv->value, name);
    for (int again = 2; has_column(csv, (struct text){csv->value.data, csv->value.length}); again++) {
        csv->value.length = 0;
        buffer_text(&csv->value, name);
        buffer_format(&csv->value, " (%d)", again);
    }
    csv->columns = memory_grow(csv->columns, &csv->column_capacity, (size_t)csv->column_count + 1, sizeof *csv->columns);
    csv->columns[csv->column_count++] = (struct column){memory_string(csv->value.data, csv->value.length), csv->value.length, kind_of(csv->settings, name)};
}

static bool has_lead_id(const struct csv *csv)
{
    for (int i = 0; i < csv->column_count; i++)
        if (is_field(csv->settings, FIELD_LEAD_ID, (struct text){csv->columns[i].name, csv->columns[i].length}))
            return true;
    return false;
}

static const char *no_lead_id(struct csv *csv)
{
    const struct pointers *wanted = &csv->settings->sources[0].fields[FIELD_LEAD_ID];
    int length = snprintf(csv->error, ERROR_SIZE, "no column is the lead's id: `input.fields.lead_id` is %s, the columns are", wanted->count > 0 ? wanted->list[0].source : "none");
    for (int i = 0; i < csv->column_count && length < ERROR_SIZE; i++)
        length += snprintf(csv->error + length, (size_t)(ERROR_SIZE - length), "%s %s", i > 0 ? "," : "", csv->columns[i].name);
    return csv->error;
}

const char *csv_header(struct csv *csv, struct text row)
{
    static const struct text mark = {"\xef\xbb\xbf", 3};
    if (row.length >= mark.length && memcmp(row.data, mark.data, mark.length) == 0) {
        row.data += mark.length;
        row.length -= mark.length;
    }
    row = without_line_end(row);
    if (!utf8_valid(row) || memchr(row.data, '\0', row.length) != NULL)
        return "its header is not UTF-8: save it as \"CSV UTF-8\"";
    csv->delimiter = csv->settings->csv.delimiter != CSV_AUTO ? delimiter_of[csv->settings->csv.delimiter] : find_delimiter(row);
    const char *at = row.data, *end = row.data + row.length;
    struct text cell;
    while (next_cell(csv, &at, end, &cell)) {
        if (csv->column_count == COLUMNS_MAX)
            return "it has more than 2000 columns";
        add_column(csv, trimmed(cell));
    }
    return has_lead_id(csv) ? NULL : no_lead_id(csv);
}

/* ---- values ---- */

/* One or two digits (of a year: four) and step past them; -1: they are none. */
static int read_number(const char **at, const char *end, int least_digits, int most_digits)
{
    int number = 0, digits = 0;
    while (*at < end && digits < most_digits && **at >= '0' && **at <= '9') {
        number = number * 10 + (*(*at)++ - '0');
        digits++;
    }
    return digits >= least_digits ? number : -1;
}

static bool step(const char **at, const char *end, char c)
{
    bool there = *at < end && **at == c;
    *at += there;
    return there;
}

static bool read_date(const char **at, const char *end, enum csv_dates dates, int *year, int *month, int *day)
{
    const char *begin = *at;
    *year = read_number(at, end, 4, 4);
    if (*year >= 0) {
        *month = step(at, end, '-') ? read_number(at, end, 2, 2) : -1;
        *day = step(at, end, '-') ? read_number(at, end, 2, 2) : -1;
    } else {
        char sign = dates == CSV_DD_MM_YYYY ? '.' : '/';
        *at = begin;
        int first = read_number(at, end, 1, 2), second = step(at, end, sign) ? read_number(at, end, 1, 2) : -1;
        *year = step(at, end, sign) ? read_number(at, end, 4, 4) : -1;
        *day = dates == CSV_SLASH_MM_DD_YYYY ? second : first;
        *month = dates == CSV_SLASH_MM_DD_YYYY ? first : second;
    }
    return *year >= 1 && *month >= 1 && *month <= 12 && *day >= 1 && *day <= 31;
}

/* hh:mm[:ss], or nothing: midnight. */
static bool read_time_of_day(const char **at, const char *end, int *seconds)
{
    *seconds = 0;
    if (*at == end)
        return true;
    if (!step(at, end, ' ') && !step(at, end, 'T'))
        return false;
    int hour = read_number(at, end, 1, 2), minute = step(at, end, ':') ? read_number(at, end, 2, 2) : -1;
    int second = step(at, end, ':') ? read_number(at, end, 2, 2) : 0;
    *seconds = hour * 3600 + minute * 60 + second;
    return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59;
}

/* A local date and time as RFC 3339; false: it is none. */
static bool write_moment(struct csv *csv, struct text cell)
{
    const struct zone *zone = &csv->settings->zone;
    const char *at = cell.data, *end = cell.data + cell.length;
    int year, month, day, seconds;
    if (!read_date(&at, end, csv->settings->csv.dates, &year, &month, &day) || !read_time_of_day(&at, end, &seconds) || at != end)
        return false;
    int64_t midnight = calendar_local(year, month, day);
    if (calendar_date(midnight).day != day)
        return false; /* the month is shorter */
    char text[MOMENT_TEXT_SIZE];
    size_t length = moment_format(zone, zone_moment(zone, midnight + seconds), text);
    buffer_text(&csv->value, (struct text){text, length});
    return true;
}

/* A space of some kind at the beginning of a text: its length in bytes, or 0. */
static size_t space_length(const char *at, const char *end)
{
    static const struct text spaces[] = {{" ", 1}, {"\xc2\xa0", 2}, {"\xe2\x80\xaf", 3}, {"\xe2\x80\x89", 3}}; /* no-break, narrow no-break, thin */
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if ((size_t)(end - at) >= spaces[i].length && memcmp(at, spaces[i].data, spaces[i].length) == 0)
            return spaces[i].length;
    return 0;
}

/* Whether a sign parts the digits of a number by threes, up to its `end`: 1,234,567. */
static bool parts_thousands(const char *at, const char *end, char sign)
{
    const char *first = memchr(at, sign, (size_t)(end - at));
    for (const char *group = first; group < end; group += 4) {
        if (*group != sign || end - group < 4)
            return false;
        for (int i = 1; i < 4; i++)
            if (group[i] < '0' || group[i] > '9')
                return false;
    }
    return true;
}

/* Which of its commas and points parts an amount's fraction off: the last one, but where commas part the cells, too, a lone comma with exactly three
 * digits behind it is one of thousands. NULL: none. False: it is no amount that we know. */
static bool find_fraction(const struct csv *csv, const char *at, const char *end, const char **fraction)
{
    const char *comma = memrchr(at, ',', (size_t)(end - at)), *point = memrchr(at, '.', (size_t)(end - at));
    *fraction = comma == NULL || (point != NULL && point > comma) ? point : comma;
    bool both = comma != NULL && point != NULL;
    bool one_comma = comma != NULL && memchr(at, ',', (size_t)(comma - at)) == NULL;
    if (!both && comma != NULL && (!one_comma || (csv->delimiter == ',' && end - comma == 4)))
        *fraction = NULL;
    if (comma == NULL)
        return true;
    char thousands = *fraction == comma ? '.' : ',';
    const char *whole_end = *fraction != NULL ? *fraction : end;
    return memchr(at, thousands, (size_t)(whole_end - at)) == NULL || parts_thousands(at, whole_end, thousands);
}

static bool write_amount(struct csv *csv, struct text cell)
{
    csv->spaceless.length = 0;
    for (const char *at = cell.data, *end = cell.data + cell.length; at < end;) {
        size_t space = space_length(at, end);
        if (space == 0 && strchr("0123456789+-.,", *at) == NULL)
            return false;
        if (space == 0)
            buffer_char(&csv->spaceless, *at++);
        at += space;
    }
    if (csv->spaceless.length == 0)
        return false;
    const char *begin = csv->spaceless.data, *end = begin + csv->spaceless.length, *fraction;
    if (!find_fraction(csv, begin, end, &fraction))
        return false;
    for (const char *at = begin; at < end; at++)
        if (at == fraction)
            buffer_char(&csv->value, '.');
        else if (*at != ',' && *at != '.')
            buffer_char(&csv->value, *at);
    return true;
}

static struct text value_of(struct csv *csv, enum column_kind kind, struct text cell)
{
    csv->value.length = 0;
    if (kind == COLUMN_TEXT)
        return cell;
    cell = trimmed(cell);
    bool written = kind == COLUMN_TIME ? write_moment(csv, cell) : write_amount(csv, cell);
    return written ? (struct text){csv->value.data, csv->value.length} : cell;
}

bool csv_json(struct csv *csv, struct text row, struct buffer *out)
{
    row = without_line_end(row);
    const char *at = row.data, *end = row.data + row.length;
    size_t begin = out->length;
    bool any = false;
    struct text cell;
    buffer_char(out, '{');
    for (int i = 0; next_cell(csv, &at, end, &cell); i++) {
        any = any || cell.length > 0;
        if (i >= csv->column_count && cell.length == 0)
            continue; /* a delimiter too many at the row's end */
        if (out->length > begin + 1)
            buffer_char(out, ',');
        if (i < csv->column_count)
            json_string(out, (struct text){csv->columns[i].name, csv->columns[i].length});
        else
            buffer_format(out, "\"column %d\"", i + 1);
        buffer_char(out, ':');
        json_string(out, value_of(csv, i < csv->column_count ? csv->columns[i].kind : COLUMN_TEXT, cell));
    }
    buffer_char(out, '}');
    if (!any)
        out->length = begin;
    return any;
}
