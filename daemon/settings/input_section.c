#include "input_section.h"

#include "dimension_section.h"
#include "pointers.h"
#include "schema.h"

bool input_section_is_topic(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strlen(name);
    return length > 0 && length <= 249 && strspn(name, allowed) == length && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

const char *input_section_topic(const struct place *place)
{
    const char *name = schema_text(place, "a topic");
    if (name == NULL || input_section_is_topic(name))
        return name;
    check_expected(place, "the name of a Kafka topic: at most 249 letters, digits, `.`, `_` and `-`");
    return NULL;
}

static void read_topics(const struct place *place, void *target)
{
    struct source *source = target;
    source->topic_count = 0;
    const struct place **elements;
    int count = schema_elements(place, "topics", false, &elements);
    source->topics = keep_array(place->check->keep, (size_t)count, sizeof *source->topics);
    for (int i = 0; i < count; i++) {
        const char *topic = input_section_topic(elements[i]);
        if (topic == NULL)
            continue;
        for (int j = 0; j < source->topic_count; j++) {
            if (strcmp(source->topics[j], topic) == 0)
                check_fault(elements[i], "found the topic `%s` a second time; expected it once", topic);
        }
        source->topics[source->topic_count++] = topic;
    }
    if (count == 0 && place->node->kind == NODE_LIST)
        check_expected(place, "at least one topic");
}

/* Fields and dimensions that are not listed have their defaults already. */
static void read_fields(const struct place *place, void *target)
{
    struct source *source = target;
    const struct settings *settings = place->check->settings;
    if (!check_is_map(place))
        return;
    for (int i = 0; i < place->node->count; i++) {
        const struct place *member = check_member(place, i);
        int field = 0;
        while (field < FIELD_COUNT && strcmp(member->key, settings_field_names[field]) != 0)
            field++;
        int dimension = dimension_section_find(settings, member->key);
        if (field < FIELD_COUNT) {
            source->fields[field] = pointers_read(member);
            if (field == FIELD_LEAD_ID && member->node->kind == NODE_LIST && member->node->count == 0)
                check_expected(member, "at least one pointer: an event without an id counts nowhere");
        } else if (dimension >= 0) {
            source->dimensions[dimension] = pointers_read(member);
        } else {
            struct nearest nearest = check_nearest(member->key);
            for (int known = 0; known < FIELD_COUNT; known++)
                check_offer(member, &nearest, settings_field_names[known]);
            for (int known = 0; known < settings->dimension_count; known++)
                check_offer(member, &nearest, settings->dimensions[known].name);
            check_fault(member, "found an unknown field; expected a field or a dimension: %s%s", nearest.listed.data,
                        check_did_you_mean(member, &nearest));
        }
    }
}

static void read_each(const struct place *place, void *target)
{
    struct source *source = target;
    source->has_each = pointers_read_one(place, &source->each);
}

/* An empty text is a value, too. */
static void read_where_values(const struct place *place, struct where *where)
{
    const struct place **elements;
    int count = schema_elements(place, "values", true, &elements);
    where->values = keep_array(place->check->keep, (size_t)count, sizeof *where->values);
    for (int i = 0; i < count; i++) {
        const struct node *node = elements[i]->node;
        if (node->kind == NODE_SCALAR && !yaml_tree_is_null(node))
            where->values[where->value_count++] = node->text;
        else
            check_expected(elements[i], "a value that is compared as text (null never is there)");
    }
    if (count == 0)
        check_expected(place, "at least one value");
}

static void read_where(const struct place *place, void *target)
{
    struct source *source = target;
    struct keep *keep = place->check->keep;
    if (!check_is_map(place))
        return;
    source->wheres = keep_array(keep, (size_t)place->node->count, sizeof *source->wheres);
    for (int i = 0; i < place->node->count; i++) {
        const struct place *member = check_member(place, i);
        struct place key = *member; /* the pointer is written as the key */
        key.node = member->key_node;
        struct where where = {0};
        read_where_values(member, &where);
        if (pointers_read_one(&key, &where.pointer))
            source->wheres[source->where_count++] = where;
    }
}

/* One element of `sources`. */
static const struct schema_row source_rows[] = {
    {"topics", SCHEMA_OWN, .read = read_topics},
    {"each", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_each},
    {"where", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_where},
    {"fields", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_fields},
    {0},
};

static struct source source_with_defaults(struct keep *keep, const struct settings *settings)
{
    struct source source = {.topic_count = 1, .topics = keep_take(keep, sizeof *source.topics)};
    source.topics[0] = "lead.events";
    for (int field = 0; field < FIELD_COUNT; field++)
        source.fields[field] = pointers_top_level(keep, settings_field_names[field]);
    for (int i = 0; i < settings->dimension_count; i++)
        source.dimensions[i] = settings->dimension_fields[i];
    return source;
}

static void read_sources(const struct place *place, struct settings *settings)
{
    struct keep *keep = place->check->keep;
    const struct place **elements;
    int count = schema_elements(place, "sources", false, &elements);
    settings->sources = keep_array(keep, (size_t)count, sizeof *settings->sources);
    for (int i = 0; i < count; i++) {
        struct source *source = &settings->sources[settings->source_count++];
        *source = source_with_defaults(keep, settings);
        schema_read(elements[i], source_rows, 0, source);
    }
    if (count == 0 && place->node->kind == NODE_LIST)
        check_expected(place, "at least one source");
}

static void read_one_source(const struct place *topics, const struct place *fields, struct settings *settings)
{
    struct keep *keep = settings->keep;
    settings->sources = keep_take(keep, sizeof *settings->sources);
    settings->source_count = 1;
    settings->sources[0] = source_with_defaults(keep, settings);
    if (topics->node != NULL)
        read_topics(topics, &settings->sources[0]);
    if (fields->node != NULL && !yaml_tree_is_null(fields->node))
        read_fields(fields, &settings->sources[0]);
}

static bool has_topic(const struct settings *settings, const char *topic)
{
    for (int i = 0; i < settings->topic_count; i++) {
        if (strcmp(settings->topics[i], topic) == 0)
            return true;
    }
    return false;
}

static void collect_topics(struct settings *settings)
{
    size_t most = 0;
    for (int i = 0; i < settings->source_count; i++)
        most += (size_t)settings->sources[i].topic_count;
    settings->topics = keep_array(settings->keep, most, sizeof *settings->topics);
    for (int i = 0; i < settings->source_count; i++) {
        for (int t = 0; t < settings->sources[i].topic_count; t++) {
            if (!has_topic(settings, settings->sources[i].topics[t]))
                settings->topics[settings->topic_count++] = settings->sources[i].topics[t];
        }
    }
}

static const char *const delimiters[] = {"auto", ";", ",", "tab", NULL};
const char *const input_section_dates[] = {
    [CSV_DD_MM_YYYY] = "dd.mm.yyyy", [CSV_SLASH_DD_MM_YYYY] = "dd/mm/yyyy", [CSV_SLASH_MM_DD_YYYY] = "mm/dd/yyyy", NULL,
};

static const struct schema_row csv_rows[] = {
    {"delimiter", SCHEMA_WORD, offsetof(struct csv_form, delimiter), .fallback = "auto", .words = delimiters},
    {"dates", SCHEMA_WORD, offsetof(struct csv_form, dates), .fallback = "dd.mm.yyyy", .words = input_section_dates},
    {0},
};

static void read_csv(const struct place *place, void *target)
{
    schema_read(place, csv_rows, 0, target);
}

static const char *const unmatched[] = {"dead-letter", "ignore", NULL};

static const struct schema_row input_rows[] = {
    {"topics", .type = SCHEMA_LATER},
    {"fields", .type = SCHEMA_LATER},
    {"sources", .type = SCHEMA_LATER},
    {"out_of_orderness", SCHEMA_SECONDS, offsetof(struct settings, out_of_orderness_s), .fallback = "0s"},
    {"max_future", SCHEMA_SECONDS, offsetof(struct settings, max_future_s), .fallback = "1d"},
    {"max_record", SCHEMA_SIZE, offsetof(struct settings, max_record), .fallback = "1MiB", .least = 1, .most = 1 << 30},
    {"keyed", SCHEMA_BOOLEAN, offsetof(struct settings, keyed), .fallback = "true"},
    {"unmatched", SCHEMA_EITHER, offsetof(struct settings, unmatched_ignored), .fallback = "dead-letter", .words = unmatched},
    {"local_times", SCHEMA_BOOLEAN, offsetof(struct settings, local_times), .fallback = "false"},
    {"csv", SCHEMA_OWN, offsetof(struct settings, csv), .flags = SCHEMA_NULL, .fallback = "{}", .read = read_csv},
    {0},
};

void input_section_read(const struct place *place, void *target)
{
    struct settings *settings = target;
    if (!schema_read(place, input_rows, 0, settings))
        return;
    const struct place *topics = check_find(place, "topics"), *fields = check_find(place, "fields"), *sources = check_find(place, "sources");
    if (sources->node != NULL) {
        if (topics->node != NULL)
            check_fault(topics, "found both `topics` and `sources`; expected one of them");
        if (fields->node != NULL)
            check_fault(fields, "found both `fields` and `sources`; expected one of them");
        read_sources(sources, settings);
    } else {
        read_one_source(topics, fields, settings);
    }
    collect_topics(settings);
}
