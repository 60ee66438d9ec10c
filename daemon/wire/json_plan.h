/* json_plan.h -- the values that are wanted of a JSON text, by JSON Pointer (RFC 6901), as a tree of names for the scanner.
 *     plan: /lead_id -> slot 0, /deal/amount -> slot 1
 * Threads: a plan is used by one thread at a time; it remembers in which order the last text had its members. */
#ifndef FUNNELD_WIRE_JSON_PLAN_H
#define FUNNELD_WIRE_JSON_PLAN_H

#include "../core/text.h"
#include "words.h"

struct json_plan;

struct json_plan *json_plan_new(void);
void json_plan_free(struct json_plan *plan);

/* Want the value at this pointer (no tokens: the whole text). Returns its slot, the same one for the same pointer; the first is 0.
 * A token is the name of a member or, in an array, an element's index. Tokens are borrowed for the plan's life. */
int json_plan_want(struct json_plan *plan, const struct text *tokens, int token_count);
int json_plan_slots(const struct json_plan *plan);

/* ---- for the scanner ---- */

enum { JSON_BUCKETS = 64, JSON_WRITTEN = 16 };

struct json_node { /* a value on the way to what is wanted */
    int slot;                   /* -1: nobody wants it, it only leads to others */
    int child_count;
    struct json_node **children;
    bool has_indexes;           /* some child's token is an index */
    int below_count;
    int *below;                 /* the slots of all nodes below */
    /* How its parent finds it. The first eight bytes of a name decide nearly always, so they are compared as one number. */
    struct text token;
    uint64_t prefix;
    size_t index;               /* the token as an index of an array; SIZE_MAX: it is none */
    struct json_node *next;     /* the parent's next child of the same bucket */
    /* Machines write the members of their objects in one order. So the scanner first tries the member that came here in the last text: whether
     * its name in quotes and a colon stand here, as two numbers. */
    size_t written_length;      /* of these; 0: this node is not tried, for it is not wanted, something below it is, or its name is long or needs escapes */
    uint64_t written[2], written_mask[2];
    struct json_node *first;    /* the child to be tried first; json_nothing: not known yet */
    struct json_node *follower; /* the sibling to be tried after this */
    struct json_node *buckets[JSON_BUCKETS];
};

struct json_plan {
    struct json_node root;
    int slot_count;
};

extern struct json_node json_nothing; /* the node of what nobody wants: without slot and children */

/* Whether this member's name in quotes and a colon stand at `at`, and something follows; false also where they may, but the text's end is near.
 * Of json_nothing: whether a NUL stands there. */
static inline bool json_node_is_written(const struct json_node *node, const char *at, const char *end)
{
    return end - at > JSON_WRITTEN && ((word_load(at) ^ node->written[0]) & node->written_mask[0]) == 0 &&
           ((word_load(at + 8) ^ node->written[1]) & node->written_mask[1]) == 0;
}

/* The child of this name as written, of which `readable` bytes (>= name.length) may be touched; json_nothing: none. */
struct json_node *json_node_member(struct json_node *node, struct text name, bool escaped, size_t readable);

struct json_node *json_node_element(struct json_node *node, size_t index); /* likewise */

#endif
