/* Times: what is read lies in the years 1 to 9999 and comes back from its own text; numbers agree with long double as far as that is exact. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/wire/moment.h"

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static void check_there_and_back(int64_t moment, const struct zone *zone)
{
    char text[MOMENT_TEXT_SIZE];
    int64_t back;
    require(moment_format(zone, moment, text) == MOMENT_LENGTH, "a text has its length");
    require(moment_from_text(text_of(text), NULL, &back), "our own text is read");
    require(back == moment, "our own text is the moment");
}

static void check_number(struct text text, int64_t moment)
{
    char *string = memory_string(text.data, text.length);
    long double value = strtold(string, NULL), size = fabsl(value);
    long double slack = size * 1e-18L; /* where rounding carries the value over a unit's border */
    if (fabsl(size - 1e11L) > slack && fabsl(size - 1e14L) > slack && fabsl(size - 1e17L) > slack) {
        long double seconds = size >= 1e17L ? value / 1e9L : size >= 1e14L ? value / 1e6L : size >= 1e11L ? value / 1e3L : value;
        require(moment <= seconds + 1e-6L && moment > seconds - 1 - 1e-6L, "a number is truncated towards the past");
    }
    free(string);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zone_change utc_changes[] = {{INT64_MIN, 0}};
    static struct zone_change changes[] = {{INT64_MIN, 3208}, {-2208988800, 3600}, {1711846800, 7200}, {1729990800, -34200}};
    static const struct zone utc = {.name = "UTC", .change_count = 1, .changes = utc_changes, .end = INT64_MAX, .slice_s = 3600};
    static const struct zone zone = {.name = "Test", .change_count = 4, .changes = changes, .end = INT64_MAX, .slice_s = 3600};

    struct text text = {(const char *)data, size};
    int64_t moment, local, number;
    bool read = moment_from_text(text, NULL, &moment), read_local = moment_from_text(text, &zone, &local);
    struct moment_reader reader = {.local = &zone};
    int64_t again = local;
    for (int i = 0; i < 2; i++)
        require(moment_read(&reader, text, &again) == read_local && (!read_local || again == local), "the day that was read last is only a shortcut");
    require(!read || (read_local && local == moment), "an offset is worth more than the zone");
    if (moment_from_number(text, &number)) {
        require(read && moment == number, "a string may hold a number");
        check_number(text, number);
    }
    if (read_local) {
        require(local >= TIME_LEAST && local <= TIME_GREATEST, "years 1 to 9999");
        check_there_and_back(local, &utc);
        check_there_and_back(local, &zone);
    }
    return 0;
}
