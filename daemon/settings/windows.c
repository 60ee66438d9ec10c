#include "windows.h"

#include "notation.h"
#include "schema.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

static const struct {
    const char *name;
    int64_t length_s;
} calendar_windows[] = {
    [WINDOW_HOUR] = {"hour", HOUR_S},         [WINDOW_DAY] = {"day", DAY_S},
    [WINDOW_WEEK] = {"week", 7 * DAY_S},      [WINDOW_MONTH] = {"month", 31 * DAY_S},
    [WINDOW_QUARTER] = {"quarter", 92 * DAY_S}, [WINDOW_YEAR] = {"year", 366 * DAY_S},
};
enum { CALENDAR_COUNT = sizeof calendar_windows / sizeof *calendar_windows };

int64_t windows_length_s(const struct window *window)
{
    return window->kind == WINDOW_ROLLING ? window->length_s : calendar_windows[window->kind].length_s;
}

bool windows_fit(const struct place *place, const char *what, int64_t length_s)
{
    const struct settings *settings = place->check->settings;
    if (settings->retention_s < 0 || length_s <= settings->retention_s)
        return true;
    char length[32], retention[32];
    check_expected(place, "%s that fits into `retention`: it reaches back %s, and leads are kept for %s", what,
                   notation_print_seconds(length_s, length), notation_print_seconds(settings->retention_s, retention));
    return false;
}

bool windows_whole(const struct place *place, const char *what, int64_t length_s)
{
    int64_t slice_s = place->check->settings->zone.slice_s;
    char slice[32];
    if (length_s % slice_s == 0)
        return true;
    check_expected(place, "%s of whole slices of time, a multiple of %s", what, notation_print_seconds(slice_s, slice));
    return false;
}

static bool read_rolling(const struct place *place, const char *duration, struct window *out)
{
    int64_t length_s;
    if (!notation_seconds(duration, &length_s) || length_s == 0) {
        check_expected(place, "`rolling` and a duration, such as rolling 30d");
        return false;
    }
    if (!windows_whole(place, "a window", length_s))
        return false;
    *out = (struct window){WINDOW_ROLLING, keep_format(place->check->keep, "rolling-%s", duration), length_s};
    return true;
}

static bool read_name(const struct place *place, struct window *out)
{
    static const char rolling[] = "rolling ";
    const char *text = schema_text(place, "a window, such as month or rolling 30d");
    if (text == NULL)
        return false;
    if (strncmp(text, rolling, sizeof rolling - 1) == 0)
        return read_rolling(place, text + sizeof rolling - 1, out);
    struct nearest nearest = check_nearest(text);
    for (int kind = 0; kind < CALENDAR_COUNT; kind++) {
        if (strcmp(text, calendar_windows[kind].name) == 0) {
            *out = (struct window){(enum window_kind)kind, calendar_windows[kind].name, 0};
            return true;
        }
        check_offer(place, &nearest, calendar_windows[kind].name);
    }
    check_offer(place, &nearest, "rolling 30d");
    check_unknown(place, "a window", &nearest);
    return false;
}

bool windows_read(const struct place *place, struct window *out)
{
    struct window window;
    if (!read_name(place, &window) || !windows_fit(place, "a window", windows_length_s(&window)))
        return false;
    *out = window;
    return true;
}

int windows_read_list(const struct place *place, struct window **out)
{
    const struct place **elements;
    int length = schema_elements(place, "windows, such as [day, month, rolling 30d]", false, &elements), count = 0;
    *out = keep_array(place->check->keep, (size_t)length, sizeof **out);
    for (int i = 0; i < length; i++) {
        struct window window;
        if (!windows_read(elements[i], &window))
            continue;
        for (int j = 0; j < count; j++) {
            if ((*out)[j].kind == window.kind && (*out)[j].length_s == window.length_s)
                check_fault(elements[i], "found the window %s a second time; expected it once", window.name);
        }
        (*out)[count++] = window;
    }
    return count;
}
