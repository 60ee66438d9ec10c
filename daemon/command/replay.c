/* replay.c -- `funneld replay`: history from files or topics to records on standard output, in a file or on topics. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../engine/outputs.h"
#include "../engine/replay.h"
#include "../host/clock.h"
#include "../log/publication.h"
#include "../settings/notation.h"
#include "../wire/digits.h"
#include "../wire/letter_json.h"
#include "../wire/moment.h"
#include "command.h"
#include "inputs.h"
#include "options.h"
#include "progress_bar.h"

enum { CONFIG, TOPICS, FROM, TO, BY, AS_OF, EVERY, LAST, ALERTS_ONLY, THREADS, DEAD_LETTERS, OUTPUT, PUBLISH, OPTION_COUNT };

static const struct option_row rows[] = {
    [CONFIG] = {"config", "FILE", "the configuration", OPTION_REQUIRED | OPTION_OPERANDS},
    [TOPICS] = {"topics", NULL, "read the configured topics, up to the end they have now, instead of files", 0},
    [FROM] = {"from", "T", "skip events before this moment (RFC 3339, in the configured zone if T has no offset; a day; or a number)", 0},
    [TO] = {"to", "T", "skip events at or after this moment", 0},
    [BY] = {"by", "WHICH", "--from and --to are about the `event`'s time (default), or with --topics that of the Kafka `record`", 0},
    [AS_OF] = {"as-of", "T", "the last tick (default: the greatest `at`); later events are skipped", 0},
    [EVERY] = {"every", "D", "time between ticks (default: 1h)", 0},
    [LAST] = {"last", NULL, "only the last snapshot of each key, sorted by key", 0},
    [ALERTS_ONLY] = {"alerts-only", NULL, "only the alerts that the past would have caused: to tune a rule before it is switched on", 0},
    [THREADS] = {"threads", "N", "threads that decode and fold (default: 1)", 0},
    [DEAD_LETTERS] = {"dead-letters", "FILE", "write dead letters there, one JSON object a line", 0},
    [OUTPUT] = {"output", "FILE", "write records there instead of standard output (-)", 0},
    [PUBLISH] = {"publish", NULL, "write records onto the output topics; only for an application that has never run", 0},
    [OPTION_COUNT] = {0},
};

struct writer {
    FILE *records, *letters; /* NULL: not asked for */
    struct publication *publication; /* likewise */
    const char *application;
    struct buffer line;
    struct progress_bar progress;
};

/* digest 0: it has none. */
static void publish_record(struct writer *writer, enum log_topic topic, const char *type, struct text key, struct text value, uint64_t digest)
{
    struct outputs_headers headers;
    outputs_headers(&headers, type, writer->application, digest);
    publication_write(writer->publication, topic, &(struct log_record){.key = key, .value = value, .timestamp_ms = INT64_MIN, .headers = headers.list,
                                                                       .header_count = value.data != NULL ? headers.count : 0});
}

static void write_record(struct writer *writer, struct text key, struct text value)
{
    if (writer->records == NULL)
        return;
    if (value.data != NULL) {
        fwrite(value.data, 1, value.length, writer->records);
        fputc('\n', writer->records);
        return;
    }
    writer->line.length = 0;
    buffer_text(&writer->line, TEXT("{\"type\":\"tombstone\",\"key\":"));
    json_string(&writer->line, key);
    buffer_text(&writer->line, TEXT("}\n"));
    fwrite(writer->line.data, 1, writer->line.length, writer->records);
}

static void write_snapshot(void *context, struct text key, struct text value, uint64_t digest)
{
    struct writer *writer = context;
    if (writer->publication != NULL)
        publish_record(writer, LOG_SNAPSHOTS, "snapshot", key, value, digest);
    write_record(writer, key, value);
}

static void write_alert(void *context, struct text key, struct text value, uint64_t digest)
{
    struct writer *writer = context;
    if (writer->publication != NULL)
        publish_record(writer, LOG_ALERTS, "alert", key, value, digest);
    write_record(writer, key, value);
}

static void write_letter(void *context, enum fault fault, const char *message, const struct history *history, const struct log_record *record)
{
    struct writer *writer = context;
    if (writer->letters == NULL)
        return;
    writer->line.length = 0;
    letter_json(&writer->line, fault, message, history->name, history->partition, record->offset, record->value);
    buffer_char(&writer->line, '\n');
    fwrite(writer->line.data, 1, writer->line.length, writer->letters);
}

