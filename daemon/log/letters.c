#include "letters.h"

#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "client.h"
#include "producer.h"
#include "stretch.h"

enum { BATCH_RECORDS = 2000 }; /* of one transaction */

struct letters {
    const struct settings *settings;
    const struct letters_options *options;
    char *group;
    struct client *client;
    struct producer *producer;
    struct stretch *stretch;
    char *error;
    size_t error_size;
};

static const char *const own_headers[] = { /* in the order in which the daemon adds them */
    "__streams.errors.message", "__streams.errors.topic", "__streams.errors.partition", "__streams.errors.offset", "funneld.error",
};
enum { OWN_COUNT = sizeof own_headers / sizeof *own_headers, OWN_TOPIC = 1, OWN_WORD = 4 };

static bool fail(struct letters *letters, const char *text)
{
    snprintf(letters->error, letters->error_size, "%s", text);
    return false;
}

/* Where the daemon's own headers begin: they are the last ones. -1: somebody else's record. */
static int find_own(const struct log_record *letter)
{
    int begin = letter->header_count - OWN_COUNT;
    for (int i = 0; i < OWN_COUNT && begin >= 0; i++)
        if (!text_equal(letter->headers[begin + i].name, text_of(own_headers[i])))
            return -1;
    return begin;
}

static int find_topic(const struct letters *letters, struct text name)
{
    int topic = settings_topic(letters->settings, name);
    return topic >= 0 ? topic : letters->options->topic;
}

static bool put_back(struct letters *letters, const struct log_record *letter)
{
    int own = find_own(letter);
    if (own < 0)
        return true; /* not a letter of this daemon: not ours to put anywhere */
    struct text name = letter->headers[own + OWN_TOPIC].value, word = letter->headers[own + OWN_WORD].value;
    int topic = find_topic(letters, name);
    if (topic < 0) {
        snprintf(letters->error, letters->error_size, "the dead letter at offset %lld came from topic %.*s, which is not among the input's: say with --topic where it goes",
                 (long long)letter->offset, (int)name.length, name.data);
        return false;
    }
    struct log_record record = *letter;
    record.header_count = own;
    if (producer_write(letters->producer, topic, &record) != LOG_OK)
        return fail(letters, client_error(letters->client));
    letters->options->each(letters->options->context, word);
    return true;
}

/* A block of letters in one transaction. */
static bool put_block(struct letters *letters, const struct history *history, const struct log_record *records, int count)
{
    if (producer_begin(letters->producer) != LOG_OK)
        return fail(letters, client_error(letters->client));
    for (int i = 0; i < count; i++)
        if (!put_back(letters, &records[i]))
            return false;
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(offsets, history->topic, history->partition)->offset = records[count - 1].offset + 1;
    enum log_status status = producer_commit(letters->producer, offsets, letters->group);
    rd_kafka_topic_partition_list_destroy(offsets);
    return status == LOG_OK || fail(letters, client_error(letters->client));
}

static void report(const struct letters *letters, int count, struct history *const *histories)
{
    int64_t position = 0, size = 0;
    for (int i = 0; i < count; i++) {
        position += histories[i]->ops->position(histories[i]);
        size += histories[i]->ops->size(histories[i]);
    }
    letters->options->progress(letters->options->context, position, size);
}

static bool put_all(struct letters *letters)
{
    struct history *const *histories;
    int count = stretch_histories(letters->stretch, &histories), got;
    for (int i = 0; i < count; i++) {
        const struct log_record *records;
        while ((got = histories[i]->ops->read(histories[i], BATCH_RECORDS, &records)) > 0) {
            if (!put_block(letters, histories[i], records, got))
                return false;
            report(letters, count, histories);
        }
        if (got < 0)
            return fail(letters, histories[i]->ops->error(histories[i]));
    }
    return true;
}

/* First the producer: once a former run is shut out, what it has committed is what counts. */
static bool open_both(struct letters *letters)
{
    const struct settings *settings = letters->settings;
    char error[512];
    if (!client_check(settings, error, sizeof error)) {
        snprintf(letters->error, letters->error_size, "kafka: %s", error);
        return false;
    }
    if (producer_open(letters->client, CLIENT_RETURNER, settings->topics, settings->topic_count, &letters->producer) != LOG_OK)
        return fail(letters, client_error(letters->client));
    struct stretch_bounds bounds = STRETCH_WHOLE;
    bounds.after_group = letters->group;
    letters->stretch = stretch_new(settings, &settings->dead_letters_topic, 1);
    return stretch_open(letters->stretch, &bounds) || fail(letters, stretch_error(letters->stretch));
}

bool letters_put_back(const struct settings *settings, const struct letters_options *options, char *error, size_t error_size)
{
    static const char suffix[] = "-dead-letters";
    size_t size = strlen(settings->application) + sizeof suffix;
    struct letters letters = {.settings = settings, .options = options, .group = memory_new(size), .error = error, .error_size = error_size};
    snprintf(letters.group, size, "%s%s", settings->application, suffix);
    letters.client = client_new(settings, NULL);
    bool done = open_both(&letters) && put_all(&letters);
    stretch_close(letters.stretch);
    producer_close(letters.producer);
    client_free(letters.client);
    free(letters.group);
    return done;
}
