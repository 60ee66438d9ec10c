#include "ledger.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "agenda.h"
#include "counter.h"
#include "memory.h"
#include "open_leads.h"
#include "records.h"

struct ledger {
    const struct ledger_definition *definition;
    struct lead_names names;
    struct records records;
    struct counter counter;

    /* What the sums do not hold yet: PENDING records. */
    struct record **superseded; /* as counted last, of those that were counted before */
    size_t superseded_count, superseded_capacity, superseded_bytes;
    uint64_t *fresh;            /* hashes of those that were not; a hash may stand for a record that is pending no more */
    size_t fresh_count, fresh_capacity;
    bool fresh_unlisted;        /* they are so many that the whole table is walked instead */

    uint64_t *changed; /* hashes of records with RECORD_CHANGED, from the first one that was not handed out */
    size_t changed_first, changed_count, changed_capacity;
    struct rewrite { char *id; size_t length; uint64_t lead_hash; } *rewrites; /* of the changelog's rows, since the changes were last cleared: of forgotten leads, and those asked for */
    size_t rewrite_count, rewrite_capacity;

    struct agenda expiry;  /* by last event; one entry a record where the definition forgets */
    struct open_leads open_leads;

    struct lead_set draft; /* scratch, used again from event to event */
    struct ledger_section sections[FUNNEL_FUNNELS_MAX];
};

static void mark_changed(struct ledger *ledger, struct record *record)
{
    if (ledger->definition->no_changelog || (record->flags & RECORD_CHANGED))
        return;
    record->flags |= RECORD_CHANGED;
    ledger->changed = memory_grow(ledger->changed, &ledger->changed_capacity, ledger->changed_count + 1, sizeof *ledger->changed);
    ledger->changed[ledger->changed_count++] = record->hash;
}

static struct facts *facts_of(struct ledger *ledger, struct record *record, struct facts *facts)
{
    record_facts(record, &ledger->names, ledger->definition->funnels, facts);
    return facts;
}

/* ---- open leads by name ---- */

int ledger_open_order(const void *a, const void *b)
{
    const struct ledger_open *x = a, *y = b;
    return x->since != y->since ? (x->since > y->since) - (x->since < y->since) : text_compare(x->lead, y->lead);
}

int ledger_oldest(struct ledger *ledger, int funnel, int step, const struct breakdown *breakdown, const struct text *values, int most, struct ledger_open *out)
{
    ledger_count(ledger);
    return open_leads_oldest(&ledger->open_leads, funnel, step, breakdown, values, most, out);
}

/* ---- counting: sums follow the sets when somebody asks for them ---- */

/* Whoever is counted before it changes again is counted once however many events came of it. */
static void count_record(struct ledger *ledger, struct record *superseded, struct record *record)
{
    struct facts before, after;
    const struct facts *was = NULL, *is = NULL;
    if (superseded != NULL)
        was = facts_of(ledger, superseded, &before);
    if (record->count > 0)
        is = facts_of(ledger, record, &after);
    counter_recount(&ledger->counter, record->funnel, was, is);
    open_leads_note(&ledger->open_leads, record->funnel, record->hash, was, is);
    record->flags &= (uint8_t)~(RECORD_PENDING | RECORD_COUNTED);
    record->flags |= is != NULL ? RECORD_COUNTED : 0;
}

enum { COUNT_AHEAD = 8 }; /* leads: so far ahead memory is fetched */

static void count_superseded(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->superseded_count; i++) {
        if (i + 2 * COUNT_AHEAD < ledger->superseded_count)
            __builtin_prefetch(ledger->superseded[i + 2 * COUNT_AHEAD]);
        if (i + COUNT_AHEAD < ledger->superseded_count)
            records_prefetch(&ledger->records, ledger->superseded[i + COUNT_AHEAD]->hash);
        struct record *superseded = ledger->superseded[i];
        struct record *record = records_find(&ledger->records, record_lead_hash(superseded), superseded->funnel, record_id(superseded));
        count_record(ledger, superseded, record);
        records_give_back(&ledger->records, superseded);
    }
    ledger->superseded_count = ledger->superseded_bytes = 0;
}

