/* csv.h -- rows of a CSV file as JSON objects of their columns, which the decoder then reads as any other event: names from the header, values as strings.
 *
 *     ID сделки;Этап;Изменена;Бюджет                  {"ID сделки":"410","Этап":"КП","Изменена":"2024-03-12T10:23:00+03:00","Бюджет":"150000.00"}
 *     410;КП;12.03.2024 10:23;150 000,00      -->
 *
 * Quotes are RFC 4180's: a cell that begins with one ends at the next that is not doubled, and may hold line ends. In columns that the configuration's times
 * point at, a date without an offset is one of the daemon's zone; in the amount's, spaces between digits go and a decimal comma becomes a point. What
 * cannot be read so stays as it is, and the decoder says what is wrong with it.
 * Pure. Threads: a csv is used by one thread at a time. Source: RFC 4180. */
#ifndef FUNNELD_WIRE_CSV_H
#define FUNNELD_WIRE_CSV_H

#include "../settings/settings.h"
#include "json_write.h"

struct csv;

struct csv *csv_new(const struct settings *settings); /* borrowed for its life */
void csv_free(struct csv *csv);

/* Take the file's first row. NULL, or why it is no header, for people; static or in the csv. */
const char *csv_header(struct csv *csv, struct text row);

/* How long is the row that these bytes begin with, its line end included? 0: it may go on behind them. Before the header is taken it is read as one. */
size_t csv_row_length(const struct csv *csv, struct text bytes);

/* Is each quoted cell of a row closed? One that is not has taken the rest of what there was for its own. */
bool csv_row_is_closed(const struct csv *csv, struct text row);

/* Append a row (with or without its line end) as JSON. False: nothing is in it, and nothing was appended. Cells behind the last name of the header
 * are called `column N`; columns without a cell are left out. */
bool csv_json(struct csv *csv, struct text row, struct buffer *out);

#endif
