#include "yaml_tree.h"

#include <stdlib.h>
#include <yaml.h>

#include "../core/memory.h"

struct anchor {
    const char *name;
    const struct node *node; /* NULL: still being read, so an alias here would be inside itself */
};

struct reader {
    yaml_parser_t parser;
    struct text bytes;
    struct keep *keep;
    struct yaml_tree_error *error;
    struct anchor *anchors;
    size_t anchor_count, anchor_capacity;
    int depth;
};

static const struct node *refuse(struct reader *reader, yaml_mark_t mark, const char *text)
{
    *reader->error = (struct yaml_tree_error){(int)mark.line + 1, (int)mark.column + 1, text};
    return NULL;
}

/* libyaml gives faulty bytes by their offset, ahead of its mark: count lines up to there. */
static yaml_mark_t mark_of_offset(struct text bytes, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < bytes.length; i++) {
        if (bytes.data[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)bytes.data[i] & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

static const struct node *refuse_syntax(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "out of memory";
    if (parser->error == YAML_READER_ERROR) {
        yaml_mark_t mark = mark_of_offset(reader->bytes, parser->problem_offset);
        return refuse(reader, mark, keep_format(reader->keep, "%s; expected UTF-8 text", problem));
    }
    if (parser->context == NULL)
        return refuse(reader, parser->problem_mark, keep_string(reader->keep, text_of(problem)));
    return refuse(reader, parser->problem_mark,
                  keep_format(reader->keep, "%s, %s that begins at %zu:%zu", problem, parser->context, parser->context_mark.line + 1,
                              parser->context_mark.column + 1));
}

static bool next_event(struct reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event))
        return true;
    refuse_syntax(reader);
    return false;
}

static struct node *node_new(struct reader *reader, enum node_kind kind, yaml_mark_t mark)
{
    struct node *node = keep_take(reader->keep, sizeof *node);
    node->kind = kind;
    node->line = (int)mark.line + 1;
    node->column = (int)mark.column + 1;
    node->size = node->depth = 1;
    return node;
}

/* The index of the anchor, or -1 where the node has none. An anchor's name may be given anew: the last one counts. */
static int anchor_open(struct reader *reader, const yaml_char_t *name)
{
    if (name == NULL)
        return -1;
    reader->anchors = memory_grow(reader->anchors, &reader->anchor_capacity, reader->anchor_count + 1, sizeof *reader->anchors);
    reader->anchors[reader->anchor_count++] = (struct anchor){keep_string(reader->keep, text_of((const char *)name)), NULL};
    return (int)reader->anchor_count - 1;
}

static const struct node *anchor_close(struct reader *reader, int anchor, const struct node *node)
{
    if (anchor >= 0)
        reader->anchors[anchor].node = node;
    return node;
}

static const struct node *read_alias(struct reader *reader, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    for (size_t i = reader->anchor_count; i > 0; i--) {
        const struct anchor *anchor = &reader->anchors[i - 1];
        if (strcmp(anchor->name, name) != 0)
            continue;
        if (anchor->node == NULL)
            return refuse(reader, event->start_mark, keep_format(reader->keep, "found alias `*%s` inside the node that it names", name));
        return anchor->node;
    }
    return refuse(reader, event->start_mark, keep_format(reader->keep, "found alias `*%s`; expected an anchor `&%s` before it", name, name));
}

static const struct node *read_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct text value = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (memchr(value.data, '\0', value.length) != NULL)
        return refuse(reader, event->start_mark, "found a text with a NUL character; expected one without");
    struct node *node = node_new(reader, NODE_SCALAR, event->start_mark);
    node->text = (struct text){keep_string(reader->keep, value), value.length};
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return anchor_close(reader, anchor_open(reader, event->data.scalar.anchor), node);
}

static const struct node *read_node(struct reader *reader, const yaml_event_t *event);

struct children { /* of a map: keys and values in turn */
    const struct node **list;
    size_t count, capacity;
};

/* The nodes up to `end`. False: refused. */
static bool read_children(struct reader *reader, yaml_event_type_t end, struct children *children)
{
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return false;
        bool done = event.type == end;
        const struct node *child = done ? NULL : read_node(reader, &event);
        yaml_event_delete(&event);
        if (child == NULL)
            return done;
        children->list = memory_grow(children->list, &children->capacity, children->count + 1, sizeof *children->list);
        children->list[children->count++] = child;
    }
}

static const struct node *refuse_depth(struct reader *reader, yaml_mark_t mark)
{
    return refuse(reader, mark, keep_format(reader->keep, "found lists and maps deeper in one another than %d levels", YAML_TREE_DEPTH_MAX));
}

