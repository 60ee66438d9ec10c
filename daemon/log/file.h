/* file.h -- the lines of an NDJSON file as history: each file is one partition, each line one record, its offset the number of lines before it.
 * `-` is standard input. gzip and zstd files are read as they are. A CR before a line's end belongs to the line. */
#ifndef FUNNELD_LOG_FILE_H
#define FUNNELD_LOG_FILE_H

#include "history.h"

/* NULL: it cannot be opened, errno says why. `path` is borrowed. Lines longer than `longest` bytes are handed out cut to longest + 1: still too large. */
struct history *file_open(const char *path, int partition, int64_t longest);

/* A path without its folders. */
struct text file_name(const char *path);

#endif
