/* options.h -- the long options of one command: a table gives their names, arguments and help; parsing and `--help` come from it.
 *
 *     enum { CONFIG, LAST, OPTION_COUNT };
 *     static const struct option_row rows[] = {
 *         [CONFIG] = {"config", "FILE", "the configuration", OPTION_REQUIRED},
 *         [LAST] = {"last", NULL, "only the last record of each key", 0},
 *         [OPTION_COUNT] = {0},
 *     };
 *     const char *values[OPTION_COUNT];
 *     int first = options_parse(rows, argc, argv, values);
 *     if (first < 0)
 *         return EXIT_USAGE;
 *
 * Put the table into the command's descriptor (.options) and command_help prints it.
 * Threads: getopt_long keeps its place in globals, so parse in one thread, at start.
 * Errors: mistakes are written to standard error with the command's name (argv[0]) before them. */
#ifndef FUNNELD_COMMAND_OPTIONS_H
#define FUNNELD_COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../core/zone.h"

enum option_flags {
    OPTION_REQUIRED = 1, /* it must be given */
    OPTION_OPERANDS = 2, /* on any row: the command also takes operands (else one is a mistake) */
};

struct option_row {       /* a row without a name ends the table */
    const char *name;     /* without the dashes */
    const char *argument; /* as shown in the help; NULL: the option is a flag */
    const char *help;     /* one line */
    int flags;            /* of enum option_flags */
};

/* Read argv[1..]. values[i] is what row i was given (of a flag, its name; borrowed from argv), NULL where it was not; the last one of several counts.
 * Returns the index in argv of the first operand (operands may stand between options: argv is reordered), or -1 after saying what is wrong. */
int options_parse(const struct option_row *rows, int argc, char **argv, const char **values);

/* A whole number of least .. most, decimal digits only. False after saying what is wrong with row's `value`; `command` is argv[0]. */
bool options_integer(const char *command, const struct option_row *row, const char *value, int64_t least, int64_t most, int64_t *out);

/* A moment as people write it: RFC 3339, in the zone where it has no offset; a number; or a day, which is its midnight there. False: it is none. */
bool options_read_moment(const char *text, const struct zone *zone, int64_t *out);

/* The same for an option; false after saying what is wrong with row's `value`. */
bool options_moment(const char *command, const struct option_row *row, const char *value, const struct zone *zone, int64_t *out);

/* Whether all that was printed has left; false after saying why not. */
bool options_printed(const char *command);

/* The table, one option a line. */
void options_print(const struct option_row *rows, FILE *out);

#endif
