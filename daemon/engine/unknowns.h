/* unknowns.h -- leads whose row in the changelog names a step or funnel that the configuration no longer has. If they were restored without it, and
 * written again, what was known would be lost without a word; so whoever restores asks here first.
 * Only the last row of a lead counts. Threads: one at a time. Cost: 18 to 36 bytes for each lead that ever had such a row. */
#ifndef FUNNELD_ENGINE_UNKNOWNS_H
#define FUNNELD_ENGINE_UNKNOWNS_H

#include <stdint.h>

#include "../core/text.h"

enum { UNKNOWNS_NAMES_MAX = 8 }; /* told apart; later ones count with the last */

struct unknowns { /* zeroed: none */
    uint64_t *hashes;                /* of leads, by place; open addressing */
    uint8_t *names;                  /* by place: 0 free, 1 known again, else 2 + name */
    size_t used, capacity;
    int name_count;
    char *texts[UNKNOWNS_NAMES_MAX]; /* as told to people */
};

/* A row of the lead with this hash; `what` is empty where all of it is known. Rows come in order. */
void unknowns_see(struct unknowns *unknowns, uint64_t lead, struct text what);

/* How many leads' last rows have this name (0 .. name_count - 1). */
uint64_t unknowns_leads(const struct unknowns *unknowns, int name);

/* Add what another one has seen; their leads are disjoint. */
void unknowns_merge(struct unknowns *unknowns, const struct unknowns *other);

void unknowns_free(struct unknowns *unknowns);

#endif
