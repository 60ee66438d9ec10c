#include "file.h"

#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "unpack.h"

enum { READ_BYTES = 1 << 20, LINES_MOST = 1 << 14, LOADS = 3 };

struct load { /* bytes, the lines that were cut from them, and behind these a rest */
    char *data;
    size_t length, capacity;
    size_t rest;             /* where it begins */
    struct log_record *lines;
    size_t line_count, line_capacity;
    size_t next;             /* the first line not yet handed out */
};

struct file {
    struct history history;
    struct unpack *unpack;
    int64_t longest, offset;
    struct load loads[LOADS]; /* in turn: handed out before, now, and next */
    struct load *load;       /* now */
    enum { NOT_PREPARED, PREPARED, FAILED } prepared; /* the next one */
    bool ended;              /* nothing more can be read */
    bool cutting;            /* the line at hand is longer than `longest`: the rest of it is thrown away */
};

static struct load *next_load(struct file *file)
{
    return file->load < &file->loads[LOADS - 1] ? file->load + 1 : &file->loads[0];
}

static void add_line(struct file *file, struct load *load, const char *start, size_t length)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF"; /* before the first line, by some editors: no part of it */
    size_t mark = sizeof byte_order_mark - 1;
    if (file->offset == 0 && length >= mark && memcmp(start, byte_order_mark, mark) == 0) {
        start += mark;
        length -= mark;
    }
    if (length > (size_t)file->longest + 1)
        length = (size_t)file->longest + 1;
    load->lines = memory_grow(load->lines, &load->line_capacity, load->line_count + 1, sizeof *load->lines);
    load->lines[load->line_count++] = (struct log_record){.value = {start, length}, .offset = file->offset++, .timestamp_ms = INT64_MIN};
}

/* Cut what is there into lines. */
static void cut(struct file *file, struct load *load)
{
    while (load->line_count < LINES_MOST && load->rest < load->length) {
        char *start = load->data + load->rest;
        char *newline = memchr(start, '\n', load->length - load->rest);
        size_t length = newline != NULL ? (size_t)(newline - start) : load->length - load->rest;
        if (newline == NULL && !file->ended && !file->cutting && length <= (size_t)file->longest)
            break; /* the line goes on; of one that is thrown away nothing need be kept */
        load->rest += length + (newline != NULL);
        if (!file->cutting)
            add_line(file, load, start, length);
        file->cutting = newline == NULL && !file->ended;
    }
}

/* Read more behind what is there; of a line that is thrown away nothing is kept. False: it cannot be read. */
static bool read_more(struct file *file, struct load *load)
{
    if (load->rest == load->length && load->line_count == 0)
        load->rest = load->length = 0;
    load->data = memory_grow(load->data, &load->capacity, load->length + READ_BYTES, 1);
    ssize_t got = unpack_read(file->unpack, load->data + load->length, READ_BYTES);
    if (got < 0)
        return false;
    file->ended = got == 0;
    load->length += (size_t)got;
    return true;
}

/* Begin the next load with the rest of this one, and read until it has lines or the file ends. */
static void prepare(struct file *file)
{
    const struct load *last = file->load;
    struct load *next = next_load(file);
    next->length = last->length - last->rest;
    next->data = memory_grow(next->data, &next->capacity, next->length + READ_BYTES, 1);
    if (next->length > 0)
        memcpy(next->data, last->data + last->rest, next->length);
    next->rest = next->line_count = next->next = 0;
    file->prepared = PREPARED;
    for (cut(file, next); next->line_count == 0 && !file->ended; cut(file, next))
        if (!read_more(file, next)) {
            file->prepared = FAILED;
            return;
        }
}

static void file_ahead(struct history *history)
{
    struct file *file = (struct file *)history;
    if (file->prepared == NOT_PREPARED)
        prepare(file);
}

static int file_read(struct history *history, int most, const struct log_record **lines)
{
    struct file *file = (struct file *)history;
    if (file->load->next == file->load->line_count) {
        file_ahead(history);
        if (file->prepared == FAILED)
            return -1;
        file->load = next_load(file);
        file->prepared = NOT_PREPARED;
    }
    struct load *load = file->load;
    size_t left = load->line_count - load->next, count = left < (size_t)most ? left : (size_t)most;
    *lines = load->lines + load->next;
    load->next += count;
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
    for (int i = 0; i < LOADS; i++) {
        free(file->loads[i].data);
        free(file->loads[i].lines);
    }
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
    file->load = &file->loads[0];
    return &file->history;
}
