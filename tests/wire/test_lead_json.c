/* Goal: what is known about a lead comes back from its row as it was, and nothing but a row is taken for one. Method: rows told in words beside their
 * bytes; random leads there and back; every row cut short or with a byte changed is refused or still a set that can be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/wire/lead_json.h"
#include "../core/random_support.h"
#include "sample_settings.h"

enum { FIRST = 1711456476 };

static struct step sro_steps[] = {{.id = "new"}, {.id = "kp"}, {.id = "142"}}, any_steps[] = {{.id = "new"}, {.id = "won"}};

struct world {
    struct settings settings;
    struct lead_names names;
    struct lead_reader *reader;
    struct buffer out;
};

static void world_open(struct world *world)
{
    *world = (struct world){.settings = sample_settings()};
    struct funnel *funnels = (struct funnel *)(uintptr_t)world->settings.funnels;
    funnels[0].steps = sro_steps;
    funnels[0].step_count = COUNT_OF(sro_steps);
    funnels[2].steps = any_steps;
    funnels[2].step_count = COUNT_OF(any_steps);
    world->names.reasons = names_new(LEAD_REASONS_MAX);
    world->names.dimension_count = world->settings.dimension_count;
    world->names.dimensions = world->settings.dimensions;
    for (int d = 0; d < world->names.dimension_count; d++)
        world->names.values[d] = names_new(LEAD_VALUES_MAX);
    world->reader = lead_reader_new(&world->settings);
}

static void world_close(struct world *world)
{
    lead_reader_free(world->reader);
    names_free(world->names.reasons);
    for (int d = 0; d < world->names.dimension_count; d++)
        names_free(world->names.values[d]);
    free(world->out.data);
}

static const char *written(struct world *world, const struct ledger_lead *lead)
{
    world->out.length = 0;
    lead_json_write(&world->out, &world->settings, &world->names, lead);
    buffer_char(&world->out, '\0');
    return world->out.data;
}

static bool is_read(struct world *world, const char *row, struct ledger_lead *lead)
{
    char *exact = memory_copy(row, strlen(row)); /* so that reading on behind the end is seen */
    bool read = lead_json_read(world->reader, TEXT("L-1"), (struct text){exact, strlen(row)}, &world->names, lead);
    free(exact);
    return read;
}

static struct ledger_section section(int funnel, int64_t last_at)
{
    return (struct ledger_section){.funnel = funnel, .last_at = last_at};
}

static void a_row_says_what_is_known__and_leaves_out_what_is_not(void **state)
{
    (void)state;
    struct world world;
    struct ledger_lead lead;
    world_open(&world);
    struct ledger_section sections[2] = {section(0, FIRST + 7618), section(2, FIRST)};
    struct lead_set *set = &sections[0].set;
    lead_set_add_element(set, lead_element(FIRST, 0));
    lead_set_add_element(set, lead_element(FIRST + 7618, 1));
    lead_set_add_element(set, lead_element(FIRST + 9000, LEAD_LOSS + names_number(world.names.reasons, TEXT("\"дорого\"\n"))));
    lead_set_add_created(set, FIRST - 60);
    lead_set_add_amount(set, FIRST + 7618, -16600001);
    lead_set_add_score(set, FIRST + 10, 9);
    lead_set_add_dimension(set, &world.names, 0, FIRST, TEXT("Петрова"));
    lead_set_add_dimension(set, &world.names, 2, FIRST + 1, TEXT(""));
    const char *row = "{\"funnels\":{\"sro\":[1711456416,7678,{\"created_at\":0},60,\"new\",{\"manager\":\"Петрова\"},61,{\"channel\":\"\"},70,{\"score\":9},"
                      "7678,\"kp\",{\"amount\":-16600001},9060,{\"reason\":\"\\\"дорого\\\"\\n\"}],"
                      "\"any\":[1711456476,0]}}";
    assert_string_equal(written(&world, &(struct ledger_lead){.id = TEXT("L-1"), .section_count = 2, .sections = sections}), row);
    assert_true(is_read(&world, row, &lead));
    assert_string_equal(written(&world, &lead), row);

    row = "{\"removed\":1711456476}";
    assert_string_equal(written(&world, &(struct ledger_lead){.id = TEXT("L-1"), .removed = true, .last_at = FIRST}), row);
    assert_true(is_read(&world, row, &lead));
    assert_true(lead.removed && lead.section_count == 0 && lead.last_at == FIRST);
    free(set->elements);
    world_close(&world);
}

