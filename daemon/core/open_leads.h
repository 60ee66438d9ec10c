/* open_leads.h -- which open leads stand longest at a step, by name. For each (funnel, step) an agenda by the beginning of the stay; its entries stay when a
 * lead moves on, until they come up or are weeded out. Nothing is kept before it is asked for, unless the definition says that it will be.
 * Source: semantics, sections 5 and 6 (`open`).
 * Ownership: definition, names and records are the ledger's. Threads: one thread at a time. */
#ifndef FUNNELD_CORE_OPEN_LEADS_H
#define FUNNELD_CORE_OPEN_LEADS_H

#include "agenda.h"
#include "records.h"

struct ledger_definition;
struct ledger_open;

struct open_leads { /* zeroed and then open_leads_init */
    const struct ledger_definition *definition;
    const struct lead_names *names;
    const struct records *records;
    struct agenda *agendas; /* by (funnel, step) */
    uint64_t *standing;     /* open leads there */
    bool kept;              /* both are kept up to date */
};

void open_leads_init(struct open_leads *leads, const struct ledger_definition *definition, const struct lead_names *names, const struct records *records);
void open_leads_free(struct open_leads *leads);

/* The facts of a lead that is counted change from `before` to `after` (NULL: none). `hash`: of its record. */
void open_leads_note(struct open_leads *leads, int funnel, uint64_t hash, const struct facts *before, const struct facts *after);

/* Forget the entries of leads that have moved on, and all but one of a lead that came back as it was, where these outnumber the others. Every lead is counted. */
void open_leads_weed(struct open_leads *leads);

/* See ledger_oldest. Every lead is counted. */
int open_leads_oldest(struct open_leads *leads, int funnel, int step, const struct breakdown *breakdown, const struct text *values, int most, struct ledger_open *out);

#endif
