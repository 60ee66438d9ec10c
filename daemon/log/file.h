/* file.h -- NDJSON files as a log to replay: each file is one partition, each line one record. `-` is standard input.
 * Ownership: lines handed out live until the next read of the same file. Threads: one thread a file. */
#ifndef FUNNELD_LOG_FILE_H
#define FUNNELD_LOG_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/text.h"

struct log_file;

struct log_line {
    struct text bytes; /* without the line's end; a CR before it belongs to the line */
    int64_t offset;    /* the lines before it */
};

/* NULL: it cannot be opened, errno says why. Lines longer than `longest` bytes are handed out cut to longest + 1: still too large. */
struct log_file *log_file_open(const char *path, int64_t longest);
void log_file_close(struct log_file *file);

/* The next lines, at most `most` and about a megabyte. Returns how many; 0: the end; -1: it cannot be read, errno says why. */
int log_file_read(struct log_file *file, int most, const struct log_line **lines);

/* For progress: bytes read, and the file's size (-1: not known). */
int64_t log_file_position(const struct log_file *file);
int64_t log_file_size(const struct log_file *file);

#endif