static bool is_fresh(const struct record *record)
{
    return (record->flags & (RECORD_PENDING | RECORD_COUNTED)) == RECORD_PENDING;
}

static void count_listed(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->fresh_count; i++) {
        if (i + COUNT_AHEAD < ledger->fresh_count)
            records_prefetch(&ledger->records, ledger->fresh[i + COUNT_AHEAD]);
        uint64_t slot = records_home(&ledger->records, ledger->fresh[i]);
        for (struct record *record; (record = records_next(&ledger->records, ledger->fresh[i], &slot)) != NULL;)
            if (is_fresh(record))
                count_record(ledger, NULL, record);
    }
}

static void count_all(struct ledger *ledger)
{
    uint64_t slot = 0;
    for (struct record *record; (record = records_each(&ledger->records, &slot)) != NULL;)
        if (is_fresh(record))
            count_record(ledger, NULL, record);
}

void ledger_count(struct ledger *ledger)
{
    count_superseded(ledger);
    if (ledger->fresh_unlisted)
        count_all(ledger);
    else
        count_listed(ledger);
    ledger->fresh_count = 0;
    ledger->fresh_unlisted = false;
}

/* Of one lead, now. */
static void settle(struct ledger *ledger, struct record *record)
{
    if (is_fresh(record))
        count_record(ledger, NULL, record);
    else if (record->flags & RECORD_PENDING)
        count_superseded(ledger);
}

static void note_fresh(struct ledger *ledger, struct record *record)
{
    enum { LISTED_LEAST = 4096, LISTED_SHARE = 8 };
    record->flags |= RECORD_PENDING;
    if (ledger->fresh_unlisted)
        return;
    if (ledger->fresh_count >= LISTED_LEAST && ledger->fresh_count >= ledger->records.count / LISTED_SHARE) {
        ledger->fresh_unlisted = true;
        return;
    }
    ledger->fresh = memory_grow(ledger->fresh, &ledger->fresh_capacity, ledger->fresh_count + 1, sizeof *ledger->fresh);
    ledger->fresh[ledger->fresh_count++] = record->hash;
}

/* Give a record another set. What the sums hold of it is kept until they are brought up to date. Returns where the record is now. */
static struct record *change_set(struct ledger *ledger, struct record *record, const struct lead_set *set)
{
    enum { SUPERSEDED_BYTES_MOST = 64 << 20 };
    if ((record->flags & (RECORD_PENDING | RECORD_COUNTED)) != RECORD_COUNTED) {
        record = records_store(&ledger->records, record, set);
        if (!(record->flags & RECORD_PENDING))
            note_fresh(ledger, record);
        return record;
    }
    struct record *superseded = record;
    record = records_supersede(&ledger->records, record, set);
    record->flags |= RECORD_PENDING;
    ledger->superseded = memory_grow(ledger->superseded, &ledger->superseded_capacity, ledger->superseded_count + 1, sizeof *ledger->superseded);
    ledger->superseded[ledger->superseded_count++] = superseded;
    ledger->superseded_bytes += record_bytes(superseded);
    if (ledger->superseded_bytes > SUPERSEDED_BYTES_MOST)
        count_superseded(ledger);
    return record;
}

/* ---- events ---- */

static void copy_to_draft(struct ledger *ledger, struct record *record)
{
    struct lead_set set = record_set(record);
    ledger->draft.elements = memory_grow(ledger->draft.elements, &ledger->draft.capacity, set.count + 1, sizeof *set.elements);
    memcpy(ledger->draft.elements, set.elements, set.count * sizeof *set.elements);
    ledger->draft.count = set.count;
    ledger->draft.amount_minor = set.amount_minor;
}

static void note_last(struct ledger *ledger, struct record *record, int64_t at)
{
    if (at <= record->last_at)
        return;
    if (ledger->definition->forgets) {
        if (record->last_at == TIME_NONE)
            agenda_push(&ledger->expiry, (struct agenda_entry){at, record->hash});
        mark_changed(ledger, record); /* when it is forgotten depends on it */
    }
    record->last_at = at;
}

