/* produce.c -- `funneld produce`: events from files, or dead letters, onto the input topics. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../core/memory.h"
#include "../core/names.h"
#include "../engine/convert.h"
#include "../engine/outcomes.h"
#include "../host/clock.h"
#include "../log/letters.h"
#include "../log/publication.h"
#include "command.h"
#include "inputs.h"
#include "options.h"
#include "progress_bar.h"

enum { CONFIG, TOPIC, RATE, DEAD_LETTERS, OPTION_COUNT };

static const struct option_row rows[] = {
    [CONFIG] = {"config", "FILE", "the configuration", OPTION_REQUIRED | OPTION_OPERANDS},
    [TOPIC] = {"topic", "NAME", "of several input topics the one to write to", 0},
    [RATE] = {"rate", "N", "at most so many records a second", 0},
    [DEAD_LETTERS] = {"dead-letters", NULL, "put dead letters back instead of files, each once: after the configuration was mended", 0},
    [OPTION_COUNT] = {0},
};

enum { BLOCK_RECORDS = 2000, PACE_MS = 50 };

/* ---- files ---- */

struct production {
    const struct settings *settings;
    struct inputs inputs;
    struct publication *publication;
    struct decoder *decoder;
    struct convert convert;
    struct outcomes outcomes;  /* what a daemon will make of them, but for what depends on their order */
    struct progress_bar bar;
    int topic;
    int64_t rate;              /* 0: as fast as it goes */
    int64_t begun_ms;
    uint64_t written, without_key;
};

static bool is_blank(struct text line)
{
    for (size_t i = 0; i < line.length; i++)
        if (strchr(" \t\r", line.data[i]) == NULL)
            return false;
    return true;
}

/* The lead that a record is about: of its first event that says so. */
static struct text key_of(struct production *production, const struct record *record)
{
    const struct decoded *elements;
    struct text key = {NULL, 0};
    int count = decoder_decode(production->decoder, record, &elements);
    for (int i = 0; i < count; i++) {
        production->outcomes.events++;
        production->outcomes.ignored += elements[i].ignored;
        production->outcomes.counted += elements[i].counts;
        if (elements[i].fault != FAULT_NONE)
            outcomes_fault(&production->outcomes, elements[i].fault, elements[i].value);
        if (key.data == NULL && elements[i].event.lead.length > 0)
            key = elements[i].event.lead;
    }
    return key;
}

/* Not faster than asked for. */
static void keep_pace(const struct production *production)
{
    for (;;) {
        int64_t ahead_ms = (int64_t)production->written * 1000 / production->rate - (clock_steady_ms() - production->begun_ms);
        if (ahead_ms <= 0)
            return;
        int64_t wait_ms = ahead_ms < PACE_MS ? ahead_ms : PACE_MS;
        nanosleep(&(struct timespec){.tv_nsec = (long)wait_ms * 1000000}, NULL);
    }
}

static bool write_block(struct production *production, const struct log_record *records, int count)
{
    decoder_reset(production->decoder);
    int64_t now_ms = clock_wall_ms();
    for (int i = 0; i < count; i++) {
        if (is_blank(records[i].value))
            continue;
        production->outcomes.records++;
        struct record seen = convert_record(&production->convert, &records[i], production->settings->topics[production->topic]);
        seen.timestamp_ms = now_ms; /* as the topic will have it */
        struct log_record record = {.key = key_of(production, &seen), .value = records[i].value, .timestamp_ms = INT64_MIN};
        production->without_key += record.key.data == NULL;
        if (production->rate > 0)
            keep_pace(production);
        if (!publication_write(production->publication, production->topic, &record))
            return false;
        production->written++;
    }
    return true;
}

static void report(struct production *production)
{
    int64_t position = 0, size = 0;
    for (int i = 0; i < production->inputs.count; i++) {
        const struct history *history = production->inputs.histories[i];
        int64_t of_one = history->ops->size(history);
        position += history->ops->position(history);
        size = of_one < 0 || size < 0 ? -1 : size + of_one;
    }
    progress_bar_show(&production->bar, position, size, production->written, TIME_NONE);
}

static bool write_all(struct production *production)
{
    const struct inputs *inputs = &production->inputs;
    int most = production->rate > 0 && production->rate < BLOCK_RECORDS ? (int)production->rate : BLOCK_RECORDS;
    for (int i = 0; i < inputs->count; i++) {
        const struct log_record *records;
        int count;
        while ((count = inputs->histories[i]->ops->read(inputs->histories[i], most, &records)) > 0) {
            if (!write_block(production, records, count))
                break;
            report(production);
        }
        if (count < 0) {
            progress_bar_end(&production->bar);
            inputs_tell(inputs, i);
            publication_finish(production->publication);
            return false;
        }
        if (count > 0)
            break;
    }
    bool done = publication_finish(production->publication);
    progress_bar_end(&production->bar);
    if (!done)
        fprintf(stderr, "funneld produce: %s\n", publication_error(production->publication));
    return done;
}

static void tell(const struct production *production)
{
    fprintf(stderr, "%" PRIu64 " records onto %s", production->written, production->settings->topics[production->topic]);
    if (production->without_key > 0)
        fprintf(stderr, ", %" PRIu64 " of them without a lead's id and so without a key", production->without_key);
    fputs("; what they say to this configuration:\n", stderr);
    outcomes_print(&production->outcomes, stderr);
}

