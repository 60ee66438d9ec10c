#include "convert.h"

#include <stdlib.h>

#include "../core/memory.h"

const struct record *convert_records(struct convert *convert, const struct log_record *from, int count, const char *topic)
{
    size_t headers = 0;
    for (int i = 0; i < count; i++)
        headers += (size_t)from[i].header_count;
    convert->records = memory_grow(convert->records, &convert->record_capacity, (size_t)count, sizeof *convert->records);
    convert->headers = memory_grow(convert->headers, &convert->header_capacity, headers, sizeof *convert->headers);
    struct record_header *next = convert->headers;
    for (int i = 0; i < count; i++) {
        convert->records[i] = (struct record){from[i].key, from[i].value, from[i].timestamp_ms, topic, next, from[i].header_count};
        for (int h = 0; h < from[i].header_count; h++)
            *next++ = (struct record_header){from[i].headers[h].name, from[i].headers[h].value};
    }
    return convert->records;
}

void convert_free(struct convert *convert)
{
    free(convert->records);
    free(convert->headers);
    *convert = (struct convert){0};
}
