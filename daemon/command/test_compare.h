/* test_compare.h -- what a test expects, beside a record: any part of it, written as the record has it. What differs is reported where it stands in the
 * test's file, as "expected X, got Y".
 *
 *     cohort: {entered: 60, lost: 35}          members of an object; those not named may be anything
 *     steps: {contract: {reached: 10}}         one element of a list, by its step, to, stage or lead
 *     reached: [60, 50, 40]                    in a view, a member that its steps have: of each, in order, or {contract: 10} of some
 *     bottlenecks: [contract, closing]         a whole list, each element by its name
 *     conversion: 0.83                         numbers are compared with as many decimals as are written
 * Pure but for the report. */
#ifndef FUNNELD_COMMAND_TEST_COMPARE_H
#define FUNNELD_COMMAND_TEST_COMPARE_H

#include <cjson/cJSON.h>

#include "../settings/check.h"

/* Does it fit? `where` ends each report (e.g. "at 2024-03-31T00:00:00+03:00"); NULL: nothing is reported. */
bool test_compare(const struct place *expected, const cJSON *got, const char *where);

/* An alert: its members, where a label's name stands for the label. */
bool test_compare_alert(const struct place *expected, const cJSON *alert, const char *where);

#endif
