#include "intake.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "bound.h"

enum { ELEMENT_AHEAD = 8 };

static void make_decoder(void *context, int thread)
{
    struct intake *intake = context;
    intake->decoders[thread] = memory_new(sizeof *intake->decoders[thread]);
    intake->decoders[thread]->decoder = decoder_new(intake->settings, intake->now_limit);
}

void intake_init(struct intake *intake, const struct settings *settings, struct pool *pool, int64_t now_limit, struct intake_limits limits)
{
    *intake = (struct intake){.settings = settings, .now_limit = now_limit, .limits = limits, .pool = pool, .greatest_at = TIME_NONE, .watermark_ms = TIME_NONE};
    intake->decoders = memory_new((size_t)pool_threads(pool) * sizeof(struct intake_decoder *));
    pool_run(pool, make_decoder, intake);
}

void intake_free(struct intake *intake)
{
    pool_settle(intake->pool); /* what is left to it may be about our events */
    for (int i = 0; i < pool_threads(intake->pool); i++) {
        decoder_free(intake->decoders[i]->decoder);
        convert_free(&intake->decoders[i]->convert);
        free(intake->decoders[i]);
    }
    free(intake->decoders);
    free(intake->items);
    free(intake->elements);
    free(intake->element_counts);
}

/* Each thread decodes one stretch of the block after another with a decoder of its own, until there are no more. */
static void decode_stretches(void *context, int thread)
{
    enum { STRETCH = 128, RECORD_AHEAD = 8 };
    struct intake *intake = context;
    struct intake_decoder *own = intake->decoders[thread];
    decoder_reset(own->decoder);
    if (thread == 0 && intake->meanwhile != NULL)
        intake->meanwhile(intake->meanwhile_context);
    for (int from; (from = atomic_fetch_add(&intake->next_record, STRETCH)) < intake->record_count;)
        for (int i = from; i < from + STRETCH && i < intake->record_count; i++) {
            if (i + RECORD_AHEAD < intake->record_count)
                __builtin_prefetch(&intake->records[i + RECORD_AHEAD]); /* most likely another thread has written it */
            struct record record = convert_record(&own->convert, &intake->records[i], intake->topic);
            intake->element_counts[i] = decoder_decode(own->decoder, &record, &intake->elements[i]);
        }
}

/* The lines of an element that are looked at before it is applied: another thread has written them, mostly. */
static inline void prefetch(const struct decoded *decoded)
{
    enum { LINE = 64, BEHIND = 96 }; /* behind it are its dimensions and its moves */
    for (size_t at = 0; at < sizeof *decoded + BEHIND; at += LINE)
        __builtin_prefetch((const char *)decoded + at);
}

/* Decide one event by what came before it in its partition. */
static void admit(struct intake *intake, struct intake_item *item)
{
    const struct decoded *decoded = item->decoded;
    const struct settings *settings = intake->settings;
    item->fault = decoded->fault;
    item->bound = bound_of(settings, intake->greatest_at);
    bool side_fault_alone = decoded->fault >= FAULT_BAD_AMOUNT && !decoded->counts; /* all it said was at fault: it moves nothing */
    if (!decoded->ignored && (decoded->counts || side_fault_alone)) {
        int64_t at = decoded->event.at;
        if (at < item->bound) {
            item->fault = FAULT_TOO_OLD;
            item->decoded = decoder_refuse(intake->decoders[0]->decoder, decoded, FAULT_TOO_OLD, "at", "older than the retention allows");
        } else if (at > intake->limits.as_of || at >= intake->limits.to || at < intake->limits.from) {
            item->skipped = true;
            item->fault = FAULT_NONE;
        } else if (!side_fault_alone) {
            item->admitted = true;
            if (at > intake->greatest_at)
                intake->greatest_at = at;
            intake_advance(intake, (at - settings->out_of_orderness_s) * 1000);
        }
    }
    item->watermark_ms = intake->watermark_ms;
    item->greatest_at = intake->greatest_at;
}

void intake_fill(struct intake *intake, const struct log_record *records, int count, const char *topic)
{
    intake->records = records;
    intake->topic = topic;
    intake->record_count = count;
    intake->elements = memory_grow(intake->elements, &intake->element_capacity, (size_t)count, sizeof *intake->elements);
    intake->element_counts = memory_grow(intake->element_counts, &intake->element_count_capacity, (size_t)count, sizeof *intake->element_counts);
    atomic_store(&intake->next_record, 0);
    pool_run(intake->pool, decode_stretches, intake);
    size_t total = 0;
    for (int i = 0; i < count; i++)
        total += (size_t)intake->element_counts[i];
    intake->items = memory_grow(intake->items, &intake->capacity, total, sizeof *intake->items);
    intake->count = intake->next = 0;
    for (int i = 0; i < count; i++) {
        const struct intake_item *faulty = NULL;
        if (i + ELEMENT_AHEAD < count)
            prefetch(intake->elements[i + ELEMENT_AHEAD]);
        for (int e = 0; e < intake->element_counts[i]; e++) {
            struct intake_item *item = &intake->items[intake->count++];
            *item = (struct intake_item){.decoded = &intake->elements[i][e], .record = (uint32_t)i, .ends_record = e + 1 == intake->element_counts[i]};
            admit(intake, item);
            if (item->fault != FAULT_NONE && faulty == NULL)
                faulty = item;
            item->letter = item->ends_record && faulty != NULL;
            item->faulty = faulty;
        }
    }
}

const struct intake_item *intake_take(struct intake *intake, int64_t cut_ms)
{
    if (intake_is_empty(intake))
        return NULL;
    const struct intake_item *item = &intake->items[intake->next];
    if (item->watermark_ms >= cut_ms)
        return NULL;
    if (intake->next + ELEMENT_AHEAD < intake->count)
        prefetch(item[ELEMENT_AHEAD].decoded);
    intake->next++;
    return item;
}

int64_t intake_next_watermark(const struct intake *intake)
{
    return intake_is_empty(intake) ? TIME_NONE : intake->items[intake->next].watermark_ms;
}

void intake_advance(struct intake *intake, int64_t watermark_ms)
{
    if (watermark_ms > intake->watermark_ms)
        intake->watermark_ms = watermark_ms;
}
