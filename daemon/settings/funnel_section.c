#include "funnel_section.h"

#include <math.h>

#include "alert_section.h"
#include "dimension_section.h"
#include "naming.h"
#include "schema.h"
#include "windows.h"

struct draft { /* a funnel while it is read */
    struct funnel funnel;
    struct naming naming;
    struct naming_draft names;
    const char *currency;
    int64_t horizon_s;                    /* of goals that have none of their own */
    const struct place *won;              /* the step that is marked as won; NULL: none yet */
    const struct place **alias_places;    /* of naming.aliases */
};

/* ---- stages and goals ---- */

enum { GOAL = 1, STAGE = 2, STAGE_ALONE = 4 /* without goals: it is its own one goal */ };

struct stage_draft { /* a stage or a goal */
    const char *id, *title;
    bool optional, won;
    double target;
    int64_t horizon_s;
};

static const struct schema_row stage_rows[] = {
    {"id", SCHEMA_TEXT, offsetof(struct stage_draft, id), .flags = SCHEMA_REQUIRED},
    {"title", SCHEMA_TEXT, .at = offsetof(struct stage_draft, title)},
    {"aliases", .type = SCHEMA_LATER},
    {"goals", .type = SCHEMA_LATER, .only = STAGE | STAGE_ALONE},
    {"optional", SCHEMA_BOOLEAN, offsetof(struct stage_draft, optional), .only = GOAL | STAGE_ALONE},
    {"won", SCHEMA_BOOLEAN, offsetof(struct stage_draft, won), .only = GOAL | STAGE_ALONE},
    {"target", SCHEMA_SHARE, offsetof(struct stage_draft, target), .flags = SCHEMA_NULL, .only = GOAL | STAGE_ALONE},
    {"horizon", SCHEMA_SECONDS, offsetof(struct stage_draft, horizon_s), .flags = SCHEMA_NULL, .least = 1, .only = GOAL | STAGE_ALONE},
    {0},
};

static bool read_stage(const struct place *place, unsigned variant, const struct draft *draft, struct stage_draft *out)
{
    *out = (struct stage_draft){.target = NAN, .horizon_s = draft->horizon_s};
    if (!schema_read(place, stage_rows, variant, out))
        return false;
    if (out->id == NULL)
        out->id = "?"; /* reported; the rest is read to find more mistakes */
    if (out->title == NULL)
        out->title = out->id;
    return true;
}

/* The id and the aliases of a stage or goal are names of a step. */
static void name_step(struct draft *draft, const struct place *place, int step)
{
    const struct place *id = check_find(place, "id"), *aliases = check_find(place, "aliases");
    if (id->node != NULL && id->node->kind == NODE_SCALAR && !yaml_tree_is_null(id->node) && id->node->text.length > 0)
        naming_add(&draft->names, id, (struct name){.text = id->node->text, .kind = NAME_STEP, .step = step});
    if (aliases->node == NULL || yaml_tree_is_null(aliases->node))
        return;
    const struct place **elements;
    int count = schema_elements(aliases, "names", false, &elements);
    for (int i = 0; i < count; i++) {
        if (schema_text(elements[i], "a name") != NULL)
            naming_add(&draft->names, elements[i], (struct name){.text = elements[i]->node->text, .kind = NAME_STEP, .step = step});
    }
}

static void add_step(struct draft *draft, const struct place *place, const struct stage_draft *goal)
{
    struct funnel *funnel = &draft->funnel;
    int step = funnel->step_count;
    if (step == FUNNEL_STEPS_MAX) {
        check_fault(place, "found step %d; expected at most %d in a funnel", step + 1, FUNNEL_STEPS_MAX);
        return;
    }
    funnel->steps[funnel->step_count++] =
        (struct step){goal->id, goal->title, funnel->stage_count, goal->optional, goal->target, goal->horizon_s};
    if (goal->optional && step == 0)
        check_expected(check_find(place, "optional"), "false: the first step of a funnel is always required");
    if (goal->won && draft->won != NULL)
        check_fault(check_find(place, "won"), "found a second won step (the first is in line %d); expected at most one", draft->won->node->line);
    else if (goal->won) {
        draft->won = place;
        funnel->won_step = step;
    }
    name_step(draft, place, step);
}

