/* Whatever the bytes of a changelog row, reading ends; what is taken for a lead keeps the set's contract, and comes back from the row written of it as it is. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/wire/json_scan.h"
#include "../../daemon/wire/lead_json.h"
#include "../wire/sample_settings.h"

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static struct settings make_settings(void)
{
    static struct step sro_steps[] = {{.id = "new"}, {.id = "kp"}, {.id = "142"}}, usd_steps[] = {{.id = "new"}, {.id = "shipped"}}, any_steps[] = {{.id = "new"}, {.id = "won"}};
    struct settings settings = sample_settings();
    struct funnel *funnels = (struct funnel *)(uintptr_t)settings.funnels;
    funnels[0].steps = sro_steps;
    funnels[0].step_count = COUNT_OF(sro_steps);
    funnels[1].steps = usd_steps;
    funnels[1].step_count = COUNT_OF(usd_steps);
    funnels[2].steps = any_steps;
    funnels[2].step_count = COUNT_OF(any_steps);
    return settings;
}

static bool is_moment(int64_t moment)
{
    return moment >= TIME_LEAST && moment <= TIME_GREATEST;
}

static void check_section(const struct ledger_section *section, const struct settings *settings)
{
    const struct lead_set *set = &section->set;
    require(section->funnel >= 0 && section->funnel < settings->funnel_count, "a section has a funnel");
    require(is_moment(section->last_at), "the last event has a time");
    require(set->count <= LEAD_ELEMENTS_MAX, "a set is bounded");
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t what = lead_element_what(set->elements[i]);
        require(is_moment(lead_element_time(set->elements[i])), "an element has a time");
        require(i == 0 || set->elements[i] > set->elements[i - 1], "elements ascend");
        require(what >= FUNNEL_STEPS_MAX || what < (uint32_t)settings->funnels[section->funnel].step_count, "a reach has a step");
    }
}

static void check_lead(const struct ledger_lead *lead, const struct settings *settings)
{
    require(!lead->removed || (lead->section_count == 0 && is_moment(lead->last_at)), "a removed lead has a time and nothing else");
    for (int i = 0; i < lead->section_count; i++) {
        check_section(&lead->sections[i], settings);
        for (int before = 0; before < i; before++)
            require(lead->sections[before].funnel != lead->sections[i].funnel, "each funnel once");
    }
}

static void check_json(struct text row)
{
    struct json_plan *plan = json_plan_new();
    struct json_value value[1];
    struct json_error error;
    json_plan_want(plan, NULL, 0);
    require(json_scan(plan, row, value, &error), "a row written is valid JSON");
    json_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct settings settings; /* made once: its pointers lie in a pool */
    if (settings.sources == NULL)
        settings = make_settings();
    struct lead_names names = {.reasons = names_new(LEAD_REASONS_MAX), .dimension_count = settings.dimension_count, .dimensions = settings.dimensions};
    for (int d = 0; d < names.dimension_count; d++)
        names.values[d] = names_new(LEAD_VALUES_MAX);
    struct lead_reader *reader = lead_reader_new(&settings);
    struct ledger_lead lead;
    if (lead_json_read(reader, TEXT("L-1"), (struct text){(const char *)data, size}, &names, &lead)) {
        struct buffer first = {0}, second = {0};
        check_lead(&lead, &settings);
        lead_json_write(&first, &settings, &names, &lead);
        check_json((struct text){first.data, first.length});
        require(lead_json_read(reader, TEXT("L-1"), (struct text){first.data, first.length}, &names, &lead), "a row written is read");
        require(lead_reader_unnamed(reader).length == 0, "a row written names what the configuration has");
        lead_json_write(&second, &settings, &names, &lead);
        require(first.length == second.length && memcmp(first.data, second.data, first.length) == 0, "a row written is read as it was");
        free(first.data);
        free(second.data);
    }
    lead_reader_free(reader);
    names_free(names.reasons);
    for (int d = 0; d < names.dimension_count; d++)
        names_free(names.values[d]);
    return 0;
}