/* The lead is as if never seen, but for the slices it counted in. */
static void leave_standing(struct ledger *ledger, struct record *record)
{
    settle(ledger, record);
    struct facts facts;
    facts_of(ledger, record, &facts);
    open_leads_note(&ledger->open_leads, record->funnel, record->hash, &facts, NULL);
    counter_leave_standing(&ledger->counter, record->funnel, &facts);
    record->flags &= (uint8_t)~RECORD_COUNTED;
}

/* The lead's last event, in whatever funnel; TIME_NONE: nothing is known of it. */
static int64_t lead_last_at(const struct ledger *ledger, struct text id, uint64_t lead_hash)
{
    int64_t last_at = TIME_NONE;
    for (int f = 0; f < ledger->definition->funnel_count; f++) {
        const struct record *record = records_find(&ledger->records, lead_hash, f, id);
        if (record != NULL && record->last_at > last_at)
            last_at = record->last_at;
    }
    return last_at;
}

static void forget_on_touch(struct ledger *ledger, const struct event *event)
{
    for (int f = 0; f < ledger->definition->funnel_count; f++) {
        struct record *record = records_find(&ledger->records, event->lead_hash, f, event->lead);
        if (record == NULL)
            continue;
        leave_standing(ledger, record);
        record->flags &= (uint8_t)~RECORD_REMOVED;
        mark_changed(ledger, record);
        records_store(&ledger->records, record, &(struct lead_set){0});
    }
}

static void apply_move(struct ledger *ledger, const struct event *event, const struct move *move)
{
    struct record *record = records_find(&ledger->records, event->lead_hash, move->funnel, event->lead);
    if (record == NULL)
        record = records_insert(&ledger->records, event->lead_hash, move->funnel, event->lead);
    note_last(ledger, record, event->at);
    if (record->flags & RECORD_REMOVED)
        return;
    copy_to_draft(ledger, record);
    if (lead_set_add(&ledger->draft, &ledger->names, event, move))
        mark_changed(ledger, change_set(ledger, record, &ledger->draft));
}

/* Taken out for good, in every funnel. Nothing but the mark is kept. */
static void apply_removal(struct ledger *ledger, const struct event *event)
{
    for (int f = 0; f < ledger->definition->funnel_count; f++) {
        struct record *record = records_find(&ledger->records, event->lead_hash, f, event->lead);
        if (record == NULL)
            record = records_insert(&ledger->records, event->lead_hash, f, event->lead);
        note_last(ledger, record, event->at);
        if (record->flags & RECORD_REMOVED)
            continue;
        if (record->count > 0)
            record = change_set(ledger, record, &(struct lead_set){0});
        record->flags |= RECORD_REMOVED;
        mark_changed(ledger, record);
    }
}

void ledger_apply(struct ledger *ledger, const struct event *event, int64_t bound)
{
    if (bound != TIME_NONE && lead_last_at(ledger, event->lead, event->lead_hash) < bound)
        forget_on_touch(ledger, event);
    if (event->removed) {
        apply_removal(ledger, event);
        return;
    }
    for (int i = 0; i < event->move_count; i++)
        apply_move(ledger, event, &event->moves[i]);
}

void ledger_rewrite(struct ledger *ledger, struct text id, uint64_t lead_hash)
{
    if (ledger->definition->no_changelog)
        return;
    ledger->rewrites = memory_grow(ledger->rewrites, &ledger->rewrite_capacity, ledger->rewrite_count + 1, sizeof *ledger->rewrites);
    ledger->rewrites[ledger->rewrite_count++] = (struct rewrite){memory_string(id.data, id.length), id.length, lead_hash};
}

