#define XXH_INLINE_ALL
#include <xxhash.h>

#include "interpret.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "decimal.h"
#include "utf8.h"

enum { LEAD_ID_MAX = 255 }; /* bytes */

void interpreter_init(struct interpreter *interpreter, const struct settings *settings, struct arena *arena)
{
    *interpreter = (struct interpreter){.settings = settings, .lookup = lookup_new(settings), .arena = arena, .default_funnel = -1};
    interpreter->currencies = memory_new((size_t)settings->funnel_count * sizeof *interpreter->currencies);
    for (int f = 0; f < settings->funnel_count; f++)
        interpreter->currencies[f] = text_of(settings->funnels[f].currency);
    interpreter->times = memory_new(sizeof *interpreter->times);
    interpreter->times->local = settings->local_times ? &settings->zone : NULL;
    for (int f = settings->funnel_count - 1; f >= 0; f--)
        if (settings->namings[f].match_count == 0)
            interpreter->default_funnel = f;
        else
            interpreter->matching = true;
}

void interpreter_free(struct interpreter *interpreter)
{
    lookup_free(interpreter->lookup);
    free(interpreter->currencies);
    free(interpreter->times);
}

/* One element on its way. A step returns false when the element is refused: nothing after it is looked at. */
struct reading {
    const struct interpreter *interpreter;
    const struct circumstances *circumstances;
    const struct mapping_source *source;
    const struct json_value *values;
    struct decoded *out;
    bool counts;                      /* it carries one of the fields that an event must have, readable */
    int funnels[FUNNEL_FUNNELS_MAX];  /* that it goes to, before its stage is known */
    int funnel_count;
};

static const struct json_value *field(const struct reading *reading, enum field name)
{
    return mapping_first(&reading->source->fields[name], reading->values);
}

static struct text unescaped(const struct reading *reading, const struct json_value *value)
{
    if (value->kind != JSON_STRING || !value->escaped)
        return value->raw;
    return json_unescape(value, arena_take(reading->interpreter->arena, value->raw.length));
}

/* Note a fault; returns false for the callers that refuse with it. */
static bool fault(struct reading *reading, enum fault word, const char *field_name, const char *what, const struct json_value *value)
{
    struct text text = value != NULL ? unescaped(reading, value) : (struct text){NULL, 0};
    decoded_fault(reading->out, reading->interpreter->arena, word, field_name, what, text);
    return false;
}

/* A string, or an integer's digits as written: 1.0 and 1e3 are none. */
static bool read_text(const struct reading *reading, const struct json_value *value, struct text *out)
{
    if (value->kind == JSON_STRING) {
        *out = unescaped(reading, value);
        return true;
    }
    if (value->kind != JSON_NUMBER)
        return false;
    for (size_t i = 0; i < value->raw.length; i++)
        if (value->raw.data[i] == '.' || (value->raw.data[i] | 0x20) == 'e')
            return false;
    *out = value->raw;
    return true;
}

/* ---- what makes an event: who and when ---- */

static void set_lead(struct event *event, struct text id)
{
    event->lead = id;
    event->lead_hash = XXH3_64bits(id.data, id.length);
}

static bool read_lead(struct reading *reading)
{
    const struct json_value *value = field(reading, FIELD_LEAD_ID);
    if (value == NULL)
        return fault(reading, FAULT_NO_LEAD_ID, "lead_id", "missing or empty", NULL);
    struct text id;
    if (!read_text(reading, value, &id))
        return fault(reading, FAULT_NO_LEAD_ID, "lead_id", "neither a string nor an integer", value);
    if (id.length > LEAD_ID_MAX)
        return fault(reading, FAULT_NO_LEAD_ID, "lead_id", "longer than 255 bytes", value);
    set_lead(&reading->out->event, id);
    return true;
}

