#include "snapshot_key.h"

#include "../core/board_group.h"
#include "moment.h"

/* ---- writing ---- */

static void write_group(struct buffer *out, const struct settings *settings, const struct funnel *funnel, const struct board_group *group)
{
    if (group->breakdown < 0) {
        buffer_text(out, TEXT("all"));
        return;
    }
    const struct breakdown *breakdown = &funnel->breakdowns[group->breakdown];
    for (int i = 0; i < breakdown->dimension_count; i++) {
        if (i > 0)
            buffer_char(out, ',');
        buffer_percent(out, text_of(settings->dimensions[breakdown->dimensions[i]].name));
        buffer_char(out, '=');
        buffer_percent(out, group->values[i]);
    }
}

void snapshot_key_write(struct buffer *out, const struct settings *settings, const struct funnel *funnel, const struct board_window *window)
{
    const struct window *definition = &funnel->windows[window->window];
    char start[MOMENT_TEXT_SIZE];
    buffer_percent(out, text_of(funnel->id));
    buffer_char(out, '/');
    buffer_text(out, text_of(definition->name));
    buffer_char(out, '/');
    if (definition->kind == WINDOW_ROLLING)
        buffer_text(out, TEXT("now"));
    else
        buffer_text(out, (struct text){start, moment_format(&settings->zone, window->span.start, start)});
    buffer_char(out, '/');
    write_group(out, settings, funnel, window->group);
}

/* ---- reading ---- */

bool snapshot_key_split(struct text key, struct snapshot_key_parts *out)
{
    struct text *const parts[] = {&out->funnel, &out->window, &out->start};
    for (int i = 0; i < 3; i++) {
        const char *slash = key.length > 0 ? memchr(key.data, '/', key.length) : NULL;
        if (slash == NULL || slash == key.data)
            return false;
        *parts[i] = (struct text){key.data, (size_t)(slash - key.data)};
        key = (struct text){slash + 1, key.length - parts[i]->length - 1};
    }
    out->group = key;
    return key.length > 0 && memchr(key.data, '/', key.length) == NULL;
}

/* Cut the part before a separator off `rest`; all of it where there is none. */
static struct text cut_at(struct text *rest, char separator)
{
    const char *at = memchr(rest->data, separator, rest->length);
    struct text part = {rest->data, at != NULL ? (size_t)(at - rest->data) : rest->length};
    size_t gone = part.length + (at != NULL);
    *rest = (struct text){rest->data + gone, rest->length - gone};
    return part;
}

/* Undo buffer_percent; what is taken from the buffer is stepped past. */
static struct text unpercent(struct text text, char **buffer)
{
    struct text out = {*buffer, percent_decode(*buffer, text)};
    *buffer += out.length;
    return out;
}

/* Does the group name the dimensions of this breakdown? Then its values are taken. */
static bool read_group(const struct settings *settings, const struct breakdown *breakdown, struct text group, char *buffer, struct snapshot_key *out)
{
    for (int i = 0; i < breakdown->dimension_count; i++) {
        if (group.length == 0)
            return false;
        struct text value = cut_at(&group, ','), name = cut_at(&value, '=');
        if (!text_equal(unpercent(name, &buffer), text_of(settings->dimensions[breakdown->dimensions[i]].name)))
            return false;
        out->values[i] = unpercent(value, &buffer);
    }
    return group.length == 0;
}

bool snapshot_key_read(const struct settings *settings, struct text key, char *buffer, struct snapshot_key *out)
{
    struct snapshot_key_parts parts;
    *out = (struct snapshot_key){.funnel = -1, .window = -1, .breakdown = -2, .start = TIME_NONE};
    if (!snapshot_key_split(key, &parts))
        return false;
    struct text funnel = unpercent(parts.funnel, &buffer);
    for (int f = 0; f < settings->funnel_count; f++)
        if (text_equal(funnel, text_of(settings->funnels[f].id)))
            out->funnel = f;
    if (out->funnel < 0)
        return false;
    const struct funnel *definition = &settings->funnels[out->funnel];
    for (int w = 0; w < definition->window_count; w++)
        if (text_equal(parts.window, text_of(definition->windows[w].name)))
            out->window = w;
    if (out->window < 0)
        return false;
    const struct window *window = &definition->windows[out->window];
    bool rolling = window->kind == WINDOW_ROLLING;
    if (rolling ? !text_equal(parts.start, TEXT("now")) : !moment_from_text(parts.start, NULL, &out->start))
        return false;
    if (!rolling && calendar_window(window->kind, &settings->zone, out->start).start != out->start)
        return false; /* the zone was another one */
    if (text_equal(parts.group, TEXT("all")))
        out->breakdown = -1;
    for (int b = 0; b < definition->breakdown_count && out->breakdown == -2; b++)
        if (read_group(settings, &definition->breakdowns[b], parts.group, buffer, out))
            out->breakdown = b;
    return out->breakdown != -2;
}
