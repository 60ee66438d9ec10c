/* test_file.h -- unit tests of a configuration, as they stand in a YAML file:
 *
 *     config: ../config/funneld.yaml          # beside this file
 *     tests:
 *       - name: three of five are called back
 *         start: 2024-03-01T09:00:00          # what relative times count from; without an offset in the configuration's zone
 *         every: 1h                           # ticks; the default
 *         files: [events.ndjson]              # events from files, each a partition
 *         events:                             # and these, one partition, in order of their relative times
 *           - {lead_id: L1, at: +1h, stage: application}              # as JSON would come; +1h, +2d12h are times
 *           - '{"lead_id":'                                           # a text is the record as it came
 *           - {repeat: 40, every: 2h, events: [{lead_id: "L{n}", at: +0h, stage: application}]}    # {n} is 1, 2 ... 40; each 2h later
 *         expect:
 *           - at: +30d
 *             funnel: sales                   # may be left out where there is but one; so may window, start (the newest) and group (all leads)
 *             window: month
 *             group: {manager: Иванов}
 *             cohort: {entered: 5, reached: [5, 3], bottlenecks: [called_back]}   # any part of the record, see test_compare.h
 *             alerts: [{alertname: Dropped, step: called_back}]                   # all that fire, and pending ones if named
 *         dead_letters: {unknown_stage: 1}    # by word; none where the key is absent
 *
 * Everything lives in the keep. Threads: one. */
#ifndef FUNNELD_COMMAND_TEST_FILE_H
#define FUNNELD_COMMAND_TEST_FILE_H

#include "../settings/check.h"
#include "../settings/settings.h"

enum { TEST_FILE_EVENTS_MAX = 1000000 };

struct test_check {
    int64_t at;
    const struct place *place;   /* the element of `expect`: a map */
};

struct test {
    const char *name;
    int64_t every_ms;
    int event_count;
    struct text *events;
    int file_count;
    char **files;                /* paths */
    int check_count;
    struct test_check *checks;
    const struct place *dead_letters; /* node NULL: none are expected */
};

struct test_file {
    struct check check;          /* mistakes are reported here, and so may be what differs (check_fault) */
    struct settings *settings;
    int test_count;
    struct test *tests;
};

/* False: the file or its configuration is wrong (said, a line each); nothing is left to free. */
bool test_file_read(const char *path, FILE *errors, struct test_file *file);
void test_file_free(struct test_file *file);

#endif
