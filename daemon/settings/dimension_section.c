#include "dimension_section.h"

#include "../core/alert.h"
#include "pointers.h"
#include "schema.h"

/* ---- dimensions ---- */

struct draft { /* of one dimension */
    struct settings *settings;
    int index;
    struct dimension dimension;
};

static void read_titles(const struct place *place, void *target)
{
    struct draft *draft = target;
    if (!check_is_map(place))
        return;
    struct property *titles = keep_array(place->check->keep, (size_t)place->node->count, sizeof *titles);
    int count = 0;
    for (int i = 0; i < place->node->count; i++) {
        const struct place *title = check_member(place, i);
        const char *text = schema_text(title, "a title");
        if (text != NULL)
            titles[count++] = (struct property){title->key, text};
    }
    draft->settings->titles[draft->index] = titles;
    draft->settings->title_counts[draft->index] = count;
}

static void read_field(const struct place *place, void *target)
{
    struct draft *draft = target;
    draft->settings->dimension_fields[draft->index] = pointers_read(place);
}

const char *const dimension_section_takes[] = {[TAKE_FIRST] = "first", [TAKE_LAST] = "last", [TAKE_CLOSING] = "closing", NULL};

static const struct schema_row dimension_rows[] = {
    {"field", SCHEMA_OWN, .read = read_field},
    {"take", SCHEMA_WORD, offsetof(struct draft, dimension.take), .fallback = "first", .words = dimension_section_takes},
    {"titles", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_titles},
    {0},
};

/* A dimension stands beside the fields of an event in `fields`, so it needs a name of its own. */
static bool has_own_name(const struct place *place)
{
    if (*place->key == '\0') {
        check_fault(place, "found a dimension without a name; expected one");
        return false;
    }
    for (int field = 0; field < FIELD_COUNT; field++) {
        if (strcmp(place->key, settings_field_names[field]) == 0) {
            check_fault(place, "found a dimension with the name of a field of the event; expected another name");
            return false;
        }
    }
    return true;
}

void dimension_section_read(const struct place *place, void *target)
{
    struct settings *settings = target;
    struct keep *keep = place->check->keep;
    if (!check_is_map(place))
        return;
    int count = place->node->count;
    if (count > FUNNEL_DIMENSIONS_MAX) {
        check_fault(place, "found %d dimensions; expected at most %d", count, FUNNEL_DIMENSIONS_MAX);
        count = FUNNEL_DIMENSIONS_MAX;
    }
    settings->dimensions = keep_array(keep, (size_t)count, sizeof *settings->dimensions);
    settings->dimension_fields = keep_array(keep, (size_t)count, sizeof *settings->dimension_fields);
    settings->title_counts = keep_array(keep, (size_t)count, sizeof *settings->title_counts);
    settings->titles = keep_array(keep, (size_t)count, sizeof *settings->titles);
    for (int i = 0; i < count; i++) {
        const struct place *member = check_member(place, i);
        struct draft draft = {settings, settings->dimension_count, {.name = member->key}};
        if (!has_own_name(member))
            continue;
        settings->dimension_fields[draft.index] = pointers_top_level(keep, member->key);
        if (!yaml_tree_is_null(member->node)) /* `product:` alone is a dimension with every default */
            schema_read(member, dimension_rows, 0, &draft);
        settings->dimensions[draft.index] = draft.dimension;
        settings->dimension_count++;
    }
}

int dimension_section_find(const struct settings *settings, const char *name)
{
    for (int i = 0; i < settings->dimension_count; i++) {
        if (strcmp(settings->dimensions[i].name, name) == 0)
            return i;
    }
    return -1;
}

void dimension_section_unknown(const struct place *place, const char *found)
{
    const struct settings *settings = place->check->settings;
    struct nearest nearest = check_nearest(found);
    for (int i = 0; i < settings->dimension_count; i++)
        check_offer(place, &nearest, settings->dimensions[i].name);
    if (nearest.listed.length > 0)
        check_fault(place, "found `%s`; expected one of the dimensions: %s%s", found, nearest.listed.data, check_did_you_mean(place, &nearest));
    else
        check_fault(place, "found `%s`; expected no dimension, as `dimensions` lists none", found);
}

/* ---- breakdowns ---- */

/* Put a dimension into its place in the byte order of names. False: it is there already. */
static bool insert(const struct settings *settings, struct breakdown *breakdown, int dimension)
{
    const char *name = settings->dimensions[dimension].name;
    int at = breakdown->dimension_count;
    while (at > 0 && strcmp(settings->dimensions[breakdown->dimensions[at - 1]].name, name) > 0)
        at--;
    if (at > 0 && breakdown->dimensions[at - 1] == dimension)
        return false;
    memmove(&breakdown->dimensions[at + 1], &breakdown->dimensions[at], (size_t)(breakdown->dimension_count - at) * sizeof *breakdown->dimensions);
    breakdown->dimensions[at] = dimension;
    breakdown->dimension_count++;
    return true;
}

static bool read_breakdown(const struct place *place, bool all_leads, struct breakdown *out)
{
    const struct settings *settings = place->check->settings;
    const char **names;
    if (!check_is_list(place, "dimensions, such as [manager]"))
        return false;
    int count = schema_texts(place, "dimensions", false, &names);
    bool right = count == place->node->count;
    for (int i = 0; i < count; i++) {
        int dimension = dimension_section_find(settings, names[i]);
        const struct place *element = right ? check_element(place, i) : place;
        bool inserted = dimension >= 0 && insert(settings, out, dimension);
        if (dimension < 0)
            dimension_section_unknown(element, names[i]);
        else if (!inserted)
            check_fault(element, "found the dimension `%s` a second time; expected it once", names[i]);
        right = right && inserted;
    }
    if (right && count == 0 && !all_leads) {
        check_expected(place, "at least one dimension (all leads are counted anyway)");
        return false;
    }
    return right;
}

static bool same_breakdown(const struct breakdown *a, const struct breakdown *b)
{
    return a->dimension_count == b->dimension_count &&
           memcmp(a->dimensions, b->dimensions, (size_t)a->dimension_count * sizeof *a->dimensions) == 0;
}

int dimension_section_breakdowns(const struct place *place, bool all_leads, struct breakdown **out)
{
    const struct place **elements;
    int length = schema_elements(place, "lists of dimensions, such as [[manager], [channel, product]]", false, &elements), count = 0;
    struct breakdown *list = keep_array(place->check->keep, (size_t)length, sizeof *list);
    for (int i = 0; i < length; i++) {
        struct breakdown breakdown = {0};
        if (!read_breakdown(elements[i], all_leads, &breakdown))
            continue;
        for (int j = 0; j < count; j++) {
            if (same_breakdown(&list[j], &breakdown))
                check_fault(elements[i], "found a combination of dimensions a second time; expected it once");
        }
        list[count++] = breakdown;
    }
    *out = list;
    return count;
}

int dimension_section_of_label(const struct settings *settings, struct text label)
{
    for (int d = 0; d < settings->dimension_count && !alert_is_own_label(label); d++)
        if (text_equal(label, text_of(settings->dimensions[d].name)))
            return d;
    return -1;
}

struct text dimension_section_title(const struct settings *settings, int dimension, struct text value)
{
    for (int t = 0; t < settings->title_counts[dimension]; t++)
        if (text_equal(text_of(settings->titles[dimension][t].name), value))
            return text_of(settings->titles[dimension][t].value);
    return value;
}
