/* convert.h -- a log's record as the decoder takes it. Bytes stay where they are; its headers live until the next call.
 * Threads: one at a time. */
#ifndef FUNNELD_ENGINE_CONVERT_H
#define FUNNELD_ENGINE_CONVERT_H

#include "../log/log.h"
#include "../wire/decode.h"

struct convert { /* zeroed at first; convert_free at last */
    struct record_header *headers;
    size_t header_capacity;
};

/* `topic` NULL: of a file. */
struct record convert_record(struct convert *convert, const struct log_record *from, const char *topic);
void convert_free(struct convert *convert);

#endif
