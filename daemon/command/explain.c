/* explain.c -- `funneld explain`: what is known about one lead, and what each number counts it in. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "../engine/fold.h"
#include "../engine/intake.h"
#include "../host/clock.h"
#include "../wire/fault.h"
#include "../wire/lead_json.h"
#include "command.h"
#include "inputs.h"
#include "lead_story.h"
#include "options.h"

enum { CONFIG, FUNNEL, LEAD, OPTION_COUNT };

static const struct option_row rows[] = {
    [CONFIG] = {"config", "FILE", "the configuration", OPTION_REQUIRED | OPTION_OPERANDS},
    [LEAD] = {"lead", "ID", "the lead's id", OPTION_REQUIRED},
    [FUNNEL] = {"funnel", "ID", "only this funnel (default: every one that knows the lead)", 0},
    [OPTION_COUNT] = {0},
};

enum { BLOCK_RECORDS = 8192, NOTES_MAX = 100 };

struct search {
    const struct settings *settings;
    struct text lead;
    uint64_t hash;
    struct pool *pool;
    struct fold fold;
    uint64_t events, counted;
    int note_count;
    char *notes[NOTES_MAX];    /* what came about it and does not count, or not wholly */
    uint64_t more_notes;
};

/* ---- what did not count ---- */

static void note(struct search *search, const struct history *history, int64_t offset, struct text word, struct text message)
{
    if (search->note_count == NOTES_MAX) {
        search->more_notes++;
        return;
    }
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        abort(); /* out of memory, as in core/memory.h */
    fprintf(out, "%.*s/%d@%" PRId64 "  %.*s: ", (int)history->name.length, history->name.data, history->partition, offset, (int)word.length, word.data);
    for (size_t i = 0; i < message.length; i++)
        fputc(text_shown(message.data[i]), out);
    fclose(out);
    search->notes[search->note_count++] = text;
}

/* ---- from files ---- */

static void see_item(struct search *search, const struct history *history, const struct log_record *records, const struct intake_item *item)
{
    const struct decoded *decoded = item->decoded;
    if (!text_equal(decoded->event.lead, search->lead))
        return;
    search->events++;
    if (item->admitted) {
        search->counted++;
        fold_add(&search->fold, &decoded->event, item->bound);
    }
    if (item->fault != FAULT_NONE)
        note(search, history, records[item->record].offset, text_of(fault_word(item->fault)), text_of(decoded->message));
}

static bool read_file(struct search *search, struct history *history)
{
    struct intake intake;
    const struct log_record *records;
    int count;
    intake_init(&intake, search->settings, search->pool, clock_wall_ms() / 1000, (struct intake_limits){TIME_NONE, TIME_NEVER, TIME_NEVER});
    while ((count = history->ops->read(history, BLOCK_RECORDS, &records)) > 0) {
        const struct intake_item *item;
        intake_fill(&intake, records, count, history->topic);
        while ((item = intake_take(&intake, TIME_NEVER)) != NULL)
            see_item(search, history, records, item);
        fold_settle(&search->fold); /* before the memory of its events is used again */
    }
    intake_free(&intake);
    return count == 0;
}

static bool search_files(struct search *search, char *const *paths, int count)
{
    struct inputs inputs = {.command = "explain"};
    bool good = inputs_open_files(&inputs, search->settings, paths, count);
    for (int i = 0; i < inputs.count && good; i++) {
        good = read_file(search, inputs.histories[i]);
        if (!good)
            inputs_tell(&inputs, i);
    }
    inputs_close(&inputs);
    return good;
}

/* ---- from Kafka ---- */

/* Show every record under the lead's id to `see`. False after saying what went wrong. */
static bool search_topic(struct search *search, const char *topic, void (*see)(struct search *search, const struct history *history, const struct log_record *record))
{
    struct stretch *stretch = stretch_new(search->settings, &topic, 1);
    struct history *const *histories;
    const char *error = stretch_open(stretch, &STRETCH_WHOLE) ? NULL : stretch_error(stretch);
    int count = error == NULL ? stretch_histories(stretch, &histories) : 0;
    for (int i = 0; i < count && error == NULL; i++) {
        const struct log_record *records;
        int got;
        while ((got = histories[i]->ops->read(histories[i], BLOCK_RECORDS, &records)) > 0)
            for (int r = 0; r < got; r++)
                if (text_equal(records[r].key, search->lead))
                    see(search, histories[i], &records[r]);
        if (got < 0)
            error = histories[i]->ops->error(histories[i]);
    }
    if (error != NULL)
        fprintf(stderr, "funneld explain: %s\n", error);
    stretch_close(stretch);
    return error == NULL;
}

/* A later row of the lead stands in the place of an earlier one. */
static void see_row(struct search *search, const struct history *history, const struct log_record *record)
{
    struct ledger *ledger = fold_shard(&search->fold, search->hash);
    struct lead_reader *reader = lead_reader_new(search->settings);
    struct ledger_lead lead = {.id = search->lead, .forgotten = true};
    if (record->value.data == NULL || lead_json_read(reader, search->lead, record->value, ledger_names(ledger), &lead))
        ledger_restore(ledger, &lead, search->hash);
    else
        note(search, history, record->offset, TEXT("unread"), TEXT("the row is not what this program writes"));
    lead_reader_free(reader);
}

