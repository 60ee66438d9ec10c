#include "json_plan.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "json_value.h"
#include "utf8.h"

struct json_node json_nothing = {.slot = -1, .index = SIZE_MAX, .written_mask = {0xFF}, .first = &json_nothing, .follower = &json_nothing};

/* The first eight bytes of a name, zeros where it is shorter; `readable` bytes (>= length) may be touched. */
static uint64_t name_prefix(struct text name, size_t readable)
{
    if (name.length >= 8)
        return word_load(name.data);
    if (readable >= 8)
        return word_load(name.data) & ((UINT64_C(1) << (8 * name.length)) - 1);
    char padded[8] = {0};
    memcpy(padded, name.data, name.length);
    return word_load(padded);
}

static struct json_node **bucket_of(struct json_node *node, uint64_t prefix, size_t length)
{
    return &node->buckets[((prefix + length) * UINT64_C(0x9E3779B97F4A7C15)) >> 58]; /* Fibonacci hashing to six bits */
}

static size_t index_of(struct text token)
{
    if (token.length == 0 || token.length > 9 || (token.data[0] == '0' && token.length > 1))
        return SIZE_MAX;
    size_t index = 0;
    for (size_t i = 0; i < token.length; i++) {
        if (token.data[i] < '0' || token.data[i] > '9')
            return SIZE_MAX;
        index = index * 10 + (size_t)(token.data[i] - '0');
    }
    return index;
}

static void node_init(struct json_node *node, struct text token)
{
    *node = json_nothing;
    node->token = token;
    node->index = index_of(token);
    node->prefix = name_prefix(token, token.length);
}

/* As if the name were written with a NUL where its quote must be. */
static void set_never_written(struct json_node *node)
{
    node->written_length = 0;
    node->written[0] = 0;
    node->written_mask[0] = 0xFF;
}

/* How a text writes the node's name, unless it escapes what it need not. */
static void set_written(struct json_node *node)
{
    char written[JSON_WRITTEN] = {0}, mask[JSON_WRITTEN] = {0};
    struct text token = node->token;
    size_t length = token.length + 3;
    if (length > JSON_WRITTEN || !utf8_valid(token))
        return;
    written[0] = '"';
    for (size_t i = 0; i < token.length; i++) {
        written[i + 1] = token.data[i];
        if ((unsigned char)token.data[i] < 0x20 || token.data[i] == '"' || token.data[i] == '\\')
            return;
    }
    written[token.length + 1] = '"';
    written[token.length + 2] = ':';
    memset(mask, 0xFF, length);
    node->written_length = length;
    for (int i = 0; i < 2; i++) {
        node->written[i] = word_load(written + 8 * i);
        node->written_mask[i] = word_load(mask + 8 * i);
    }
}

static struct json_node *node_child(struct json_node *node, struct text token)
{
    for (int i = 0; i < node->child_count; i++)
        if (text_equal(node->children[i]->token, token))
            return node->children[i];
    struct json_node *child = memory_new(sizeof *child), **bucket;
    node_init(child, token);
    node->children = memory_resize(node->children, (size_t)(node->child_count + 1) * sizeof(struct json_node *));
    node->children[node->child_count++] = child;
    bucket = bucket_of(node, child->prefix, token.length);
    child->next = *bucket;
    *bucket = child;
    node->has_indexes |= child->index != SIZE_MAX;
    return child;
}

/* What a node holds, not itself. */
static void node_free(struct json_node *node)
{
    for (int i = 0; i < node->child_count; i++) {
        node_free(node->children[i]);
        free(node->children[i]);
    }
    free(node->children);
    free(node->below);
}

struct json_plan *json_plan_new(void)
{
    struct json_plan *plan = memory_new(sizeof *plan);
    node_init(&plan->root, TEXT(""));
    return plan;
}

void json_plan_free(struct json_plan *plan)
{
    if (plan == NULL)
        return;
    node_free(&plan->root);
    free(plan);
}

int json_plan_want(struct json_plan *plan, const struct text *tokens, int token_count)
{
    struct json_node *node = &plan->root;
    for (int i = 0; i < token_count; i++)
        node = node_child(node, tokens[i]);
    if (node->slot >= 0)
        return node->slot;
    int slot = node->slot = plan->slot_count++;
    if (node->below_count == 0)
        set_written(node);
    node = &plan->root;
    for (int i = 0; i < token_count; i++) {
        node->below = memory_resize(node->below, (size_t)(node->below_count + 1) * sizeof *node->below);
        node->below[node->below_count++] = slot;
        set_never_written(node);
        node = node_child(node, tokens[i]);
    }
    return slot;
}

int json_plan_slots(const struct json_plan *plan)
{
    return plan->slot_count;
}

struct json_node *json_node_member(struct json_node *node, struct text name, bool escaped, size_t readable)
{
    if (escaped) { /* rare: no hurry */
        struct json_value string = {.kind = JSON_STRING, .escaped = true, .raw = name};
        for (int i = 0; i < node->child_count; i++)
            if (json_string_equal(&string, node->children[i]->token))
                return node->children[i];
        return &json_nothing;
    }
    uint64_t prefix = name_prefix(name, readable);
    for (struct json_node *child = *bucket_of(node, prefix, name.length); child != NULL; child = child->next)
        if (child->prefix == prefix && child->token.length == name.length &&
            (name.length <= 8 || memcmp(child->token.data + 8, name.data + 8, name.length - 8) == 0))
            return child;
    return &json_nothing;
}

struct json_node *json_node_element(struct json_node *node, size_t index)
{
    for (int i = 0; i < node->child_count; i++)
        if (node->children[i]->index == index)
            return node->children[i];
    return &json_nothing;
}
