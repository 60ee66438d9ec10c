/* csv_history.h -- the rows of a CSV file as history: each row is one record, a JSON object of its columns (wire/csv.h), its offset the number of rows before
 * it, the header's and blank ones counted: one less than the row's number in a spreadsheet. Packed files are read as they are. */
#ifndef FUNNELD_ENGINE_CSV_HISTORY_H
#define FUNNELD_ENGINE_CSV_HISTORY_H

#include "../log/history.h"
#include "../settings/settings.h"

/* Does the name end in .csv or .tsv, packed or not? */
bool csv_history_is_named(const char *path);

/* NULL: it cannot be opened, errno says why. `path` and settings are borrowed. A row longer than `longest` bytes (a quote that is never closed) is cut somewhere
 * behind them: still too large; what follows is read as rows again. */
struct history *csv_history_open(const struct settings *settings, const char *path, int partition, int64_t longest);

#endif
