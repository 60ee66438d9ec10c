#include "csv_history.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "../log/file.h"
#include "../log/unpack.h"
#include "../wire/csv.h"

enum { READ_BYTES = 1 << 20, BLOCK_BYTES = 4 << 20 /* of JSON, handed out at once */ };

struct csv_history {
    struct history history;
    struct unpack *unpack;
    struct csv *csv;
    int64_t longest, row;    /* of the next one */
    char *bytes;             /* begin .. end hold what was read and not yet handed out */
    size_t begin, end, capacity;
    bool ended, begun;       /* begun: the header is taken */
    struct csv_block { struct buffer json; struct log_record *records; size_t record_capacity; } now, before; /* handed out last, and the time before */
    size_t *places;          /* where each begins in `json`, which moves as it grows */
    size_t place_capacity;
    const char *error;
    char unclosed[96];
};

static bool fill(struct csv_history *csv)
{
    if (csv->begin > 0)
        memmove(csv->bytes, csv->bytes + csv->begin, csv->end - csv->begin);
    csv->end -= csv->begin;
    csv->begin = 0;
    csv->bytes = memory_grow(csv->bytes, &csv->capacity, csv->end + READ_BYTES, 1);
    ssize_t got = unpack_read(csv->unpack, csv->bytes + csv->end, csv->end > READ_BYTES ? csv->capacity - csv->end : READ_BYTES);
    if (got < 0) {
        csv->error = unpack_error(csv->unpack);
        return false;
    }
    csv->ended = got == 0;
    csv->end += (size_t)got;
    return true;
}

/* The next row among what is there, or at the end of the file what is left. False: more is needed, there is none, or `error` says what is wrong. */
static bool next_row(struct csv_history *csv, struct text *row)
{
    struct text bytes = {csv->bytes + csv->begin, csv->end - csv->begin};
    if (bytes.length == 0)
        return false;
    size_t length = csv_row_length(csv->csv, bytes);
    if (length == 0 && !csv->ended && bytes.length <= (size_t)csv->longest)
        return false;
    if (length == 0 && !csv_row_is_closed(csv->csv, bytes)) {
        snprintf(csv->unclosed, sizeof csv->unclosed, "a quote in row %" PRId64 " is never closed: what follows it would be lost", csv->row + 1);
        csv->error = csv->unclosed;
        return false;
    }
    *row = (struct text){bytes.data, length > 0 ? length : bytes.length};
    csv->begin += row->length;
    csv->row++;
    return true;
}

static bool begin(struct csv_history *csv)
{
    struct text row;
    while (!next_row(csv, &row)) {
        if (csv->ended && csv->error == NULL)
            return true; /* an empty file holds nothing */
        if (csv->error != NULL || !fill(csv))
            return false;
    }
    csv->begun = true;
    csv->error = csv_header(csv->csv, row);
    return csv->error == NULL;
}

static int csv_history_read(struct history *history, int most, const struct log_record **records)
{
    struct csv_history *csv = (struct csv_history *)history;
    if (!csv->begun && !begin(csv))
        return -1;
    struct csv_block earlier = csv->before, *now = &csv->now;
    csv->before = csv->now;
    csv->now = earlier;
    now->records = memory_grow(now->records, &now->record_capacity, (size_t)most, sizeof *now->records);
    csv->places = memory_grow(csv->places, &csv->place_capacity, (size_t)most, sizeof *csv->places);
    now->json.length = 0;
    int count = 0;
    while (count < most && now->json.length < BLOCK_BYTES) {
        struct text row;
        if (next_row(csv, &row)) {
            csv->places[count] = now->json.length;
            if (csv_json(csv->csv, row, &now->json))
                now->records[count++] = (struct log_record){.offset = csv->row - 1, .timestamp_ms = INT64_MIN};
        } else if (csv->error != NULL) {
            return -1;
        } else if (csv->ended || count > 0) {
            break;
        } else if (!fill(csv)) {
            return -1;
        }
    }
    for (int i = 0; i < count; i++) {
        size_t end = i + 1 < count ? csv->places[i + 1] : now->json.length;
        now->records[i].value = (struct text){now->json.data + csv->places[i], end - csv->places[i]};
    }
    *records = now->records;
    return count;
}

static int64_t csv_history_position(const struct history *history)
{
    return unpack_position(((const struct csv_history *)history)->unpack);
}

static int64_t csv_history_size(const struct history *history)
{
    return unpack_size(((const struct csv_history *)history)->unpack);
}

static const char *csv_history_error(const struct history *history)
{
    return ((const struct csv_history *)history)->error;
}

static void csv_history_close(struct history *history)
{
    struct csv_history *csv = (struct csv_history *)history;
    unpack_close(csv->unpack);
    csv_free(csv->csv);
    free(csv->bytes);
    free(csv->now.json.data);
    free(csv->now.records);
    free(csv->before.json.data);
    free(csv->before.records);
    free(csv->places);
    free(csv);
}

static const struct history_ops csv_history_ops = {
    .read = csv_history_read, .position = csv_history_position, .size = csv_history_size, .error = csv_history_error, .close = csv_history_close};

bool csv_history_is_named(const char *path)
{
    static const char *const endings[] = {".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.zst", ".tsv.zst"};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (length > strlen(endings[i]) && strcasecmp(path + length - strlen(endings[i]), endings[i]) == 0)
            return true;
    return false;
}

struct history *csv_history_open(const struct settings *settings, const char *path, int partition, int64_t longest)
{
    struct unpack *unpack = unpack_open(path);
    if (unpack == NULL)
        return NULL;
    struct csv_history *csv = memory_new(sizeof *csv);
    csv->history = (struct history){.ops = &csv_history_ops, .name = file_name(path), .partition = partition};
    csv->unpack = unpack;
    csv->csv = csv_new(settings);
    csv->longest = longest;
    return &csv->history;
}
