#include "secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const char *from_environment(const struct place *place, const char *name)
{
    const char *value = getenv(name);
    if (value != NULL)
        return keep_string(place->check->keep, text_of(value));
    check_expected(place, "an environment variable that is set");
    return NULL;
}

static const char *from_file(const struct place *place, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        check_expected(place, "a file that can be read (%s)", strerror(errno));
        return NULL;
    }
    char *bytes = keep_take(place->check->keep, SECRET_BYTES_MAX + 1);
    errno = 0;
    size_t length = fread(bytes, 1, SECRET_BYTES_MAX + 1, file);
    int error = ferror(file) ? errno : 0;
    fclose(file);
    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
        length--;
    if (error != 0)
        check_expected(place, "a file that can be read (%s)", strerror(error));
    else if (length > SECRET_BYTES_MAX)
        check_expected(place, "a file of at most %d bytes", SECRET_BYTES_MAX);
    else if (length == 0)
        check_expected(place, "a file that is not empty");
    else if (memchr(bytes, '\0', length) != NULL)
        check_expected(place, "a file of text, without NUL characters");
    else
        return keep_string(place->check->keep, (struct text){bytes, length});
    return NULL;
}

const char *secret_read(const struct place *place)
{
    static const char begin[] = "${", file[] = "file:";
    const struct node *node = place->node;
    if (node == NULL || node->kind != NODE_SCALAR || yaml_tree_is_null(node)) {
        check_expected(place, "a text or number");
        return NULL;
    }
    struct text text = node->text;
    if (text.length < 4 || strncmp(text.data, begin, 2) != 0 || text.data[text.length - 1] != '}')
        return text.data;
    const char *name = keep_string(place->check->keep, (struct text){text.data + 2, text.length - 3});
    return strncmp(name, file, sizeof file - 1) == 0 ? from_file(place, name + sizeof file - 1) : from_environment(place, name);
}
