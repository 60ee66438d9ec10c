#include "open_leads.h"

#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "memory.h"

static size_t place_of(int funnel, int step)
{
    return (size_t)funnel * FUNNEL_STEPS_MAX + (size_t)step;
}

void open_leads_init(struct open_leads *leads, const struct ledger_definition *definition, const struct lead_names *names, const struct records *records)
{
    size_t places = place_of(definition->funnel_count, 0);
    leads->definition = definition;
    leads->names = names;
    leads->records = records;
    leads->kept = definition->names_oldest;
    leads->agendas = memory_new(places * sizeof *leads->agendas);
    leads->standing = memory_new(places * sizeof *leads->standing);
}

void open_leads_free(struct open_leads *leads)
{
    for (size_t i = 0; i < place_of(leads->definition->funnel_count, 0); i++)
        agenda_free(&leads->agendas[i]);
    free(leads->agendas);
    free(leads->standing);
}

/* ---- keeping ---- */

static bool stands(const struct facts *facts)
{
    return facts != NULL && facts->state == LEAD_OPEN;
}

void open_leads_note(struct open_leads *leads, int funnel, uint64_t hash, const struct facts *before, const struct facts *after)
{
    if (!leads->kept)
        return;
    if (stands(before))
        leads->standing[place_of(funnel, before->current)]--;
    if (!stands(after))
        return;
    size_t place = place_of(funnel, after->current);
    leads->standing[place]++;
    if (stands(before) && before->current == after->current && before->stay_since == after->stay_since)
        return;
    agenda_push(&leads->agendas[place], (struct agenda_entry){after->stay_since, hash});
}

/* From now on: whoever never asks pays nothing. */
static void keep(struct open_leads *leads)
{
    leads->kept = true;
    uint64_t slot = 0;
    for (struct record *record; (record = records_each(leads->records, &slot)) != NULL;) {
        struct facts facts;
        if (record->count == 0)
            continue;
        record_facts(record, leads->names, leads->definition->funnels, &facts);
        open_leads_note(leads, record->funnel, record->hash, NULL, &facts);
    }
}

/* ---- asking ---- */

/* The facts of the lead that an entry speaks of, and its record; NULL: it has moved on. */
static struct record *still_stands(const struct open_leads *leads, int funnel, int step, const struct agenda_entry *entry, struct facts *facts)
{
    uint64_t slot = records_home(leads->records, entry->lead);
    for (struct record *record; (record = records_next(leads->records, entry->lead, &slot)) != NULL;) {
        if (record->funnel != funnel || (record->flags & RECORD_REMOVED))
            continue;
        record_facts(record, leads->names, leads->definition->funnels, facts);
        if (facts->state == LEAD_OPEN && facts->current == step && facts->stay_since == entry->moment)
            return record;
    }
    return NULL;
}

static void weed_place(struct open_leads *leads, int funnel, int step)
{
    struct agenda *agenda = &leads->agendas[place_of(funnel, step)];
    enum { AHEAD = 8 }; /* leads: so far ahead memory is fetched */
    struct facts facts;
    size_t kept = 0;
    for (size_t i = 0; i < agenda->count; i++) {
        if (i + 2 * AHEAD < agenda->count)
            __builtin_prefetch(&leads->records->slots[records_home(leads->records, agenda->heap[i + 2 * AHEAD].lead)]);
        if (i + AHEAD < agenda->count)
            records_prefetch(leads->records, agenda->heap[i + AHEAD].lead);
        if (still_stands(leads, funnel, step, &agenda->heap[i], &facts) != NULL)
            agenda->heap[kept++] = agenda->heap[i];
    }
    agenda->count = kept;
    if (kept > leads->standing[place_of(funnel, step)])
        agenda_drop_twins(agenda); /* of leads that left and came back as they were */
    else
        agenda_order(agenda);
}

void open_leads_weed(struct open_leads *leads)
{
    enum { WORTH = 64 };
    for (int funnel = 0; leads->kept && funnel < leads->definition->funnel_count; funnel++)
        for (int step = 0; step < leads->definition->funnels[funnel].step_count; step++)
            if (leads->agendas[place_of(funnel, step)].count > 2 * leads->standing[place_of(funnel, step)] + WORTH)
                weed_place(leads, funnel, step);
}

static bool is_in(const struct open_leads *leads, const struct facts *facts, const struct breakdown *breakdown, const struct text *values)
{
    for (int i = 0; breakdown != NULL && i < breakdown->dimension_count; i++) {
        int dimension = breakdown->dimensions[i];
        if (facts->values[dimension] == 0 || !text_equal(names_text(leads->names->values[dimension], facts->values[dimension]), values[i]))
            return false;
    }
    return true;
}

/* The oldest are taken out of the heap, those of the last one's second too: among them bytes decide. Then they are put back. */
int open_leads_oldest(struct open_leads *leads, int funnel, int step, const struct breakdown *breakdown, const struct text *values, int most, struct ledger_open *out)
{
    if (!leads->kept)
        keep(leads);
    struct agenda *agenda = &leads->agendas[place_of(funnel, step)];
    size_t capacity = 0, count = 0, back_capacity = 0, back_count = 0;
    struct ledger_open *found = NULL;
    struct agenda_entry *back = NULL, last = {TIME_NONE, 0};
    while (agenda->count > 0 && (count < (size_t)most || agenda->heap[0].moment == found[count - 1].since)) {
        struct agenda_entry entry = agenda_pop(agenda);
        bool twice = entry.moment == last.moment && entry.lead == last.lead; /* a lead that left and came back as it was */
        last = entry;
        struct facts facts;
        struct record *record = twice ? NULL : still_stands(leads, funnel, step, &entry, &facts);
        if (record == NULL)
            continue;
        back = memory_grow(back, &back_capacity, back_count + 1, sizeof *back);
        back[back_count++] = entry;
        if (!is_in(leads, &facts, breakdown, values))
            continue;
        found = memory_grow(found, &capacity, count + 1, sizeof *found);
        found[count++] = (struct ledger_open){record_id(record), entry.moment};
    }
    for (size_t i = 0; i < back_count; i++)
        agenda_push(agenda, back[i]);
    if (count > 1)
        qsort(found, count, sizeof *found, ledger_open_order);
    int shown = count < (size_t)most ? (int)count : most;
    if (shown > 0)
        memcpy(out, found, (size_t)shown * sizeof *out);
    free(found);
    free(back);
    return shown;
}
