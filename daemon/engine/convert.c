#include "convert.h"

#include <stdlib.h>

#include "../core/memory.h"

struct record convert_record(struct convert *convert, const struct log_record *from, const char *topic)
{
    convert->headers = memory_grow(convert->headers, &convert->header_capacity, (size_t)from->header_count, sizeof *convert->headers);
    for (int h = 0; h < from->header_count; h++)
        convert->headers[h] = (struct record_header){from->headers[h].name, from->headers[h].value};
    return (struct record){from->key, from->value, from->timestamp_ms, topic, convert->headers, from->header_count};
}

void convert_free(struct convert *convert)
{
    free(convert->headers);
    *convert = (struct convert){0};
}
