/* yaml_tree.h -- a YAML document as a tree of nodes that know their place in the file.
 * One document, UTF-8. Types are not guessed: a scalar is its text, and whether it was plain (unquoted) says if `null`, `true` or 5 may be meant.
 * Anchors and aliases work (a node may then have several parents); tags, keys that are not scalars and NUL characters are refused.
 * Keys given twice are kept: check.h reports them with their path.
 * Ownership: everything lives in the keep. Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_YAML_TREE_H
#define FUNNELD_SETTINGS_YAML_TREE_H

#include "keep.h"

enum {
    YAML_TREE_DEPTH_MAX = 32,
    YAML_TREE_NODES_MAX = 200000, /* counting what aliases repeat */
};

enum node_kind { NODE_SCALAR, NODE_MAP, NODE_LIST };

struct node {
    enum node_kind kind;
    int line, column;           /* from 1; columns are characters */
    struct text text;           /* NODE_SCALAR: NUL-terminated */
    bool plain;                 /* NODE_SCALAR: not quoted, no block */
    int count;                  /* of members or elements */
    const struct node **keys;   /* NODE_MAP: scalars */
    const struct node **values; /* NODE_MAP and NODE_LIST */
    int size, depth;            /* nodes in it and levels of them, itself included, aliases followed */
};

struct yaml_tree_error {
    int line, column;
    const char *text; /* in the keep */
};

/* NULL: the bytes are no such document, and *error says why and where. */
const struct node *yaml_tree_read(struct text bytes, struct keep *keep, struct yaml_tree_error *error);

/* A plain `null`, `~` or nothing at all. */
bool yaml_tree_is_null(const struct node *node);

/* The value of a key; NULL: not there, or `node` is no map. The first of several. */
const struct node *yaml_tree_get(const struct node *node, const char *key);

#endif