static bool read_time(struct reading *reading, const char *name, const struct json_value *value, int64_t *out)
{
    bool readable = false;
    if (value->kind == JSON_STRING)
        readable = moment_read(reading->interpreter->times, unescaped(reading, value), out);
    else if (value->kind == JSON_NUMBER)
        readable = moment_from_number(value->raw, out);
    return readable || fault(reading, FAULT_BAD_TIME, name, "not a time between the years 1 and 9999", value);
}

static bool read_at(struct reading *reading)
{
    const struct circumstances *circumstances = reading->circumstances;
    const struct json_value *value = field(reading, FIELD_AT);
    const char *name = "at";
    if (value == NULL && circumstances->time.kind > JSON_NULL) {
        value = &circumstances->time;
        name = "time";
    }
    int64_t *at = &reading->out->event.at;
    if (value != NULL)
        return read_time(reading, name, value, at);
    *at = circumstances->record_s;
    if (*at == TIME_NONE)
        return fault(reading, FAULT_BAD_TIME, "at", "missing, and the record has no timestamp", NULL);
    if (*at < TIME_LEAST || *at > TIME_GREATEST)
        return fault(reading, FAULT_BAD_TIME, "at", "missing, and the record's timestamp is not in the years 1 to 9999", NULL);
    return true;
}

static bool read_times(struct reading *reading)
{
    struct event *event = &reading->out->event;
    if (!read_at(reading))
        return false;
    const struct json_value *stage_at = field(reading, FIELD_STAGE_AT), *created_at = field(reading, FIELD_CREATED_AT);
    event->stage_at = event->at;
    if (stage_at != NULL && !read_time(reading, "stage_at", stage_at, &event->stage_at))
        return false;
    event->created_at = TIME_NONE;
    if (created_at != NULL) {
        if (!read_time(reading, "created_at", created_at, &event->created_at))
            return false;
        reading->counts = true;
    }
    return true;
}

static bool check_future(struct reading *reading)
{
    const struct event *event = &reading->out->event;
    int64_t latest_s = reading->circumstances->latest_s;
    if (event->at > latest_s)
        return fault(reading, FAULT_IN_FUTURE, "at", "in the future", field(reading, FIELD_AT));
    if (event->stage_at > latest_s)
        return fault(reading, FAULT_IN_FUTURE, "stage_at", "in the future", field(reading, FIELD_STAGE_AT));
    if (event->created_at > latest_s)
        return fault(reading, FAULT_IN_FUTURE, "created_at", "in the future", field(reading, FIELD_CREATED_AT));
    return true;
}

/* ---- where it goes: funnels and stages ---- */

/* Read before the funnels, which may match on them. */
static void read_dimensions(struct reading *reading)
{
    const struct settings *settings = reading->interpreter->settings;
    if (settings->dimension_count == 0)
        return;
    struct text *dimensions = arena_take(reading->interpreter->arena, (size_t)settings->dimension_count * sizeof *dimensions);
    for (int d = 0; d < settings->dimension_count; d++) {
        dimensions[d] = (struct text){NULL, 0};
        const struct json_value *value = mapping_first(&reading->source->dimensions[d], reading->values);
        if (value == NULL)
            continue;
        if (read_text(reading, value, &dimensions[d]))
            reading->counts = true;
        else
            fault(reading, FAULT_BAD_FIELD, settings->dimensions[d].name, "neither a string nor an integer", value);
    }
    reading->out->event.dimensions = dimensions;
}

static bool is_among(struct text text, const struct text *values, int value_count)
{
    for (int i = 0; i < value_count; i++)
        if (text_equal(text, values[i]))
            return true;
    return false;
}

/* Whether a funnel wants an event that names none. */
static bool accepts(const struct naming *naming, const struct text *dimensions)
{
    for (int i = 0; i < naming->match_count; i++) {
        const struct match *match = &naming->matches[i];
        if (dimensions[match->dimension].data == NULL || !is_among(dimensions[match->dimension], match->values, match->value_count))
            return false;
    }
    return naming->match_count > 0;
}

