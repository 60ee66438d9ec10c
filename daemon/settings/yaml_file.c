#include "yaml_file.h"

#include <errno.h>
#include <stdlib.h>

#include "../core/memory.h"

/* All bytes of a file. False: *error says why not. */
static bool read_file(const char *path, struct keep *keep, struct text *out, const char **error)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        *error = strerror(errno);
        return false;
    }
    char *bytes = NULL;
    size_t length = 0, capacity = 0, got;
    do {
        bytes = memory_grow(bytes, &capacity, length + 65536, 1);
        got = fread(bytes + length, 1, 65536, file);
        length += got;
    } while (got > 0 && length <= YAML_FILE_BYTES_MAX);
    *error = ferror(file) ? strerror(errno) : length > YAML_FILE_BYTES_MAX ? "larger than 16 MiB" : NULL;
    fclose(file);
    if (*error == NULL)
        *out = (struct text){keep_string(keep, (struct text){bytes, length}), length};
    free(bytes);
    return *error == NULL;
}

const struct node *yaml_file_read(struct check *check)
{
    struct text bytes;
    const char *error;
    if (!read_file(check->file, check->keep, &bytes, &error)) {
        check_syntax(check, 0, 0, keep_format(check->keep, "found no file to read: %s", error));
        return NULL;
    }
    struct yaml_tree_error syntax;
    const struct node *root = yaml_tree_read(bytes, check->keep, &syntax);
    if (root == NULL)
        check_syntax(check, syntax.line, syntax.column, syntax.text);
    return root;
}
