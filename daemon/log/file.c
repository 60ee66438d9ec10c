#include "file.h"

#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "unpack.h"

enum { READ_BYTES = 1 << 20 };

struct file {
    struct history history;
    struct unpack *unpack;
    int64_t longest, offset;
    char *bytes;             /* begin .. end hold what was read and not yet handed out */
    size_t begin, end, capacity;
    bool ended;
    bool cutting;            /* the line at hand is longer than `longest`: the rest of it is thrown away */
    struct log_record *lines;
    size_t line_capacity;
};

/* Read more behind what is there. False: it cannot be read. */
static bool fill(struct file *file)
{
    if (file->begin > 0)
        memmove(file->bytes, file->bytes + file->begin, file->end - file->begin);
    file->end -= file->begin;
    file->begin = 0;
    file->bytes = memory_grow(file->bytes, &file->capacity, file->end + READ_BYTES, 1);
    ssize_t got = unpack_read(file->unpack, file->bytes + file->end, READ_BYTES);
    if (got < 0)
        return false;
    file->ended = got == 0;
    file->end += (size_t)got;
    return true;
}

static void add_line(struct file *file, size_t *count, const char *start, size_t length)
{
    if (length > (size_t)file->longest + 1)
        length = (size_t)file->longest + 1;
    file->lines = memory_grow(file->lines, &file->line_capacity, *count + 1, sizeof *file->lines);
    file->lines[(*count)++] = (struct log_record){.value = {start, length}, .offset = file->offset++, .timestamp_ms = INT64_MIN};
}

/* Cut what is there into lines. */
static size_t cut(struct file *file, size_t most)
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

static int file_read(struct history *history, int most, const struct log_record **lines)
{
    struct file *file = (struct file *)history;
    size_t count;
    while ((count = cut(file, (size_t)most)) == 0 && !file->ended)
        if (!fill(file))
            return -1;
    if (count == 0)
        count = cut(file, (size_t)most);
    *lines = file->lines;
    return (int)count;
}

static int64_t file_position(const struct history *history)
{
    return unpack_position(((const struct file *)history)->unpack);
}

static int64_t file_size(const struct history *history)
{
    return unpack_size(((const struct file *)history)->unpack);
}

static const char *file_error(const struct history *history)
{
    return unpack_error(((const struct file *)history)->unpack);
}

static void file_close(struct history *history)
{
    struct file *file = (struct file *)history;
    unpack_close(file->unpack);
    free(file->bytes);
    free(file->lines);
    free(file);
}

static const struct history_ops file_ops = {.read = file_read, .position = file_position, .size = file_size, .error = file_error, .close = file_close};

struct text file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return text_of(slash != NULL ? slash + 1 : path);
}

struct history *file_open(const char *path, int partition, int64_t longest)
{
    struct unpack *unpack = unpack_open(path);
    if (unpack == NULL)
        return NULL;
    struct file *file = memory_new(sizeof *file);
    file->history = (struct history){.ops = &file_ops, .name = file_name(path), .partition = partition};
    file->unpack = unpack;
    file->longest = longest;
    return &file->history;
}
