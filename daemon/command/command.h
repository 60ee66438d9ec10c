/* command.h -- one subcommand: a file that ends in one const descriptor, and a line in the table of main.c. */
#ifndef FUNNELD_COMMAND_COMMAND_H
#define FUNNELD_COMMAND_COMMAND_H

#include "../settings/settings.h"
#include "options.h"

enum { /* exit statuses */
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* something failed while running */
    EXIT_USAGE = 2,  /* the command line or the configuration is wrong */
};

struct command {
    const char *name;
    const char *arguments;  /* as shown after the name */
    const char *summary;    /* one line for `funneld --help` */
    const char *help;       /* the rest for `funneld NAME --help` */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit status */
    const struct option_row *options;  /* its table (options.h), shown between summary and help; NULL: none */
};

extern const struct command command_check_config;
extern const struct command command_diff;
extern const struct command command_explain;
extern const struct command command_generate;
extern const struct command command_produce;
extern const struct command command_rebuild;
extern const struct command command_replay;
extern const struct command command_run;
extern const struct command command_status;
extern const struct command command_test;

/* Print usage, options and help of one command. */
void command_help(const struct command *command);

/* Does the configuration say how Kafka is reached? False after saying what is wrong: EXIT_USAGE. */
bool command_has_kafka(const struct settings *settings);

#endif
