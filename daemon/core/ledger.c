#include "ledger.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "agenda.h"
#include "contribution.h"
#include "memory.h"
#include "slab.h"

/* One (funnel, lead): this head, the elements of its set, the amount if it has one, and the id's bytes. */
struct record {
    uint64_t hash;      /* of (funnel, lead), see hash_of */
    int64_t last_at;
    uint32_t count;     /* elements */
    uint8_t funnel;
    uint8_t id_length;
    uint8_t flags;
    uint8_t unused;
    uint64_t elements[];
};

enum { RECORD_REMOVED = 1, RECORD_CHANGED = 2, RECORD_AMOUNT = 4 };

/* A slot of the table: the record's address (48 bits) below 16 bits of its hash, so that most probes need not visit the record. 0: free. */
typedef uint64_t slot_value;
#define SLOT_ADDRESS ((UINT64_C(1) << 48) - 1)

struct delta_slot { uint32_t place; /* of a delta + 1; 0: free */ };

struct ledger {
    const struct ledger_definition *definition;
    struct lead_names names;
    struct groups *groups;

    slot_value *slots;
    uint64_t slot_mask, record_count;
    struct slab slab;
    uint64_t record_bytes;

    struct ledger_delta *deltas; /* the first delta_count are in use, the others keep their memory */
    size_t delta_count, delta_capacity;
    struct delta_slot *delta_slots;
    uint32_t delta_mask;

    uint64_t *changed; /* hashes of records with RECORD_CHANGED */
    size_t changed_count, changed_capacity;
    struct text *forgotten; /* ids of leads gone since the changes were last cleared; owned */
    size_t forgotten_count, forgotten_capacity;

    struct agenda expiry;  /* by last event; one entry a record where the definition forgets */
    struct agenda *oldest; /* by begin of the stay: for each (funnel, step), where oldest are named */
    uint64_t *standing;    /* open leads at each (funnel, step) */

    /* Scratch, used again from event to event. */
    struct lead_set draft;
    struct contributions difference, taken, given;
    struct ledger_section sections[FUNNEL_FUNNELS_MAX];
};

/* ---- records ---- */

/* Funnels take turns of a fixed odd step, so that a lead's hash can be had back from its record's. */
static uint64_t hash_of(uint64_t lead_hash, int funnel)
{
    return lead_hash + (uint64_t)funnel * UINT64_C(0x9E3779B97F4A7C15);
}

static uint64_t lead_hash_of(const struct record *record)
{
    return record->hash - (uint64_t)record->funnel * UINT64_C(0x9E3779B97F4A7C15);
}

static size_t record_size(uint32_t count, bool has_amount, uint8_t id_length)
{
    return sizeof(struct record) + (count + has_amount) * sizeof(uint64_t) + id_length;
}

static size_t size_of(const struct record *record)
{
    return record_size(record->count, (record->flags & RECORD_AMOUNT) != 0, record->id_length);
}

static struct text id_of(const struct record *record)
{
    return (struct text){(const char *)(record->elements + record->count + ((record->flags & RECORD_AMOUNT) != 0)), record->id_length};
}

/* The record's set as it stands there: for reading only. */
static struct lead_set set_of(struct record *record)
{
    return (struct lead_set){record->count, record->count, record->elements,
                             (record->flags & RECORD_AMOUNT) != 0 ? (int64_t)record->elements[record->count] : 0};
}

static struct record *record_at(slot_value slot)
{
    return (struct record *)(uintptr_t)(slot & SLOT_ADDRESS);
}

static slot_value slot_for(const struct record *record)
{
    return (uint64_t)(uintptr_t)record | (record->hash & ~SLOT_ADDRESS);
}

static uint64_t first_slot(const struct ledger *ledger, uint64_t hash)
{
    return hash & ledger->slot_mask;
}

