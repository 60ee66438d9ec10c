#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../wire/moment.h"

enum { OPTIONS_MAX = 32, UNKNOWN = '?', MISSING_ARGUMENT = ':', FIRST_VALUE = 256 /* above every character getopt may return */ };

static int row_count(const struct option_row *rows)
{
    int count = 0;
    while (rows[count].name != NULL && count < OPTIONS_MAX)
        count++;
    return count;
}

/* The command has no options of one letter, so what getopt could not read is the argument before the one it stands at. */
static int refuse(const char *command, int kind, const char *argument)
{
    if (kind == MISSING_ARGUMENT)
        fprintf(stderr, "funneld %s: `%s` needs a value", command, argument);
    else
        fprintf(stderr, "funneld %s: no option `%s`, or not in this form", command, argument);
    fprintf(stderr, "; see `funneld %s --help`\n", command);
    return -1;
}

int options_parse(const struct option_row *rows, int argc, char **argv, const char **values)
{
    struct option table[OPTIONS_MAX + 1] = {0};
    int count = row_count(rows), any_flags = 0;
    for (int i = 0; i < count; i++) {
        table[i] = (struct option){rows[i].name, rows[i].argument != NULL ? required_argument : no_argument, NULL, FIRST_VALUE + i};
        values[i] = NULL;
        any_flags |= rows[i].flags;
    }

    optind = 0; /* glibc: start over */
    opterr = 0;
    int found;
    while ((found = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        if (found < FIRST_VALUE)
            return refuse(argv[0], found, argv[optind - 1]);
        const struct option_row *row = &rows[found - FIRST_VALUE];
        values[found - FIRST_VALUE] = row->argument != NULL ? optarg : row->name;
    }
    for (int i = 0; i < count; i++) {
        if ((rows[i].flags & OPTION_REQUIRED) != 0 && values[i] == NULL) {
            fprintf(stderr, "funneld %s: `--%s %s` is missing; see `funneld %s --help`\n", argv[0], rows[i].name,
                    rows[i].argument != NULL ? rows[i].argument : "", argv[0]);
            return -1;
        }
    }
    if (optind < argc && (any_flags & OPTION_OPERANDS) == 0) {
        fprintf(stderr, "funneld %s: `%s` is not expected here; see `funneld %s --help`\n", argv[0], argv[optind], argv[0]);
        return -1;
    }
    return optind;
}

bool options_integer(const char *command, const struct option_row *row, const char *value, int64_t least, int64_t most, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    bool decimal = *value != '\0' && value[strspn(value, "-0123456789")] == '\0' && *end == '\0';
    if (!decimal || errno != 0 || number < least || number > most) {
        fprintf(stderr, "funneld %s: --%s: found `%s`; expected a whole number from %lld to %lld\n", command, row->name, value, (long long)least,
                (long long)most);
        return false;
    }
    *out = number;
    return true;
}

bool options_read_moment(const char *text, const struct zone *zone, int64_t *out)
{
    char midnight[] = "yyyy-mm-ddT00:00:00";
    enum { DAY = sizeof "yyyy-mm-dd" - 1 };
    if (strlen(text) != DAY || text[4] != '-')
        return moment_from_text(text_of(text), zone, out);
    memcpy(midnight, text, DAY);
    return moment_from_text(text_of(midnight), zone, out);
}

bool options_moment(const char *command, const struct option_row *row, const char *value, const struct zone *zone, int64_t *out)
{
    if (options_read_moment(value, zone, out))
        return true;
    fprintf(stderr, "funneld %s: --%s: found `%s`; expected a time such as 2024-03-31T23:59:00, or a day\n", command, row->name, value);
    return false;
}

bool options_printed(const char *command)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    fprintf(stderr, "funneld %s: standard output: %s\n", command, strerror(errno != 0 ? errno : EIO));
    return false;
}

void options_print(const struct option_row *rows, FILE *out)
{
    int count = row_count(rows);
    for (int i = 0; i < count; i++) {
        int width = fprintf(out, "  --%s%s%s", rows[i].name, rows[i].argument != NULL ? " " : "", rows[i].argument != NULL ? rows[i].argument : "");
        fprintf(out, "%*s%s%s\n", width < 26 ? 26 - width : 2, "", rows[i].help, (rows[i].flags & OPTION_REQUIRED) != 0 ? " (required)" : "");
    }
    fprintf(out, "  %-24s%s\n", "--help", "this text");
}