static void add_stage(struct draft *draft, const struct place *place)
{
    struct funnel *funnel = &draft->funnel;
    struct stage_draft stage, goal;
    if (!check_is_map(place))
        return;
    const struct place *goals = check_find(place, "goals");
    bool alone = goals->node == NULL || yaml_tree_is_null(goals->node) || (goals->node->kind == NODE_LIST && goals->node->count == 0);
    read_stage(place, alone ? STAGE_ALONE : STAGE, draft, &stage);
    int first = funnel->step_count;
    if (alone) {
        add_step(draft, place, &stage);
    } else {
        const struct place **elements;
        int count = schema_elements(goals, "goals", false, &elements);
        for (int i = 0; i < count; i++) {
            if (read_stage(elements[i], GOAL, draft, &goal))
                add_step(draft, elements[i], &goal);
        }
    }
    if (funnel->step_count == first)
        return; /* reported */
    if (!alone)
        name_step(draft, place, first);
    funnel->stages[funnel->stage_count++] = (struct stage){stage.id, stage.title, first, funnel->step_count - first};
}

static void read_stages(const struct place *place, void *target)
{
    struct draft *draft = target;
    const struct place **elements;
    int count = schema_elements(place, "stages", false, &elements);
    draft->funnel.steps = keep_array(place->check->keep, FUNNEL_STEPS_MAX, sizeof *draft->funnel.steps);
    draft->funnel.stages = keep_array(place->check->keep, (size_t)count, sizeof *draft->funnel.stages);
    for (int i = 0; i < count; i++)
        add_stage(draft, elements[i]);
    if (count == 0 && place->node->kind == NODE_LIST)
        check_expected(place, "at least one stage");
    if (draft->won == NULL)
        draft->funnel.won_step = draft->funnel.step_count - 1;
}

/* ---- names that are no steps ---- */

static void read_names(const struct place *place, struct draft *draft, enum name_kind kind)
{
    const struct place **elements;
    int count = schema_elements(place, "names", false, &elements);
    for (int i = 0; i < count; i++) {
        if (schema_text(elements[i], "a name") != NULL)
            naming_add(&draft->names, elements[i], (struct name){.text = elements[i]->node->text, .kind = kind});
    }
}

static void read_lost(const struct place *place, void *target)
{
    struct draft *draft = target;
    if (place->node->kind != NODE_MAP) {
        read_names(place, draft, NAME_LOST);
        return;
    }
    for (int i = 0; i < place->node->count; i++) {
        const struct place *member = check_member(place, i);
        struct place *key = keep_take(place->check->keep, sizeof *key); /* the name is written as the key */
        *key = *member;
        key->node = member->key_node;
        struct name name = {.text = key->node->text, .kind = NAME_LOST};
        if (!yaml_tree_is_null(member->node))
            name.reason = text_of(schema_text(member, "the reason of this loss, or null for none"));
        if (schema_text(key, "a name") != NULL)
            naming_add(&draft->names, key, name);
    }
}

static void read_removed(const struct place *place, void *target)
{
    read_names(place, target, NAME_REMOVED);
}

static void read_other(const struct place *place, void *target)
{
    read_names(place, target, NAME_OTHER);
}

/* ---- which events are the funnel's ---- */

static void read_match(const struct place *place, void *target)
{
    struct draft *draft = target;
    const struct settings *settings = place->check->settings;
    struct keep *keep = place->check->keep;
    if (!check_is_map(place))
        return;
    draft->naming.matches = keep_array(keep, (size_t)place->node->count, sizeof *draft->naming.matches);
    for (int i = 0; i < place->node->count; i++) {
        const struct place *member = check_member(place, i);
        const char **values;
        struct match match = {.dimension = dimension_section_find(settings, member->key)};
        if (match.dimension < 0)
            dimension_section_unknown(member, member->key);
        match.value_count = schema_texts(member, "values", true, &values);
        match.values = keep_array(keep, (size_t)match.value_count, sizeof *match.values);
        for (int v = 0; v < match.value_count; v++)
            match.values[v] = text_of(values[v]);
        if (member->node->kind == NODE_LIST && member->node->count == 0)
            check_expected(member, "at least one value");
        if (match.dimension >= 0)
            draft->naming.matches[draft->naming.match_count++] = match;
    }
}

