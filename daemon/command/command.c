#include "command.h"

#include <stdio.h>

#include "../log/kafka.h"

void command_help(const struct command *command)
{
    printf("Usage: funneld %s %s\n\n%s\n\n", command->name, command->arguments, command->summary);
    if (command->options != NULL) {
        options_print(command->options, stdout);
        puts("");
    }
    fputs(command->help, stdout);
}

bool command_has_kafka(const struct settings *settings)
{
    char error[512];
    if (kafka_check(settings, error, sizeof error))
        return true;
    fprintf(stderr, "%s: kafka: %s\n", settings->path, error);
    return false;
}