static void a_row_means_what_its_names_mean_now__and_tells_those_that_nobody_has(void **state)
{
    (void)state;
    static const struct { const char *row, *left, *unnamed; } rows[] = {
        {"{\"funnels\":{\"gone\":[5,0,\"new\",{\"manager\":\"A\"},{\"amount\":7}],\"any\":[5,0]}}", "{\"funnels\":{\"any\":[5,0]}}", "the funnel `gone`"},
        {"{\"funnels\":{\"any\":[5,9,\"kp\",2,\"new\",9,\"lost\"]}}", "{\"funnels\":{\"any\":[7,7,\"new\",7,{\"reason\":\"\"}]}}", "the step `kp` of funnel any"},
        {"{\"funnels\":{\"СРО\":[5,9,\"new\",2,\"on_hold\",9,\"C1:3\"]}}", "{\"funnels\":{\"sro\":[5,9,\"new\",9,{\"reason\":\"Дорого\"}]}}", ""},
        {"{\"funnels\":{\"СРО\":[5,9],\"sro\":[5,1]}}", "{\"funnels\":{\"sro\":[14,0]}}", "the funnel `sro`"},
        {"{\"funnels\":{\"sro\":[5,9,\"new\",2,\"deleted\"]}}", "{\"removed\":14}", ""},
        {"{\"funnels\":{\"any\":[5,9,{\"team\":\"A\"},1,{\"team\":\"B\"},9,{\"product\":\"P\"}]}}", "{\"funnels\":{\"any\":[14,0,{\"product\":\"P\"}]}}", ""},
        {"{\"funnels\":{\"any\":[5,9,{\"product\":\"P\"},3,{\"product\":\"Q\"}]}}", "{\"funnels\":{\"any\":[5,9,{\"product\":\"P\"}]}}", ""},
        {"{\"funnels\":{\"sro\":[5,0,\"kp\"],\"any\":[5,0,\"kp\"]}}", "{\"funnels\":{\"sro\":[5,0,\"kp\"],\"any\":[5,0]}}", "the step `kp` of funnel any"},
        {"{\"funnels\":{}}", "{\"funnels\":{}}", ""},
    };
    struct world world;
    struct ledger_lead lead;
    world_open(&world);
    for (int i = 0; i < 2 * COUNT_OF(rows); i++) { /* the second time, bytes that were kept are known */
        const int row = i % COUNT_OF(rows);
        assert_true(is_read(&world, rows[row].row, &lead));
        assert_string_equal(written(&world, &lead), rows[row].left);
        assert_string_equal(lead_reader_unnamed(world.reader).data, rows[row].unnamed);
    }
    world_close(&world);
}

/* The second time their bytes are known. */
static void texts_with_quotes_and_backslashes__are_read_again_and_again(void **state)
{
    (void)state;
    static const char *const texts[] = {"\"", "\\", "\"}", "a\"}\n", "\\\"}", "\\\\", "\"},\"", "\":\"", "ООО \"Ромашка\"", "\"}]}}"};
    struct world world;
    world_open(&world);
    for (int i = 0; i < 2 * COUNT_OF(texts); i++) {
        struct text text = text_of(texts[i % COUNT_OF(texts)]);
        struct ledger_section any = section(2, FIRST);
        lead_set_add_element(&any.set, lead_element(FIRST, LEAD_LOSS + names_number(world.names.reasons, text)));
        lead_set_add_dimension(&any.set, &world.names, 1, FIRST, text);
        const char *first = written(&world, &(struct ledger_lead){.id = TEXT("L-1"), .section_count = 1, .sections = &any});
        char *row = memory_string(first, strlen(first));
        for (int again = 0; again < 2; again++) {
            struct ledger_lead lead;
            if (!is_read(&world, row, &lead))
                fail_msg("not read: %s", row);
            assert_string_equal(written(&world, &lead), row);
        }
        free(row);
        free(any.set.elements);
    }
    world_close(&world);
}

