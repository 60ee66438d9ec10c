/* check_config.c -- `funneld check-config`: is a configuration right, and what was understood. */
#include <stdio.h>

#include "../log/rights.h"
#include "../settings/settings.h"
#include "command.h"

enum { CONFIG, OPTION_COUNT };

static const struct option_row rows[] = {
    [CONFIG] = {"config", "FILE", "the configuration to check", OPTION_REQUIRED},
    [OPTION_COUNT] = {0},
};

static int check_config(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    if (options_parse(rows, argc, argv, values) < 0)
        return EXIT_USAGE;
    struct settings *settings = settings_load(values[CONFIG], stderr);
    if (settings == NULL)
        return EXIT_USAGE;
    if (settings->property_count > 0 && !command_has_kafka(settings)) { /* without `kafka` it is one for files */
        settings_free(settings);
        return EXIT_USAGE;
    }
    settings_print(settings, stdout);
    if (settings->property_count > 0)
        rights_print(settings, stdout);
    settings_free(settings);
    return options_printed("check-config") ? EXIT_DONE : EXIT_FAILED;
}

const struct command command_check_config = {
    .name = "check-config",
    .arguments = "--config FILE",
    .summary = "Check a configuration and show what was understood",
    .help = "Mistakes go to standard error, one a line, as FILE:LINE:COLUMN: KEY: what was found; what was expected. The exit status is 2 then.\n"
            "With a `kafka` section it ends with the rights that the daemon's user needs at the brokers: exactly these.\n"
            "Nothing is connected to: whether the brokers and topics are there shows when the daemon starts.\n",
    .run = check_config,
    .options = rows,
};
