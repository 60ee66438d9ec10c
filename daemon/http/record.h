/* record.h -- one record of an output topic, held by whoever still needs it: the store, streams on their way, answers being sent.
 * Never changed once made. Threads: any; the count of holders is atomic. */
#ifndef FUNNELD_HTTP_RECORD_H
#define FUNNELD_HTTP_RECORD_H

#include <stdatomic.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../core/text.h"

struct record {
    atomic_int holders;
    struct text key, value;
    char bytes[]; /* the key, then the value */
};

/* Held once, by the caller. */
static inline struct record *record_new(struct text key, struct text value)
{
    struct record *record = memory_new(sizeof *record + key.length + value.length);
    atomic_init(&record->holders, 1);
    if (key.length > 0)
        memcpy(record->bytes, key.data, key.length);
    if (value.length > 0)
        memcpy(record->bytes + key.length, value.data, value.length);
    record->key = (struct text){record->bytes, key.length};
    record->value = (struct text){record->bytes + key.length, value.length};
    return record;
}

/* The memory that it is. */
static inline size_t record_memory(const struct record *record)
{
    return sizeof *record + record->key.length + record->value.length;
}

static inline struct record *record_hold(struct record *record)
{
    if (record != NULL)
        atomic_fetch_add(&record->holders, 1);
    return record;
}

static inline void record_drop(struct record *record)
{
    if (record != NULL && atomic_fetch_sub(&record->holders, 1) == 1)
        free(record);
}

#endif
