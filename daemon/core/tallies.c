#include "tallies.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define NO_ROW UINT32_MAX

struct cursor { const struct tally_entry *next, *end; }; /* what is left of a tally */

struct adding {
    struct cursor *cursors;
    size_t cursor_count;
    int32_t *counts;          /* by detail; all 0 between two rows */
    size_t capacity;
    uint32_t end;             /* no detail of the row is as great */
    struct tally_entry *out;  /* what they add up to */
    size_t length, out_capacity;
};

/* Keys of one basis, field and step. */
static uint32_t row_of(uint32_t key)
{
    return key & ~(uint32_t)TALLY_DETAIL_MAX;
}

/* The least row that some tally still has; NO_ROW: none. */
static uint32_t next_row(const struct adding *adding)
{
    uint32_t least = NO_ROW;
    for (size_t i = 0; i < adding->cursor_count; i++) {
        const struct cursor *cursor = &adding->cursors[i];
        if (cursor->next < cursor->end && row_of(cursor->next->key) < least)
            least = row_of(cursor->next->key);
    }
    return least;
}

static void make_room(struct adding *adding, uint32_t end)
{
    size_t had = adding->capacity;
    adding->counts = memory_grow(adding->counts, &adding->capacity, end, sizeof *adding->counts);
    memset(adding->counts + had, 0, (adding->capacity - had) * sizeof *adding->counts);
}

static void add_row(struct adding *adding, uint32_t row)
{
    adding->end = 0;
    for (size_t i = 0; i < adding->cursor_count; i++) {
        struct cursor *cursor = &adding->cursors[i];
        const struct tally_entry *entry = cursor->next, *end = entry;
        while (end < cursor->end && row_of(end->key) == row)
            end++;
        if (end == entry)
            continue;
        cursor->next = end;
        uint32_t details = tally_key_detail(end[-1].key) + 1; /* they ascend */
        if (details > adding->capacity)
            make_room(adding, details);
        if (details > adding->end)
            adding->end = details;
        for (; entry < end; entry++)
            adding->counts[tally_key_detail(entry->key)] += entry->count;
    }
}

static void read_row(struct adding *adding, uint32_t row, int sign)
{
    for (uint32_t detail = 0; detail < adding->end; detail++) {
        if (adding->counts[detail] == 0)
            continue;
        if (adding->length == adding->out_capacity)
            adding->out = memory_grow(adding->out, &adding->out_capacity, adding->length + 1, sizeof *adding->out);
        adding->out[adding->length++] = (struct tally_entry){row | detail, sign * adding->counts[detail]};
        adding->counts[detail] = 0;
    }
}

void tallies_add_up(const struct tally *const *list, size_t count, int sign, struct tally *sum)
{
    struct adding adding = {.cursors = memory_new(count * sizeof *adding.cursors), .cursor_count = count};
    for (size_t i = 0; i < count; i++) {
        size_t length;
        adding.cursors[i].next = tally_entries(list[i], &length);
        adding.cursors[i].end = adding.cursors[i].next + length;
        tally_merge_amounts(sum, list[i], sign);
    }
    for (uint32_t row; (row = next_row(&adding)) != NO_ROW;) {
        add_row(&adding, row);
        read_row(&adding, row, sign);
    }
    tally_add_run(sum, adding.out, adding.length);
    free(adding.cursors);
    free(adding.counts);
    free(adding.out);
}
