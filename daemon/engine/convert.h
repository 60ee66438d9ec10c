/* convert.h -- a log's records as the decoder takes them. Bytes stay where they are; what is made here lives until the next call.
 * Threads: one at a time. */
#ifndef FUNNELD_ENGINE_CONVERT_H
#define FUNNELD_ENGINE_CONVERT_H

#include "../log/log.h"
#include "../wire/decode.h"

struct convert { /* zeroed at first; convert_free at last */
    struct record *records;
    size_t record_capacity;
    struct record_header *headers;
    size_t header_capacity;
};

/* `topic` NULL: of a file. Returns convert->records. */
const struct record *convert_records(struct convert *convert, const struct log_record *from, int count, const char *topic);
void convert_free(struct convert *convert);

#endif
