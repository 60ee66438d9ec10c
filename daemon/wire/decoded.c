#include "decoded.h"

#include "utf8.h"

enum { VALUE_MAX = 64 };

void decoded_fault(struct decoded *decoded, struct arena *arena, enum fault fault, const char *field, const char *what, struct text value)
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