/* The slot of a (funnel, lead): its own, or the free one where it belongs. */
static uint64_t find_slot(const struct ledger *ledger, uint64_t hash, int funnel, struct text id)
{
    uint64_t slot = first_slot(ledger, hash);
    for (; ledger->slots[slot] != 0; slot = (slot + 1) & ledger->slot_mask) {
        if ((ledger->slots[slot] & ~SLOT_ADDRESS) != (hash & ~SLOT_ADDRESS))
            continue;
        const struct record *record = record_at(ledger->slots[slot]);
        if (record->hash == hash && record->funnel == funnel && text_equal(id_of(record), id))
            break;
    }
    return slot;
}

static struct record *find_record(const struct ledger *ledger, uint64_t lead_hash, int funnel, struct text id)
{
    slot_value slot = ledger->slots[find_slot(ledger, hash_of(lead_hash, funnel), funnel, id)];
    return slot != 0 ? record_at(slot) : NULL;
}

static void grow_slots(struct ledger *ledger)
{
    slot_value *old = ledger->slots;
    uint64_t old_mask = ledger->slot_mask;
    ledger->slot_mask = old_mask * 2 + 1;
    ledger->slots = memory_new((ledger->slot_mask + 1) * sizeof *ledger->slots);
    for (uint64_t i = 0; i <= old_mask; i++) {
        if (old[i] == 0)
            continue;
        uint64_t slot = first_slot(ledger, record_at(old[i])->hash);
        while (ledger->slots[slot] != 0)
            slot = (slot + 1) & ledger->slot_mask;
        ledger->slots[slot] = old[i];
    }
    free(old);
}

static struct record *new_record(struct ledger *ledger, uint64_t hash, int funnel, struct text id)
{
    assert(id.length <= UINT8_MAX);
    size_t size = record_size(0, false, (uint8_t)id.length);
    struct record *record = slab_take(&ledger->slab, size);
    *record = (struct record){.hash = hash, .last_at = TIME_NONE, .funnel = (uint8_t)funnel, .id_length = (uint8_t)id.length};
    memcpy(record->elements, id.data, id.length);
    ledger->record_bytes += size;
    return record;
}

static struct record *insert_record(struct ledger *ledger, uint64_t lead_hash, int funnel, struct text id)
{
    if ((ledger->record_count + 1) * 4 > (ledger->slot_mask + 1) * 3)
        grow_slots(ledger);
    uint64_t hash = hash_of(lead_hash, funnel);
    struct record *record = new_record(ledger, hash, funnel, id);
    ledger->slots[find_slot(ledger, hash, funnel, id)] = slot_for(record);
    ledger->record_count++;
    return record;
}

/* Put a set into a record; it moves if its size changes. Returns where it is now. */
static struct record *store_set(struct ledger *ledger, struct record *record, const struct lead_set *set)
{
    bool has_amount = false;
    for (uint32_t i = 0; i < set->count && !has_amount; i++)
        has_amount = lead_element_what(set->elements[i]) == LEAD_AMOUNT;
    size_t old_size = size_of(record), new_size = record_size(set->count, has_amount, record->id_length);
    char id[UINT8_MAX];
    memcpy(id, id_of(record).data, record->id_length);
    if (new_size != old_size) {
        uint64_t slot = find_slot(ledger, record->hash, record->funnel, (struct text){id, record->id_length});
        struct record *moved = slab_take(&ledger->slab, new_size);
        *moved = *record;
        slab_give(&ledger->slab, record, old_size);
        ledger->slots[slot] = slot_for(moved);
        ledger->record_bytes += new_size - old_size;
        record = moved;
    }
    record->count = set->count;
    record->flags = (uint8_t)((record->flags & ~RECORD_AMOUNT) | (has_amount ? RECORD_AMOUNT : 0));
    memcpy(record->elements, set->elements, set->count * sizeof *set->elements);
    if (has_amount)
        record->elements[set->count] = (uint64_t)set->amount_minor;
    memcpy(record->elements + set->count + has_amount, id, record->id_length);
    return record;
}