void ledger_forget(struct ledger *ledger, int64_t bound)
{
    if (ledger->expiry.count > 0 && ledger->expiry.heap[0].moment < bound)
        ledger_count(ledger); /* all at once is cheaper than one by one */
    while (ledger->expiry.count > 0 && ledger->expiry.heap[0].moment < bound) {
        struct agenda_entry entry = agenda_pop(&ledger->expiry);
        uint64_t slot = records_home(&ledger->records, entry.lead);
        struct record *record = records_next(&ledger->records, entry.lead, &slot);
        if (record == NULL)
            continue;
        int64_t last_at = lead_last_at(ledger, record_id(record), record_lead_hash(record));
        if (last_at >= bound) {
            agenda_push(&ledger->expiry, (struct agenda_entry){last_at, record->hash});
            continue;
        }
        leave_standing(ledger, record);
        ledger_rewrite(ledger, record_id(record), record_lead_hash(record));
        records_delete(&ledger->records, record);
    }
}

/* ---- the ledger as a whole ---- */

struct ledger *ledger_new(const struct ledger_definition *definition)
{
    struct ledger *ledger = memory_new(sizeof *ledger);
    ledger->definition = definition;
    ledger->names.reasons = names_new(LEAD_REASONS_MAX);
    ledger->names.dimension_count = definition->dimension_count;
    ledger->names.dimensions = definition->dimensions;
    for (int d = 0; d < definition->dimension_count; d++)
        ledger->names.values[d] = names_new(LEAD_VALUES_MAX);
    records_init(&ledger->records);
    counter_init(&ledger->counter, definition);
    open_leads_init(&ledger->open_leads, definition, &ledger->names, &ledger->records);
    return ledger;
}

static void free_rewrites(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->rewrite_count; i++)
        free(ledger->rewrites[i].id);
    ledger->rewrite_count = 0;
}

void ledger_free(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    free_rewrites(ledger);
    for (size_t i = 0; i < ledger->superseded_count; i++)
        records_give_back(&ledger->records, ledger->superseded[i]);
    free(ledger->superseded);
    free(ledger->fresh);
    records_free(&ledger->records);
    counter_free(&ledger->counter);
    free(ledger->changed);
    free(ledger->rewrites);
    agenda_free(&ledger->expiry);
    open_leads_free(&ledger->open_leads);
    free(ledger->draft.elements);
    names_free(ledger->names.reasons);
    for (int d = 0; d < ledger->definition->dimension_count; d++)
        names_free(ledger->names.values[d]);
    free(ledger);
}

void ledger_prefetch_slot(const struct ledger *ledger, uint64_t lead_hash)
{
    __builtin_prefetch(&ledger->records.slots[records_home(&ledger->records, lead_hash)]);
}

void ledger_prefetch_lead(const struct ledger *ledger, uint64_t lead_hash)
{
    records_prefetch(&ledger->records, lead_hash);
}

struct deltas *ledger_deltas(struct ledger *ledger)
{
    ledger_count(ledger);
    open_leads_weed(&ledger->open_leads); /* once a tick, not for every question */
    return counter_deltas(&ledger->counter);
}

const struct group *ledger_group(const struct ledger *ledger, uint32_t group)
{
    return groups_get(ledger->counter.groups, group);
}

const struct lead_names *ledger_names(const struct ledger *ledger)
{
    return &ledger->names;
}

uint64_t ledger_lead_count(const struct ledger *ledger)
{
    return ledger->records.count;
}

uint64_t ledger_bytes(const struct ledger *ledger)
{
    return ledger->records.bytes + (ledger->records.slot_mask + 1) * sizeof *ledger->records.slots;
}

/* ---- to the changelog and back ---- */

/* `cleared`: flags that its records lose. */
static struct ledger_lead find_lead(struct ledger *ledger, struct text id, uint64_t lead_hash, int cleared)
{
    struct ledger_lead lead = {.id = id, .last_at = TIME_NONE, .sections = ledger->sections, .forgotten = true};
    for (int f = 0; f < ledger->definition->funnel_count; f++) {
        struct record *record = records_find(&ledger->records, lead_hash, f, id);
        if (record == NULL)
            continue;
        lead.forgotten = false;
        record->flags &= (uint8_t)~cleared;
        if (record->last_at > lead.last_at)
            lead.last_at = record->last_at;
        if (record->flags & RECORD_REMOVED)
            lead.removed = true;
        else
            ledger->sections[lead.section_count++] = (struct ledger_section){f, record->last_at, record_set(record)};
    }
    if (lead.removed)
        lead.section_count = 0;
    return lead;
}

