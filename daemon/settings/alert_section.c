#include "alert_section.h"

#include <math.h>

#include "../core/alert.h"
#include "dimension_section.h"
#include "naming.h"
#include "notation.h"
#include "schema.h"
#include "windows.h"

enum { YEAR_S = 366 * 86400 /* the longest */ };

const char *const alert_section_kinds[] = {
    [ALERT_BELOW_TARGET] = "below_target", [ALERT_DROPPED] = "dropped",   [ALERT_DRIFT] = "drift",
    [ALERT_STUCK] = "stuck",               [ALERT_SILENCE] = "silence", [ALERT_REJECTED] = "rejected", NULL,
};

enum { /* bits for schema_row.only */
    BELOW_TARGET = 1 << ALERT_BELOW_TARGET,
    DROPPED = 1 << ALERT_DROPPED,
    DRIFT = 1 << ALERT_DRIFT,
    STUCK = 1 << ALERT_STUCK,
    SILENCE = 1 << ALERT_SILENCE,
    REJECTED = 1 << ALERT_REJECTED,
    CONVERSION = BELOW_TARGET | DROPPED,          /* kinds that measure a conversion in a window */
    STEPS = BELOW_TARGET | DROPPED | DRIFT | STUCK, /* kinds that look at steps and groups */
};

/* ---- when a rule looks ---- */

static void read_hours(const struct place *place, void *target)
{
    struct alert_rule *rule = target;
    const struct place **elements;
    int count = schema_elements(place, "hours", true, &elements);
    rule->hours = keep_array(place->check->keep, (size_t)count, sizeof *rule->hours);
    for (int i = 0; i < count; i++) {
        static const char expected[] = "weekdays and times of day, such as mon-fri 09:00-19:00 or sat,sun 10:00-24:00";
        const char *text = schema_text(elements[i], expected);
        if (text != NULL && notation_hours(text, &rule->hours[rule->hours_count]))
            rule->hours_count++;
        else if (text != NULL)
            check_expected(elements[i], "%s", expected);
    }
    if (count == 0 && place->node->kind == NODE_LIST)
        check_expected(place, "at least one stretch of hours");
}

static void read_days_off(const struct place *place, void *target)
{
    struct alert_rule *rule = target;
    const struct place **elements;
    int count = schema_elements(place, "days", true, &elements);
    rule->days_off = keep_array(place->check->keep, (size_t)count, sizeof *rule->days_off);
    for (int i = 0; i < count; i++) {
        static const char expected[] = "a day or a range of days, such as 2027-01-01..2027-01-08";
        const char *text = schema_text(elements[i], expected);
        if (text != NULL && notation_days(text, &rule->days_off[rule->days_off_count]))
            rule->days_off_count++;
        else if (text != NULL)
            check_expected(elements[i], "%s", expected);
    }
}

static void read_time(const struct place *place, void *target)
{
    static const char expected[] = "a time with its offset, such as 2027-01-01T00:00:00+03:00";
    const char *text = schema_text(place, expected);
    if (text != NULL && !notation_time(text, target))
        check_expected(place, "%s", expected);
}

static const struct schema_row pause_rows[] = {
    {"from", SCHEMA_OWN, offsetof(struct pause, from), .flags = SCHEMA_REQUIRED, .read = read_time},
    {"to", SCHEMA_OWN, offsetof(struct pause, to), .flags = SCHEMA_REQUIRED, .read = read_time},
    {0},
};

static void read_pause(const struct place *place, void *target)
{
    struct alert_rule *rule = target;
    const struct place **elements;
    int count = schema_elements(place, "pauses, such as [{from: 2027-01-01T00:00:00Z, to: 2027-01-02T00:00:00Z}]", false, &elements);
    rule->pauses = keep_array(place->check->keep, (size_t)count, sizeof *rule->pauses);
    for (int i = 0; i < count; i++) {
        struct pause pause = {INT64_MIN, INT64_MAX}; /* what is missing or wrong does not make it look empty as well */
        if (!schema_read(elements[i], pause_rows, 0, &pause))
            continue;
        if (pause.from >= pause.to)
            check_fault(elements[i], "found a pause that ends before it begins; expected `from` before `to`");
        rule->pauses[rule->pause_count++] = pause;
    }
}