/* Free a record and close the gap it leaves in its run of slots. */
static void delete_record(struct ledger *ledger, struct record *record)
{
    uint64_t gap = find_slot(ledger, record->hash, record->funnel, id_of(record)), mask = ledger->slot_mask;
    for (uint64_t slot = (gap + 1) & mask; ledger->slots[slot] != 0; slot = (slot + 1) & mask) {
        uint64_t home = first_slot(ledger, record_at(ledger->slots[slot])->hash);
        if (((slot - home) & mask) >= ((slot - gap) & mask)) {
            ledger->slots[gap] = ledger->slots[slot];
            gap = slot;
        }
    }
    ledger->slots[gap] = 0;
    ledger->record_count--;
    ledger->record_bytes -= size_of(record);
    slab_give(&ledger->slab, record, size_of(record));
}

static void mark_changed(struct ledger *ledger, struct record *record)
{
    if (record->flags & RECORD_CHANGED)
        return;
    record->flags |= RECORD_CHANGED;
    ledger->changed = memory_grow(ledger->changed, &ledger->changed_capacity, ledger->changed_count + 1, sizeof *ledger->changed);
    ledger->changed[ledger->changed_count++] = record->hash;
}

/* ---- deltas ---- */

static uint32_t delta_hash(uint32_t group, int32_t slice)
{
    uint64_t hash = ((uint64_t)group << 32 | (uint32_t)slice) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32);
}

static void grow_delta_slots(struct ledger *ledger)
{
    free(ledger->delta_slots);
    ledger->delta_mask = ledger->delta_mask * 2 + 1;
    ledger->delta_slots = memory_new(((size_t)ledger->delta_mask + 1) * sizeof *ledger->delta_slots);
    for (size_t i = 0; i < ledger->delta_count; i++) {
        uint32_t slot = delta_hash(ledger->deltas[i].group, ledger->deltas[i].slice) & ledger->delta_mask;
        while (ledger->delta_slots[slot].place != 0)
            slot = (slot + 1) & ledger->delta_mask;
        ledger->delta_slots[slot].place = (uint32_t)i + 1;
    }
}

static struct tally *delta_of(struct ledger *ledger, uint32_t group, int32_t slice)
{
    uint32_t slot = delta_hash(group, slice) & ledger->delta_mask;
    for (uint32_t place; (place = ledger->delta_slots[slot].place) != 0; slot = (slot + 1) & ledger->delta_mask) {
        struct ledger_delta *delta = &ledger->deltas[place - 1];
        if (delta->group == group && delta->slice == slice)
            return &delta->tally;
    }
    size_t place = ledger->delta_count++;
    if (place >= ledger->delta_capacity) {
        size_t before = ledger->delta_capacity;
        ledger->deltas = memory_grow(ledger->deltas, &ledger->delta_capacity, place + 1, sizeof *ledger->deltas);
        memset(ledger->deltas + before, 0, (ledger->delta_capacity - before) * sizeof *ledger->deltas);
    }
    ledger->deltas[place].group = group;
    ledger->deltas[place].slice = slice;
    ledger->delta_slots[slot].place = (uint32_t)place + 1;
    if ((place + 1) * 2 > ledger->delta_mask)
        grow_delta_slots(ledger);
    return &ledger->deltas[place].tally;
}

static void add_to_group(struct ledger *ledger, uint32_t group, const struct contributions *contributions)
{
    struct tally *tally = NULL;
    int64_t slice = 0;
    for (size_t i = 0; i < contributions->count; i++) {
        const struct contribution *contribution = &contributions->list[i];
        if (tally == NULL || contribution->slice != slice) {
            slice = contribution->slice;
            tally = delta_of(ledger, group, (int32_t)slice);
        }
        tally_add(tally, contribution->key, contribution->count);
    }
}

