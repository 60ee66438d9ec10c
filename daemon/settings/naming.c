#include "naming.h"

#include <stdlib.h>

#include "../core/memory.h"

struct naming_entry {
    struct name name;
    const struct place *place;
    size_t number; /* in the order in which they were added */
};

void naming_add(struct naming_draft *draft, const struct place *place, struct name name)
{
    draft->entries = memory_grow(draft->entries, &draft->capacity, draft->count + 1, sizeof *draft->entries);
    draft->entries[draft->count] = (struct naming_entry){name, place, draft->count};
    draft->count++;
}

static int compare_entries(const void *left, const void *right)
{
    const struct naming_entry *a = left, *b = right;
    int order = text_compare(a->name.text, b->name.text);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

static bool same_meaning(const struct name *a, const struct name *b)
{
    return a->kind == b->kind && a->step == b->step && text_equal(a->reason, b->reason);
}

static const char *meaning(const struct name *name, const struct funnel *funnel, struct keep *keep)
{
    switch (name->kind) {
    case NAME_STEP:
        return keep_format(keep, "the step `%s`", funnel->steps[name->step].id);
    case NAME_LOST:
        return name->reason.data != NULL ? keep_format(keep, "a loss for `%s`", name->reason.data) : "a loss";
    case NAME_REMOVED:
        return "a removed lead";
    case NAME_OTHER:
        break;
    }
    return "a stage that does not count";
}

void naming_finish(struct naming_draft *draft, const struct funnel *funnel, struct keep *keep, struct naming *naming)
{
    struct naming_entry *entries = draft->entries;
    if (draft->count > 0)
        qsort(entries, draft->count, sizeof *entries, compare_entries);
    naming->names = keep_array(keep, draft->count, sizeof *naming->names);
    const struct naming_entry *first = NULL; /* that has the present text */
    for (size_t i = 0; i < draft->count; i++) {
        if (first == NULL || !text_equal(first->name.text, entries[i].name.text)) {
            first = &entries[i];
            naming->names[naming->name_count++] = first->name;
        } else if (!same_meaning(&first->name, &entries[i].name)) {
            check_fault(entries[i].place, "found `%s` for %s, but in line %d it stands for %s; expected a name that means one thing",
                        first->name.text.data, meaning(&entries[i].name, funnel, keep), first->place->node->line, meaning(&first->name, funnel, keep));
        }
    }
    free(draft->entries);
    *draft = (struct naming_draft){0};
}

const struct name *naming_find(const struct naming *naming, const char *word)
{
    struct text wanted = text_of(word);
    int low = 0, high = naming->name_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = text_compare(naming->names[middle].text, wanted);
        if (order == 0)
            return &naming->names[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
