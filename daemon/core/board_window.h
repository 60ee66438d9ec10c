/* board_window.h -- one window of one funnel and group, and the series of those of one kind in order of time. What their sums hold is the board's business.
 * Ownership: a series owns the windows it holds; what is dropped is given to the caller. Threads: one thread at a time. */
#ifndef FUNNELD_CORE_BOARD_WINDOW_H
#define FUNNELD_CORE_BOARD_WINDOW_H

#include "calendar.h"
#include "tally.h"

struct board_group;

struct board_window { /* open for reading, `published` belongs to the publisher */
    struct board_group *group;
    int window;            /* index into funnel.windows */
    struct span span;
    bool summed;           /* tally and baseline hold the sums of their slices and are kept so; before that nobody has asked (board_sum) */
    struct tally tally;
    struct tally baseline; /* rolling windows: the sum over the same length before */
    bool due;              /* on the list of windows to look at */
    uint64_t published;    /* digest of what was last published; 0: nothing yet */
};

void board_window_free(struct board_window *window);

struct board_series { /* zeroed: none; rolling: one */
    struct board_window **windows; /* ascending; apart from each other */
    size_t count, capacity;
};

/* Frees its windows too. */
void board_series_free(struct board_series *series);

/* The place of the first window that begins at or after the moment. */
size_t board_series_place(const struct board_series *series, int64_t start);

/* The window that holds the moment; the one that ends where `window` begins; the one that begins where it ends. NULL: it is not there. */
struct board_window *board_series_at(const struct board_series *series, int64_t moment);
struct board_window *board_series_before(const struct board_series *series, const struct board_window *window);
struct board_window *board_series_after(const struct board_series *series, const struct board_window *window);

/* A new window, where none overlaps the span. */
struct board_window *board_series_insert(struct board_series *series, struct board_group *group, int window, struct span span);

/* Take the first `count` windows out: they are the caller's from now on. */
void board_series_drop(struct board_series *series, size_t count);

#endif
