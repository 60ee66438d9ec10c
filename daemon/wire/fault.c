#include "fault.h"

#include "utf8.h"

enum { VALUE_MAX = 64 };

const char *fault_word(enum fault fault)
{
    static const char *const words[FAULT_COUNT] = {
        [FAULT_NONE] = "",
        [FAULT_TOO_LARGE] = "too_large",
        [FAULT_EMPTY] = "empty",
        [FAULT_NOT_JSON] = "not_json",
        [FAULT_NO_LEAD_ID] = "no_lead_id",
        [FAULT_BAD_TIME] = "bad_time",
        [FAULT_UNKNOWN_FUNNEL] = "unknown_funnel",
        [FAULT_UNKNOWN_STAGE] = "unknown_stage",
        [FAULT_IN_FUTURE] = "in_future",
        [FAULT_TOO_OLD] = "too_old",
        [FAULT_BAD_AMOUNT] = "bad_amount",
        [FAULT_OTHER_CURRENCY] = "other_currency",
        [FAULT_BAD_SCORE] = "bad_score",
        [FAULT_BAD_FIELD] = "bad_field",
    };
    return words[fault];
}

void fault_note(struct decoded *decoded, struct arena *arena, enum fault fault, const char *field, const char *what, struct text value)
{
    const struct decoded_place *place = &decoded->place;
    if (decoded->fault != FAULT_NONE && decoded->fault <= fault)
        return;
    decoded->fault = fault;
    decoded->value = arena_copy(arena, utf8_cut(value, VALUE_MAX));
    const char *where = place->each != NULL ? arena_format(arena, "%s/%zu: ", place->each->source, place->index) : "";
    const char *colon = field[0] != '\0' ? ": " : "";
    const char *end = value.length > decoded->value.length ? "..." : "";
    if (value.data != NULL)
        decoded->message = arena_format(arena, "%s%s%s%s: \"%.*s\"%s", where, field, colon, what, (int)decoded->value.length, decoded->value.data, end);
    else
        decoded->message = arena_format(arena, "%s%s%s%s", where, field, colon, what);
}