/* The event is nobody's: unmatched says whether that is a fault. */
static bool unmatched(struct reading *reading, const char *what, const struct json_value *value)
{
    if (!reading->interpreter->settings->unmatched_ignored)
        return fault(reading, FAULT_UNKNOWN_FUNNEL, "funnel", what, value);
    *reading->out = (struct decoded){.ignored = true};
    return false;
}

static bool find_funnels(struct reading *reading)
{
    const struct interpreter *interpreter = reading->interpreter;
    const struct settings *settings = interpreter->settings;
    const struct json_value *value = field(reading, FIELD_FUNNEL);
    if (value != NULL) {
        struct text name;
        int funnel = read_text(reading, value, &name) ? lookup_funnel(interpreter->lookup, name) : -1;
        if (funnel < 0)
            return unmatched(reading, "unknown", value);
        reading->funnels[reading->funnel_count++] = funnel;
        return true;
    }
    for (int f = 0; interpreter->matching && f < settings->funnel_count; f++)
        if (accepts(&settings->namings[f], reading->out->event.dimensions))
            reading->funnels[reading->funnel_count++] = f;
    if (reading->funnel_count == 0 && interpreter->default_funnel >= 0)
        reading->funnels[reading->funnel_count++] = interpreter->default_funnel;
    return reading->funnel_count > 0 || unmatched(reading, "missing, and no funnel accepts the event", NULL);
}

/* Absent where it can't be read. */
static struct text read_reason(struct reading *reading)
{
    struct text reason = {NULL, 0};
    const struct json_value *value = field(reading, FIELD_REASON);
    if (value != NULL && !read_text(reading, value, &reason))
        fault(reading, FAULT_BAD_FIELD, "reason", "neither a string nor an integer", value);
    return reason;
}

/* What a stage means in its funnel becomes the move there. */
static void apply_name(struct move *move, const struct name *name, struct text reason, struct event *event)
{
    switch (name->kind) {
    case NAME_STEP:
        move->kind = MOVE_REACH;
        move->step = name->step;
        break;
    case NAME_LOST:
        move->kind = MOVE_LOSS;
        move->reason = reason.data != NULL ? reason : name->reason;
        break;
    case NAME_REMOVED:
        event->removed = true;
        break;
    case NAME_OTHER:
        break;
    }
}

static bool read_stage(struct reading *reading)
{
    const struct interpreter *interpreter = reading->interpreter;
    struct event *event = &reading->out->event;
    const struct json_value *value = field(reading, FIELD_STAGE);
    struct text stage = {NULL, 0}, reason = read_reason(reading);
    if (value != NULL) {
        if (!read_text(reading, value, &stage))
            return fault(reading, FAULT_UNKNOWN_STAGE, "stage", "neither a string nor an integer", value);
        reading->counts = true;
    }
    struct move *moves = arena_take(interpreter->arena, (size_t)reading->funnel_count * sizeof *moves);
    for (int i = 0; i < reading->funnel_count; i++) {
        int funnel = reading->funnels[i];
        const struct name *name = value != NULL ? lookup_stage(interpreter->lookup, funnel, stage) : NULL;
        if (value != NULL && name == NULL)
            continue;
        struct move *move = &moves[event->move_count++];
        move->funnel = funnel;
        move->kind = MOVE_NONE;
        move->step = 0;
        move->reason = TEXT("");
        move->amount_counts = false;
        if (name != NULL)
            apply_name(move, name, reason, event);
    }
    event->moves = moves;
    if (event->move_count > 0)
        return true;
    const char *what = reading->funnel_count == 1 ? arena_format(interpreter->arena, "unknown in funnel %s",
                                                                 interpreter->settings->funnels[reading->funnels[0]].id)
                                                  : "unknown in every funnel that accepts the event";
    return fault(reading, FAULT_UNKNOWN_STAGE, "stage", what, value);
}

/* ---- side matters: what is wrong with them is as if absent ---- */

