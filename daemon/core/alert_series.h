/* alert_series.h -- the series of alert rules that have a state, each found by what it is of: a rule, and a group and step, or a word of the rejections.
 * Ownership: definition, rulings and rejections are borrowed for the life of a table; a series is the table's, or an orphan of whoever made it.
 * Threads: the thread that owns the board. */
#ifndef FUNNELD_CORE_ALERT_SERIES_H
#define FUNNELD_CORE_ALERT_SERIES_H

#include "alerts.h"
#include "judge.h"

struct alert_series { /* open for reading; the state is whoever steps it's */
    uint64_t key;                    /* in its table */
    const struct ruling *ruling;     /* NULL: no rule has it any more */
    struct board_group *group;
    int step;
    struct episode episode;
    struct judge_drift drift;        /* of a rule of that kind */
    struct alert_figures figures;    /* as last judged */
    uint64_t fingerprint;
    int label_count;
    struct alert_label *labels;
    char *label_bytes;               /* of an orphan: the labels' own texts */
};

struct alert_series_table {
    const struct alerts_definition *definition;
    const struct ruling *rulings;    /* the list that all rulings given are elements of */
    const struct rejections *rejections;
    struct alert_series **slots;     /* by key; NULL: free; a power of two of them */
    size_t slot_count, count;
};

void alert_series_init(struct alert_series_table *table, const struct alerts_definition *definition, const struct ruling *rulings, const struct rejections *rejections);
void alert_series_free(struct alert_series_table *table);

/* The series that a candidate of a ruling is of. NULL: it has no state yet. */
struct alert_series *alert_series_find(const struct alert_series_table *table, const struct ruling *ruling, const struct candidate *candidate);

/* The same, made if it is not there. */
struct alert_series *alert_series_at(struct alert_series_table *table, const struct ruling *ruling, const struct candidate *candidate);

/* One that no rule has any more, with its labels copied. Given to the caller. */
struct alert_series *alert_series_orphan(const struct alert_label *labels, int count);
void alert_series_drop(struct alert_series *orphan); /* NULL is fine */

#endif
