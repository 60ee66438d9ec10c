#include "pointers.h"

#include "schema.h"

/* One token, from behind its slash up to the next one or the end, with ~1 and ~0 resolved. False: another ~. */
static bool unescape(struct keep *keep, const char *from, size_t length, struct text *out)
{
    char *token = keep_take(keep, length + 1);
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char c = from[i];
        if (c == '~') {
            if (i + 1 == length || (from[i + 1] != '0' && from[i + 1] != '1'))
                return false;
            c = from[++i] == '0' ? '~' : '/';
        }
        token[used++] = c;
    }
    *out = (struct text){token, used};
    return true;
}

static bool parse_pointer(struct keep *keep, const char *source, struct pointer *out)
{
    if (*source != '\0' && *source != '/')
        return false;
    struct pointer pointer = {.source = source};
    for (const char *c = source; *c != '\0'; c++)
        pointer.token_count += *c == '/';
    pointer.tokens = keep_array(keep, (size_t)pointer.token_count, sizeof *pointer.tokens);
    for (int i = 0; i < pointer.token_count; i++) {
        size_t length = strcspn(source + 1, "/");
        if (!unescape(keep, source + 1, length, &pointer.tokens[i]))
            return false;
        source += 1 + length;
    }
    *out = pointer;
    return true;
}

bool pointers_read_one(const struct place *place, struct pointer *out)
{
    const struct node *node = place->node;
    if (node != NULL && node->kind == NODE_SCALAR && !yaml_tree_is_null(node) && parse_pointer(place->check->keep, node->text.data, out))
        return true;
    check_expected(place, "a JSON Pointer such as /lead_id (~1 for a slash and ~0 for a tilde in a name)");
    return false;
}

struct pointers pointers_read(const struct place *place)
{
    const struct place **elements;
    int count = schema_elements(place, "JSON Pointers", true, &elements);
    struct pointers pointers = {0, keep_array(place->check->keep, (size_t)count, sizeof *pointers.list)};
    for (int i = 0; i < count; i++)
        pointers.count += pointers_read_one(elements[i], &pointers.list[pointers.count]);
    return pointers;
}

struct pointers pointers_top_level(struct keep *keep, const char *name)
{
    /* The source is shown to people only; a name with a slash or a tilde is rare enough to be escaped the slow way. */
    char *escaped = keep_take(keep, 2 * strlen(name) + 2), *end = escaped;
    *end++ = '/';
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '~' || *c == '/') {
            *end++ = '~';
            *end++ = *c == '~' ? '0' : '1';
        } else {
            *end++ = *c;
        }
    }
    struct pointers pointers = {1, keep_take(keep, sizeof *pointers.list)};
    pointers.list[0] = (struct pointer){1, keep_take(keep, sizeof *pointers.list[0].tokens), escaped};
    pointers.list[0].tokens[0] = text_of(name);
    return pointers;
}
