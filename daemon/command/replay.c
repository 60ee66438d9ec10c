/* replay.c -- `funneld replay`: history from files to records on standard output. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../core/memory.h"
#include "../engine/replay.h"
#include "../log/file.h"
#include "../settings/notation.h"
#include "../wire/letter_json.h"
#include "../wire/moment.h"
#include "command.h"
#include "options.h"

enum { CONFIG, FROM, TO, AS_OF, EVERY, LAST, THREADS, DEAD_LETTERS, OUTPUT, OPTION_COUNT };

static const struct option_row rows[] = {
    [CONFIG] = {"config", "FILE", "the configuration", OPTION_REQUIRED | OPTION_OPERANDS},
    [FROM] = {"from", "T", "skip events before this moment (RFC 3339, in the configured zone if T has no offset, or a number)", 0},
    [TO] = {"to", "T", "skip events at or after this moment", 0},
    [AS_OF] = {"as-of", "T", "the last tick (default: the greatest `at`); later events are skipped", 0},
    [EVERY] = {"every", "D", "time between ticks (default: 1h)", 0},
    [LAST] = {"last", NULL, "only the last record of each key, sorted by key", 0},
    [THREADS] = {"threads", "N", "threads that decode and fold (default: 1)", 0},
    [DEAD_LETTERS] = {"dead-letters", "FILE", "write dead letters there, one JSON object a line", 0},
    [OUTPUT] = {"output", "FILE", "write records there instead of standard output", 0},
    [OPTION_COUNT] = {0},
};

enum { LETTER_LONGEST = 64 << 20 /* bytes kept for its dead letter of a line that is too long */ };

struct writer {
    FILE *records, *letters; /* letters NULL: not asked for */
    struct buffer line;
    bool terminal;           /* standard error is one: progress is shown */
    struct timespec started, shown;
};