static void show_progress(void *context, const struct replay_progress *progress)
{
    struct writer *writer = context;
    progress_bar_show(&writer->progress, progress->position, progress->size, progress->events, progress->reached);
}

static void print_figures(const struct replay_figures *figures)
{
    fprintf(stderr, "%" PRIu64 " leads in %" PRIu64 " bytes; %" PRIu64 " group slices in %" PRIu64 " bytes; %" PRIu64 " windows in %" PRIu64 " bytes\n", figures->leads,
            figures->lead_bytes, figures->board.slices, figures->board.slice_bytes, figures->board.windows, figures->board.window_bytes);
}

static bool read_moment(int which, const char *const *values, const struct zone *zone, int64_t *out)
{
    return values[which] == NULL || options_moment("replay", &rows[which], values[which], zone, out);
}

static bool read_options(const char **values, const struct settings *settings, struct replay_options *options)
{
    int64_t threads = 1;
    const struct zone *zone = &settings->zone;
    if (!read_moment(FROM, values, zone, &options->from) || !read_moment(TO, values, zone, &options->to) || !read_moment(AS_OF, values, zone, &options->as_of))
        return false;
    if (values[FROM] != NULL && values[TO] != NULL && options->from >= options->to) {
        fprintf(stderr, "funneld replay: --from: found `%s`, which is not before --to; expected a time before `%s`\n", values[FROM], values[TO]);
        return false;
    }
    if (values[THREADS] != NULL && !options_integer("replay", &rows[THREADS], values[THREADS], 1, 64, &threads))
        return false;
    options->threads = (int)threads;
    if (values[EVERY] != NULL && (!notation_milliseconds(values[EVERY], &options->every_ms) || options->every_ms <= 0)) {
        fprintf(stderr, "funneld replay: --every: found `%s`; expected a duration such as 1h\n", values[EVERY]);
        return false;
    }
    options->last = values[LAST] != NULL;
    options->alerts_only = values[ALERTS_ONLY] != NULL;
    return true;
}

static FILE *open_output(const char *path)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        fprintf(stderr, "funneld replay: cannot write %s: %s\n", path, strerror(errno));
    return file;
}

/* Whether all that was written has left. An error on the way may not come again at the end, so the stream is asked, too. */
static bool is_written(FILE *file)
{
    errno = 0;
    return fflush(file) == 0 && !ferror(file);
}

/* What the options and operands ask for together. */
static bool check_options(const char **values, int file_count)
{
    const char *mistake = NULL;
    if (values[TOPICS] != NULL && file_count > 0)
        mistake = "--topics and files; expected one of them";
    else if (values[TOPICS] == NULL && file_count == 0)
        mistake = "no files; name NDJSON or CSV files, or - for standard input, or --topics";
    else if (values[BY] != NULL && strcmp(values[BY], "event") != 0 && strcmp(values[BY], "record") != 0)
        mistake = "--by: expected `event` or `record`";
    else if (values[BY] != NULL && strcmp(values[BY], "record") == 0 && values[TOPICS] == NULL)
        mistake = "--by record: only records of --topics have a time of their own";
    else if (values[LAST] != NULL && values[ALERTS_ONLY] != NULL)
        mistake = "--last and --alerts-only; expected one of them: what an alert comes to is a story of all ticks";
    if (mistake != NULL)
        fprintf(stderr, "funneld replay: %s\n", mistake);
    return mistake == NULL;
}

/* Where reading begins: an event counts only if its `at` is not further than max_future past its record's time, so older records have nothing to say. */
static struct stretch_bounds bounds_of(const struct settings *settings, struct replay_options *options, bool by_record)
{
    struct stretch_bounds bounds = STRETCH_WHOLE;
    if (by_record) {
        bounds.from_ms = bounds.begin_ms = options->from != TIME_NONE ? options->from * 1000 : INT64_MIN;
        bounds.to_ms = options->to != TIME_NEVER ? options->to * 1000 : INT64_MAX;
        options->from = TIME_NONE;
        options->to = TIME_NEVER;
    } else if (options->from != TIME_NONE) {
        bounds.begin_ms = (options->from - settings->max_future_s) * 1000;
    }
    return bounds;
}

static bool open_inputs(struct inputs *inputs, const struct settings *settings, const char **values, struct replay_options *options, char *const *paths, int count)
{
    if (values[TOPICS] == NULL)
        return inputs_open_files(inputs, settings, paths, count);
    struct stretch_bounds bounds = bounds_of(settings, options, values[BY] != NULL && strcmp(values[BY], "record") == 0);
    return inputs_open_topics(inputs, settings, &bounds);
}

