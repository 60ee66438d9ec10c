/* The decoder never crashes, and what it hands out keeps its contract, whatever the record. The first byte chooses the kind of record, the rest is its value. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../daemon/wire/decode.h"
#include "../wire/sample_settings.h"

enum { /* bits of the first byte */
    SEVERAL_SOURCES = 1, LOCAL_TIMES = 2, UNMATCHED_IGNORED = 4, SETTINGS_BITS = 7,
    FROM_FILE = 8, BINARY_EVENT = 16, STRUCTURED_EVENT = 32, TOMBSTONE = 64
};

#define RECORD_MS INT64_C(1700000000999)
#define LATEST (INT64_C(1700000000) + 86400)

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

/* Arrays at two places, and records of one kind. */
static void add_sources(struct settings *settings)
{
    static struct source sources[3];
    static struct text kinds[] = {{"deal", 4}, {"true", 4}, {"7", 1}};
    static struct where where;
    if (sources[0].topics == NULL) {
        where = (struct where){sample_pointer("/kind"), COUNT_OF(kinds), kinds};
        for (int i = 0; i < 3; i++)
            sources[i] = sample_source();
        sources[0].has_each = sources[1].has_each = true;
        sources[0].each = sample_pointer("");
        sources[1].each = sample_pointer("/leads/add");
        sources[2].where_count = 1;
        sources[2].wheres = &where;
    }
    settings->sources = sources;
    settings->source_count = 3;
}

static bool is_moment(int64_t moment)
{
    return moment >= TIME_LEAST && moment <= LATEST;
}

static void check_event(const struct event *event, const struct settings *settings)
{
    require(event->lead.length >= 1 && event->lead.length <= 255, "a lead has an id");
    require(is_moment(event->at) && is_moment(event->stage_at), "moments are in their range");
    require(event->created_at == TIME_NONE || is_moment(event->created_at), "created_at is in its range");
    require(event->score >= -1 && event->score <= 10, "a score is 0..10");
    bool has_amount = false;
    for (int i = 0; i < event->move_count; i++) {
        const struct move *move = &event->moves[i];
        require(move->funnel >= 0 && move->funnel < settings->funnel_count, "a move has a funnel");
        require(i == 0 || move->funnel > event->moves[i - 1].funnel, "each funnel once, in order");
        require(move->step >= 0 && move->step <= 2, "a move has a step");
        has_amount |= move->amount_counts;
    }
    require(has_amount == event->has_amount, "an amount counts somewhere or is not there");
    require(event->move_count > 0 || event->removed, "an event counts somewhere");
    for (int d = 0; d < settings->dimension_count; d++)
        require(event->dimensions[d].data == NULL || event->dimensions[d].length > 0, "empty values are absent");
}

static void check(const struct decoded *decoded, const struct settings *settings)
{
    require(decoded->fault >= FAULT_NONE && decoded->fault < FAULT_COUNT && decoded->fault != FAULT_TOO_OLD, "a known word");
    require(decoded->counts + decoded->ignored + (decoded->fault != FAULT_NONE) >= 1, "every element has an outcome");
    require(!decoded->ignored || (!decoded->counts && decoded->fault == FAULT_NONE), "what is ignored is only that");
    require(!decoded->counts || decoded->fault == FAULT_NONE || decoded->fault >= FAULT_BAD_AMOUNT, "what is refused does not count");
    require((decoded->fault != FAULT_NONE) == (decoded->message != NULL), "a fault has a message");
    require(decoded->value.length <= 64, "a value at fault is short");
    if (decoded->counts)
        check_event(&decoded->event, settings);
    else if (decoded->fault >= FAULT_BAD_AMOUNT)
        require(is_moment(decoded->event.at), "a side fault has a time");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An application and its decoder for each choice of settings, made when first asked for. */
struct choice {
    struct settings settings;
    struct decoder *decoder;
};

static struct choice *choose(unsigned bits)
{
    static struct choice choices[SETTINGS_BITS + 1];
    struct choice *choice = &choices[bits];
    if (choice->decoder != NULL)
        return choice;
    choice->settings = sample_settings();
    if (bits & SEVERAL_SOURCES)
        add_sources(&choice->settings);
    choice->settings.local_times = bits & LOCAL_TIMES;
    choice->settings.unmatched_ignored = bits & UNMATCHED_IGNORED;
    if (choice->settings.unmatched_ignored)
        choice->settings.funnel_count = 2; /* so that some event is unmatched */
    choice->decoder = decoder_new(&choice->settings, RECORD_MS / 1000);
    return choice;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    unsigned kind = data[0];
    struct text value = {(const char *)data + 1, size - 1};
    struct record_header headers[] = {{TEXT("ce_specversion"), TEXT("1.0")}, {TEXT("ce_time"), TEXT("2023-11-14T20:00:00Z")},
                                      {TEXT("content-type"), TEXT("application/cloudevents+json")}};
    struct record record = {.value = value, .timestamp_ms = RECORD_MS, .topic = "lead.events"};
    if (kind & FROM_FILE) {
        record.timestamp_ms = INT64_MIN;
        record.topic = NULL;
    } else if (kind & TOMBSTONE) {
        record.key = value;
        record.value = (struct text){NULL, 0};
    } else if (kind & STRUCTURED_EVENT) {
        record.headers = headers;
        record.header_count = 3;
    } else if (kind & BINARY_EVENT) {
        record.headers = headers;
        record.header_count = 2;
    }

    struct choice *choice = choose(kind & SETTINGS_BITS);
    const struct decoded *first, *second;
    int count = decoder_decode(choice->decoder, &record, &first);
    require(count >= 1, "a record has an outcome");
    require(decoder_decode(choice->decoder, &record, &second) == count, "decoding is a function");
    for (int i = 0; i < count; i++) {
        check(&first[i], &choice->settings);
        require(first[i].fault == second[i].fault && first[i].counts == second[i].counts, "decoding is a function");
        require(!first[i].counts || first[i].event.lead_hash == second[i].event.lead_hash, "decoding is a function");
    }
    decoder_reset(choice->decoder);
    return 0;
}
