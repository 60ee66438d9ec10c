#include "settings.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../core/memory.h"
#include "alert_section.h"
#include "dimension_section.h"
#include "funnel_section.h"
#include "http_section.h"
#include "input_section.h"
#include "notify_section.h"
#include "schema.h"
#include "secret.h"
#include "yaml_file.h"
#include "zone_table.h"

const char *const settings_field_names[FIELD_COUNT] = {
    [FIELD_LEAD_ID] = "lead_id", [FIELD_AT] = "at",         [FIELD_STAGE_AT] = "stage_at", [FIELD_CREATED_AT] = "created_at",
    [FIELD_FUNNEL] = "funnel",   [FIELD_STAGE] = "stage",   [FIELD_REASON] = "reason",     [FIELD_AMOUNT] = "amount",
    [FIELD_CURRENCY] = "currency", [FIELD_SCORE] = "score",
};

/* ---- application, time zone, Kafka ---- */

/* The application's name begins the names of its own topics and is its consumer group. */
static void read_application(const struct place *place, void *target)
{
    struct settings *settings = target;
    const char *name = schema_text(place, "a name");
    if (name == NULL)
        return;
    if (input_section_is_topic(keep_format(place->check->keep, "%s-leads-changelog", name)))
        settings->application = name;
    else
        check_expected(place, "a name that topics may begin with: at most 230 letters, digits, `.`, `_` and `-`");
}

struct zone_search {
    const struct place *place;
    struct nearest nearest;
};

static void offer_zone(void *context, const char *name)
{
    struct zone_search *search = context;
    check_offer(search->place, &search->nearest, name);
}

static void read_timezone(const struct place *place, void *target)
{
    struct settings *settings = target;
    struct keep *keep = place->check->keep;
    const char *name = schema_text(place, "a time zone, such as Europe/Moscow");
    if (name != NULL && zone_table_build(name, keep, &settings->zone))
        return;
    zone_table_build("UTC", keep, &settings->zone); /* to find more mistakes with */
    if (name == NULL)
        return;
    struct zone_search search = {place, check_nearest(name)};
    zone_table_names(keep, offer_zone, &search);
    check_expected(place, "a time zone of the system's tzdata, such as Europe/Moscow or UTC%s", check_did_you_mean(place, &search.nearest));
}

static void read_kafka(const struct place *place, void *target)
{
    struct settings *settings = target;
    if (!check_is_map(place))
        return;
    settings->properties = keep_array(place->check->keep, (size_t)place->node->count, sizeof *settings->properties);
    for (int i = 0; i < place->node->count; i++) {
        const struct place *member = check_member(place, i);
        const char *value = secret_read(member);
        if (value != NULL)
            settings->properties[settings->property_count++] = (struct property){member->key, value};
    }
}

/* ---- output ---- */

static void read_topic(const struct place *place, void *field)
{
    const char *topic = input_section_topic(place);
    if (topic != NULL)
        *(const char **)field = topic;
}

static void read_lead_url(const struct place *place, void *field)
{
    const char *url = schema_text(place, "a URL with {lead_id} in it");
    if (url != NULL && strstr(url, "{lead_id}") == NULL)
        check_expected(place, "a URL with {lead_id} in it, such as https://crm.example/deal/{lead_id}");
    else if (url != NULL)
        *(const char **)field = url;
}

static const struct schema_row output_rows[] = {
    {"snapshots", SCHEMA_OWN, offsetof(struct settings, snapshots_topic), .fallback = "funnel.snapshots", .read = read_topic},
    {"alerts", SCHEMA_OWN, offsetof(struct settings, alerts_topic), .fallback = "funnel.alerts", .read = read_topic},
    {"dead_letters", SCHEMA_OWN, offsetof(struct settings, dead_letters_topic), .fallback = "funnel.dead-letters", .read = read_topic},
    {"dead_letters_retention", SCHEMA_SECONDS, offsetof(struct settings, dead_letters_retention_s), .flags = SCHEMA_NULL, .fallback = "30d", .least = 1},
    {"every", SCHEMA_MILLISECONDS, offsetof(struct settings, every_ms), .fallback = "5s", .least = 1},
    {"show_leads", SCHEMA_BOOLEAN, offsetof(struct settings, show_leads), .fallback = "true"},
    {"create_topics", SCHEMA_BOOLEAN, offsetof(struct settings, create_topics), .fallback = "true"},
    {"lead_url", SCHEMA_OWN, offsetof(struct settings, lead_url), .flags = SCHEMA_NULL, .read = read_lead_url},
    {0},
};

/* What is written must not come in again as an event, and state must not lie among other records: only snapshots and alerts may share a topic. */
static void check_topics(const struct place *output, const struct settings *settings)
{
    static const char *const keys[] = {"snapshots", "alerts", "dead_letters"};
    const char *topics[] = {settings->snapshots_topic, settings->alerts_topic, settings->dead_letters_topic};
    const char *own[] = {keep_format(settings->keep, "%s-leads-changelog", settings->application),
                         keep_format(settings->keep, "%s-checkpoint", settings->application)};
    for (int i = 0; i < 3; i++) {
        const struct place *place = check_find(output, keys[i]);
        if (topics[i] == NULL)
            continue; /* reported */
        for (int t = 0; t < settings->topic_count; t++) {
            if (strcmp(topics[i], settings->topics[t]) == 0)
                check_fault(place, "found `%s`, which is an input topic; expected another topic", topics[i]);
        }
        for (int o = 0; o < 2; o++) {
            if (strcmp(topics[i], own[o]) == 0)
                check_fault(place, "found `%s`, where the daemon keeps its state; expected another topic", topics[i]);
        }
    }
    for (int i = 0; i < 2; i++) {
        if (topics[i] != NULL && topics[2] != NULL && strcmp(topics[i], topics[2]) == 0)
            check_fault(check_find(output, "dead_letters"), "found `%s`, the topic of %s as well; expected another topic", topics[2], keys[i]);
    }
}

