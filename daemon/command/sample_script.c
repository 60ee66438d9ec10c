#include "sample_script.h"

#include <math.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../wire/json_write.h"

enum { RATE_WHOLE = 1000000, MEDIAN_MOST_S = 90 * 9 * 3600 /* 90 working days */ };

static const struct sample_rate example_rates[] = {{50, 60}, {40, 50}, {30, 40}, {20, 30}, {10, 20}, {5, 10}, {3, 5}};
enum { EXAMPLE_RATES = sizeof example_rates / sizeof *example_rates };

/* Values for dimensions of which the configuration names none. */
static const char *const managers[] = {"Иванов", "Петрова", "Сидоров", "Смирнова"};
static const char *const channels[] = {"site", "call", "ads", "referral"};
static const char *const reasons[] = {"нет ответа", "дорого", "выбрали других", "не нужно"};
enum { INVENTED_VALUES = 4 };

static struct text encoded(struct text text)
{
    struct buffer json = {0};
    json_string(&json, text);
    return (struct text){json.data, json.length};
}

static void add(struct sample_texts *texts, struct text text)
{
    texts->list = memory_resize(texts->list, (size_t)(texts->count + 1) * sizeof *texts->list);
    texts->list[texts->count++] = encoded(text);
}

static struct sample_rate rate_into(const struct step *step, int transition)
{
    if (!isnan(step->target))
        return (struct sample_rate){(uint64_t)(step->target * RATE_WHOLE + 0.5), RATE_WHOLE};
    if (step->optional || transition >= EXAMPLE_RATES)
        return (struct sample_rate){1, 2};
    return example_rates[transition];
}

/* Half of those who go on do so in a thirtieth of the horizon, as working time, and all but a few within it. Answers come sooner. */
static int64_t median_into(const struct step *step, int transition)
{
    int64_t median_s = step->horizon_s / 30 < MEDIAN_MOST_S ? step->horizon_s / 30 : MEDIAN_MOST_S;
    return transition == 0 ? median_s / 4 : median_s;
}

static void describe_steps(struct sample_scene *scene)
{
    int transition = 0;
    for (int k = 0; k < scene->funnel->step_count; k++) {
        const struct step *step = &scene->funnel->steps[k];
        scene->rates[k] = rate_into(step, transition);
        scene->medians_s[k] = median_into(step, transition);
        scene->steps[k] = encoded(text_of(step->id));
        transition += k > 0 && !step->optional;
    }
}

static void describe_losses(struct sample_scene *scene, const struct naming *naming)
{
    for (int i = 0; i < naming->name_count; i++) {
        if (naming->names[i].kind != NAME_LOST)
            continue;
        scene->reasoned = memory_resize(scene->reasoned, (size_t)(scene->losses.count + 1) * sizeof *scene->reasoned);
        scene->reasoned[scene->losses.count] = naming->names[i].reason.data != NULL;
        add(&scene->losses, naming->names[i].text);
    }
}

static struct sample_texts invented_values(const char *dimension)
{
    struct sample_texts values = {0};
    const char *const *known = strcmp(dimension, "manager") == 0 ? managers : strcmp(dimension, "channel") == 0 ? channels : NULL;
    for (int i = 0; i < INVENTED_VALUES; i++) {
        struct buffer text = {0};
        if (known != NULL)
            buffer_text(&text, text_of(known[i]));
        else
            buffer_format(&text, "%s-%d", dimension, i + 1);
        add(&values, (struct text){text.data, text.length});
        free(text.data);
    }
    return values;
}

/* What the funnel's match asks for, or else the values that have titles, or else made-up ones. */
static struct sample_texts values_of(const struct settings *settings, const struct naming *naming, int dimension)
{
    struct sample_texts values = {0};
    for (int m = 0; m < naming->match_count; m++) {
        const struct match *match = &naming->matches[m];
        for (int i = 0; match->dimension == dimension && i < match->value_count; i++)
            add(&values, match->values[i]);
    }
    if (values.count > 0)
        return values;
    for (int i = 0; i < settings->title_counts[dimension]; i++)
        add(&values, text_of(settings->titles[dimension][i].name));
    return values.count > 0 ? values : invented_values(settings->dimensions[dimension].name);
}

static void describe(struct sample_scene *scene, const struct settings *settings, int funnel)
{
    const struct naming *naming = &settings->namings[funnel];
    scene->funnel = &settings->funnels[funnel];
    if (naming->match_count == 0 && settings->funnel_count > 1)
        scene->name = encoded(text_of(scene->funnel->id));
    if (scene->funnel->currency[0] != '\0')
        scene->currency = encoded(text_of(scene->funnel->currency));
    describe_steps(scene);
    describe_losses(scene, naming);
    for (int d = 0; d < settings->dimension_count; d++)
        scene->values[d] = values_of(settings, naming, d);
}

struct sample_script *sample_script_new(const struct settings *settings, int funnel)
{
    struct sample_script *script = memory_new(sizeof *script);
    script->scene_count = funnel >= 0 ? 1 : settings->funnel_count;
    script->scenes = memory_new((size_t)script->scene_count * sizeof *script->scenes);
    for (int i = 0; i < script->scene_count; i++)
        describe(&script->scenes[i], settings, funnel >= 0 ? funnel : i);
    script->dimension_count = settings->dimension_count;
    script->manager = -1;
    for (int d = 0; d < settings->dimension_count; d++) {
        if (strcmp(settings->dimensions[d].name, "manager") == 0)
            script->manager = d;
    }
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        add(&script->reasons, text_of(reasons[i]));
    return script;
}

static void free_text(struct text text)
{
    free((char *)text.data); /* made by encoded() */
}

static void free_texts(struct sample_texts *texts)
{
    for (int i = 0; i < texts->count; i++)
        free_text(texts->list[i]);
    free(texts->list);
}

void sample_script_free(struct sample_script *script)
{
    if (script == NULL)
        return;
    for (int i = 0; i < script->scene_count; i++) {
        struct sample_scene *scene = &script->scenes[i];
        free_text(scene->name);
        free_text(scene->currency);
        for (int k = 0; k < scene->funnel->step_count; k++)
            free_text(scene->steps[k]);
        free_texts(&scene->losses);
        free(scene->reasoned);
        for (int d = 0; d < script->dimension_count; d++)
            free_texts(&scene->values[d]);
    }
    free(script->scenes);
    free_texts(&script->reasons);
    free(script);
}