/* The funnel's own id comes first, so that it is an alias like the others. */
static void read_aliases(const struct place *funnel, struct draft *draft)
{
    struct keep *keep = funnel->check->keep;
    const struct place *aliases = check_find(funnel, "aliases"), **elements = NULL;
    int count = aliases->node != NULL && !yaml_tree_is_null(aliases->node) ? schema_elements(aliases, "names", false, &elements) : 0;
    draft->naming.aliases = keep_array(keep, (size_t)count + 1, sizeof *draft->naming.aliases);
    draft->alias_places = keep_array(keep, (size_t)count + 1, sizeof *draft->alias_places);
    for (int i = -1; i < count; i++) {
        const struct place *place = i < 0 ? check_find(funnel, "id") : elements[i];
        const char *alias = i < 0 ? draft->funnel.id : schema_text(place, "a name");
        if (alias == NULL)
            continue;
        draft->alias_places[draft->naming.alias_count] = place;
        draft->naming.aliases[draft->naming.alias_count++] = text_of(alias);
    }
}

static void check_other_funnels(const struct settings *settings, const struct draft *draft)
{
    for (int f = 0; f < settings->funnel_count; f++) {
        for (int i = 0; i < draft->naming.alias_count; i++) {
            for (int j = 0; j < settings->namings[f].alias_count; j++) {
                if (text_equal(draft->naming.aliases[i], settings->namings[f].aliases[j]))
                    check_expected(draft->alias_places[i], "a name that only one funnel has; the funnel `%s` has it, too", settings->funnels[f].id);
            }
        }
    }
}

/* ---- a funnel ---- */

static void read_windows(const struct place *place, void *target)
{
    struct draft *draft = target;
    draft->funnel.window_count = windows_read_list(place, &draft->funnel.windows);
}

static void read_breakdowns(const struct place *place, void *target)
{
    struct draft *draft = target;
    draft->funnel.breakdown_count = dimension_section_breakdowns(place, false, &draft->funnel.breakdowns);
}

static void read_currency(const struct place *place, void *target)
{
    struct draft *draft = target;
    const char *currency = schema_text(place, "a currency, such as RUB");
    size_t room = sizeof draft->funnel.currency;
    if (currency == NULL)
        return;
    if (strlen(currency) >= room)
        check_expected(place, "a currency of at most %zu bytes", room - 1);
    else
        memcpy(draft->funnel.currency, currency, strlen(currency) + 1);
}

const char *const funnel_section_progresses[] = {[PROGRESS_FURTHEST] = "furthest", [PROGRESS_ORDERED] = "ordered", [PROGRESS_ANY] = "any", NULL};

static const struct schema_row funnel_rows[] = {
    {"id", SCHEMA_TEXT, offsetof(struct draft, funnel.id), .flags = SCHEMA_REQUIRED},
    {"title", SCHEMA_TEXT, .at = offsetof(struct draft, funnel.title)},
    {"match", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_match},
    {"aliases", .type = SCHEMA_LATER},
    {"progress", SCHEMA_WORD, offsetof(struct draft, funnel.progress), .fallback = "furthest", .words = funnel_section_progresses},
    {"lost", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_lost},
    {"removed", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_removed},
    {"other", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_other},
    {"currency", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_currency},
    {"windows", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_windows},
    {"within", SCHEMA_SECONDS, offsetof(struct draft, funnel.within_s), .flags = SCHEMA_NULL, .least = 1},
    {"horizon", SCHEMA_SECONDS, offsetof(struct draft, horizon_s), .flags = SCHEMA_NULL, .fallback = "30d", .least = 1},
    {"confidence", SCHEMA_PART, offsetof(struct draft, funnel.confidence), .fallback = "0.95"},
    {"lateness", SCHEMA_SECONDS, offsetof(struct draft, funnel.lateness_s), .fallback = "0s"},
    {"breakdowns", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_breakdowns},
    {"min_leads", SCHEMA_INTEGER, offsetof(struct draft, funnel.min_leads), .fallback = "5", .least = 1},
    {"stages", SCHEMA_OWN, .flags = SCHEMA_REQUIRED, .read = read_stages},
    {"alerts", .type = SCHEMA_LATER},
    {0},
};

