/* checkpoint_json.h -- where the engine stands: what it has read of each partition, and what it has last said. One record under one key.
 * Source: schema/checkpoint.schema.json. */
#ifndef FUNNELD_WIRE_CHECKPOINT_JSON_H
#define FUNNELD_WIRE_CHECKPOINT_JSON_H

#include "../settings/settings.h"
#include "json_write.h"

struct checkpoint_partition {
    const char *topic;
    int32_t partition;
    int64_t offset;        /* the next one to read */
    int64_t greatest_at;   /* of the events counted from it, seconds; TIME_NONE */
    int64_t watermark_ms;  /* TIME_NONE */
};

struct checkpoint_reading { /* what the leads known so far were read with, as far as it can be told apart from the configuration at hand */
    uint64_t hash;          /* settings.reading_hash */
    int64_t retention_s;    /* -1: for ever */
    int takes[FUNNEL_DIMENSIONS_MAX];  /* of each dimension of the settings; -1: it was not there */
    bool funnels[FUNNEL_FUNNELS_MAX];  /* was this funnel of the settings there, by its id or an alias? */
    char currencies[FUNNEL_FUNNELS_MAX][16]; /* "": any */
};

struct checkpoint {
    int64_t generation;
    uint64_t config;        /* settings.hash */
    struct checkpoint_reading reading; /* written from the settings */
    int64_t last_tick_ms;   /* TIME_NONE: none yet */
    int64_t *last_event_at; /* by funnel of the settings; TIME_NONE */
    int partition_count;
    struct checkpoint_partition *partitions;
};

#define CHECKPOINT_KEY "checkpoint"

void checkpoint_json_write(struct buffer *out, const struct settings *settings, const struct checkpoint *checkpoint);

/* Read a checkpoint; given to the caller, who frees it with checkpoint_free. NULL: it is no such record. Funnels the settings do not have are left out. */
struct checkpoint *checkpoint_json_read(const struct settings *settings, struct text value);
void checkpoint_free(struct checkpoint *checkpoint);

#endif
