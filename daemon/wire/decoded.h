/* decoded.h -- one element of a record, decoded: its event, or what is wrong with it.
 * An element has one fault; where several are noted, the one that is looked for first stays (enum fault is in that order). */
#ifndef FUNNELD_WIRE_DECODED_H
#define FUNNELD_WIRE_DECODED_H

#include "../core/event.h"
#include "../settings/settings.h"
#include "arena.h"
#include "fault.h"

struct decoded_place { /* where in its record an element lies */
    const struct pointer *each;   /* its array; NULL: the record is the element */
    size_t index;
};

struct decoded { /* one element of a record */
    struct decoded_place place;
    enum fault fault;             /* FAULT_NONE, a side fault (event counts as well), or a refusal (it does not) */
    bool counts;                  /* `event` is to be admitted; false with a side fault: nothing is left of it, but event.at says when it was */
    bool ignored;                 /* no source takes it, or input.unmatched: ignore */
    struct event event;
    const char *message;          /* fault != NONE, for people: which field, which value, where (JSON Pointer of the element if it is one of several); in the arena */
    struct text value;            /* fault != NONE: the value at fault as text, cut to 64 bytes, for the table of most frequent ones; in the arena */
};

/* Note a fault of `field` ("": of the whole element), which lies at decoded->place. `value` (data NULL: none) is copied, cut to 64 bytes. */
void decoded_fault(struct decoded *decoded, struct arena *arena, enum fault fault, const char *field, const char *what, struct text value);

#endif
