/* generate.c -- `funneld generate`: sample events that follow a configured funnel. */
#include <errno.h>
#include <string.h>

#include "../core/calendar.h"
#include "../settings/settings.h"
#include "command.h"
#include "sample.h"

enum { CONFIG, LEADS, SEED, DAYS, START, FUNNEL, EXACT, OPTION_COUNT };
static const struct option_row rows[] = {
    [CONFIG] = {"config", "FILE", "the configuration whose funnels and field mapping the events follow", OPTION_REQUIRED},
    [LEADS] = {"leads", "N", "how many leads come in", OPTION_REQUIRED},
    [SEED] = {"seed", "S", "the same seed gives the same bytes", OPTION_REQUIRED},
    [DAYS] = {"days", "D", "how many days they come in over (default 31)", 0},
    [START] = {"start", "T", "the first moment, in the configured zone if T has no offset (default 2024-03-01)", 0},
    [FUNNEL] = {"funnel", "ID", "only this funnel (default: all; with --exact the first)", 0},
    [EXACT] = {"exact", NULL, "reach each step as the rates say, rounded, instead of by chance; all in time, nothing late or twice", 0},
    [OPTION_COUNT] = {0},
};

enum { DAYS_DEFAULT = 31, DAYS_MOST = 36600 };

static bool find_funnel(const struct settings *settings, const char *id, int *out)
{
    *out = -1;
    if (id == NULL)
        return true;
    for (int i = 0; i < settings->funnel_count; i++) {
        if (strcmp(settings->funnels[i].id, id) == 0)
            *out = i;
    }
    if (*out < 0)
        fprintf(stderr, "funneld generate: --funnel: no funnel `%s` in %s\n", id, settings->path);
    return *out >= 0;
}

static bool find_start(const struct settings *settings, const char *text, int64_t *out)
{
    if (text == NULL) {
        *out = zone_moment(&settings->zone, calendar_local(2024, 3, 1));
        return true;
    }
    if (options_read_moment(text, &settings->zone, out) && *out <= TIME_GREATEST - (DAYS_MOST + 1) * INT64_C(86400))
        return true;
    fprintf(stderr, "funneld generate: --start: found `%s`; expected a time such as 2024-03-01T00:00:00, or a day\n", text);
    return false;
}

static int write_sample(const struct settings *settings, const struct sample_plan *plan)
{
    switch (sample_write(settings, plan, stdout)) {
    case SAMPLE_DONE:
        return EXIT_DONE;
    case SAMPLE_NO_WORKDAY:
        fprintf(stderr, "funneld generate: no working day, Monday to Friday 09:00 to 18:00, lies within these %lld days\n", (long long)plan->days);
        return EXIT_USAGE;
    case SAMPLE_NOT_WRITTEN:
        break;
    }
    fprintf(stderr, "funneld generate: standard output: %s\n", strerror(errno));
    return EXIT_FAILED;
}

static int generate(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    struct sample_plan plan = {.days = DAYS_DEFAULT};
    int64_t seed;
    if (options_parse(rows, argc, argv, values) < 0 || !options_integer(argv[0], &rows[LEADS], values[LEADS], 1, SAMPLE_LEADS_MAX, &plan.leads) ||
        !options_integer(argv[0], &rows[SEED], values[SEED], 0, INT64_MAX, &seed) ||
        (values[DAYS] != NULL && !options_integer(argv[0], &rows[DAYS], values[DAYS], 1, DAYS_MOST, &plan.days)))
        return EXIT_USAGE;
    plan.seed = (uint64_t)seed;
    plan.exact = values[EXACT] != NULL;

    struct settings *settings = settings_load(values[CONFIG], stderr);
    if (settings == NULL)
        return EXIT_USAGE;
    int status = EXIT_USAGE;
    if (find_funnel(settings, values[FUNNEL], &plan.funnel) && find_start(settings, values[START], &plan.start))
        status = write_sample(settings, &plan);
    settings_free(settings);
    return status;
}

const struct command command_generate = {
    .name = "generate",
    .arguments = "--config FILE --leads N --seed S [OPTIONS]",
    .summary = "Write sample events that follow the configured funnels",
    .help = "Leads come in on working days, go from step to step, are lost, stay or win; one event a line, in the order in which they become known,\n"
            "with members where the configuration looks for them. A step's `target` is the chance to come to it, or else the rates of the worked\n"
            "example: of 60 leads 50, 40, 30, 20, 10, 5 and 3 come to its eight steps, to the unit with --leads 60 --exact.\n"
            "Without --exact one event in 100 comes late and one in 200 twice, as from real systems.\n",
    .run = generate,
    .options = rows,
};
