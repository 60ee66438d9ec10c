/* main.c -- the commands' table. */
#include <stdio.h>
#include <string.h>

#include "command/command.h"

static const struct command *const commands[] = {
    &command_run,
    &command_replay,
    &command_rebuild,
    &command_produce,
    &command_diff,
    &command_explain,
    &command_check_config,
    &command_test,
    &command_generate,
    &command_status,
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void usage(FILE *out)
{
    fputs("funneld: exact funnel counters, snapshots and bottlenecks from lead stage events\n\nUsage: funneld COMMAND [OPTIONS]\n\n", out);
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-14s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n`funneld COMMAND --help` tells more. Exit status: 0 done, 1 failed while running, 2 wrong command line or configuration.\n", out);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        usage(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("funneld " FUNNELD_VERSION);
        return EXIT_DONE;
    }
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i]->name) != 0)
            continue;
        for (int a = 2; a < argc; a++) {
            if (strcmp(argv[a], "--help") == 0 || strcmp(argv[a], "-h") == 0) {
                command_help(commands[i]);
                return EXIT_DONE;
            }
        }
        return commands[i]->run(argc - 1, argv + 1);
    }
    fprintf(stderr, "funneld: no command `%s`\n\n", argv[1]);
    usage(stderr);
    return EXIT_USAGE;
}