static void numbers__are_those_of_the_names_at_hand(void **state)
{
    (void)state;
    const char *row = "{\"funnels\":{\"any\":[5,0,{\"product\":\"P\"}]}}";
    struct world world, other;
    struct ledger_lead lead;
    world_open(&world);
    world_open(&other);
    names_number(other.names.values[1], TEXT("Q"));
    names_number(other.names.values[1], TEXT("P"));
    for (int i = 0; i < 3; i++) {
        assert_true(lead_json_read(world.reader, TEXT("L-1"), text_of(row), i == 1 ? &other.names : &world.names, &lead));
        assert_string_equal(written(i == 1 ? &other : &world, &lead), row);
    }
    world_close(&world);
    world_close(&other);
}

static void what_is_no_row__is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", "{}", "[]", "null", "{\"funnels\":{}", "{\"funnels\":{}}}", "{\"funnels\":{}} ", "{\"removed\":true}", "{\"removed\":1,\"last\":2}", "{\"other\":{}}",
        "{\"removed\":253402300800}", "{\"removed\":-62135596801}", "{\"removed\":99999999999999999999}", "{\"removed\":-}", "{\"removed\":}",
        "{\"funnels\":{\"any\":[]}}", "{\"funnels\":{\"any\":[5]}}", "{\"funnels\":{\"any\":[\"new\",5]}}", "{\"funnels\":{\"any\":[5,\"new\"]}}", "{\"funnels\":{\"any\":{}}}",
        "{\"funnels\":{\"any\":[253402300800,-1]}}", "{\"funnels\":{\"any\":[253402300799,1]}}", "{\"funnels\":{\"any\":[5,9223372036854775807]}}", "{\"funnels\":{\"any\":[5,0,253402300799]}}",
        "{\"funnels\":{\"any\":[5,0],\"any\":[5,0]}}", "{\"funnels\":{\"any\":[5,0,]}}", "{\"funnels\":{\"any\":[5,0,null]}}", "{\"funnels\":{\"any\":[5,0,[\"new\"]]}}", "{\"funnels\":{\"any\":[5,0,\"new\" ]}}",
        "{\"funnels\":{\"any\":[5,0,{}]}}", "{\"funnels\":{\"any\":[5,0,{\"score\":11}]}}", "{\"funnels\":{\"any\":[5,0,{\"score\":\"9\"}]}}", "{\"funnels\":{\"any\":[5,0,{\"score\":9,\"amount\":1}]}}",
        "{\"funnels\":{\"any\":[5,0,{\"amount\":9223372036854775808}]}}", "{\"funnels\":{\"any\":[5,0,{\"amount\":\"1\"}]}}", "{\"funnels\":{\"any\":[5,0,{\"created_at\":253402300799}]}}",
        "{\"funnels\":{\"any\":[5,0,{\"product\":1}]}}", "{\"funnels\":{\"any\":[5,0,{\"product\":\"P\",\"product\":\"Q\"}]}}", "{\"funnels\":{\"any\":[5,0,{\"reason\":null}]}}", "{\"funnels\":{\"any\":[5,0,{\"product\":\"P\"]}}",
        "{\"funnels\":{\"any\":[5,0,\"ne\tw\"]}}", "{\"funnels\":{\"any\":[5,0,\"ne\\x\"]}}", "{\"funnels\":{\"any\":[5,0,{\"reason\":\"\\ud800\"}]}}",
        "{\"funnels\":{\"any\":[5,0,{\"reason\":\"\xFF\"}]}}",
    };
    struct world world;
    struct ledger_lead lead;
    world_open(&world);
    for (int i = 0; i < COUNT_OF(rows); i++)
        if (is_read(&world, rows[i], &lead))
            fail_msg("taken for a row: %s", rows[i]);
    world_close(&world);
}

/* ---- there and back ---- */

static struct text random_name(struct random *random)
{
    static const char *const pieces[] = {"a", "Ж", "\"", "\\", "\n", "\x01", "/", "𝄞", " ", "{", "]", ","};
    static char name[64];
    name[0] = '\0';
    for (int i = random_below(random, 6); i > 0; i--)
        strcat(name, pieces[random_below(random, COUNT_OF(pieces))]);
    return text_of(name);
}

