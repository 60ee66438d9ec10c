/* sample_script.h -- what may happen to sample leads, by funnel: rates and times of the steps, values of the dimensions, ways to be lost; with
 * all texts encoded as JSON once. Made from the settings, which must outlive it. Threads: immutable once made. */
#ifndef FUNNELD_COMMAND_SAMPLE_SCRIPT_H
#define FUNNELD_COMMAND_SAMPLE_SCRIPT_H

#include "../settings/settings.h"

struct sample_texts { /* JSON, to choose from */
    int count;
    struct text *list;
};

struct sample_rate { uint64_t part, whole; }; /* part of whole; part <= whole <= 10^6 */

struct sample_scene { /* one funnel */
    const struct funnel *funnel;
    struct text name;                 /* as the event's funnel; data NULL: its dimensions tell */
    struct text currency;             /* data NULL: none */
    struct sample_rate rates[FUNNEL_STEPS_MAX]; /* chance to go on into this step; of an optional one, to pass by it */
    int64_t medians_s[FUNNEL_STEPS_MAX];        /* working time from the step before; below 2^22 */
    struct text steps[FUNNEL_STEPS_MAX];        /* as the event's stage */
    struct sample_texts losses;       /* likewise */
    bool *reasoned;                   /* of each of `losses`: the name says why already */
    struct sample_texts values[FUNNEL_DIMENSIONS_MAX];
};

struct sample_script {
    int scene_count;
    struct sample_scene *scenes;
    int dimension_count;
    int manager;                      /* the dimension whose values differ in skill; -1: none */
    struct sample_texts reasons;
};

/* funnel: the only one, or -1 for all. */
struct sample_script *sample_script_new(const struct settings *settings, int funnel);
void sample_script_free(struct sample_script *script);

#endif
