/* inputs.h -- what a command reads events from: files named on its command line, or a stretch of the configured topics.
 * Threads: one. Errors: said on standard error, after "funneld COMMAND: ". */
#ifndef FUNNELD_COMMAND_INPUTS_H
#define FUNNELD_COMMAND_INPUTS_H

#include "../log/stretch.h"

struct inputs {
    const char *command;
    int count;
    struct history *const *histories;
    struct history **files;  /* NULL: of topics */
    struct stretch *stretch; /* NULL: of files */
};

/* Zeroed but for `command` before; inputs_close afterwards, also where they could not be opened. False: said why. */
bool inputs_open_files(struct inputs *inputs, const struct settings *settings, char *const *paths, int count);
bool inputs_open_topics(struct inputs *inputs, const struct settings *settings, const struct stretch_bounds *bounds);
void inputs_close(struct inputs *inputs);

/* Say that number `failed` of them cannot be read. */
void inputs_tell(const struct inputs *inputs, int failed);

#endif
