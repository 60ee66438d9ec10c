#include "command.h"

#include <stdio.h>

#include "../settings/settings.h"

void command_help(const struct command *command)
{
    printf("Usage: funneld %s %s\n\n%s\n\n", command->name, command->arguments, command->summary);
    if (command->options != NULL) {
        options_print(command->options, stdout);
        puts("");
    }
    fputs(command->help, stdout);
}

void command_note_unserved(const struct settings *settings)
{
    int rules = settings->application_rule_count;
    for (int f = 0; f < settings->funnel_count; f++)
        rules += settings->rule_counts[f];
    if (rules > 0)
        fprintf(stderr, "%s: alerts: the configuration is checked, but this version evaluates no rules\n", settings->path);
}