static void see_letter(struct search *search, const struct history *history, const struct log_record *record)
{
    struct text word = log_header_value(record, TEXT("funneld.error"));
    note(search, history, record->offset, word.data != NULL ? word : TEXT("dead letter"), log_header_value(record, TEXT("__streams.errors.message")));
}

static bool search_topics(struct search *search)
{
    static const char suffix[] = "-leads-changelog";
    size_t size = strlen(search->settings->application) + sizeof suffix;
    char *changelog = memory_new(size);
    snprintf(changelog, size, "%s%s", search->settings->application, suffix);
    bool good = search_topic(search, changelog, see_row) && search_topic(search, search->settings->dead_letters_topic, see_letter);
    free(changelog);
    return good;
}

/* ---- telling ---- */

static void print_notes(const struct search *search)
{
    if (search->note_count == 0)
        return;
    puts("\nWhat came about it and does not count, or not wholly (dead letters)");
    for (int i = 0; i < search->note_count; i++)
        printf("  %s\n", search->notes[i]);
    if (search->more_notes > 0)
        printf("  and %" PRIu64 " more\n", search->more_notes);
}

/* Returns whether anything is known. */
static bool tell(struct search *search, int funnel, bool of_files)
{
    struct ledger *ledger = fold_shard(&search->fold, search->hash);
    struct ledger_lead lead = ledger_find(ledger, search->lead, search->hash);
    printf("Lead %.*s, from %s", (int)search->lead.length, search->lead.data, of_files ? "files" : "the changelog");
    if (of_files)
        printf(": %" PRIu64 " events, %" PRIu64 " counted", search->events, search->counted);
    putchar('\n');
    int told = 0;
    if (lead.removed)
        puts("\nIt was removed (deleted, spam, a duplicate): it counts nowhere, and nothing else about it is kept.");
    for (int i = 0; i < lead.section_count; i++)
        if (funnel < 0 || lead.sections[i].funnel == funnel) {
            lead_story_print(stdout, search->settings, lead.sections[i].funnel, &lead.sections[i].set, ledger_names(ledger));
            told++;
        }
    if (told == 0 && !lead.removed) {
        printf("\nNothing that counts is known about it%s%s", funnel >= 0 ? " in funnel " : "", funnel >= 0 ? search->settings->funnels[funnel].id : "");
        for (int i = 0; i < lead.section_count; i++)
            printf("%s %s", i == 0 ? "; it is known in" : ",", search->settings->funnels[lead.sections[i].funnel].id);
        puts("");
    }
    print_notes(search);
    return told > 0 || lead.removed;
}

static bool find_funnel(const struct settings *settings, const char *id, int *out)
{
    *out = -1;
    for (int f = 0; f < settings->funnel_count && id != NULL; f++)
        if (strcmp(settings->funnels[f].id, id) == 0)
            *out = f;
    if (*out < 0 && id != NULL)
        fprintf(stderr, "funneld explain: --funnel: no funnel `%s` in %s\n", id, settings->path);
    return *out >= 0 || id == NULL;
}

static int explain(const struct settings *settings, const char *lead, int funnel, char *const *paths, int count)
{
    struct search search = {.settings = settings, .lead = text_of(lead), .hash = lead_json_hash(text_of(lead))};
    search.pool = pool_new(1);
    fold_init(&search.fold, settings, search.pool, false);
    int status = EXIT_FAILED;
    if (count > 0 ? search_files(&search, paths, count) : search_topics(&search))
        status = tell(&search, funnel, count > 0) && options_printed("explain") ? EXIT_DONE : EXIT_FAILED;
    for (int i = 0; i < search.note_count; i++)
        free(search.notes[i]);
    fold_free(&search.fold);
    pool_free(search.pool);
    return status;
}

static int run(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    int first = options_parse(rows, argc, argv, values), funnel;
    if (first < 0)
        return EXIT_USAGE;
    if (values[LEAD][0] == '\0' || strlen(values[LEAD]) > 255) {
        fputs("funneld explain: --lead: expected an id of 1 to 255 bytes\n", stderr);
        return EXIT_USAGE;
    }
    struct settings *settings = settings_load(values[CONFIG], stderr);
    if (settings == NULL)
        return EXIT_USAGE;
    int status = EXIT_USAGE;
    if (find_funnel(settings, values[FUNNEL], &funnel) && (first < argc || command_has_kafka(settings)))
        status = explain(settings, values[LEAD], funnel, argv + first, argc - first);
    settings_free(settings);
    return status;
}

const struct command command_explain = {
    .name = "explain",
    .arguments = "--config FILE --lead ID [--funnel ID] [EVENTS...]",
    .summary = "One lead, step by step: what is known about it and where it counts",
    .help = "\"Why is this deal not in the funnel?\" Without files it is what the daemon knows: the lead's row in the changelog, and dead letters under its id. With files\n"
            "(as `replay` reads them) it is what they say. The exit status is 1 where nothing that counts is known, nor that it was removed.\n",
    .options = rows,
    .run = run,
};
