#include "lead_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "json_scan.h"
#include "lookup.h"
#include "utf8.h"
#include "words.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* One pass over the one shape that lead_json_write writes: no white space, moments before what they are of. Steps, reasons and values come again and
 * again: their bytes are looked up as they stand, quotes and all, and only those never seen are read. */

enum { KNOWN = 1024, KNOWN_BYTES = 58 };

struct known { /* bytes of a row that were read before, and what element they stand for */
    uint32_t what;
    uint8_t funnel;
    uint8_t length; /* 0: none */
    char bytes[KNOWN_BYTES];
};

struct lead_reader {
    const struct settings *settings;
    struct lookup *lookup;
    struct json_plan *whole; /* of a string with escapes */
    const char *at, *end;    /* of the row being read */
    const struct lead_names *names;
    struct known *known;     /* under these names, at the place of their hash */
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
    free(reader->known);
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
    if (reader->at == first || number > INT64_MAX)
        return false;
    *out = negative ? -(int64_t)number : (int64_t)number;
    return true;
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

/* ---- a section ---- */

struct section_reader { /* what a section is read into */
    struct lead_reader *reader;
    struct ledger_section *section;
    int funnel;                 /* -1: no longer in the configuration */
    int64_t from, moment;       /* what moments are told from; that of the next fact */
    unsigned dimensions;        /* seen so far, a bit each */
};

#define NO_ELEMENT UINT32_MAX

static bool read_moment(const struct section_reader *into, int64_t *moment)
{
    int64_t since;
    if (!read_integer(into->reader, &since) || since < TIME_LEAST - TIME_GREATEST || since > TIME_GREATEST - TIME_LEAST)
        return false;
    *moment = into->from + since;
    return *moment >= TIME_LEAST && *moment <= TIME_GREATEST;
}

/* Of one dimension the set may keep less than it is told: which value counts may have changed in the configuration. */
static void add_element(struct section_reader *into, uint32_t what)
{
    const struct lead_names *names = into->reader->names;
    unsigned dimension = (what - LEAD_DIMENSION) / LEAD_VALUES_MAX;
    if (what < LEAD_DIMENSION || !(into->dimensions & 1u << dimension))
        lead_set_add_element(&into->section->set, lead_element(into->moment, what));
    else
        lead_set_add_dimension(&into->section->set, names, (int)dimension, into->moment, names_text(names->values[dimension], what % LEAD_VALUES_MAX));
    if (what >= LEAD_DIMENSION)
        into->dimensions |= 1u << dimension;
}

static uint32_t number_of(struct names *names, struct text name)
{
    uint32_t number = name.data != NULL ? names_number(names, name) : 0;
    return number == NAMES_FULL ? 0 : number;
}

/* A step means what its name means to events now: it may have become another step's alias, or no step at all. */
static uint32_t meaning_of(const struct section_reader *into, struct text name)
{
    struct lead_reader *reader = into->reader;
    const struct name *meaning = into->funnel >= 0 ? lookup_stage(reader->lookup, into->funnel, name) : NULL;
    if (meaning == NULL) {
        if (into->funnel >= 0 && *reader->unnamed == '\0')
            snprintf(reader->unnamed, sizeof reader->unnamed, "the step `%.*s` of funnel %s", (int)name.length, name.data, reader->settings->funnels[into->funnel].id);
        return NO_ELEMENT;
    }
    switch (meaning->kind) {
    case NAME_STEP:
        return (uint32_t)meaning->step;
    case NAME_LOST:
        return (uint32_t)LEAD_LOSS + number_of(reader->names->reasons, meaning->reason);
    case NAME_REMOVED:
        reader->removed = true;
        return NO_ELEMENT;
    case NAME_OTHER:
        break;
    }
    return NO_ELEMENT;
}

/* -1: the configuration no longer has it. */
static int find_dimension(const struct lead_names *names, struct text name)
{
    for (int d = 0; d < names->dimension_count; d++)
        if (text_equal(text_of(names->dimensions[d].name), name))
            return d;
    return -1;
}

/* Behind the name in {"name":value}. *what: the element, which is still to be added; NO_ELEMENT: nothing is. */
static bool read_named(const struct section_reader *into, struct text name, uint32_t *what)
{
    struct lead_reader *reader = into->reader;
    struct lead_set *set = &into->section->set;
    int64_t number;
    if (text_equal(name, TEXT("amount"))) {
        if (!read_integer(reader, &number))
            return false;
        lead_set_add_amount(set, into->moment, number);
        return true;
    }
    if (text_equal(name, TEXT("score"))) {
        if (!read_integer(reader, &number) || number < 0 || number > 10)
            return false;
        lead_set_add_score(set, into->moment, (int)number);
        return true;
    }
    if (text_equal(name, TEXT("created_at"))) {
        if (!read_moment(into, &number))
            return false;
        lead_set_add_created(set, number);
        return true;
    }
    bool reason = text_equal(name, TEXT("reason"));
    int dimension = reason ? -1 : find_dimension(reader->names, name);
    struct text value;
    if (!read_text(reader, &value))
        return false;
    if (reason)
        *what = (uint32_t)LEAD_LOSS + number_of(reader->names->reasons, value);
    else if (dimension >= 0)
        *what = (uint32_t)LEAD_DIMENSION + (uint32_t)dimension * LEAD_VALUES_MAX + number_of(reader->names->values[dimension], value);
    return true;
}

/* "step" or {"name":value}, every byte looked at. */
static bool read_fact(const struct section_reader *into, uint32_t *what)
{
    struct lead_reader *reader = into->reader;
    struct text name;
    *what = NO_ELEMENT;
    if (read_char(reader, '{'))
        return read_name(reader, &name) && read_named(into, name, what) && read_char(reader, '}');
    if (!read_text(reader, &name))
        return false;
    *what = meaning_of(into, name);
    return true;
}

/* ---- facts known by their bytes ---- */

/* Behind the quote that ends a string; NULL: none does. */
static const char *string_end(const char *at, const char *end)
{
    while (at < end && *at != '"') {
        uint64_t word = word_load_some(at, (size_t)(end - at)), marks = word_zeros(word ^ WORD_OF('"')) | word_zeros(word ^ WORD_OF('\\'));
        size_t plain = marks != 0 ? word_first(marks) : sizeof word;
        at += plain;
        if (at < end && *at == '\\') {
            if (end - at < 2)
                return NULL;
            at += 2; /* what is escaped ends nothing, nor does it escape */
        }
    }
    return at < end ? at + 1 : NULL;
}

/* Behind "step" or {"name":"value"}; NULL: it is neither. */
static const char *fact_end(const char *at, const char *end)
{
    if (*at == '"')
        return string_end(at + 1, end);
    if (end - at < 2 || at[1] != '"' || (at = string_end(at + 2, end)) == NULL || end - at < 3 || at[0] != ':' || at[1] != '"' ||
        (at = string_end(at + 2, end)) == NULL || at == end || *at != '}')
        return NULL;
    return at + 1;
}

/* The place of a fact; NULL: it is not of a kind that is kept. */
static struct known *known_of(const struct section_reader *into, const char *fact, size_t *length)
{
    const struct lead_reader *reader = into->reader;
    const char *behind = into->funnel >= 0 ? fact_end(fact, reader->end) : NULL;
    *length = behind != NULL ? (size_t)(behind - fact) : 0;
    return *length == 0 || *length > KNOWN_BYTES ? NULL : &reader->known[XXH3_64bits(fact, *length) % KNOWN];
}

static bool add_fact(struct section_reader *into)
{
    struct lead_reader *reader = into->reader;
    const char *fact = reader->at;
    size_t length;
    uint32_t what;
    struct known *known = known_of(into, fact, &length);
    if (known != NULL && known->length == length && known->funnel == into->funnel && memcmp(known->bytes, fact, length) == 0) {
        reader->at += length;
        add_element(into, known->what);
        return true;
    }
    if (!read_fact(into, &what))
        return false;
    if (what == NO_ELEMENT)
        return true;
    if (known != NULL && reader->at == fact + length) {
        *known = (struct known){.what = what, .funnel = (uint8_t)into->funnel, .length = (uint8_t)length};
        memcpy(known->bytes, fact, length);
    }
    add_element(into, what);
    return true;
}

/* ---- a row ---- */

static bool read_from(struct section_reader *into)
{
    if (!read_integer(into->reader, &into->from) || into->from < TIME_LEAST || into->from > TIME_GREATEST)
        return false;
    into->moment = into->from;
    return true;
}

/* [from,last,fact,moment,fact,...] */
static bool read_section(struct lead_reader *reader, struct ledger_section *section, int funnel)
{
    struct section_reader into = {.reader = reader, .section = section, .funnel = funnel};
    *section = (struct ledger_section){.funnel = funnel, .set = {.elements = section->set.elements, .capacity = section->set.capacity}};
    if (!read_char(reader, '[') || !read_from(&into) || !read_char(reader, ',') || !read_moment(&into, &section->last_at))
        return false;
    while (read_char(reader, ',')) {
        bool fact = reader->at < reader->end && (*reader->at == '"' || *reader->at == '{');
        if (fact ? !add_fact(&into) : !read_moment(&into, &into.moment))
            return false;
    }
    return read_char(reader, ']');
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
    if (reader->names != names) {
        free(reader->known);
        reader->known = memory_new(KNOWN * sizeof *reader->known);
    }
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
