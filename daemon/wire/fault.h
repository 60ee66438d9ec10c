/* fault.h -- what is wrong with one element: its word, a sentence for people, and the value at fault.
 * An element has one word; where several faults are noted, the one that is looked for first stays (enum fault is in that order). */
#ifndef FUNNELD_WIRE_FAULT_H
#define FUNNELD_WIRE_FAULT_H

#include "arena.h"
#include "decode.h"

/* Note a fault of `field` ("": of the whole element), which lies at decoded->place. `value` (data NULL: none) is copied, cut to 64 bytes. */
void fault_note(struct decoded *decoded, struct arena *arena, enum fault fault, const char *field, const char *what, struct text value);

#endif
