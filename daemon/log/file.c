#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/memory.h"

enum { READ_BYTES = 1 << 20 };

struct log_file {
    int descriptor;
    int64_t longest, size, position, offset;
    char *bytes;             /* begin .. end hold what was read and not yet handed out */
    size_t begin, end, capacity;
    bool ended;
    bool cutting;            /* the line at hand is longer than `longest`: the rest of it is thrown away */
    struct log_line *lines;
    size_t line_capacity;
};

struct log_file *log_file_open(const char *path, int64_t longest)
{
    int descriptor = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return NULL;
    struct stat status;
    if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(descriptor);
        errno = EISDIR;
        return NULL;
    }
    struct log_file *file = memory_new(sizeof *file);
    file->descriptor = descriptor;
    file->longest = longest;
    file->size = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) ? (int64_t)status.st_size : -1;
    return file;
}

void log_file_close(struct log_file *file)
{
    if (file == NULL)
        return;
    close(file->descriptor);
    free(file->bytes);
    free(file->lines);
    free(file);
}

/* Read more behind what is there. False: it cannot be read. */
static bool fill(struct log_file *file)
{
    if (file->begin > 0)
        memmove(file->bytes, file->bytes + file->begin, file->end - file->begin);
    file->end -= file->begin;
    file->begin = 0;
    file->bytes = memory_grow(file->bytes, &file->capacity, file->end + READ_BYTES, 1);
    ssize_t got;
    do
        got = read(file->descriptor, file->bytes + file->end, READ_BYTES);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return false;
    file->ended = got == 0;
    file->end += (size_t)got;
    file->position += got;
    return true;
}

static void add_line(struct log_file *file, size_t *count, const char *start, size_t length)
{
    if (length > (size_t)file->longest + 1)
        length = (size_t)file->longest + 1;
    file->lines = memory_grow(file->lines, &file->line_capacity, *count + 1, sizeof *file->lines);
    file->lines[(*count)++] = (struct log_line){{start, length}, file->offset++};
}

/* Cut what is there into lines. */
static size_t cut(struct log_file *file, size_t most)
{
    size_t count = 0;
    while (count < most && file->begin < file->end) {
        char *start = file->bytes + file->begin;
        char *newline = memchr(start, '\n', file->end - file->begin);
        size_t length = newline != NULL ? (size_t)(newline - start) : file->end - file->begin;
        if (newline == NULL && !file->ended && length <= (size_t)file->longest)
            break; /* the line goes on */
        file->begin += length + (newline != NULL);
        if (!file->cutting)
            add_line(file, &count, start, length);
        file->cutting = newline == NULL && !file->ended;
    }
    return count;
}

int log_file_read(struct log_file *file, int most, const struct log_line **lines)
{
    size_t count;
    while ((count = cut(file, (size_t)most)) == 0 && !file->ended)
        if (!fill(file))
            return -1;
    if (count == 0)
        count = cut(file, (size_t)most);
    *lines = file->lines;
    return (int)count;
}

int64_t log_file_position(const struct log_file *file)
{
    return file->position;
}

int64_t log_file_size(const struct log_file *file)
{
    return file->size;
}