/* ---- labels ---- */

bool alert_section_is_label(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return strspn(name, letters) == strlen(name) && *name != '\0' && (*name < '0' || *name > '9');
}

static bool is_among(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

static const char *const own_annotations[] = {"summary", "description", NULL};

static int read_labels_but(const struct place *place, const char *const *own, bool dimensions, struct label **out)
{
    const struct settings *settings = place->check->settings;
    int count = 0;
    *out = NULL;
    if (!check_is_map(place))
        return 0;
    *out = keep_array(place->check->keep, (size_t)place->node->count, sizeof **out);
    for (int i = 0; i < place->node->count; i++) {
        const struct place *member = check_member(place, i);
        const char *value = schema_text(member, "a text");
        if (!alert_section_is_label(member->key))
            check_fault(member, "found `%.60s`; expected a name of letters, digits and `_` that does not begin with a digit", member->key);
        else if (is_among(member->key, own) || (dimensions && dimension_section_find(settings, member->key) >= 0))
            check_fault(member, "found a name that the daemon sets itself; expected another one");
        else if (value != NULL)
            (*out)[count++] = (struct label){member->key, value};
    }
    return count;
}

static void read_labels(const struct place *place, void *target)
{
    struct alert_rule *rule = target;
    rule->label_count = read_labels_but(place, alert_own_labels, true, &rule->labels);
}

static void read_annotations(const struct place *place, void *target)
{
    struct alert_rule *rule = target;
    rule->annotation_count = read_labels_but(place, own_annotations, false, &rule->annotations);
}

/* ---- what a rule looks at ---- */

static void read_window(const struct place *place, void *target)
{
    struct alert_rule *rule = target;
    windows_read(place, &rule->window);
}

static void read_groups(const struct place *place, void *target)
{
    struct alert_rule *rule = target;
    const struct settings *settings = place->check->settings;
    rule->group_count = dimension_section_breakdowns(place, true, &rule->groups);
    if (place->node->kind == NODE_LIST && place->node->count == 0)
        check_expected(place, "at least one group, such as [[]] for all leads");
    for (int g = 0; g < rule->group_count; g++) {
        for (int d = 0; d < rule->groups[g].dimension_count; d++) {
            const char *name = settings->dimensions[rule->groups[g].dimensions[d]].name;
            if (alert_is_own_label(text_of(name)))
                check_fault(place, "found the dimension `%s`; expected dimensions whose names are no labels that the daemon sets itself", name);
        }
    }
}

static void read_compare(const struct place *place, void *target)
{
    struct alert_rule *rule = target;
    static const char previous[] = "previous ";
    const char *text = schema_text(place, "previous, previous 28d or year ago");
    if (text == NULL)
        return;
    if (strcmp(text, "previous") == 0)
        rule->compare = COMPARE_PREVIOUS;
    else if (strcmp(text, "year ago") == 0)
        rule->compare = COMPARE_YEAR_AGO;
    else if (strncmp(text, previous, sizeof previous - 1) == 0 && notation_seconds(text + sizeof previous - 1, &rule->compare_s) && rule->compare_s > 0)
        rule->compare = COMPARE_PREVIOUS_LENGTH;
    else
        check_expected(place, "previous, previous and a duration (such as previous 28d) or year ago");
}

const char *const alert_section_bases[] = {[BASIS_ACTIVITY] = "activity", [BASIS_COHORT] = "cohort", NULL};
static const char *const measures[] = {"raw", "matured", NULL};

#define AT(field) offsetof(struct alert_rule, field)

static const struct schema_row rule_rows[] = {
    {"alert", SCHEMA_TEXT, AT(alert), .flags = SCHEMA_REQUIRED},
    {"kind", .type = SCHEMA_LATER},
    {"step", .type = SCHEMA_LATER, .only = STEPS},
    {"groups", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_groups, .only = STEPS},
    {"window", SCHEMA_OWN, .flags = SCHEMA_REQUIRED, .read = read_window, .only = CONVERSION},
    {"basis", SCHEMA_WORD, AT(basis), .fallback = "activity", .words = alert_section_bases, .only = CONVERSION},
    {"measure", SCHEMA_EITHER, AT(matured), .fallback = "raw", .words = measures, .only = CONVERSION},
    {"compare", SCHEMA_OWN, .flags = SCHEMA_REQUIRED, .read = read_compare, .only = DROPPED},
    {"drop", SCHEMA_PART, AT(drop), .flags = SCHEMA_REQUIRED, .only = DROPPED | DRIFT},
    {"q", SCHEMA_PART, AT(q), .fallback = "0.01", .only = DROPPED},
    {"confidence", SCHEMA_PART, AT(confidence), .fallback = "0.95", .only = BELOW_TARGET},
    {"min_leads", SCHEMA_INTEGER, AT(min_leads), .fallback = "20", .least = 1, .only = CONVERSION},
    {"baseline", SCHEMA_SECONDS, AT(baseline_s), .flags = SCHEMA_REQUIRED, .least = 1, .only = DRIFT},
    {"false_alarms", SCHEMA_RATE, AT(false_alarms_per_s), .flags = SCHEMA_REQUIRED, .only = DRIFT},
    {"older_than", SCHEMA_SECONDS, AT(older_than_s), .flags = SCHEMA_REQUIRED, .only = STUCK},
    {"more_than", SCHEMA_INTEGER, AT(more_than), .flags = SCHEMA_REQUIRED, .only = STUCK | REJECTED},
    {"silent_for", SCHEMA_SECONDS, AT(silent_for_s), .flags = SCHEMA_REQUIRED, .least = 1, .only = SILENCE},
    {"within", SCHEMA_SECONDS, AT(within_s), .flags = SCHEMA_REQUIRED, .least = 1, .only = REJECTED},
    {"for", SCHEMA_SECONDS, AT(for_s), .fallback = "0s"},
    {"keep_firing_for", SCHEMA_SECONDS, AT(keep_firing_for_s), .fallback = "0s"},
    {"hours", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_hours},
    {"days_off", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_days_off},
    {"pause", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_pause},
    {"severity", SCHEMA_TEXT, AT(severity), .fallback = "warning"},
    {"labels", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_labels},
    {"annotations", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_annotations},
    {0},
};

/* ---- a rule as a whole ---- */

static void read_step(const struct place *place, const struct funnel *funnel, const struct naming *naming, struct alert_rule *rule)
{
    const char *text = schema_text(place, "a step, or any");
    if (text == NULL || strcmp(text, "any") == 0)
        return;
    const struct name *name = naming_find(naming, text);
    if (name == NULL || name->kind != NAME_STEP) {
        struct nearest nearest = check_nearest(text);
        for (int k = 0; k < funnel->step_count; k++)
            check_offer(place, &nearest, funnel->steps[k].id);
        check_unknown(place, "any or a step", &nearest);
        return;
    }
    rule->step = name->step;
    if (rule->kind == ALERT_STUCK)
        return;
    if (rule->step == 0)
        check_expected(place, "a step after the first: nothing converts into that one");
    else if (funnel->steps[rule->step].optional && (rule->kind == ALERT_DRIFT || rule->matured))
        check_expected(place, "a required step: how many would come to an optional one in time is not measured");
}

static void check_reach(const struct place *place, const struct alert_rule *rule)
{
    if (rule->kind == ALERT_DROPPED && rule->window.name != NULL) {
        int64_t window_s = windows_length_s(&rule->window);
        int64_t before_s = rule->compare == COMPARE_PREVIOUS ? window_s : rule->compare == COMPARE_YEAR_AGO ? YEAR_S : rule->compare_s;
        windows_fit(check_find(place, "compare"), "a comparison", window_s + before_s);
    }
    if (rule->kind == ALERT_DROPPED && rule->compare == COMPARE_PREVIOUS_LENGTH)
        windows_whole(check_find(place, "compare"), "a comparison", rule->compare_s);
    if (rule->kind == ALERT_REJECTED)
        windows_whole(check_find(place, "within"), "a stretch", rule->within_s);
    if (rule->kind == ALERT_DRIFT)
        windows_fit(check_find(place, "baseline"), "a baseline", rule->baseline_s);
}

static bool groups_meet(const struct alert_rule *a, const struct alert_rule *b)
{
    for (int i = 0; i < a->group_count; i++) {
        for (int j = 0; j < b->group_count; j++) {
            if (a->groups[i].dimension_count == b->groups[j].dimension_count &&
                memcmp(a->groups[i].dimensions, b->groups[j].dimensions, (size_t)a->groups[i].dimension_count * sizeof(int)) == 0)
                return true;
        }
    }
    return a->group_count == 0 || b->group_count == 0;
}

static bool labels_equal(const struct alert_rule *a, const struct alert_rule *b)
{
    int equal = 0;
    for (int i = 0; i < a->label_count; i++) {
        for (int j = 0; j < b->label_count; j++)
            equal += strcmp(a->labels[i].name, b->labels[j].name) == 0 && strcmp(a->labels[i].value, b->labels[j].value) == 0;
    }
    return equal == a->label_count && equal == b->label_count;
}

/* An alert is known by its labels: two rules whose series have the same ones would write over each other. */
static bool same_identity(const struct alert_rule *a, const struct alert_rule *b)
{
    bool steps_a = ((1 << a->kind) & STEPS) != 0, steps_b = ((1 << b->kind) & STEPS) != 0;
    bool steps_meet = steps_a == steps_b && (!steps_a || a->step == b->step || a->step < 0 || b->step < 0);
    return a->alert != NULL && b->alert != NULL && strcmp(a->alert, b->alert) == 0 && strcmp(a->severity, b->severity) == 0 && steps_meet &&
           groups_meet(a, b) && labels_equal(a, b);
}

static bool read_kind(const struct place *place, bool application, enum alert_kind *out)
{
    const struct place *kind = check_find(place, "kind");
    int word = schema_word(kind, alert_section_kinds);
    if (word < 0)
        return false;
    *out = (enum alert_kind)word;
    if (application == (*out == ALERT_REJECTED))
        return true;
    check_expected(kind, application ? "rejected: rules of this kind belong into a funnel's alerts"
                                     : "another kind: rejected is about the whole application and belongs into the alerts at the top level");
    return false;
}

static bool read_rule(const struct place *place, const struct funnel *funnel, const struct naming *naming, struct alert_rule *out)
{
    struct alert_rule rule = {.step = -1, .drop = NAN, .q = NAN, .confidence = NAN, .severity = "warning"};
    if (!check_is_map(place) || !read_kind(place, funnel == NULL, &rule.kind))
        return false;
    schema_read(place, rule_rows, 1U << rule.kind, &rule);
    if (rule.matured && rule.basis == BASIS_COHORT)
        check_expected(check_find(place, "basis"), "activity: the matured conversion is measured on that basis only");
    if (rule.group_count == 0 && ((1 << rule.kind) & STEPS) != 0) {
        rule.group_count = 1; /* all leads */
        rule.groups = keep_take(place->check->keep, sizeof *rule.groups);
    }
    const struct place *step = check_find(place, "step");
    if (funnel != NULL && step->node != NULL)
        read_step(step, funnel, naming, &rule);
    check_reach(place, &rule);
    *out = rule;
    return true;
}

int alert_section_read(const struct place *place, const struct funnel *funnel, const struct naming *naming, struct alert_rule **out)
{
    const struct place **elements;
    int length = schema_elements(place, "alert rules", false, &elements), count = 0;
    *out = keep_array(place->check->keep, (size_t)length, sizeof **out);
    for (int i = 0; i < length; i++) {
        struct alert_rule *rule = &(*out)[count];
        if (!read_rule(elements[i], funnel, naming, rule))
            continue;
        for (int j = 0; j < count; j++) {
            if (same_identity(rule, &(*out)[j])) {
                check_fault(check_find(elements[i], "alert"), "found a rule whose alerts have the same labels as those of another rule before it; "
                                                              "expected another name, severity or label");
                break;
            }
        }
        count++;
    }
    return count;
}
