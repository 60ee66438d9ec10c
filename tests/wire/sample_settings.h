/* sample_settings.h -- a small application for tests of the decoder, made by hand: three funnels and one source, whose pointers are the defaults.
 *     dimensions: manager (/manager, else /owner/0/name), product, channel
 *     sro   match product: [SRO, Допуск СРО]   RUB   new=0 kp=1 142=2   lost, C1:3 (Дорого)   removed: deleted   other: on_hold
 *     usd   match product: [SRO, Export]       USD   new=0 shipped=1                         other: on_hold
 *     any   (default)                                 new=0 won=1        lost                 removed: deleted */
#ifndef FUNNELD_TESTS_SAMPLE_SETTINGS_H
#define FUNNELD_TESTS_SAMPLE_SETTINGS_H

#include "../../daemon/settings/settings.h"

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* A pointer without ~ escapes, split. Tokens live in a pool for the program's life. */
static inline struct pointer sample_pointer(const char *source)
{
    static struct text pool[8192];
    static int used;
    struct pointer pointer = {.tokens = &pool[used], .source = source};
    for (const char *at = source; *at == '/';) {
        const char *token = ++at;
        while (*at != '\0' && *at != '/')
            at++;
        pool[used++] = (struct text){token, (size_t)(at - token)};
        pointer.token_count++;
    }
    return pointer;
}

static inline struct pointers sample_pointers(const char *first, const char *second)
{
    static struct pointer pool[4096];
    static int used;
    struct pointers pointers = {.list = &pool[used]};
    if (first != NULL)
        pool[used++] = sample_pointer(first), pointers.count++;
    if (second != NULL)
        pool[used++] = sample_pointer(second), pointers.count++;
    return pointers;
}

/* Every field at its own name. */
static inline struct source sample_source(void)
{
    static const char *const fields[FIELD_COUNT] = {"/lead_id", "/at",     "/stage_at", "/created_at", "/funnel",
                                                    "/stage",   "/reason", "/amount",   "/currency",   "/score"};
    static const char *topics[] = {"lead.events"};
    struct source source = {.topic_count = 1, .topics = topics};
    for (int f = 0; f < FIELD_COUNT; f++)
        source.fields[f] = sample_pointers(fields[f], NULL);
    source.dimensions[0] = sample_pointers("/manager", "/owner/0/name");
    source.dimensions[1] = sample_pointers("/product", NULL);
    source.dimensions[2] = sample_pointers("/channel", NULL);
    return source;
}

static inline struct settings sample_settings(void)
{
    static struct dimension dimensions[] = {{"manager", TAKE_FIRST}, {"product", TAKE_FIRST}, {"channel", TAKE_FIRST}};
    static struct funnel funnels[] = {{.id = "sro", .currency = "RUB"}, {.id = "usd", .currency = "USD"}, {.id = "any"}};
    static struct text sro_aliases[] = {{"sro", 3}, {"СРО", 6}}, usd_aliases[] = {{"usd", 3}}, any_aliases[] = {{"any", 3}};
    static struct name sro_names[] = {
        {.text = {"142", 3}, .kind = NAME_STEP, .step = 2},
        {.text = {"C1:3", 4}, .kind = NAME_LOST, .reason = {"Дорого", 12}},
        {.text = {"deleted", 7}, .kind = NAME_REMOVED},
        {.text = {"kp", 2}, .kind = NAME_STEP, .step = 1},
        {.text = {"lost", 4}, .kind = NAME_LOST},
        {.text = {"new", 3}, .kind = NAME_STEP, .step = 0},
        {.text = {"on_hold", 7}, .kind = NAME_OTHER},
    };
    static struct name usd_names[] = {
        {.text = {"new", 3}, .kind = NAME_STEP, .step = 0},
        {.text = {"on_hold", 7}, .kind = NAME_OTHER},
        {.text = {"shipped", 7}, .kind = NAME_STEP, .step = 1},
    };
    static struct name any_names[] = {
        {.text = {"deleted", 7}, .kind = NAME_REMOVED},
        {.text = {"lost", 4}, .kind = NAME_LOST},
        {.text = {"new", 3}, .kind = NAME_STEP, .step = 0},
        {.text = {"won", 3}, .kind = NAME_STEP, .step = 1},
    };
    static struct text sro_products[] = {{"SRO", 3}, {"Допуск СРО", 19}}, usd_products[] = {{"Export", 6}, {"SRO", 3}};
    static struct match sro_match[] = {{1, COUNT_OF(sro_products), sro_products}}, usd_match[] = {{1, COUNT_OF(usd_products), usd_products}};
    static struct naming namings[] = {
        {COUNT_OF(sro_aliases), sro_aliases, COUNT_OF(sro_names), sro_names, 1, sro_match},
        {COUNT_OF(usd_aliases), usd_aliases, COUNT_OF(usd_names), usd_names, 1, usd_match},
        {COUNT_OF(any_aliases), any_aliases, COUNT_OF(any_names), any_names, 0, NULL},
    };
    static struct zone_change utc[] = {{INT64_MIN, 0}};
    static struct source sources[1];
    static const char *topics[] = {"lead.events"};
    sources[0] = sample_source();
    return (struct settings){
        .zone = {.name = "UTC", .change_count = 1, .changes = utc, .end = INT64_MAX, .slice_s = 3600},
        .source_count = 1,
        .sources = sources,
        .topic_count = 1,
        .topics = topics,
        .max_future_s = 86400,
        .max_record = 1 << 20,
        .keyed = true,
        .retention_s = -1,
        .dimension_count = COUNT_OF(dimensions),
        .dimensions = dimensions,
        .funnel_count = COUNT_OF(funnels),
        .funnels = funnels,
        .namings = namings,
    };
}

#endif