static int produce_files(const struct settings *settings, int topic, int64_t rate, char *const *paths, int count)
{
    struct production production = {.settings = settings, .inputs = {.command = "produce"}, .topic = topic, .rate = rate};
    int status = EXIT_FAILED;
    production.decoder = decoder_new(settings, clock_wall_ms() / 1000);
    production.publication = publication_new(settings);
    if (!inputs_open_files(&production.inputs, settings, paths, count)) {
        /* it has been told */
    } else if (!publication_open_inputs(production.publication)) {
        fprintf(stderr, "funneld produce: %s\n", publication_error(production.publication));
    } else {
        progress_bar_begin(&production.bar, &settings->zone);
        production.begun_ms = clock_steady_ms();
        if (write_all(&production)) {
            tell(&production);
            status = EXIT_DONE;
        }
    }
    inputs_close(&production.inputs);
    publication_close(production.publication);
    decoder_free(production.decoder);
    convert_free(&production.convert);
    outcomes_free(&production.outcomes);
    return status;
}

/* ---- dead letters ---- */

struct returns {
    struct progress_bar bar;
    struct names *words;
    uint64_t *counts; /* by word */
    size_t capacity;
    uint64_t total;
};

static void count_letter(void *context, struct text word)
{
    struct returns *returns = context;
    uint32_t number = names_number(returns->words, word);
    while (number >= returns->capacity) {
        size_t before = returns->capacity;
        returns->counts = memory_grow(returns->counts, &returns->capacity, number + 1, sizeof *returns->counts);
        memset(returns->counts + before, 0, (returns->capacity - before) * sizeof *returns->counts);
    }
    returns->counts[number]++;
    returns->total++;
}

static void show_letters(void *context, int64_t position, int64_t size)
{
    struct returns *returns = context;
    progress_bar_show(&returns->bar, position, size, returns->total, TIME_NONE);
}

static void print_word(struct text word, uint64_t count)
{
    enum { WORD_WIDTH = 14 };
    fputs("  ", stderr);
    for (size_t i = 0; i < word.length; i++)
        fputc(text_shown(word.data[i]), stderr);
    fprintf(stderr, "%*s %10" PRIu64 "\n", word.length < WORD_WIDTH ? WORD_WIDTH - (int)word.length : 0, "", count);
}

static int produce_letters(const struct settings *settings, int topic)
{
    struct returns returns = {.words = names_new(UINT32_MAX)};
    struct letters_options options = {.topic = topic, .each = count_letter, .progress = show_letters, .context = &returns};
    char error[1024];
    progress_bar_begin(&returns.bar, &settings->zone);
    bool done = letters_put_back(settings, &options, error, sizeof error);
    progress_bar_end(&returns.bar);
    if (!done)
        fprintf(stderr, "funneld produce: %s\n", error);
    fprintf(stderr, "%" PRIu64 " dead letters put back%s\n", returns.total, done ? "" : " or in the transaction that was not finished; what is finished is not repeated");
    for (uint32_t word = 1; word < names_count(returns.words); word++)
        print_word(names_text(returns.words, word), returns.counts[word]);
    names_free(returns.words);
    free(returns.counts);
    return done ? EXIT_DONE : EXIT_FAILED;
}

/* ---- the command ---- */

/* The topic asked for, or the only one; -1: none. False after saying what is wrong. */
static bool find_topic(const struct settings *settings, const char *name, bool needed, int *out)
{
    *out = name == NULL && settings->topic_count == 1 ? 0 : -1;
    for (int t = 0; t < settings->topic_count && name != NULL; t++)
        if (strcmp(settings->topics[t], name) == 0)
            *out = t;
    if (*out >= 0 || (name == NULL && !needed))
        return true;
    if (name == NULL)
        fprintf(stderr, "funneld produce: the configuration has %d input topics; say with --topic which one\n", settings->topic_count);
    else
        fprintf(stderr, "funneld produce: --topic: found `%s`; expected one of the input topics in %s\n", name, settings->path);
    return false;
}

static int run(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    int64_t rate = 0;
    int first = options_parse(rows, argc, argv, values), topic;
    if (first < 0 || (values[RATE] != NULL && !options_integer(argv[0], &rows[RATE], values[RATE], 1, 100000000, &rate)))
        return EXIT_USAGE;
    bool letters = values[DEAD_LETTERS] != NULL;
    if (letters == (first < argc)) {
        fputs(letters ? "funneld produce: --dead-letters and files; expected one of them\n"
                      : "funneld produce: no files; name NDJSON or CSV files, or - for standard input, or --dead-letters\n", stderr);
        return EXIT_USAGE;
    }
    struct settings *settings = settings_load(values[CONFIG], stderr);
    if (settings == NULL)
        return EXIT_USAGE;
    int status = EXIT_USAGE;
    if (find_topic(settings, values[TOPIC], !letters, &topic) && command_has_kafka(settings))
        status = letters ? produce_letters(settings, topic) : produce_files(settings, topic, rate, argv + first, argc - first);
    settings_free(settings);
    return status;
}

const struct command command_produce = {
    .name = "produce",
    .arguments = "--config FILE [OPTIONS] EVENTS... | - | --dead-letters",
    .summary = "Events from files onto the input topic, or dead letters back",
    .help = "Files are one JSON object a line, or CSV, packed by gzip or zstd or not. Each record is keyed by its lead's id, so a lead's events keep their order; its\n"
            "value stays as it came (of CSV: an object of its columns). Blank lines are left out. What a daemon with this configuration will not understand is put\n"
            "there, too, and told at the end: it will be among the dead letters. The producer is idempotent; a run that is interrupted may be repeated from the\n"
            "start, as an event that comes twice counts once.\n\n"
            "--dead-letters puts each dead letter back onto the topic that it came from, as it came, once: how far they were read is committed with them under the\n"
            "group <application>-dead-letters.\n\n"
            "Its user needs Write on the input topics; with --dead-letters also Read on the dead letters' topic and on group <application>-dead-letters, and Write\n"
            "on the transactional id of that name.\n",
    .options = rows,
    .run = run,
};
