#include "agenda.h"

#include <stdbool.h>
#include <stdlib.h>

#include "memory.h"

static bool before(const struct agenda_entry *a, const struct agenda_entry *b)
{
    return a->moment != b->moment ? a->moment < b->moment : a->lead < b->lead;
}

static void sift_down(struct agenda *agenda, size_t place)
{
    struct agenda_entry entry = agenda->heap[place];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= agenda->count)
            break;
        if (child + 1 < agenda->count && before(&agenda->heap[child + 1], &agenda->heap[child]))
            child++;
        if (!before(&agenda->heap[child], &entry))
            break;
        agenda->heap[place] = agenda->heap[child];
        place = child;
    }
    agenda->heap[place] = entry;
}

void agenda_push(struct agenda *agenda, struct agenda_entry entry)
{
    agenda->heap = memory_grow(agenda->heap, &agenda->capacity, agenda->count + 1, sizeof *agenda->heap);
    size_t place = agenda->count++;
    while (place > 0 && before(&entry, &agenda->heap[(place - 1) / 2])) {
        agenda->heap[place] = agenda->heap[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    agenda->heap[place] = entry;
}

struct agenda_entry agenda_pop(struct agenda *agenda)
{
    struct agenda_entry least = agenda->heap[0];
    agenda->heap[0] = agenda->heap[--agenda->count];
    if (agenda->count > 0)
        sift_down(agenda, 0);
    return least;
}

void agenda_order(struct agenda *agenda)
{
    for (size_t place = agenda->count / 2; place-- > 0;)
        sift_down(agenda, place);
}

static int ascending(const void *a, const void *b)
{
    return before(b, a) - before(a, b);
}

/* A sorted array is a heap. */
void agenda_drop_twins(struct agenda *agenda)
{
    size_t kept = 0;
    if (agenda->count > 0)
        qsort(agenda->heap, agenda->count, sizeof *agenda->heap, ascending);
    for (size_t i = 0; i < agenda->count; i++)
        if (i == 0 || before(&agenda->heap[kept - 1], &agenda->heap[i]))
            agenda->heap[kept++] = agenda->heap[i];
    agenda->count = kept;
}

void agenda_free(struct agenda *agenda)
{
    free(agenda->heap);
    *agenda = (struct agenda){0};
}