static void write_record(void *context, struct text key, struct text value, uint64_t digest)
{
    struct writer *writer = context;
    (void)digest;
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

static double seconds_since(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static void show_progress(void *context, const struct replay_progress *progress)
{
    struct writer *writer = context;
    bool done = progress->size >= 0 && progress->position >= progress->size;
    if (!writer->terminal || (!done && seconds_since(&writer->shown) < 0.2))
        return;
    clock_gettime(CLOCK_MONOTONIC, &writer->shown);
    double elapsed_s = seconds_since(&writer->started), rate = elapsed_s > 0 ? (double)progress->events / elapsed_s : 0;
    if (progress->size > 0) {
        enum { WIDTH = 30 };
        double share = (double)progress->position / (double)progress->size;
        fprintf(stderr, "\r[");
        for (int i = 0; i < WIDTH; i++)
            fputc(i < (int)(share * WIDTH) ? '#' : ' ', stderr);
        fprintf(stderr, "] %3.0f %%  %.0f events/s  %.0f s left \033[K", share * 100, rate, share > 0 ? elapsed_s / share - elapsed_s : 0);
    } else {
        fprintf(stderr, "\r%" PRIu64 " events  %.0f events/s \033[K", progress->events, rate);
    }
    fflush(stderr);
}

static void print_figures(const struct replay_figures *figures)
{
    fprintf(stderr, "%" PRIu64 " leads in %" PRIu64 " bytes; %" PRIu64 " group slices in %" PRIu64 " bytes; %" PRIu64 " windows in %" PRIu64 " bytes\n", figures->leads,
            figures->lead_bytes, figures->board.slices, figures->board.slice_bytes, figures->board.windows, figures->board.window_bytes);
}

/* A moment on the command line; false after saying what is wrong. */
static bool read_moment(const struct option_row *row, const char *text, const struct zone *zone, int64_t *out)
{
    if (text == NULL || moment_from_text(text_of(text), zone, out))
        return true;
    fprintf(stderr, "funneld replay: --%s: found `%s`; expected a time such as 2024-03-31T23:59:00\n", row->name, text);
    return false;
}

static bool read_options(const char **values, const struct settings *settings, struct replay_options *options)
{
    int64_t threads = 1;
    const struct zone *zone = &settings->zone;
    if (!read_moment(&rows[FROM], values[FROM], zone, &options->from) || !read_moment(&rows[TO], values[TO], zone, &options->to) ||
        !read_moment(&rows[AS_OF], values[AS_OF], zone, &options->as_of))
        return false;
    if (values[THREADS] != NULL && !options_integer(&rows[THREADS], values[THREADS], 1, 64, &threads))
        return false;
    options->threads = (int)threads;
    if (values[EVERY] != NULL && (!notation_milliseconds(values[EVERY], &options->every_ms) || options->every_ms <= 0)) {
        fprintf(stderr, "funneld replay: --every: found `%s`; expected a duration such as 1h\n", values[EVERY]);
        return false;
    }
    options->last = values[LAST] != NULL;
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

static bool open_files(const struct settings *settings, char *const *paths, int count, struct history **histories)
{
    int64_t longest = settings->max_record > LETTER_LONGEST ? settings->max_record : LETTER_LONGEST;
    for (int i = 0; i < count; i++) {
        histories[i] = file_open(paths[i], i, longest);
        if (histories[i] == NULL) {
            fprintf(stderr, "funneld replay: cannot read %s: %s\n", paths[i], strerror(errno));
            return false;
        }
    }
    return true;
}

static int run(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    int first = options_parse(rows, argc, argv, values);
    if (first < 0)
        return EXIT_USAGE;
    if (first == argc) {
        fprintf(stderr, "funneld replay: no files; name NDJSON files, or - for standard input\n");
        return EXIT_USAGE;
    }
    struct replay_options options = {.from = TIME_NONE, .to = TIME_NEVER, .as_of = TIME_NONE, .now = (int64_t)time(NULL), .every_ms = 3600 * 1000,
                                     .publish = write_record, .letter = write_letter, .progress = show_progress};
    struct settings *settings = settings_load(values[CONFIG], stderr);
    if (settings == NULL)
        return EXIT_USAGE;
    if (!read_options(values, settings, &options)) {
        settings_free(settings);
        return EXIT_USAGE;
    }
    command_note_unserved(settings);

    struct writer writer = {.records = stdout, .terminal = isatty(STDERR_FILENO)};
    clock_gettime(CLOCK_MONOTONIC, &writer.started);
    options.context = &writer;
    struct replay_figures figures = {0};
    options.figures = &figures;
    struct outcomes outcomes = {0};
    int status = EXIT_FAILED, failed = 0, count = argc - first;
    struct history **histories = memory_new((size_t)count * sizeof(struct history *));
    if (values[DEAD_LETTERS] != NULL && (writer.letters = open_output(values[DEAD_LETTERS])) == NULL)
        goto out;
    if (values[OUTPUT] != NULL && (writer.records = open_output(values[OUTPUT])) == NULL)
        goto out;
    if (!open_files(settings, argv + first, count, histories))
        goto out;
    bool read = replay_run(settings, &options, count, histories, &outcomes, &failed);
    if (writer.terminal)
        fputc('\n', stderr);
    if (!read) {
        fprintf(stderr, "funneld replay: cannot read %s: %s\n", argv[first + failed], histories[failed]->ops->error(histories[failed]));
        goto out;
    }
    bool records_written = is_written(writer.records);
    if (!records_written || (writer.letters != NULL && !is_written(writer.letters))) {
        fprintf(stderr, "funneld replay: cannot write the %s: %s\n", records_written ? "dead letters" : "records", strerror(errno != 0 ? errno : EIO));
        goto out;
    }
    outcomes_print(&outcomes, stderr);
    print_figures(&figures);
    status = EXIT_DONE;
out:
    if (writer.letters != NULL)
        fclose(writer.letters);
    if (writer.records != NULL && writer.records != stdout)
        fclose(writer.records);
    for (int i = 0; i < count; i++)
        history_close(histories[i]);
    free(histories);
    free(writer.line.data);
    outcomes_free(&outcomes);
    settings_free(settings);
    return status;
}

const struct command command_replay = {
    .name = "replay",
    .arguments = "--config FILE [OPTIONS] EVENTS.ndjson... | -",
    .summary = "History from files: every snapshot the past would have published",
    .help = "Each file is one partition. Records go to standard output in order, or with --last only the last one of each key, sorted by key.\n"
            "What was counted, and every kind of dead letter with its most frequent values, is told on standard error.\n",
    .options = rows,
    .run = run,
};