/* The group of a breakdown that a lead with these facts is in; UINT32_MAX: none, a dimension has no value. */
static uint32_t group_of(struct ledger *ledger, int funnel, int breakdown, const struct facts *facts)
{
    const struct breakdown *dimensions = &ledger->definition->funnels[funnel].breakdowns[breakdown];
    struct group group = {.funnel = funnel, .breakdown = breakdown, .value_count = dimensions->dimension_count};
    for (int i = 0; i < group.value_count; i++)
        if ((group.values[i] = facts->values[dimensions->dimensions[i]]) == 0)
            return UINT32_MAX;
    return groups_number(ledger->groups, &group);
}

/* Bring the counts of all groups of a lead from its old facts (NULL: none) to the new ones (NULL: none). */
static void recount(struct ledger *ledger, int f, const struct facts *before, const struct facts *after)
{
    const struct funnel *funnel = &ledger->definition->funnels[f];
    int64_t slice_s = ledger->definition->slice_s;
    ledger->difference.count = ledger->taken.count = ledger->given.count = 0;
    contribution_difference(&ledger->difference, funnel, slice_s, before, after);
    add_to_group(ledger, (uint32_t)f, &ledger->difference);
    for (int b = 0; b < funnel->breakdown_count; b++) {
        uint32_t was = before != NULL ? group_of(ledger, f, b, before) : UINT32_MAX;
        uint32_t is = after != NULL ? group_of(ledger, f, b, after) : UINT32_MAX;
        if (was == is) {
            if (is != UINT32_MAX)
                add_to_group(ledger, is, &ledger->difference);
            continue;
        }
        if (was != UINT32_MAX) {
            if (ledger->taken.count == 0)
                contribution_difference(&ledger->taken, funnel, slice_s, before, NULL);
            add_to_group(ledger, was, &ledger->taken);
        }
        if (is != UINT32_MAX) {
            if (ledger->given.count == 0)
                contribution_difference(&ledger->given, funnel, slice_s, NULL, after);
            add_to_group(ledger, is, &ledger->given);
        }
    }
}

/* ---- open leads by name ---- */

static size_t step_place(int funnel, int step)
{
    return (size_t)funnel * FUNNEL_STEPS_MAX + (size_t)step;
}

static bool stands(const struct facts *facts)
{
    return facts != NULL && facts->state == LEAD_OPEN;
}

/* Entries of leads that have moved on stay in the agenda until they come up; when they outnumber the leads that stand there, they are weeded out. */
static bool still_stands(struct ledger *ledger, int funnel, int step, const struct agenda_entry *entry, struct record **out);

static void weed(struct ledger *ledger, int funnel, int step)
{
    struct agenda *agenda = &ledger->oldest[step_place(funnel, step)];
    struct record *record;
    size_t kept = 0;
    for (size_t i = 0; i < agenda->count; i++)
        if (still_stands(ledger, funnel, step, &agenda->heap[i], &record))
            agenda->heap[kept++] = agenda->heap[i];
    agenda->count = kept;
    agenda_order(agenda);
}

static void note_standing(struct ledger *ledger, int funnel, uint64_t hash, const struct facts *before, const struct facts *after)
{
    if (!ledger->definition->names_oldest)
        return;
    if (stands(before))
        ledger->standing[step_place(funnel, before->current)]--;
    if (!stands(after))
        return;
    size_t place = step_place(funnel, after->current);
    ledger->standing[place]++;
    if (stands(before) && before->current == after->current && before->stay_since == after->stay_since)
        return;
    agenda_push(&ledger->oldest[place], (struct agenda_entry){after->stay_since, hash});
}

static bool still_stands(struct ledger *ledger, int funnel, int step, const struct agenda_entry *entry, struct record **out)
{
    for (uint64_t slot = first_slot(ledger, entry->lead); ledger->slots[slot] != 0; slot = (slot + 1) & ledger->slot_mask) {
        struct record *record = record_at(ledger->slots[slot]);
        if (record->hash != entry->lead || record->funnel != funnel || (record->flags & RECORD_REMOVED))
            continue;
        struct facts facts;
        struct lead_set set = set_of(record);
        lead_facts(&set, &ledger->names, &ledger->definition->funnels[funnel], &facts);
        if (facts.state == LEAD_OPEN && facts.current == step && facts.stay_since == entry->moment) {
            *out = record;
            return true;
        }
    }
    return false;
}

