/* rebuild.c -- `funneld rebuild`: a running application's state made anew from its input. */
#include <inttypes.h>
#include <stdio.h>

#include "../engine/rebuild.h"
#include "../host/clock.h"
#include "../host/operator_log.h"
#include "../log/kafka.h"
#include "command.h"
#include "inputs.h"
#include "options.h"
#include "progress_bar.h"
#include "stopping.h"

enum { CONFIG, DRY_RUN, THREADS, ACCEPT_LOSS, OPTION_COUNT };

static const struct option_row rows[] = {
    [CONFIG] = {"config", "FILE", "the configuration", OPTION_REQUIRED},
    [DRY_RUN] = {"dry-run", NULL, "only say what it would do, how many records that are and how long it may take", 0},
    [THREADS] = {"threads", "N", "threads that decode and fold (default: 1)", 0},
    [ACCEPT_LOSS] = {"accept-loss", NULL, "go on although the beginning of the input is deleted: what only that told is lost", 0},
    [OPTION_COUNT] = {0},
};

enum { MEASURE_MS = 2000 };

/* ---- stopping ---- */

static struct log *stopped_log; /* set before signals are heard */
static struct stretch *stopped_stretch;

static void ask_to_stop(void)
{
    stretch_stop(stopped_stretch);
    stopped_log->ops->stop(stopped_log);
}

/* ---- what it rests on ---- */

/* Does the input still hold what the application remembers? Where its beginning is deleted it does if there are records from before the retention. Else a
 * rebuild would lose what only the deleted ones told, and says so. */
static bool is_whole(const struct settings *settings)
{
    struct inputs all = {.command = "rebuild"}, kept = {.command = "rebuild"};
    struct stretch_bounds remembered = STRETCH_WHOLE;
    if (settings->retention_s >= 0)
        remembered.begin_ms = clock_wall_ms() - (settings->retention_s + settings->out_of_orderness_s) * 1000;
    bool known = inputs_open_topics(&all, settings, &STRETCH_WHOLE) && inputs_open_topics(&kept, settings, &remembered);
    int64_t deleted = 0;
    for (int i = 0; known && i < all.count && i < kept.count; i++)
        if (settings->retention_s < 0 || all.histories[i]->ops->size(all.histories[i]) == kept.histories[i]->ops->size(kept.histories[i]))
            deleted += stretch_deleted(all.stretch, i);
    if (deleted > 0)
        fprintf(stderr, "funneld rebuild: the first %" PRId64 " records of the input are deleted, and a rebuild loses what only they told. Give the input topics a longer\n"
                        "retention, or put the events back (`funneld produce`); --accept-loss goes on\n", deleted);
    inputs_close(&all);
    inputs_close(&kept);
    return known && deleted == 0;
}

/* ---- what it would do ---- */

static int64_t record_count(const struct inputs *inputs)
{
    int64_t count = 0;
    for (int i = 0; i < inputs->count; i++)
        count += inputs->histories[i]->ops->size(inputs->histories[i]);
    return count;
}

static int64_t count_of(const struct settings *settings, const struct stretch_bounds *bounds)
{
    struct inputs inputs = {.command = "rebuild"};
    int64_t count = inputs_open_topics(&inputs, settings, bounds) ? record_count(&inputs) : -1;
    inputs_close(&inputs);
    return count;
}

static int tell(const struct settings *settings, int threads)
{
    int64_t committed = count_of(settings, &(struct stretch_bounds){INT64_MIN, INT64_MIN, INT64_MAX, NULL, settings->application});
    struct inputs inputs = {.command = "rebuild"};
    if (committed < 0 || !inputs_open_topics(&inputs, settings, &STRETCH_WHOLE)) {
        inputs_close(&inputs);
        return EXIT_FAILED;
    }
    int64_t all = record_count(&inputs);
    double rate = 0;
    uint64_t measured = 0;
    char error[512];
    bool good = rebuild_measure(settings, inputs.count, inputs.histories, threads, MEASURE_MS, &rate, &measured, error, sizeof error);
    if (!good)
        fprintf(stderr, "funneld rebuild: %s\n", error);
    else
        printf("%s: would fold %" PRId64 " records of %d partitions, %" PRId64 " of them while the application goes on, %" PRId64 " (and what comes meanwhile) while it stands by;\n"
               "about %.0f s at %.0f records/s, measured on the first %" PRIu64 "; then the new state takes the old one's place in one transaction. Nothing was written.\n",
               settings->application, all, inputs.count, committed, all - committed, rate > 0 ? (double)all / rate : 0, rate, measured);
    inputs_close(&inputs);
    return good && options_printed("rebuild") ? EXIT_DONE : EXIT_FAILED;
}

