#include "fault.h"

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
