/* crm.h -- the CRM: lead events that come late, twice, out of order, faulty, in transactions that are undone; over some partition of the input. */
#ifndef FUNNELD_TESTS_CRM_H
#define FUNNELD_TESTS_CRM_H

#include "world.h"

struct crm;

/* Plan all that is going to be produced, by moments from now on to now + `span_ms`. */
struct crm *crm_new(struct world *world, int64_t span_ms);
void crm_free(struct crm *crm);

int64_t crm_next_ms(const struct crm *crm); /* INT64_MAX: all is produced */
void crm_work(struct crm *crm);             /* produce what is due */

#endif
