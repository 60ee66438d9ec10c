#include "file.h"

#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "unpack.h"

enum { READ_BYTES = 1 << 20, LINE_ROOM = 1 << 16 };

struct bytes { /* begin .. end hold what was read and not yet handed out */
    char *data;
    size_t begin, end, capacity;
};

struct file {
    struct history history;
    struct unpack *unpack;
    int64_t longest, offset;
    struct bytes bytes;
    struct bytes ahead;      /* what was read ahead, with room before it for the line that `bytes` ends in; empty: nothing */
    bool failed_ahead;       /* reading ahead found trouble: it is the next read's */
    bool ended_ahead;        /* ... or the end */
    bool ended;
    bool cutting;            /* the line at hand is longer than `longest`: the rest of it is thrown away */
    struct log_record *lines;
    size_t line_capacity;
};

/* What was read ahead follows what is left, if it fits in before it. */
static bool take_ahead(struct file *file)
{
    size_t left = file->bytes.end - file->bytes.begin;
    if (file->ahead.end == file->ahead.begin || left > file->ahead.begin)
        return false;
    file->ahead.begin -= left;
    memcpy(file->ahead.data + file->ahead.begin, file->bytes.data + file->bytes.begin, left);
    struct bytes done = file->bytes;
    file->bytes = file->ahead;
    file->ahead = done;
    file->ahead.begin = file->ahead.end = 0;
    return true;
}

/* Read more behind what is there. False: it cannot be read. */
static bool fill(struct file *file)
{
    struct bytes *bytes = &file->bytes;
    if (take_ahead(file))
        return true;
    if (file->failed_ahead)
        return false;
    if (bytes->begin > 0)
        memmove(bytes->data, bytes->data + bytes->begin, bytes->end - bytes->begin);
    bytes->end -= bytes->begin;
    bytes->begin = 0;
    size_t ahead = file->ahead.end - file->ahead.begin; /* behind a line too long to go before it */
    bytes->data = memory_grow(bytes->data, &bytes->capacity, bytes->end + ahead + READ_BYTES, 1);
    if (ahead > 0) {
        memcpy(bytes->data + bytes->end, file->ahead.data + file->ahead.begin, ahead);
        bytes->end += ahead;
        file->ahead.begin = file->ahead.end = 0;
        return true;
    }
    ssize_t got = file->ended_ahead ? 0 : unpack_read(file->unpack, bytes->data + bytes->end, READ_BYTES);
    if (got < 0)
        return false;
    file->ended = got == 0;
    bytes->end += (size_t)got;
    return true;
}

static void file_ahead(struct history *history)
{
    struct file *file = (struct file *)history;
    struct bytes *ahead = &file->ahead;
    if (ahead->end > ahead->begin || file->failed_ahead || file->ended_ahead || file->ended)
        return;
    ahead->data = memory_grow(ahead->data, &ahead->capacity, LINE_ROOM + READ_BYTES, 1);
    ssize_t got = unpack_read(file->unpack, ahead->data + LINE_ROOM, READ_BYTES);
    file->failed_ahead = got < 0;
    file->ended_ahead = got == 0;
    ahead->begin = LINE_ROOM;
    ahead->end = LINE_ROOM + (got > 0 ? (size_t)got : 0);
}

static void add_line(struct file *file, size_t *count, const char *start, size_t length)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF"; /* before the first line, by some editors: no part of it */
    size_t mark = sizeof byte_order_mark - 1;
    if (file->offset == 0 && length >= mark && memcmp(start, byte_order_mark, mark) == 0) {
        start += mark;
        length -= mark;
    }
    if (length > (size_t)file->longest + 1)
        length = (size_t)file->longest + 1;
    file->lines = memory_grow(file->lines, &file->line_capacity, *count + 1, sizeof *file->lines);
    file->lines[(*count)++] = (struct log_record){.value = {start, length}, .offset = file->offset++, .timestamp_ms = INT64_MIN};
}

/* Cut what is there into lines. */
static size_t cut(struct file *file, size_t most)
{
    size_t count = 0;
    struct bytes *bytes = &file->bytes;
    while (count < most && bytes->begin < bytes->end) {
        char *start = bytes->data + bytes->begin;
        char *newline = memchr(start, '\n', bytes->end - bytes->begin);
        size_t length = newline != NULL ? (size_t)(newline - start) : bytes->end - bytes->begin;
        if (newline == NULL && !file->ended && length <= (size_t)file->longest)
            break; /* the line goes on */
        bytes->begin += length + (newline != NULL);
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
    free(file->bytes.data);
    free(file->ahead.data);
    free(file->lines);
    free(file);
}

static const struct history_ops file_ops = {.read = file_read, .position = file_position, .size = file_size, .error = file_error, .close = file_close, .ahead = file_ahead};

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
