/* sample_lead.h -- the life of one sample lead: who it is, which steps it takes and when, how it ends. A function of (cast, number) and of nothing
 * that happened to other leads, so leads can be made in any order and any of their traits made again when it is written. */
#ifndef FUNNELD_COMMAND_SAMPLE_LEAD_H
#define FUNNELD_COMMAND_SAMPLE_LEAD_H

#include "sample.h"
#include "sample_script.h"

enum {
    SAMPLE_LOSS = FUNNEL_STEPS_MAX, /* what happens, besides coming to a step by its number */
    SAMPLE_SCORE,
    SAMPLE_HAPPENINGS = FUNNEL_STEPS_MAX + 2, /* at most so much happens to one lead */
};

struct sample_happening {
    int64_t second_s;   /* a working second, see workdays.h */
    int what;
};

struct sample_cast { /* all leads of a plan */
    const struct sample_plan *plan;
    const struct sample_script *script;
    int64_t total_s;    /* working time of the plan, > 0 */
    uint32_t *ranks;    /* plan->exact: a permutation of the leads; the first `reached[k]` of them come to step k. Else NULL */
    uint32_t reached[FUNNEL_STEPS_MAX];
};

void sample_cast_init(struct sample_cast *cast, const struct sample_plan *plan, const struct sample_script *script, int64_t total_s);
void sample_cast_free(struct sample_cast *cast);

/* No lead from this number on comes in before this working second. Does not decrease with the number. */
int64_t sample_lead_earliest(const struct sample_cast *cast, uint32_t number);

/* What happens to it within the plan's time, in order of time. Returns how much, >= 0. */
int sample_lead_live(const struct sample_cast *cast, uint32_t number, struct sample_happening happenings[SAMPLE_HAPPENINGS]);

/* Its traits. */
const struct sample_scene *sample_lead_scene(const struct sample_cast *cast, uint32_t number);
int sample_lead_value(const struct sample_cast *cast, const struct sample_scene *scene, uint32_t number, int dimension); /* index into its values */
int sample_lead_loss(const struct sample_cast *cast, const struct sample_scene *scene, uint32_t number);                 /* index into losses */
int sample_lead_reason(const struct sample_cast *cast, uint32_t number);                         /* index into reasons, -1: none given */
int sample_lead_score(const struct sample_cast *cast, uint32_t number);                          /* 0..10 */
int64_t sample_lead_amount(const struct sample_cast *cast, uint32_t number);                     /* whole units of currency */
int sample_lead_delay(const struct sample_cast *cast, uint32_t number, int what);                /* seconds from happening to being written */
bool sample_lead_twice(const struct sample_cast *cast, uint32_t number, int what);               /* it is written twice */

#endif
