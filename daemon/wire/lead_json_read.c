#include "lead_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "json_scan.h"
#include "lookup.h"
#include "utf8.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* One pass over the one shape that lead_json_write writes: `from` first in its section, the other members in any order, no white space. */

struct lead_reader {
    const struct settings *settings;
    struct lookup *lookup;
    struct json_plan *whole; /* of a string with escapes */
    const char *at, *end;    /* of the row being read */
    const struct lead_names *names;
    struct ledger_section sections[FUNNEL_FUNNELS_MAX], unknown; /* the latter is read of a funnel that the configuration no longer has */
    char *buffer;
    size_t buffer_capacity;
    bool removed;            /* a step of the row is now a name of removal */
    char unnamed[600];       /* the first step or funnel of the row that the configuration does not have, for people; "" */
};

struct lead_reader *lead_reader_new(const struct settings *settings)
{
    struct lead_reader *reader = memory_new(sizeof *reader);
    reader->settings = settings;
    reader->lookup = lookup_new(settings);
    reader->whole = json_plan_new();
    json_plan_want(reader->whole, NULL, 0);
    return reader;
}

void lead_reader_free(struct lead_reader *reader)
{
    if (reader == NULL)
        return;
    for (int f = 0; f < FUNNEL_FUNNELS_MAX; f++)
        free(reader->sections[f].set.elements);
    free(reader->unknown.set.elements);
    lookup_free(reader->lookup);
    json_plan_free(reader->whole);
    free(reader->buffer);
    free(reader);
}

uint64_t lead_json_hash(struct text id)
{
    return XXH3_64bits(id.data, id.length);
}

/* Each of these reads a piece and steps behind it; false: the row is not what is written here. */

