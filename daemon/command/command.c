#include "command.h"

#include <stdio.h>

void command_help(const struct command *command)
{
    printf("Usage: funneld %s %s\n\n%s\n\n%s", command->name, command->arguments, command->summary, command->help);
}
