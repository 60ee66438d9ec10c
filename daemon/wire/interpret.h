/* interpret.h -- what one element says: the values that its source asks for become an event, or a word for what is wrong.
 * Threads: an interpreter is used by one thread at a time (its arena). Source: semantics, sections 2 and 11; formats, "Dead letter". */
#ifndef FUNNELD_WIRE_INTERPRET_H
#define FUNNELD_WIRE_INTERPRET_H

#include "arena.h"
#include "decoded.h"
#include "lookup.h"
#include "mapping.h"
#include "moment.h"

struct interpreter {
    const struct settings *settings;
    struct lookup *lookup;
    struct text *currencies;   /* of the funnels; empty: any */
    struct moment_reader *times;
    struct arena *arena;
    bool matching;             /* some funnel has `match` */
    int default_funnel;        /* the first one without; -1: none */
};

struct circumstances { /* of the record that the element comes from */
    int64_t record_s;          /* the record's own time; TIME_NONE: it has none */
    int64_t latest_s;          /* times after this are in_future */
    struct json_value time;    /* a CloudEvent's time, which stands for an absent `at`; JSON_ABSENT: none */
};

void interpreter_init(struct interpreter *interpreter, const struct settings *settings, struct arena *arena);
void interpreter_free(struct interpreter *interpreter); /* what it holds, not itself */

/* Fill *out (zeroed) from the values that a scan with the source's plan has found. */
void interpret_element(const struct interpreter *interpreter, const struct circumstances *circumstances, const struct mapping_source *source,
                       const struct json_value *values, struct decoded *out);

/* Fill *out (zeroed) for a record without a value whose key is a lead's id: the lead is taken out of every funnel. */
void interpret_tombstone(const struct interpreter *interpreter, const struct circumstances *circumstances, struct text key, struct decoded *out);

#endif
