/* board.h -- the sums: what the ledgers' deltas add up to, by group, slice and window, and which windows have something new to say; and beside the
 * published windows what alert rules watch.
 * A window is a sum of slices. Calendar windows are kept as sums of their own; a rolling window is a sum that slices enter and leave as its end
 * moves; the window before a rolling one is kept beside it, as its baseline.  Source: semantics, sections 6, 8 and 11.
 * Ownership: the definition is borrowed. Pointers handed out live until the board is freed or the window is dropped.
 * Threads: one thread at a time. */
#ifndef FUNNELD_CORE_BOARD_H
#define FUNNELD_CORE_BOARD_H

#include "board_group.h"
#include "ledger.h"
#include "watch.h"

struct board;

struct board *board_new(const struct ledger_definition *definition, const struct zone *zone, int ledger_count);
void board_free(struct board *board);

/* Add the deltas of ledger number `index` (0 .. ledger_count - 1) and clear them there. */
void board_merge(struct board *board, int index, struct ledger *ledger);

/* Move to the tick T (> the one before). Windows whose first slice lies before `bound` are dropped; TIME_NONE: none. */
void board_tick(struct board *board, int64_t tick, int64_t bound);

/* The windows that may have something new to say at this tick, each once, in no particular order; the list is empty afterwards. `all`: every window there is. */
size_t board_due(struct board *board, bool all, struct board_window ***out);

/* Windows dropped since the last call. Given to the caller: free each with board_window_free and the array with free. */
size_t board_dropped(struct board *board, struct board_window ***out);

/* Does the window hold the tick? A rolling one always does. */
bool board_window_holds(const struct board *board, const struct board_window *window, int64_t tick);

/* Make sure of the window's sums, its baseline's too; from then on they are kept up to date. Whoever reads tallies calls it first. */
void board_sum(struct board *board, struct board_window *window);

/* Bytes of counts that are gone through to sum the window, where that is yet to be done, or to read it; those before a rolling one too. */
size_t board_bytes_to_read(const struct board *board, const struct board_window *window);

/* Does anything count in the window at the tick? Open leads count in the windows that hold it. */
bool board_window_counts(const struct board *board, const struct board_window *window, int64_t tick);

/* The tally over the window before it: NULL where nothing counted there, or where it begins before the bound. */
const struct tally *board_baseline(const struct board *board, const struct board_window *window);

/* The window that begins at `start`, made if it is not there, for a digest that was published by an earlier run; due, since what it said may be true no
 * more: leads are committed between ticks, too. */
struct board_window *board_known(struct board *board, int funnel, int breakdown, const struct text *values, int window, int64_t start);

/* ---- what alert rules look at ---- */

/* Sum up what the watch is about in each group of its breakdown, from now on; before the first merge. Returns the watch's number. */
int board_watch(struct board *board, const struct watch *watch);

/* Let a watch move to another span. Its slices are kept until it moves on. */
void board_watch_move(struct board *board, int number, struct span span);

const struct tally *board_watched(const struct board_group *group, int number);
const struct watch *board_watch_of(const struct board *board, int number);

/* Of the leads that reached the step in the span of a watch, the greatest share that one slice holds; NAN where there are none. */
double board_watch_burst(const struct board *board, const struct board_group *group, int number, int step);

/* Keep the trials of a step in each group of a breakdown; before the first merge. */
void board_ask_trials(struct board *board, int funnel, int breakdown, int step);

/* Whoever follows the trials has seen them. */
void board_settle_trials(struct board *board);

/* Above 0; grows whenever the sums change: what was made of them before may not hold any more. */
uint64_t board_version(const struct board *board);

size_t board_group_count(const struct board *board);
struct board_group *board_group_at(const struct board *board, size_t number); /* in order of first sight */

/* The group with these values, made if it is not there, for an alert that was told by an earlier run. */
struct board_group *board_known_group(struct board *board, int funnel, int breakdown, const struct text *values);

const struct funnel *board_funnel(const struct board *board, const struct board_group *group);
struct text board_reason(const struct board *board, uint32_t reason);
int64_t board_slice_s(const struct board *board);
const struct zone *board_zone(const struct board *board);

struct board_figures { uint64_t groups, slices, windows, slice_bytes, window_bytes; };
struct board_figures board_figures(const struct board *board);

#endif