static void read_output(const struct place *place, void *target)
{
    if (schema_read(place, output_rows, 0, target))
        check_topics(place, target);
}

static void read_alerts(const struct place *place, void *target)
{
    struct settings *settings = target;
    settings->application_rule_count = alert_section_read(place, NULL, NULL, &settings->application_rules);
}

/* ---- the whole file ---- */

/* In the order in which they rest on one another: dimensions before input, zone and retention before windows, rules before who hears of them. */
static const struct schema_row rows[] = {
    {"application", SCHEMA_OWN, .fallback = "funneld", .read = read_application},
    {"timezone", SCHEMA_OWN, .fallback = "UTC", .read = read_timezone},
    {"retention", SCHEMA_SECONDS, offsetof(struct settings, retention_s), .flags = SCHEMA_NULL, .least = 1},
    {"kafka", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_kafka},
    {"dimensions", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = dimension_section_read},
    {"input", SCHEMA_OWN, .flags = SCHEMA_NULL, .fallback = "{}", .read = input_section_read},
    {"output", SCHEMA_OWN, .flags = SCHEMA_NULL, .fallback = "{}", .read = read_output},
    {"http", SCHEMA_OWN, offsetof(struct settings, http), .flags = SCHEMA_NULL, .read = http_section_read},
    {"funnels", SCHEMA_OWN, .flags = SCHEMA_REQUIRED, .read = funnel_section_read},
    {"alerts", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_alerts},
    {"notify", SCHEMA_OWN, offsetof(struct settings, notify), .flags = SCHEMA_NULL, .read = notify_section_read},
    {0},
};

/* ---- the hash ---- */

/* Of what is written, not of how: comments, quotes and the order of keys do not matter, the order in lists does. */
static uint64_t hash_node(const struct node *node)
{
    uint64_t hash = 0;
    switch (node->kind) {
    case NODE_SCALAR:
        return XXH3_64bits_withSeed(node->text.data, node->text.length, yaml_tree_is_null(node));
    case NODE_LIST:
        for (int i = 0; i < node->count; i++) {
            uint64_t element = hash_node(node->values[i]);
            hash = XXH3_64bits_withSeed(&element, sizeof element, hash + NODE_LIST);
        }
        return hash;
    case NODE_MAP:
        break;
    }
    for (int i = 0; i < node->count; i++) {
        uint64_t member[2] = {hash_node(node->keys[i]), hash_node(node->values[i])};
        hash += XXH3_64bits_withSeed(member, sizeof member, NODE_MAP);
    }
    return hash;
}

static uint64_t hash_key(uint64_t hash, const struct node *map, const char *key)
{
    const struct node *node = yaml_tree_get(map, key);
    uint64_t parts[2] = {hash, node != NULL ? hash_node(node) : 0};
    return XXH3_64bits(parts, sizeof parts);
}

static uint64_t hash_of(const struct node *root)
{
    static const char *const shaping[] = {"timezone", "retention", "input", "funnels", "alerts"};
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof shaping / sizeof *shaping; i++)
        hash = hash_key(hash, root, shaping[i]);
    const struct node *dimensions = yaml_tree_get(root, "dimensions");
    for (int i = 0; dimensions != NULL && i < dimensions->count; i++) /* without their titles */
        hash += hash_key(hash_key(hash_node(dimensions->keys[i]), dimensions->values[i], "field"), dimensions->values[i], "take");
    return hash;
}

static uint64_t reading_hash_of(const struct node *root)
{
    static const char *const naming[] = {"match", "lost", "removed", "other", "aliases"};
    uint64_t hash = hash_key(0, root, "input");
    const struct node *dimensions = yaml_tree_get(root, "dimensions"), *funnels = yaml_tree_get(root, "funnels");
    for (int i = 0; dimensions != NULL && i < dimensions->count; i++)
        hash += hash_key(hash_node(dimensions->keys[i]), dimensions->values[i], "field");
    for (int f = 0; f < funnels->count; f++)
        for (size_t i = 0; i < sizeof naming / sizeof *naming; i++)
            hash = hash_key(hash, funnels->values[f], naming[i]);
    return hash;
}

/* ---- loading ---- */

static void load(struct settings *settings, struct check *check)
{
    const struct node *root = yaml_file_read(check);
    if (root == NULL)
        return;
    const struct place *place = check_root(check, root);
    check_duplicates(place);
    schema_read(place, rows, 0, settings);
    if (check->fault_count > 0)
        return;
    settings->hash = hash_of(root); /* the shapes are right */
    settings->reading_hash = reading_hash_of(root);
}

struct settings *settings_load(const char *path, FILE *errors)
{
    struct keep *keep = keep_new();
    struct settings *settings = memory_new(sizeof *settings);
    settings->keep = keep;
    settings->path = keep_string(keep, text_of(path));
    settings->application = "funneld";
    settings->retention_s = -1;
    struct check check = {.file = settings->path, .keep = keep, .settings = settings};
    load(settings, &check);
    if (check_finish(&check, errors) == 0)
        return settings;
    settings_free(settings);
    return NULL;
}

int settings_topic(const struct settings *settings, struct text name)
{
    for (int t = 0; t < settings->topic_count; t++)
        if (text_equal(text_of(settings->topics[t]), name))
            return t;
    return -1;
}

void settings_free(struct settings *settings)
{
    if (settings == NULL)
        return;
    keep_free(settings->keep);
    free(settings);
}