static int by_since_then_bytes(const void *a, const void *b)
{
    const struct ledger_open *x = a, *y = b;
    return x->since != y->since ? (x->since > y->since) - (x->since < y->since) : text_compare(x->lead, y->lead);
}

int ledger_oldest(struct ledger *ledger, int funnel, int step, int most, struct ledger_open *out)
{
    size_t place = step_place(funnel, step);
    struct agenda *agenda = &ledger->oldest[place];
    if (agenda->count > 2 * ledger->standing[place] + 64)
        weed(ledger, funnel, step);
    /* Take the oldest out of the heap, those of the last one's second too: among them bytes decide. Then put them back. */
    size_t capacity = 0, count = 0, kept_capacity = 0;
    struct ledger_open *found = NULL;
    struct agenda_entry *kept = NULL, last = {TIME_NONE, 0};
    while (agenda->count > 0 && (count < (size_t)most || agenda->heap[0].moment == found[count - 1].since)) {
        struct agenda_entry entry = agenda_pop(agenda);
        struct record *record;
        bool twice = entry.moment == last.moment && entry.lead == last.lead; /* a lead that left and came back as it was */
        last = entry;
        if (twice || !still_stands(ledger, funnel, step, &entry, &record))
            continue;
        found = memory_grow(found, &capacity, count + 1, sizeof *found);
        kept = memory_grow(kept, &kept_capacity, count + 1, sizeof *kept);
        found[count] = (struct ledger_open){id_of(record), entry.moment};
        kept[count++] = entry;
    }
    for (size_t i = 0; i < count; i++)
        agenda_push(agenda, kept[i]);
    if (count > 1)
        qsort(found, count, sizeof *found, by_since_then_bytes);
    int shown = count < (size_t)most ? (int)count : most;
    if (shown > 0)
        memcpy(out, found, (size_t)shown * sizeof *out);
    free(found);
    free(kept);
    return shown;
}

/* ---- events ---- */

static void copy_to_draft(struct ledger *ledger, struct record *record)
{
    struct lead_set set = set_of(record);
    ledger->draft.elements = memory_grow(ledger->draft.elements, &ledger->draft.capacity, set.count + 1, sizeof *set.elements);
    memcpy(ledger->draft.elements, set.elements, set.count * sizeof *set.elements);
    ledger->draft.count = set.count;
    ledger->draft.amount_minor = set.amount_minor;
}

static struct facts *facts_of(struct ledger *ledger, struct record *record, struct facts *facts)
{
    struct lead_set set = set_of(record);
    lead_facts(&set, &ledger->names, &ledger->definition->funnels[record->funnel], facts);
    return facts;
}

static void note_last(struct ledger *ledger, struct record *record, int64_t at)
{
    if (at <= record->last_at)
        return;
    bool is_new = record->last_at == TIME_NONE;
    record->last_at = at;
    if (!ledger->definition->forgets)
        return;
    if (is_new)
        agenda_push(&ledger->expiry, (struct agenda_entry){at, record->hash});
    mark_changed(ledger, record); /* when it is forgotten depends on it */
}

/* The lead is as if never seen, but for the slices it counted in. */
static void empty_record(struct ledger *ledger, struct record *record)
{
    struct facts facts;
    facts_of(ledger, record, &facts);
    note_standing(ledger, record->funnel, record->hash, &facts, NULL);
    ledger->difference.count = 0;
    contribution_leave_standing(&ledger->difference, ledger->definition->slice_s, &facts);
    add_to_group(ledger, record->funnel, &ledger->difference);
    for (int b = 0; b < ledger->definition->funnels[record->funnel].breakdown_count; b++) {
        uint32_t group = group_of(ledger, record->funnel, b, &facts);
        if (group != UINT32_MAX)
            add_to_group(ledger, group, &ledger->difference);
    }
}