/* ---- doing it ---- */

static void show_progress(void *context, const struct rebuild_progress *progress)
{
    struct progress_bar *bar = context;
    progress_bar_show(bar, progress->position, progress->size, progress->events, progress->reached);
}

static int end(const struct settings *settings, const struct rebuild_figures *figures, enum log_status status)
{
    if (status != LOG_OK && figures->in_doubt) {
        fprintf(stderr, "funneld rebuild: %s; whether generation %" PRId64 " is in place is not known: to begin again is safe\n", figures->error, figures->generation);
        return EXIT_FAILED;
    }
    if (status != LOG_OK) {
        fprintf(stderr, "funneld rebuild: %s; nothing has changed: generation %" PRId64 " stays, to go on is to begin again\n", figures->error,
                figures->generation > 0 ? figures->generation - 1 : figures->generation);
        return EXIT_FAILED;
    }
    outcomes_print(&figures->outcomes, stderr);
    fprintf(stderr, "%s: generation %" PRId64 " is in place: %" PRIu64 " leads, %" PRIu64 " rows of leads gone, %" PRIu64 " records of snapshots that differed\n",
            settings->application, figures->generation, figures->leads, figures->leads_gone, figures->snapshots);
    if (figures->other_config)
        fprintf(stderr, "%s: the daemon had another configuration when it last committed: start it with this one\n",
                settings->application);
    return EXIT_DONE;
}

static int rebuild(const struct settings *settings, int threads)
{
    struct inputs inputs = {.command = "rebuild"};
    struct rebuild_figures figures = {0};
    struct progress_bar bar;
    int status = EXIT_FAILED;
    struct stretch_bounds committed = {INT64_MIN, INT64_MIN, INT64_MAX, NULL, settings->application};
    if (inputs_open_topics(&inputs, settings, &committed)) {
        struct log *log = stopped_log = kafka_log_open(settings, &(struct kafka_options){.takes_over = true});
        stopped_stretch = inputs.stretch;
        struct rebuild_options options = {.threads = threads, .stopping = stopping_begin(ask_to_stop), .progress = show_progress, .context = &bar};
        progress_bar_begin(&bar, &settings->zone);
        enum log_status result = rebuild_run(settings, log, inputs.count, inputs.histories, &options, &figures);
        progress_bar_end(&bar);
        status = end(settings, &figures, result);
        stopping_end();
        log->ops->close(log);
    }
    inputs_close(&inputs);
    outcomes_free(&figures.outcomes);
    return status;
}

static int run(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    int64_t threads = 1;
    if (options_parse(rows, argc, argv, values) < 0 ||
        (values[THREADS] != NULL && !options_integer(argv[0], &rows[THREADS], values[THREADS], 1, 64, &threads)))
        return EXIT_USAGE;
    struct settings *settings = settings_load(values[CONFIG], stderr);
    if (settings == NULL)
        return EXIT_USAGE;
    int status = EXIT_USAGE;
    if (command_has_kafka(settings)) {
        if (values[ACCEPT_LOSS] == NULL && !is_whole(settings))
            status = EXIT_FAILED;
        else if (values[DRY_RUN] != NULL)
            status = tell(settings, (int)threads);
        else
            status = rebuild(settings, (int)threads);
    }
    settings_free(settings);
    return status;
}

const struct command command_rebuild = {
    .name = "rebuild",
    .arguments = "--config FILE [OPTIONS]",
    .summary = "A running application's state made anew from its input",
    .help = "After a funnel has changed in a way that its leads' rows do not know (fields, sources, names of stages), or internal topics were lost. The input is read\n"
            "from its start while the application goes on; then whoever leads gives way, the rest is read, and the new state takes the old one's place in one\n"
            "transaction: rows of leads, snapshots, tombstones for what is not there any more. Until then the old numbers stay published. Interrupted at any\n"
            "moment nothing is harmed: to go on is to begin again. It knows what the input topics still hold: where their beginning is deleted it refuses.\n",
    .options = rows,
    .run = run,
};
