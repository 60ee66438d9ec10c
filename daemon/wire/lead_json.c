#include "lead_json.h"

struct kind { uint32_t low, high; }; /* elements whose `what` lies in [low, high) */

static const struct kind created = {LEAD_CREATED, LEAD_CREATED + 1}, reaches = {0, FUNNEL_STEPS_MAX}, losses = {LEAD_LOSS, LEAD_DIMENSION},
                         amount = {LEAD_AMOUNT, LEAD_AMOUNT + 1}, score = {LEAD_SCORE, LEAD_SCORE + 11};

static struct kind values_of(int dimension)
{
    uint32_t low = (uint32_t)LEAD_DIMENSION + ((uint32_t)dimension << 20);
    return (struct kind){low, low + LEAD_VALUES_MAX};
}

/* The next element of a kind at or behind *place; false: there is none. */
static bool find(const struct lead_set *set, struct kind kind, uint32_t *place)
{
    for (; *place < set->count; ++*place) {
        uint32_t what = lead_element_what(set->elements[*place]);
        if (what >= kind.low && what < kind.high)
            return true;
    }
    return false;
}

/* As json_name, for names that people choose. */
static void write_name(struct buffer *out, const char *name)
{
    if (out->data[out->length - 1] != '{')
        buffer_char(out, ',');
    json_string(out, text_of(name));
    buffer_char(out, ':');
}

struct section_writer { /* of one lead in one funnel */
    struct buffer *out;
    const struct funnel *funnel;
    const struct lead_names *names;
    const struct lead_set *set;
    int64_t from;
};

/* What an element says, apart from its time. */
static void write_what(const struct section_writer *writer, uint32_t what)
{
    if (what < FUNNEL_STEPS_MAX)
        json_string(writer->out, text_of(writer->funnel->steps[what].id));
    else if (what >= LEAD_DIMENSION)
        json_string(writer->out, names_text(writer->names->values[(what - LEAD_DIMENSION) >> 20], what & (LEAD_VALUES_MAX - 1)));
    else if (what >= LEAD_LOSS)
        json_string(writer->out, names_text(writer->names->reasons, what - LEAD_LOSS));
    else
        json_integer(writer->out, what == LEAD_AMOUNT ? writer->set->amount_minor : (int64_t)what - LEAD_SCORE);
}

/* The elements of a kind, as "name":[moment,what,moment,what,...]; nothing if there are none. */
static void write_kind(const struct section_writer *writer, struct kind kind, const char *name)
{
    const struct lead_set *set = writer->set;
    uint32_t place = 0;
    if (!find(set, kind, &place))
        return;
    write_name(writer->out, name);
    buffer_char(writer->out, '[');
    for (bool more = true; more;) {
        json_integer(writer->out, lead_element_time(set->elements[place]) - writer->from);
        buffer_char(writer->out, ',');
        write_what(writer, lead_element_what(set->elements[place]));
        place++;
        more = find(set, kind, &place);
        buffer_char(writer->out, more ? ',' : ']');
    }
}

static void write_dimensions(const struct section_writer *writer)
{
    uint32_t place = 0;
    if (!find(writer->set, (struct kind){LEAD_DIMENSION, UINT32_MAX}, &place))
        return;
    json_name(writer->out, "dimensions");
    buffer_char(writer->out, '{');
    for (int d = 0; d < writer->names->dimension_count; d++)
        write_kind(writer, values_of(d), writer->names->dimensions[d].name);
    buffer_char(writer->out, '}');
}

static void write_section(struct buffer *out, const struct settings *settings, const struct lead_names *names, const struct ledger_section *section)
{
    const struct lead_set *set = &section->set;
    struct section_writer writer = {out, &settings->funnels[section->funnel], names, set, section->last_at};
    uint32_t place = 0;
    if (set->count > 0)
        writer.from = lead_element_time(set->elements[0]);
    write_name(out, writer.funnel->id);
    buffer_char(out, '{');
    json_name(out, "from");
    json_integer(out, writer.from);
    json_name(out, "last");
    json_integer(out, section->last_at - writer.from);
    if (find(set, created, &place)) {
        json_name(out, "created");
        json_integer(out, lead_element_time(set->elements[place]) - writer.from);
    }
    write_kind(&writer, reaches, "reaches");
    write_kind(&writer, losses, "losses");
    write_kind(&writer, amount, "amount");
    write_kind(&writer, score, "score");
    write_dimensions(&writer);
    buffer_char(out, '}');
}

void lead_json_write(struct buffer *out, const struct settings *settings, const struct lead_names *names, const struct ledger_lead *lead)
{
    buffer_char(out, '{');
    if (lead->removed) {
        json_name(out, "removed");
        json_integer(out, lead->last_at);
    } else {
        json_name(out, "funnels");
        buffer_char(out, '{');
        for (int i = 0; i < lead->section_count; i++)
            write_section(out, settings, names, &lead->sections[i]);
        buffer_char(out, '}');
    }
    buffer_char(out, '}');
}