static struct record *forget_on_touch(struct ledger *ledger, struct record *record)
{
    empty_record(ledger, record);
    record->flags &= (uint8_t)~RECORD_REMOVED;
    mark_changed(ledger, record);
    return store_set(ledger, record, &(struct lead_set){0});
}

static void apply_move(struct ledger *ledger, const struct event *event, const struct move *move, int64_t bound)
{
    struct record *record = find_record(ledger, event->lead_hash, move->funnel, event->lead);
    if (record == NULL)
        record = insert_record(ledger, event->lead_hash, move->funnel, event->lead);
    else if (record->last_at < bound)
        record = forget_on_touch(ledger, record);
    note_last(ledger, record, event->at);
    if (record->flags & RECORD_REMOVED)
        return;
    copy_to_draft(ledger, record);
    if (!lead_set_add(&ledger->draft, &ledger->names, event, move))
        return;
    struct facts before, after;
    bool was = record->count > 0;
    if (was)
        facts_of(ledger, record, &before);
    lead_facts(&ledger->draft, &ledger->names, &ledger->definition->funnels[move->funnel], &after);
    recount(ledger, move->funnel, was ? &before : NULL, &after);
    note_standing(ledger, move->funnel, record->hash, was ? &before : NULL, &after);
    mark_changed(ledger, store_set(ledger, record, &ledger->draft));
}

/* Taken out for good, in every funnel. Nothing but the mark is kept. */
static void apply_removal(struct ledger *ledger, const struct event *event, int64_t bound)
{
    for (int f = 0; f < ledger->definition->funnel_count; f++) {
        struct record *record = find_record(ledger, event->lead_hash, f, event->lead);
        if (record == NULL)
            record = insert_record(ledger, event->lead_hash, f, event->lead);
        else if (record->last_at < bound)
            record = forget_on_touch(ledger, record);
        note_last(ledger, record, event->at);
        if (record->flags & RECORD_REMOVED)
            continue;
        if (record->count > 0) {
            struct facts before;
            facts_of(ledger, record, &before);
            recount(ledger, f, &before, NULL);
            note_standing(ledger, f, record->hash, &before, NULL);
            record = store_set(ledger, record, &(struct lead_set){0});
        }
        record->flags |= RECORD_REMOVED;
        mark_changed(ledger, record);
    }
}

void ledger_apply(struct ledger *ledger, const struct event *event, int64_t bound)
{
    if (event->removed) {
        apply_removal(ledger, event, bound);
        return;
    }
    for (int i = 0; i < event->move_count; i++)
        apply_move(ledger, event, &event->moves[i], bound);
}

static void note_forgotten(struct ledger *ledger, struct text id)
{
    ledger->forgotten = memory_grow(ledger->forgotten, &ledger->forgotten_capacity, ledger->forgotten_count + 1, sizeof *ledger->forgotten);
    ledger->forgotten[ledger->forgotten_count++] = (struct text){memory_copy(id.data, id.length), id.length};
}

void ledger_forget(struct ledger *ledger, int64_t bound)
{
    while (ledger->expiry.count > 0 && ledger->expiry.heap[0].moment < bound) {
        struct agenda_entry entry = agenda_pop(&ledger->expiry);
        for (uint64_t slot = first_slot(ledger, entry.lead); ledger->slots[slot] != 0; slot = (slot + 1) & ledger->slot_mask) {
            struct record *record = record_at(ledger->slots[slot]);
            if (record->hash != entry.lead)
                continue;
            if (record->last_at >= bound) {
                agenda_push(&ledger->expiry, (struct agenda_entry){record->last_at, record->hash});
                break;
            }
            empty_record(ledger, record);
            note_forgotten(ledger, id_of(record));
            delete_record(ledger, record);
            break;
        }
    }
}

