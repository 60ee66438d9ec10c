#include "command.h"

#include <stdio.h>

void command_help(const struct command *command)
{
    printf("Usage: funneld %s %s\n\n%s\n\n", command->name, command->arguments, command->summary);
    if (command->options != NULL) {
        options_print(command->options, stdout);
        puts("");
    }
    fputs(command->help, stdout);
}