static bool open_outputs(struct writer *writer, const struct settings *settings, const char **values)
{
    if (values[DEAD_LETTERS] != NULL && (writer->letters = open_output(values[DEAD_LETTERS])) == NULL)
        return false;
    if (values[PUBLISH] != NULL) {
        writer->publication = publication_new(settings);
        if (!publication_open_outputs(writer->publication)) {
            fprintf(stderr, "funneld replay: %s\n", publication_error(writer->publication));
            return false;
        }
    }
    if (values[OUTPUT] != NULL && strcmp(values[OUTPUT], "-") != 0)
        writer->records = open_output(values[OUTPUT]);
    else if (values[PUBLISH] == NULL || values[OUTPUT] != NULL)
        writer->records = stdout;
    return writer->records != NULL || (values[OUTPUT] == NULL && values[PUBLISH] != NULL);
}

/* Whether everything has arrived; false after saying what has not. */
static bool finish(struct writer *writer)
{
    if (writer->publication != NULL && !publication_finish(writer->publication)) {
        fprintf(stderr, "funneld replay: %s\n", publication_error(writer->publication));
        return false;
    }
    bool records_written = writer->records == NULL || is_written(writer->records);
    if (records_written && (writer->letters == NULL || is_written(writer->letters)))
        return true;
    fprintf(stderr, "funneld replay: cannot write the %s: %s\n", records_written ? "dead letters" : "records", strerror(errno != 0 ? errno : EIO));
    return false;
}

static void close_outputs(struct writer *writer)
{
    if (writer->letters != NULL)
        fclose(writer->letters);
    if (writer->records != NULL && writer->records != stdout)
        fclose(writer->records);
    publication_close(writer->publication);
    free(writer->line.data);
}

static int replay(const struct settings *settings, const char **values, struct replay_options *options, char *const *paths, int count)
{
    struct writer writer = {.application = settings->application};
    struct replay_figures figures = {0};
    struct outcomes outcomes = {0};
    struct inputs inputs = {.command = "replay"};
    int status = EXIT_FAILED, failed = 0;
    progress_bar_begin(&writer.progress, &settings->zone);
    options->context = &writer;
    options->figures = &figures;
    if (open_inputs(&inputs, settings, values, options, paths, count) && open_outputs(&writer, settings, values)) {
        bool read = replay_run(settings, options, inputs.count, inputs.histories, &outcomes, &failed);
        progress_bar_end(&writer.progress);
        if (!read) {
            inputs_tell(&inputs, failed);
        } else if (finish(&writer)) {
            outcomes_print(&outcomes, stderr);
            print_figures(&figures);
            status = EXIT_DONE;
        }
    }
    inputs_close(&inputs);
    close_outputs(&writer);
    outcomes_free(&outcomes);
    return status;
}

static int run(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    int first = options_parse(rows, argc, argv, values);
    if (first < 0 || !check_options(values, argc - first))
        return EXIT_USAGE;
    struct replay_options options = {.from = TIME_NONE, .to = TIME_NEVER, .as_of = TIME_NONE, .now = clock_wall_ms() / 1000, .every_ms = 3600 * 1000,
                                     .publish = write_snapshot, .alert = write_alert, .letter = write_letter, .progress = show_progress};
    struct settings *settings = settings_load(values[CONFIG], stderr);
    if (settings == NULL)
        return EXIT_USAGE;
    int status = EXIT_USAGE;
    bool asks_kafka = values[TOPICS] != NULL || values[PUBLISH] != NULL;
    if (read_options(values, settings, &options) && (!asks_kafka || command_has_kafka(settings)))
        status = replay(settings, values, &options, argv + first, argc - first);
    settings_free(settings);
    return status;
}

const struct command command_replay = {
    .name = "replay",
    .arguments = "--config FILE [OPTIONS] EVENTS... | - | --topics",
    .summary = "History from files or topics: every snapshot and alert the past would have published",
    .help = "Each file is one partition: one JSON object a line, or CSV by its name (.csv, .tsv), packed by gzip or zstd or not. With --topics each partition is\n"
            "one, up to the end it has now: no group is joined, and nothing is written to Kafka but by --publish. With --from by event time, records older than\n"
            "that and max_future are not read.\n"
            "Records go to standard output in order, or with --last only the last one of each key, sorted by key: the same bytes every time.\n"
            "What was counted, and every kind of dead letter with its most frequent values, is told on standard error, as is progress on a terminal.\n",
    .options = rows,
    .run = run,
};