/* ---- the ledger as a whole ---- */

enum { SLOTS_LEAST = 1024, DELTA_SLOTS_LEAST = 1024 };

struct ledger *ledger_new(const struct ledger_definition *definition)
{
    struct ledger *ledger = memory_new(sizeof *ledger);
    ledger->definition = definition;
    ledger->names.reasons = names_new(LEAD_REASONS_MAX);
    ledger->names.dimension_count = definition->dimension_count;
    ledger->names.dimensions = definition->dimensions;
    for (int d = 0; d < definition->dimension_count; d++)
        ledger->names.values[d] = names_new(LEAD_VALUES_MAX);
    ledger->groups = groups_new(definition->funnel_count);
    ledger->slot_mask = SLOTS_LEAST - 1;
    ledger->slots = memory_new(SLOTS_LEAST * sizeof *ledger->slots);
    ledger->delta_mask = DELTA_SLOTS_LEAST - 1;
    ledger->delta_slots = memory_new(DELTA_SLOTS_LEAST * sizeof *ledger->delta_slots);
    size_t steps = (size_t)definition->funnel_count * FUNNEL_STEPS_MAX;
    ledger->oldest = memory_new(steps * sizeof *ledger->oldest);
    ledger->standing = memory_new(steps * sizeof *ledger->standing);
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    for (uint64_t i = 0; i <= ledger->slot_mask; i++)
        if (ledger->slots[i] != 0 && size_of(record_at(ledger->slots[i])) > SLAB_LARGEST)
            slab_give(&ledger->slab, record_at(ledger->slots[i]), size_of(record_at(ledger->slots[i])));
    slab_free(&ledger->slab);
    free(ledger->slots);
    for (size_t i = 0; i < ledger->delta_capacity; i++)
        tally_free(&ledger->deltas[i].tally);
    free(ledger->deltas);
    free(ledger->delta_slots);
    ledger_clear_changed(ledger);
    free(ledger->changed);
    free(ledger->forgotten);
    agenda_free(&ledger->expiry);
    for (size_t i = 0; i < (size_t)ledger->definition->funnel_count * FUNNEL_STEPS_MAX; i++)
        agenda_free(&ledger->oldest[i]);
    free(ledger->oldest);
    free(ledger->standing);
    free(ledger->draft.elements);
    free(ledger->difference.list);
    free(ledger->taken.list);
    free(ledger->given.list);
    names_free(ledger->names.reasons);
    for (int d = 0; d < ledger->definition->dimension_count; d++)
        names_free(ledger->names.values[d]);
    groups_free(ledger->groups);
    free(ledger);
}

void ledger_prefetch(const struct ledger *ledger, uint64_t lead_hash)
{
    __builtin_prefetch(&ledger->slots[first_slot(ledger, lead_hash)]);
}

size_t ledger_deltas(const struct ledger *ledger, const struct ledger_delta **out)
{
    *out = ledger->deltas;
    return ledger->delta_count;
}

void ledger_clear_deltas(struct ledger *ledger)
{
    for (size_t i = ledger->delta_count; i-- > 0;) { /* the last first: what it was put behind is still there */
        uint32_t slot = delta_hash(ledger->deltas[i].group, ledger->deltas[i].slice) & ledger->delta_mask;
        while (ledger->delta_slots[slot].place != i + 1)
            slot = (slot + 1) & ledger->delta_mask;
        ledger->delta_slots[slot].place = 0;
        tally_clear(&ledger->deltas[i].tally);
    }
    ledger->delta_count = 0;
}

const struct group *ledger_group(const struct ledger *ledger, uint32_t group)
{
    return groups_get(ledger->groups, group);
}

const struct lead_names *ledger_names(const struct ledger *ledger)
{
    return &ledger->names;
}

uint64_t ledger_lead_count(const struct ledger *ledger)
{
    return ledger->record_count;
}

