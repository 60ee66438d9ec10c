/* Goal: the lists of open leads keep to the leads that stand there, however often these leave and come back. That they name the right ones is in test_ledger.c.
 * Method: leads put into a table and noted by hand, then the entries that are left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/open_leads.h"
#include "world_support.h"

enum { LEADS = 3, TIMES = 100 };

static struct world_plan plan;
static struct lead_names names;
static struct records records;
static struct open_leads leads;

static int set_up(void **state)
{
    (void)state;
    world_plan(&plan, &world_utc, "day");
    world_add_funnel(&plan, PROGRESS_FURTHEST, "new paid", 0);
    plan.definition.names_oldest = true;
    records = (struct records){0};
    leads = (struct open_leads){0};
    records_init(&records);
    open_leads_init(&leads, &plan.definition, &names, &records);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    open_leads_free(&leads);
    records_free(&records);
    return 0;
}

/* A lead that has been at the first step since the hour of its number. */
static struct record *lead_of(int number, struct facts *facts)
{
    char id[8];
    struct lead_set set = {0};
    snprintf(id, sizeof id, "L%d", number);
    lead_set_add_element(&set, lead_element(DAY_1 + number * STORY_HOUR_S, 0));
    struct record *record = records_put(&records, story_hash(text_of(id)), 0, text_of(id), &set);
    record_facts(record, &names, plan.funnels, facts);
    free(set.elements);
    return record;
}

static void leads_that_come_back_as_they_were__are_listed_once(void **state)
{
    (void)state;
    for (int number = LEADS; number-- > 0;) {
        struct facts facts;
        const struct record *record = lead_of(number, &facts);
        open_leads_note(&leads, 0, record->hash, NULL, &facts);
        for (int i = 0; i < TIMES; i++) {
            open_leads_note(&leads, 0, record->hash, &facts, NULL);
            open_leads_note(&leads, 0, record->hash, NULL, &facts);
        }
    }
    assert_int_equal(leads.agendas[0].count, LEADS * (TIMES + 1));
    open_leads_weed(&leads);
    assert_int_equal(leads.agendas[0].count, LEADS);
    struct ledger_open oldest[LEADS + 1];
    assert_int_equal(open_leads_oldest(&leads, 0, 0, NULL, NULL, LEADS + 1, oldest), LEADS);
    for (int number = 0; number < LEADS; number++)
        assert_int_equal(oldest[number].since, DAY_1 + number * STORY_HOUR_S);
}

static void leads_that_have_moved_on__are_not_listed(void **state)
{
    (void)state;
    for (int number = 0; number < TIMES; number++) {
        struct facts facts;
        struct record *record = lead_of(number, &facts);
        open_leads_note(&leads, 0, record->hash, NULL, &facts);
        if (number % 10 == 0)
            continue;
        open_leads_note(&leads, 0, record->hash, &facts, NULL);
        records_delete(&records, record);
    }
    open_leads_weed(&leads);
    assert_int_equal(leads.agendas[0].count, TIMES / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(leads_that_come_back_as_they_were__are_listed_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leads_that_have_moved_on__are_not_listed, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("core/open_leads", tests, NULL, NULL);
}