/* A list or a map after its first event. */
static const struct node *read_collection(struct reader *reader, enum node_kind kind, yaml_mark_t mark, const yaml_char_t *anchor_name)
{
    if (reader->depth == YAML_TREE_DEPTH_MAX)
        return refuse_depth(reader, mark);
    struct node *node = node_new(reader, kind, mark);
    int anchor = anchor_open(reader, anchor_name);
    struct children children = {0};
    const struct node *result = NULL;
    int per_entry = kind == NODE_MAP ? 2 : 1;

    reader->depth++;
    if (!read_children(reader, kind == NODE_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, &children))
        goto out;
    node->count = (int)children.count / per_entry;
    node->keys = kind == NODE_MAP ? keep_array(reader->keep, children.count / 2, sizeof *node->keys) : NULL;
    node->values = keep_array(reader->keep, (size_t)node->count, sizeof *node->values);
    for (int i = 0; i < node->count; i++) {
        node->values[i] = children.list[i * per_entry + per_entry - 1];
        node->size += node->values[i]->size;
        node->depth = node->values[i]->depth >= node->depth ? node->values[i]->depth + 1 : node->depth;
        if (node->size > YAML_TREE_NODES_MAX) {
            refuse(reader, mark, "found too many nodes, counting what aliases repeat");
            goto out;
        }
        if (node->depth > YAML_TREE_DEPTH_MAX) {
            refuse_depth(reader, mark);
            goto out;
        }
        if (kind != NODE_MAP)
            continue;
        node->keys[i] = children.list[i * 2];
        if (node->keys[i]->kind != NODE_SCALAR || yaml_tree_is_null(node->keys[i])) {
            yaml_mark_t key_mark = {0, (size_t)node->keys[i]->line - 1, (size_t)node->keys[i]->column - 1};
            refuse(reader, key_mark, "found a list, a map or null as a key; expected a name");
            goto out;
        }
    }
    result = anchor_close(reader, anchor, node);
out:
    reader->depth--;
    free(children.list);
    return result;
}

static const struct node *read_node(struct reader *reader, const yaml_event_t *event)
{
    const yaml_char_t *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT)
        tag = event->data.scalar.tag;
    else if (event->type == YAML_SEQUENCE_START_EVENT)
        tag = event->data.sequence_start.tag;
    else if (event->type == YAML_MAPPING_START_EVENT)
        tag = event->data.mapping_start.tag;
    if (tag != NULL)
        return refuse(reader, event->start_mark, keep_format(reader->keep, "found tag `%s`; expected a value without a tag", (const char *)tag));

    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return read_alias(reader, event);
    case YAML_SCALAR_EVENT:
        return read_scalar(reader, event);
    case YAML_SEQUENCE_START_EVENT:
        return read_collection(reader, NODE_LIST, event->start_mark, event->data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
        return read_collection(reader, NODE_MAP, event->start_mark, event->data.mapping_start.anchor);
    default:
        return refuse(reader, event->start_mark, "found no value; expected one");
    }
}

/* Between the documents' own events there is nothing to keep. */
static bool skip_event(struct reader *reader, yaml_event_type_t *type, yaml_mark_t *mark)
{
    yaml_event_t event;
    if (!next_event(reader, &event))
        return false;
    *type = event.type;
    *mark = event.start_mark;
    yaml_event_delete(&event);
    return true;
}

static const struct node *read_document(struct reader *reader)
{
    yaml_event_type_t type;
    yaml_mark_t mark;
    if (!skip_event(reader, &type, &mark) || !skip_event(reader, &type, &mark)) /* the stream's start, the document's */
        return NULL;
    if (type == YAML_STREAM_END_EVENT)
        return refuse(reader, mark, "found nothing; expected a configuration");
    yaml_event_t event;
    if (!next_event(reader, &event))
        return NULL;
    const struct node *root = read_node(reader, &event);
    yaml_event_delete(&event);
    if (root == NULL || !skip_event(reader, &type, &mark) || !skip_event(reader, &type, &mark))
        return NULL;
    if (type != YAML_STREAM_END_EVENT)
        return refuse(reader, mark, "found a second document; expected one");
    return root;
}

const struct node *yaml_tree_read(struct text bytes, struct keep *keep, struct yaml_tree_error *error)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    if (bytes.length >= 3 && memcmp(bytes.data, byte_order_mark, 3) == 0)
        bytes = (struct text){bytes.data + 3, bytes.length - 3};

    struct reader reader = {.bytes = bytes, .keep = keep, .error = error};
    if (!yaml_parser_initialize(&reader.parser))
        abort(); /* out of memory, as in core/memory.h */
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING); /* else a mark of UTF-16 would be believed */
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)bytes.data, bytes.length);
    const struct node *root = read_document(&reader);
    yaml_parser_delete(&reader.parser);
    free(reader.anchors);
    return root;
}

bool yaml_tree_is_null(const struct node *node)
{
    if (node->kind != NODE_SCALAR || !node->plain)
        return false;
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(node->text.data, words[i]) == 0)
            return true;
    }
    return false;
}

const struct node *yaml_tree_get(const struct node *node, const char *key)
{
    if (node->kind != NODE_MAP)
        return NULL;
    for (int i = 0; i < node->count; i++) {
        if (strcmp(node->keys[i]->text.data, key) == 0)
            return node->values[i];
    }
    return NULL;
}