/* The amount counts in the funnels whose currency it is or that have none; without a currency of its own, in all. */
static void read_amount(struct reading *reading)
{
    const struct interpreter *interpreter = reading->interpreter;
    struct event *event = &reading->out->event;
    const struct json_value *value = field(reading, FIELD_AMOUNT), *currency_value = field(reading, FIELD_CURRENCY);
    struct text currency = {NULL, 0};
    if (currency_value != NULL && !read_text(reading, currency_value, &currency))
        fault(reading, FAULT_BAD_FIELD, "currency", "neither a string nor an integer", currency_value);
    if (value == NULL)
        return;
    bool is_text = value->kind == JSON_STRING || value->kind == JSON_NUMBER;
    if (!is_text || !decimal_amount(unescaped(reading, value), &event->amount_minor)) {
        fault(reading, FAULT_BAD_AMOUNT, "amount", "not a decimal number below 2^63 hundredths", value);
        return;
    }
    struct move *moves = (struct move *)event->moves; /* ours until the event is handed out */
    for (int i = 0; i < event->move_count; i++) {
        struct text wanted = interpreter->currencies[moves[i].funnel];
        moves[i].amount_counts = currency.data == NULL || wanted.length == 0 || text_equal(currency, wanted);
        event->has_amount |= moves[i].amount_counts;
        if (!moves[i].amount_counts) {
            const char *id = interpreter->settings->funnels[moves[i].funnel].id;
            fault(reading, FAULT_OTHER_CURRENCY, "currency", arena_format(interpreter->arena, "funnel %s counts in %s", id, wanted.data), currency_value);
        }
    }
    reading->counts |= event->has_amount;
}

static void read_score(struct reading *reading)
{
    const struct json_value *value = field(reading, FIELD_SCORE);
    int *score = &reading->out->event.score;
    *score = -1;
    if (value == NULL)
        return;
    if ((value->kind == JSON_STRING || value->kind == JSON_NUMBER) && decimal_score(unescaped(reading, value), score))
        reading->counts = true;
    else
        fault(reading, FAULT_BAD_SCORE, "score", "not an integer from 0 to 10", value);
}

/* ---- the whole ---- */

void interpret_element(const struct interpreter *interpreter, const struct circumstances *circumstances, const struct mapping_source *source,
                       const struct json_value *values, struct decoded *out)
{
    struct reading reading; /* not initialized as a whole: its list of funnels is long */
    reading.interpreter = interpreter;
    reading.circumstances = circumstances;
    reading.source = source;
    reading.values = values;
    reading.out = out;
    reading.counts = false;
    reading.funnel_count = 0;

    if (!read_lead(&reading) || !read_times(&reading))
        return;
    read_dimensions(&reading);
    if (!find_funnels(&reading) || !read_stage(&reading))
        return;
    read_amount(&reading);
    read_score(&reading);
    if (!reading.counts && out->fault == FAULT_NONE) {
        fault(&reading, FAULT_EMPTY, "", "it says nothing about the lead", NULL);
        return;
    }
    if (!check_future(&reading))
        return;
    out->counts = reading.counts; /* if not, what is at fault was all the event said */
}

void interpret_tombstone(const struct interpreter *interpreter, const struct circumstances *circumstances, struct text key, struct decoded *out)
{
    static const struct text absent[FUNNEL_DIMENSIONS_MAX];
    struct reading reading = {.interpreter = interpreter, .circumstances = circumstances, .out = out};
    bool is_id = key.data != NULL && key.length >= 1 && key.length <= LEAD_ID_MAX && utf8_valid(key) && memchr(key.data, '\0', key.length) == NULL;
    if (!is_id) {
        fault(&reading, FAULT_NO_LEAD_ID, "", "a record without a value must have a lead's id as its key", NULL);
        return;
    }
    struct event *event = &out->event;
    set_lead(event, key);
    event->at = event->stage_at = circumstances->record_s;
    event->created_at = TIME_NONE;
    event->score = -1;
    event->removed = true;
    event->dimensions = absent;
    if (event->at < TIME_LEAST || event->at > TIME_GREATEST) {
        fault(&reading, FAULT_BAD_TIME, "", "a record without a value needs a timestamp", NULL);
        return;
    }
    out->counts = true;
}
