/* check.h -- mistakes in a configuration: where they are, what was found there, what was expected.
 * Reading goes on after a mistake, so that one run shows them all; they are printed in the order of the file:
 *     funneld.yaml:12:9: funnels[0].stages[1].tilte: found the key `tilte`, which is unknown; expected one of: id, title (did you mean `title`?)
 * A place is a node and the way to it. Places and texts live in the keep. Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_CHECK_H
#define FUNNELD_SETTINGS_CHECK_H

#include <stdint.h>
#include <stdio.h>

#include "keep.h"
#include "yaml_tree.h"

struct settings;

struct check {
    const char *file;            /* as shown */
    struct keep *keep;
    struct settings *settings;   /* as far as they are read: sections look at those before them */
    struct check_fault *faults;  /* freed by check_finish */
    size_t fault_count, fault_capacity;
};

struct place {
    struct check *check;
    const struct place *parent;  /* NULL: the whole file */
    const char *key;             /* in a map; NULL: an element of a list */
    int index;
    const struct node *key_node; /* NULL: not in a map, or not there */
    const struct node *node;     /* NULL: a key that is not there; mistakes then point at the map */
};

const struct place *check_root(struct check *check, const struct node *node);
const struct place *check_member(const struct place *map, int index);    /* the index-th key and its value */
const struct place *check_element(const struct place *list, int index);
const struct place *check_missing(const struct place *map, const char *key);
const struct place *check_find(const struct place *map, const char *key);      /* check_missing where it is not there */

/* One mistake: "PATH: found ...; expected ..." where the format gives what follows PATH, or only what was expected and the node says what was found. */
void check_fault(const struct place *place, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_expected(const struct place *place, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A mistake without a path: the file is no YAML, or (line 0) is not there. */
void check_syntax(struct check *check, int line, int column, const char *text);

/* The known name nearest to what was found, for "did you mean". */
struct nearest {
    const char *found;
    int distance;
    const char *name;   /* NULL: none is near */
    struct text listed; /* the names offered so far, "a, b, c", cut after the first few */
};
struct nearest check_nearest(const char *found);
void check_offer(const struct place *place, struct nearest *nearest, const char *name);
const char *check_did_you_mean(const struct place *place, const struct nearest *nearest); /* "" or " (did you mean `x`?)" */

/* "found `x`; expected one of a, b, c (did you mean `b`?)"; `what` is e.g. "a window". */
void check_unknown(const struct place *place, const char *what, const struct nearest *nearest);

/* Report every key that a map of the tree has twice. */
void check_duplicates(const struct place *place);

/* Is it a map (a list)? Else a mistake. */
bool check_is_map(const struct place *place);
bool check_is_list(const struct place *place, const char *of_what);

/* Print all mistakes in the order of the file and forget them. How many there were. */
size_t check_finish(struct check *check, FILE *errors);

#endif