struct ledger_lead ledger_find(struct ledger *ledger, struct text id, uint64_t lead_hash)
{
    return find_lead(ledger, id, lead_hash, 0);
}

uint64_t ledger_changed_count(const struct ledger *ledger)
{
    return ledger->changed_count - ledger->changed_first + ledger->rewrite_count;
}

/* A lead goes out with all its funnels' records, whichever of them changed first. */
static void each_of_hash(struct ledger *ledger, uint64_t hash, void (*each)(void *context, const struct ledger_lead *lead), void *context)
{
    uint64_t slot = records_home(&ledger->records, hash);
    for (struct record *record; (record = records_next(&ledger->records, hash, &slot)) != NULL;) {
        if (!(record->flags & RECORD_CHANGED))
            continue;
        struct ledger_lead lead = find_lead(ledger, record_id(record), record_lead_hash(record), RECORD_CHANGED);
        each(context, &lead);
    }
}

static void each_rewrite(struct ledger *ledger, void (*each)(void *context, const struct ledger_lead *lead), void *context)
{
    for (size_t i = 0; i < ledger->rewrite_count; i++) { /* what is known of it now: nothing, or what came since, or another funnel's */
        struct text id = {ledger->rewrites[i].id, ledger->rewrites[i].length};
        struct ledger_lead lead = ledger_find(ledger, id, ledger->rewrites[i].lead_hash);
        each(context, &lead);
    }
    free_rewrites(ledger);
}

bool ledger_each_changed(struct ledger *ledger, size_t most, void (*each)(void *context, const struct ledger_lead *lead), void *context)
{
    size_t first = ledger->changed_first, left = ledger->changed_count - first, end = first + (left < most ? left : most);
    for (size_t i = first; i < end; i++) {
        if (i + 2 * COUNT_AHEAD < ledger->changed_count)
            ledger_prefetch_slot(ledger, ledger->changed[i + 2 * COUNT_AHEAD]);
        if (i + COUNT_AHEAD < ledger->changed_count)
            ledger_prefetch_lead(ledger, ledger->changed[i + COUNT_AHEAD]);
        each_of_hash(ledger, ledger->changed[i], each, context);
    }
    ledger->changed_first = end;
    if (end < ledger->changed_count)
        return true;
    ledger->changed_first = ledger->changed_count = 0;
    each_rewrite(ledger, each, context);
    return false;
}

static void restore_section(struct ledger *ledger, const struct ledger_lead *lead, uint64_t lead_hash, const struct ledger_section *section)
{
    struct record *record = records_put(&ledger->records, lead_hash, section->funnel, lead->id, &section->set);
    record->last_at = section->last_at;
    if (lead->removed)
        record->flags |= RECORD_REMOVED;
    if (record->count > 0)
        record->flags |= RECORD_PENDING;
}

/* A later row replaces an earlier one, in every funnel. */
void ledger_restore(struct ledger *ledger, const struct ledger_lead *lead, uint64_t lead_hash)
{
    uint64_t told = 0; /* a bit for each funnel */
    for (int i = 0; i < lead->section_count; i++) {
        restore_section(ledger, lead, lead_hash, &lead->sections[i]);
        told |= UINT64_C(1) << lead->sections[i].funnel;
    }
    for (int f = 0; f < ledger->definition->funnel_count; f++) {
        if (told >> f & 1)
            continue;
        struct record *record = lead->removed ? NULL : records_find(&ledger->records, lead_hash, f, lead->id);
        if (lead->removed)
            restore_section(ledger, lead, lead_hash, &(struct ledger_section){.funnel = f, .last_at = lead->last_at});
        else if (record != NULL)
            records_delete(&ledger->records, record);
    }
    ledger->fresh_unlisted = true;
}

void ledger_count_restored(struct ledger *ledger)
{
    uint64_t slot = 0;
    for (struct record *record; ledger->definition->forgets && (record = records_each(&ledger->records, &slot)) != NULL;)
        agenda_push(&ledger->expiry, (struct agenda_entry){record->last_at, record->hash});
    ledger_count(ledger);
}