static bool read_char(struct lead_reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

/* Another element or member: after `open` or a comma, if `close` does not come. *more: there is one. */
static bool read_next(struct lead_reader *reader, bool first, char close, bool *more)
{
    *more = !read_char(reader, close);
    return !*more || first || read_char(reader, ',');
}

static bool read_integer(struct lead_reader *reader, int64_t *out)
{
    bool negative = read_char(reader, '-');
    const char *first = reader->at;
    uint64_t number = 0;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9' && reader->at - first < 19)
        number = number * 10 + (uint64_t)(*reader->at++ - '0'); /* 19 digits fit into 64 bits */
    *out = negative ? -(int64_t)number : (int64_t)number;
    return reader->at > first && number <= INT64_MAX;
}

static bool unescape(struct lead_reader *reader, struct text quoted, struct text *out)
{
    struct json_value value;
    struct json_error error;
    if (!json_scan(reader->whole, quoted, &value, &error) || value.kind != JSON_STRING)
        return false;
    reader->buffer = memory_grow(reader->buffer, &reader->buffer_capacity, quoted.length, 1);
    *out = json_unescape(&value, reader->buffer);
    return true;
}

/* A text that lives until the next one is read. */
static bool read_text(struct lead_reader *reader, struct text *out)
{
    const char *opening = reader->at;
    if (!read_char(reader, '"'))
        return false;
    const char *start = reader->at, *at = start, *end = reader->end;
    bool escaped = false;
    while (at < end && *at != '"') {
        unsigned char c = (unsigned char)*at;
        if (c < 0x20)
            return false;
        if (c == '\\')
            escaped = true;
        size_t length = c == '\\' && end - at >= 2 ? 2 : c < 0x80 ? 1 : utf8_sequence(at, (size_t)(end - at));
        if (length == 0)
            return false;
        at += length;
    }
    if (at >= end)
        return false;
    reader->at = at + 1;
    *out = (struct text){start, (size_t)(at - start)};
    return !escaped || unescape(reader, (struct text){opening, (size_t)(at + 1 - opening)}, out);
}

static bool read_name(struct lead_reader *reader, struct text *out)
{
    return read_text(reader, out) && read_char(reader, ':');
}

struct section_reader { /* what a section is read into */
    struct lead_reader *reader;
    struct ledger_section *section;
    int funnel;   /* -1: no longer in the configuration */
    int64_t from; /* what all other times are told from; TIME_NONE: not read yet */
};

static bool read_moment(const struct section_reader *into, int64_t *moment)
{
    int64_t since;
    if (into->from == TIME_NONE || !read_integer(into->reader, &since) || since < TIME_LEAST - TIME_GREATEST || since > TIME_GREATEST - TIME_LEAST)
        return false;
    *moment = into->from + since;
    return *moment >= TIME_LEAST && *moment <= TIME_GREATEST;
}

/* [moment,what,moment,what,...], each given to `add` when its moment is read. */
static bool read_pairs(const struct section_reader *into, bool (*add)(const struct section_reader *into, int64_t moment, int number), int number)
{
    bool more;
    if (!read_char(into->reader, '['))
        return false;
    for (bool first = true; read_next(into->reader, first, ']', &more); first = false) {
        int64_t moment;
        if (!more)
            return true;
        if (!read_moment(into, &moment) || !read_char(into->reader, ',') || !add(into, moment, number))
            return false;
    }
    return false;
}

static void add_reason(const struct section_reader *into, int64_t moment, struct text name)
{
    uint32_t reason = name.data != NULL ? names_number(into->reader->names->reasons, name) : 0;
    lead_set_add_element(&into->section->set, lead_element(moment, (uint32_t)LEAD_LOSS + (reason == NAMES_FULL ? 0 : reason)));
}

/* A step means what its name means to events now: it may have become another step's alias, or no step at all. */
static bool add_reach(const struct section_reader *into, int64_t moment, int number)
{
    (void)number;
    struct text name;
    if (!read_text(into->reader, &name))
        return false;
    if (into->funnel < 0)
        return true;
    struct lead_reader *reader = into->reader;
    const struct name *meaning = lookup_stage(reader->lookup, into->funnel, name);
    if (meaning == NULL) {
        if (*reader->unnamed == '\0')
            snprintf(reader->unnamed, sizeof reader->unnamed, "the step `%.*s` of funnel %s", (int)name.length, name.data, reader->settings->funnels[into->funnel].id);
        return true;
    }
    switch (meaning->kind) {
    case NAME_STEP:
        lead_set_add_element(&into->section->set, lead_element(moment, (uint32_t)meaning->step));
        break;
    case NAME_LOST:
        add_reason(into, moment, meaning->reason);
        break;
    case NAME_REMOVED:
        reader->removed = true;
        break;
    case NAME_OTHER:
        break;
    }
    return true;
}

static bool add_loss(const struct section_reader *into, int64_t moment, int number)
{
    (void)number;
    struct text name;
    if (!read_text(into->reader, &name))
        return false;
    add_reason(into, moment, name);
    return true;
}

static bool add_amount(const struct section_reader *into, int64_t moment, int number)
{
    (void)number;
    int64_t minor;
    if (!read_integer(into->reader, &minor))
        return false;
    lead_set_add_amount(&into->section->set, moment, minor);
    return true;
}

static bool add_score(const struct section_reader *into, int64_t moment, int number)
{
    (void)number;
    int64_t answer;
    if (!read_integer(into->reader, &answer) || answer < 0 || answer > 10)
        return false;
    lead_set_add_score(&into->section->set, moment, (int)answer);
    return true;
}

static bool add_value(const struct section_reader *into, int64_t moment, int dimension)
{
    struct text name;
    if (!read_text(into->reader, &name))
        return false;
    if (dimension >= 0)
        lead_set_add_dimension(&into->section->set, into->reader->names, dimension, moment, name);
    return true;
}

/* -1: the configuration no longer has it. */
static int find_dimension(const struct lead_names *names, struct text name)
{
    for (int d = 0; d < names->dimension_count; d++)
        if (text_equal(text_of(names->dimensions[d].name), name))
            return d;
    return -1;
}

static bool read_dimensions(const struct section_reader *into)
{
    struct text name;
    bool more;
    if (!read_char(into->reader, '{'))
        return false;
    for (bool first = true; read_next(into->reader, first, '}', &more); first = false) {
        if (!more)
            return true;
        if (!read_name(into->reader, &name) || !read_pairs(into, add_value, find_dimension(into->reader->names, name)))
            return false;
    }
    return false;
}

static bool read_from(struct section_reader *into)
{
    int64_t from;
    if (into->from != TIME_NONE || !read_integer(into->reader, &from) || from < TIME_LEAST || from > TIME_GREATEST)
        return false;
    into->from = from;
    return true;
}

static bool read_member(struct section_reader *into, struct text name)
{
    int64_t moment;
    if (text_equal(name, TEXT("from")))
        return read_from(into);
    if (text_equal(name, TEXT("last")))
        return read_moment(into, &into->section->last_at);
    if (text_equal(name, TEXT("reaches")))
        return read_pairs(into, add_reach, 0);
    if (text_equal(name, TEXT("dimensions")))
        return read_dimensions(into);
    if (text_equal(name, TEXT("amount")))
        return read_pairs(into, add_amount, 0);
    if (text_equal(name, TEXT("losses")))
        return read_pairs(into, add_loss, 0);
    if (text_equal(name, TEXT("score")))
        return read_pairs(into, add_score, 0);
    if (!text_equal(name, TEXT("created")) || !read_moment(into, &moment))
        return false;
    lead_set_add_created(&into->section->set, moment);
    return true;
}

static bool read_section(struct lead_reader *reader, struct ledger_section *section, int funnel)
{
    struct section_reader into = {reader, section, funnel, TIME_NONE};
    struct text name;
    bool more;
    section->funnel = funnel;
    section->last_at = TIME_NONE;
    section->set.count = 0;
    section->set.amount_minor = 0;
    if (!read_char(reader, '{'))
        return false;
    for (bool first = true; read_next(reader, first, '}', &more); first = false) {
        if (!more)
            return section->last_at != TIME_NONE;
        if (!read_name(reader, &name) || !read_member(&into, name))
            return false;
    }
    return false;
}

static bool read_funnels(struct lead_reader *reader, struct ledger_lead *out)
{
    struct text id;
    bool more, any_alias = false;
    if (!read_char(reader, '{'))
        return false;
    for (bool first = true; read_next(reader, first, '}', &more); first = false) {
        if (!more)
            return true;
        if (!read_name(reader, &id))
            return false;
        int funnel = lookup_funnel(reader->lookup, id);
        bool alias = funnel >= 0 && !text_equal(text_of(reader->settings->funnels[funnel].id), id);
        any_alias = any_alias || alias;
        for (int i = 0; i < out->section_count; i++) {
            if (funnel < 0 || out->sections[i].funnel != funnel)
                continue;
            if (!any_alias)
                return false; /* twice */
            funnel = -1; /* two funnels have become one: what the lead has in both is not to be told apart by a row */
        }
        if (funnel < 0 && *reader->unnamed == '\0')
            snprintf(reader->unnamed, sizeof reader->unnamed, "the funnel `%.*s`", (int)id.length, id.data);
        if (!read_section(reader, funnel >= 0 ? &reader->sections[out->section_count] : &reader->unknown, funnel))
            return false;
        out->section_count += funnel >= 0;
    }
    return false;
}

/* As an event with that name would have done. */
static void remove_lead(struct ledger_lead *lead)
{
    for (int i = 0; i < lead->section_count; i++)
        if (lead->sections[i].last_at > lead->last_at)
            lead->last_at = lead->sections[i].last_at;
    lead->section_count = 0;
    lead->removed = true;
}

bool lead_json_read(struct lead_reader *reader, struct text id, struct text value, const struct lead_names *names, struct ledger_lead *out)
{
    struct text name;
    *out = (struct ledger_lead){.id = id, .last_at = TIME_NONE, .sections = reader->sections};
    reader->at = value.data;
    reader->end = value.data + value.length;
    reader->names = names;
    reader->removed = false;
    *reader->unnamed = '\0';
    if (id.length == 0 || id.length > 255 || !read_char(reader, '{') || !read_name(reader, &name))
        return false;
    bool good;
    if (text_equal(name, TEXT("removed"))) {
        out->removed = true;
        good = read_integer(reader, &out->last_at) && out->last_at >= TIME_LEAST && out->last_at <= TIME_GREATEST;
    } else {
        good = text_equal(name, TEXT("funnels")) && read_funnels(reader, out);
    }
    if (good && reader->removed)
        remove_lead(out);
    return good && read_char(reader, '}') && reader->at == reader->end;
}

struct text lead_reader_unnamed(const struct lead_reader *reader)
{
    return text_of(reader->unnamed);
}