static int64_t random_moment(struct random *random)
{
    static const int64_t edges[] = {TIME_LEAST, TIME_GREATEST, 0, -1, FIRST};
    return random_one_in(random, 20) ? edges[random_below(random, COUNT_OF(edges))] : FIRST + random_below(random, 1000000);
}

static void fill_section(struct world *world, struct random *random, struct ledger_section *section)
{
    struct lead_set *set = &section->set;
    const struct funnel *funnel = &world->settings.funnels[section->funnel];
    section->last_at = random_moment(random);
    for (int i = random_below(random, 6); i > 0; i--)
        lead_set_add_element(set, lead_element(random_moment(random), (uint32_t)random_below(random, funnel->step_count)));
    for (int i = random_below(random, 3) - 1; i > 0; i--)
        lead_set_add_element(set, lead_element(random_moment(random), LEAD_LOSS + names_number(world->names.reasons, random_name(random))));
    if (random_one_in(random, 3))
        lead_set_add_created(set, random_moment(random));
    if (random_one_in(random, 2))
        lead_set_add_amount(set, random_moment(random), random_one_in(random, 20) ? -INT64_MAX : random_below(random, 1000000) - 500000);
    if (random_one_in(random, 4))
        lead_set_add_score(set, random_moment(random), random_below(random, 11));
    for (int d = 0; d < world->names.dimension_count; d++)
        if (random_one_in(random, 2))
            lead_set_add_dimension(set, &world->names, d, random_moment(random), random_name(random));
}

static bool same_sections(const struct ledger_lead *a, const struct ledger_lead *b)
{
    if (a->section_count != b->section_count)
        return false;
    for (int i = 0; i < a->section_count; i++) {
        const struct ledger_section *x = &a->sections[i], *y = &b->sections[i];
        if (x->funnel != y->funnel || x->last_at != y->last_at || x->set.count != y->set.count || x->set.amount_minor != y->set.amount_minor ||
            (x->set.count > 0 && memcmp(x->set.elements, y->set.elements, x->set.count * sizeof *x->set.elements) != 0))
            return false;
    }
    return true;
}

static void spoil(struct world *world, struct random *random, const char *row)
{
    struct ledger_lead lead;
    char *spoilt = memory_string(row, strlen(row));
    size_t place = (size_t)random_below(random, (int)strlen(row));
    if (random_one_in(random, 2)) {
        spoilt[place] = '\0';
        assert_false(is_read(world, spoilt, &lead));
    } else {
        spoilt[place] = (char)(1 + random_below(random, 255));
        if (is_read(world, spoilt, &lead))
            written(world, &lead);
    }
    free(spoilt);
}

static void any_lead__comes_back_as_it_was(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    struct world world;
    world_open(&world);
    for (int round = random_rounds(20000); round > 0; round--, seed++) {
        struct random random = {seed};
        static const int funnels[] = {0, 2};
        struct ledger_section sections[COUNT_OF(funnels)];
        struct ledger_lead lead = {.id = TEXT("L-1"), .sections = sections}, back;
        for (int i = 0; i < COUNT_OF(funnels); i++)
            if (random_below(&random, 3) > 0) {
                sections[lead.section_count] = section(funnels[i], 0);
                fill_section(&world, &random, &sections[lead.section_count++]);
            }
        char *row = memory_string(written(&world, &lead), strlen(written(&world, &lead)));
        if (!is_read(&world, row, &back) || !same_sections(&lead, &back))
            fail_msg("SEED=%llu: it does not come back from %s", (unsigned long long)seed, row);
        spoil(&world, &random, row);
        for (int i = 0; i < lead.section_count; i++)
            free(sections[i].set.elements);
        free(row);
    }
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_says_what_is_known__and_leaves_out_what_is_not),
        cmocka_unit_test(a_row_means_what_its_names_mean_now__and_tells_those_that_nobody_has),
        cmocka_unit_test(texts_with_quotes_and_backslashes__are_read_again_and_again),
        cmocka_unit_test(numbers__are_those_of_the_names_at_hand),
        cmocka_unit_test(what_is_no_row__is_refused),
        cmocka_unit_test(any_lead__comes_back_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
