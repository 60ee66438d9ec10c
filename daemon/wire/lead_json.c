#include "lead_json.h"

/* A fact with a name, {"name":value}, of which `name` is known to need no escapes. */
static void write_value(struct buffer *out, uint32_t what, const struct lead_set *set, int64_t since)
{
    if (what == LEAD_CREATED) {
        buffer_text(out, TEXT("{\"created_at\":"));
        json_integer(out, since);
    } else if (what == LEAD_AMOUNT) {
        buffer_text(out, TEXT("{\"amount\":"));
        json_integer(out, set->amount_minor);
    } else {
        buffer_text(out, TEXT("{\"score\":"));
        json_integer(out, (int64_t)what - LEAD_SCORE);
    }
    buffer_char(out, '}');
}

static void write_text(struct buffer *out, struct text name, struct text value)
{
    buffer_char(out, '{');
    json_string(out, name);
    buffer_char(out, ':');
    json_string(out, value);
    buffer_char(out, '}');
}

static void write_section(struct buffer *out, const struct funnel *funnel, const struct lead_names *names, const struct ledger_section *section)
{
    const struct lead_set *set = &section->set;
    int64_t from = set->count > 0 ? lead_element_time(set->elements[0]) : section->last_at, moment = from;
    json_string(out, text_of(funnel->id));
    buffer_text(out, TEXT(":["));
    json_integer(out, from);
    buffer_char(out, ',');
    json_integer(out, section->last_at - from);
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t what = lead_element_what(set->elements[i]), dimension = (what - LEAD_DIMENSION) / LEAD_VALUES_MAX;
        int64_t since = lead_element_time(set->elements[i]) - from;
        buffer_char(out, ',');
        if (from + since != moment && what != LEAD_CREATED) {
            moment = from + since;
            json_integer(out, since);
            buffer_char(out, ',');
        }
        if (what < FUNNEL_STEPS_MAX)
            json_string(out, text_of(funnel->steps[what].id));
        else if (what < LEAD_LOSS)
            write_value(out, what, set, since);
        else if (what < LEAD_DIMENSION)
            write_text(out, TEXT("reason"), names_text(names->reasons, what - LEAD_LOSS));
        else
            write_text(out, text_of(names->dimensions[dimension].name), names_text(names->values[dimension], what & (LEAD_VALUES_MAX - 1)));
    }
    buffer_char(out, ']');
}

void lead_json_write(struct buffer *out, const struct settings *settings, const struct lead_names *names, const struct ledger_lead *lead)
{
    if (lead->removed) {
        buffer_text(out, TEXT("{\"removed\":"));
        json_integer(out, lead->last_at);
        buffer_char(out, '}');
        return;
    }
    buffer_text(out, TEXT("{\"funnels\":{"));
    for (int i = 0; i < lead->section_count; i++) {
        if (i > 0)
            buffer_char(out, ',');
        write_section(out, &settings->funnels[lead->sections[i].funnel], names, &lead->sections[i]);
    }
    buffer_text(out, TEXT("}}"));
}
