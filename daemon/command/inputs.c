#include "inputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "../engine/csv_history.h"
#include "../log/file.h"

enum { LETTER_LONGEST = 64 << 20 /* bytes kept for its dead letter of a line that is too long */ };

bool inputs_open_files(struct inputs *inputs, const struct settings *settings, char *const *paths, int count)
{
    int64_t longest = settings->max_record > LETTER_LONGEST ? settings->max_record : LETTER_LONGEST;
    inputs->files = memory_new((size_t)count * sizeof(struct history *));
    inputs->histories = inputs->files;
    for (; inputs->count < count; inputs->count++) {
        const char *path = paths[inputs->count];
        struct history *file = csv_history_is_named(path) ? csv_history_open(settings, path, inputs->count, longest) : file_open(path, inputs->count, longest);
        if (file == NULL) {
            fprintf(stderr, "funneld %s: cannot read %s: %s\n", inputs->command, path, strerror(errno));
            return false;
        }
        inputs->files[inputs->count] = file;
    }
    return true;
}

bool inputs_open_topics(struct inputs *inputs, const struct settings *settings, const struct stretch_bounds *bounds)
{
    inputs->stretch = stretch_new(settings, settings->topics, settings->topic_count);
    if (!stretch_open(inputs->stretch, bounds)) {
        fprintf(stderr, "funneld %s: %s\n", inputs->command, stretch_error(inputs->stretch));
        return false;
    }
    inputs->count = stretch_histories(inputs->stretch, &inputs->histories);
    return true;
}

void inputs_close(struct inputs *inputs)
{
    for (int i = 0; i < inputs->count && inputs->files != NULL; i++)
        inputs->files[i]->ops->close(inputs->files[i]);
    free(inputs->files);
    stretch_close(inputs->stretch);
    *inputs = (struct inputs){.command = inputs->command};
}

void inputs_tell(const struct inputs *inputs, int failed)
{
    const struct history *history = inputs->histories[failed];
    fprintf(stderr, "funneld %s: cannot read %.*s", inputs->command, (int)history->name.length, history->name.data);
    if (history->topic != NULL)
        fprintf(stderr, "/%d", history->partition);
    fprintf(stderr, ": %s\n", history->ops->error(history));
}
