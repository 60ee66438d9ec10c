#include "board_window.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

void board_window_free(struct board_window *window)
{
    tally_free(&window->tally);
    tally_free(&window->baseline);
    free(window);
}

void board_series_free(struct board_series *series)
{
    for (size_t i = 0; i < series->count; i++)
        board_window_free(series->windows[i]);
    free(series->windows);
    *series = (struct board_series){0};
}

size_t board_series_place(const struct board_series *series, int64_t start)
{
    size_t low = 0, high = series->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (series->windows[middle]->span.start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct board_window *board_series_at(const struct board_series *series, int64_t moment)
{
    size_t place = board_series_place(series, moment + 1);
    return place > 0 && moment < series->windows[place - 1]->span.end ? series->windows[place - 1] : NULL;
}

struct board_window *board_series_before(const struct board_series *series, const struct board_window *window)
{
    size_t place = board_series_place(series, window->span.start);
    return place > 0 && series->windows[place - 1]->span.end == window->span.start ? series->windows[place - 1] : NULL;
}

struct board_window *board_series_after(const struct board_series *series, const struct board_window *window)
{
    size_t place = board_series_place(series, window->span.end);
    return place < series->count && series->windows[place]->span.start == window->span.end ? series->windows[place] : NULL;
}

struct board_window *board_series_insert(struct board_series *series, struct board_group *group, int window, struct span span)
{
    size_t place = board_series_place(series, span.start);
    struct board_window *made = memory_new(sizeof *made);
    made->group = group;
    made->window = window;
    made->span = span;
    series->windows = memory_grow(series->windows, &series->capacity, series->count + 1, sizeof(struct board_window *));
    memmove(series->windows + place + 1, series->windows + place, (series->count++ - place) * sizeof(struct board_window *));
    series->windows[place] = made;
    return made;
}

void board_series_drop(struct board_series *series, size_t count)
{
    if (count == 0)
        return;
    series->count -= count;
    memmove(series->windows, series->windows + count, series->count * sizeof(struct board_window *));
}
