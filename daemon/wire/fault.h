/* fault.h -- what can be wrong with a record or an element of it, and the word for it.  Source: formats, "Dead letter". */
#ifndef FUNNELD_WIRE_FAULT_H
#define FUNNELD_WIRE_FAULT_H

enum fault { /* in the order in which they are looked for */
    FAULT_NONE,
    FAULT_TOO_LARGE, FAULT_EMPTY, FAULT_NOT_JSON, FAULT_NO_LEAD_ID, FAULT_BAD_TIME, FAULT_UNKNOWN_FUNNEL, FAULT_UNKNOWN_STAGE,
    FAULT_IN_FUTURE, FAULT_TOO_OLD,
    FAULT_BAD_AMOUNT, FAULT_OTHER_CURRENCY, FAULT_BAD_SCORE, FAULT_BAD_FIELD, /* side matters: the rest counts */
    FAULT_COUNT
};

const char *fault_word(enum fault fault); /* "too_large" ...; static */

#endif