uint64_t ledger_bytes(const struct ledger *ledger)
{
    return ledger->record_bytes + (ledger->slot_mask + 1) * sizeof *ledger->slots;
}

/* ---- to the changelog and back ---- */

struct ledger_lead ledger_find(struct ledger *ledger, struct text id, uint64_t lead_hash)
{
    struct ledger_lead lead = {.id = id, .last_at = TIME_NONE, .sections = ledger->sections, .forgotten = true};
    for (int f = 0; f < ledger->definition->funnel_count; f++) {
        struct record *record = find_record(ledger, lead_hash, f, id);
        if (record == NULL)
            continue;
        lead.forgotten = false;
        if (record->last_at > lead.last_at)
            lead.last_at = record->last_at;
        if (record->flags & RECORD_REMOVED)
            lead.removed = true;
        else
            ledger->sections[lead.section_count++] = (struct ledger_section){f, record->last_at, set_of(record)};
    }
    if (lead.removed)
        lead.section_count = 0;
    return lead;
}

void ledger_each_changed(struct ledger *ledger, void (*each)(void *context, const struct ledger_lead *lead), void *context)
{
    for (size_t i = 0; i < ledger->changed_count; i++) {
        uint64_t hash = ledger->changed[i];
        for (uint64_t slot = first_slot(ledger, hash); ledger->slots[slot] != 0; slot = (slot + 1) & ledger->slot_mask) {
            struct record *record = record_at(ledger->slots[slot]);
            if (record->hash != hash || !(record->flags & RECORD_CHANGED))
                continue;
            struct text id = id_of(record);
            uint64_t lead_hash = lead_hash_of(record);
            struct ledger_lead lead = ledger_find(ledger, id, lead_hash);
            each(context, &lead);
            for (int f = 0; f < ledger->definition->funnel_count; f++) { /* it went out with all its funnels */
                struct record *other = find_record(ledger, lead_hash, f, id);
                if (other != NULL)
                    other->flags &= (uint8_t)~RECORD_CHANGED;
            }
        }
    }
    for (size_t i = 0; i < ledger->forgotten_count; i++) {
        struct text id = ledger->forgotten[i];
        each(context, &(struct ledger_lead){.id = id, .forgotten = true});
    }
    ledger_clear_changed(ledger);
}

void ledger_clear_changed(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->changed_count; i++) {
        uint64_t hash = ledger->changed[i];
        for (uint64_t slot = first_slot(ledger, hash); ledger->slots[slot] != 0; slot = (slot + 1) & ledger->slot_mask)
            if (record_at(ledger->slots[slot])->hash == hash)
                record_at(ledger->slots[slot])->flags &= (uint8_t)~RECORD_CHANGED;
    }
    ledger->changed_count = 0;
    for (size_t i = 0; i < ledger->forgotten_count; i++)
        free((char *)(uintptr_t)ledger->forgotten[i].data);
    ledger->forgotten_count = 0;
}

void ledger_restore(struct ledger *ledger, const struct ledger_lead *lead, uint64_t lead_hash)
{
    if (lead->removed) {
        for (int f = 0; f < ledger->definition->funnel_count; f++) {
            struct record *record = insert_record(ledger, lead_hash, f, lead->id);
            record->flags |= RECORD_REMOVED;
            note_last(ledger, record, lead->last_at);
        }
        return;
    }
    for (int i = 0; i < lead->section_count; i++) {
        const struct ledger_section *section = &lead->sections[i];
        struct record *record = insert_record(ledger, lead_hash, section->funnel, lead->id);
        note_last(ledger, record, section->last_at);
        struct facts facts;
        lead_facts(&section->set, &ledger->names, &ledger->definition->funnels[section->funnel], &facts);
        recount(ledger, section->funnel, NULL, &facts);
        note_standing(ledger, section->funnel, record->hash, NULL, &facts);
        store_set(ledger, record, &section->set);
    }
}