/* Groups that rules look at and the funnel does not break down by are counted all the same, after those that it does. */
static void count_for_rules(struct settings *settings, int f)
{
    struct funnel *funnel = &settings->funnels[f];
    int most = funnel->breakdown_count;
    for (int i = 0; i < settings->rule_counts[f]; i++)
        most += settings->rules[f][i].group_count;
    struct breakdown *list = keep_array(settings->keep, (size_t)most, sizeof *list);
    if (funnel->breakdown_count > 0)
        memcpy(list, funnel->breakdowns, (size_t)funnel->breakdown_count * sizeof *list);
    funnel->breakdowns = list;
    for (int i = 0; i < settings->rule_counts[f]; i++) {
        const struct alert_rule *rule = &settings->rules[f][i];
        for (int g = 0; g < rule->group_count; g++)
            if (rule->groups[g].dimension_count > 0 && funnel_breakdown(funnel, &rule->groups[g]) < 0)
                list[funnel->breakdown_count + funnel->extra_breakdown_count++] = rule->groups[g];
        for (int k = 0; rule->kind == ALERT_DRIFT && k < funnel->step_count; k++)
            if (rule_looks_at(rule, funnel, k))
                funnel->trial_steps |= UINT64_C(1) << k;
    }
}

static void read_funnel(const struct place *place, struct settings *settings)
{
    struct draft draft = {.funnel = {.within_s = -1, .min_leads = 1}};
    if (!schema_read(place, funnel_rows, 0, &draft))
        return;
    read_aliases(place, &draft);
    if (draft.funnel.id == NULL)
        draft.funnel.id = "?"; /* reported */
    if (draft.funnel.title == NULL)
        draft.funnel.title = draft.funnel.id;
    check_other_funnels(settings, &draft);
    funnel_link_steps(&draft.funnel);
    naming_finish(&draft.names, &draft.funnel, settings->keep, &draft.naming);

    int at = settings->funnel_count;
    const struct place *alerts = check_find(place, "alerts");
    if (alerts->node != NULL && !yaml_tree_is_null(alerts->node))
        settings->rule_counts[at] = alert_section_read(alerts, &draft.funnel, &draft.naming, &settings->rules[at]);
    settings->funnels[at] = draft.funnel;
    settings->namings[at] = draft.naming;
    count_for_rules(settings, at);
    settings->funnel_count++;
}

void funnel_section_read(const struct place *place, void *target)
{
    struct settings *settings = target;
    struct keep *keep = settings->keep;
    const struct place **elements;
    int count = schema_elements(place, "funnels", false, &elements);
    if (count == 0 && place->node->kind == NODE_LIST)
        check_expected(place, "at least one funnel");
    if (count > FUNNEL_FUNNELS_MAX) {
        check_fault(place, "found %d funnels; expected at most %d", count, FUNNEL_FUNNELS_MAX);
        count = FUNNEL_FUNNELS_MAX;
    }
    settings->funnels = keep_array(keep, (size_t)count, sizeof *settings->funnels);
    settings->namings = keep_array(keep, (size_t)count, sizeof *settings->namings);
    settings->rule_counts = keep_array(keep, (size_t)count, sizeof *settings->rule_counts);
    settings->rules = keep_array(keep, (size_t)count, sizeof *settings->rules);
    for (int i = 0; i < count; i++)
        read_funnel(elements[i], settings);
}
