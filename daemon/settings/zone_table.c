#include "zone_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../core/memory.h"

/* From before the first standard time (1800) until every rule has been the final one for 400 years, which then repeat (zone.h):
 * the last exception that tzdata spells out is Morocco's Ramadan of 2087. */
#define TABLE_START (-INT64_C(5364662400)) /* 1800-01-01T00:00:00Z */
#define TABLE_END INT64_C(16725225600)     /* 2500-01-01T00:00:00Z */
#define RULES_FROM INT64_C(2145916800)     /* 2038-01-01T00:00:00Z */
#define SLICES_FROM INT64_C(946684800)     /* 2000-01-01T00:00:00Z */
enum { DAY_S = 86400 };

static const char *zone_folder(void)
{
    const char *folder = getenv("TZDIR"); /* the C library looks there, too */
    return folder != NULL && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

/* An unknown TZ is silently UTC to the C library, so look at the file first. */
static bool zone_exists(const char *name, struct keep *keep)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    static const char *const no_names[] = {"localtime", "posixrules"}; /* of this machine, not of a place */
    if (*name == '\0' || *name == '/' || name[strspn(name, allowed)] != '\0')
        return false;
    for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++) {
        if (strcmp(name, no_names[i]) == 0)
            return false;
    }
    if (strncmp(name, "right/", 6) == 0) /* counts leap seconds; event time has none */
        return false;

    FILE *file = fopen(keep_format(keep, "%s/%s", zone_folder(), name), "rb");
    if (file == NULL)
        return false;
    char magic[4];
    bool known = fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "TZif", sizeof magic) == 0;
    fclose(file);
    return known;
}

/* Make TZ say `value` (NULL: nothing). */
static void set_tz(const char *value)
{
    if (value != NULL)
        setenv("TZ", value, 1);
    else
        unsetenv("TZ");
    tzset();
}

static int32_t offset_at(int64_t moment)
{
    time_t at = (time_t)moment;
    struct tm local;
    return localtime_r(&at, &local) != NULL ? (int32_t)local.tm_gmtoff : 0;
}

/* The first moment in (low, high] found by halving at which the offset is no longer that of `low`; the offsets of both ends differ. */
static int64_t change_between(int64_t low, int64_t high)
{
    int32_t before = offset_at(low);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (offset_at(middle) == before)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* Changes lie days apart, so a look at each day misses none; those that rules say in advance lie weeks apart. */
static size_t scan(struct zone_change **changes)
{
    size_t count = 0, capacity = 0;
    int32_t offset = offset_at(TABLE_START);
    *changes = memory_grow(NULL, &capacity, 1, sizeof **changes);
    (*changes)[count++] = (struct zone_change){TABLE_START, offset};
    int64_t step_s = DAY_S;
    for (int64_t day = TABLE_START; day < TABLE_END; day += step_s) {
        int64_t from = day;
        step_s = day < RULES_FROM ? DAY_S : 7 * DAY_S;
        while (offset_at(day + step_s) != offset) {
            from = change_between(from, day + step_s);
            offset = offset_at(from);
            *changes = memory_grow(*changes, &capacity, count + 1, sizeof **changes);
            (*changes)[count++] = (struct zone_change){from, offset};
        }
    }
    return count;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

/* Of an hour and all offsets since 2000, the one in force then included. */
static int64_t slice_of(const struct zone *zone)
{
    int64_t slice_s = 3600;
    for (size_t i = 0; i < zone->change_count; i++) {
        if (i + 1 == zone->change_count || zone->changes[i + 1].from > SLICES_FROM)
            slice_s = common_divisor(slice_s, zone->changes[i].offset_s);
    }
    return slice_s;
}

bool zone_table_build(const char *name, struct keep *keep, struct zone *zone)
{
    static const struct zone_change no_change = {TABLE_START, 0};
    struct zone_change *changes = NULL;
    size_t count = 0;
    if (strcmp(name, "UTC") != 0) {
        if (!zone_exists(name, keep))
            return false;
        const char *tz = getenv("TZ");
        const char *before = tz != NULL ? keep_string(keep, text_of(tz)) : NULL;
        set_tz(keep_format(keep, ":%s", name));
        count = scan(&changes);
        set_tz(before);
    }
    zone->name = keep_string(keep, text_of(name));
    zone->change_count = count > 0 ? count : 1;
    zone->changes = keep_array(keep, zone->change_count, sizeof *zone->changes);
    memcpy(zone->changes, count > 0 ? changes : &no_change, zone->change_count * sizeof *zone->changes);
    zone->end = TABLE_END;
    zone->slice_s = slice_of(zone);
    free(changes);
    return true;
}

void zone_table_names(struct keep *keep, void (*each)(void *context, const char *name), void *context)
{
    FILE *file = fopen(keep_format(keep, "%s/tzdata.zi", zone_folder()), "r");
    if (file == NULL)
        return;
    char line[256];
    while (fgets(line, sizeof line, file) != NULL) {
        /* "Z NAME ..." begins a zone, "L TARGET NAME" gives one another name. */
        char first[128], second[128];
        int words = sscanf(line, "%*1[ZL] %127s %127s", first, second);
        if (words >= 1 && line[0] == 'Z')
            each(context, keep_string(keep, text_of(first)));
        else if (words == 2 && line[0] == 'L')
            each(context, keep_string(keep, text_of(second)));
    }
    fclose(file);
}
