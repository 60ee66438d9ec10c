#include "verdict.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/core/names.h"
#include "../../daemon/wire/checkpoint_json.h"
#include "../../daemon/wire/lead_json.h"
#include "oracle.h"

enum { DIGEST_EMPTY = 1 }; /* as in publisher.c: nothing counted in it */

static bool __attribute__((format(printf, 2, 3))) say(struct verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->text, sizeof verdict->text, format, arguments);
    va_end(arguments);
    return false;
}

#define SHOW(text) (int)(text).length, (text).data

static bool is_committed(const struct entry *entry)
{
    return !entry->marker && entry->transaction != NULL && entry->transaction->decision == COMMITTED;
}

static struct text header_of(const struct log_record *record, const char *name)
{
    for (int i = 0; i < record->header_count; i++)
        if (text_equal(record->headers[i].name, text_of(name)))
            return record->headers[i].value;
    return (struct text){NULL, 0};
}

static int64_t number_in(struct text text)
{
    char digits[24] = "";
    memcpy(digits, text.data != NULL ? text.data : "", text.length < sizeof digits ? text.length : 0);
    return strtoll(digits, NULL, 10);
}

static uint64_t digest_of(const struct log_record *record) /* 0: a tombstone, or none (NULL) */
{
    char digits[17] = "";
    struct text digest = record != NULL && record->value.data != NULL ? header_of(record, "digest") : (struct text){NULL, 0};
    if (digest.length != 16)
        return 0;
    memcpy(digits, digest.data, 16);
    return strtoull(digits, NULL, 16);
}

static bool is_checkpoint(const struct entry *entry) /* what alert rules remember lies beside it */
{
    return is_committed(entry) && text_equal(entry->record.key, TEXT(CHECKPOINT_KEY));
}

static bool is_alert(const struct log_record *record)
{
    return text_equal(header_of(record, "type"), TEXT("alert"));
}

static struct partition *single(struct world *world, const char *topic)
{
    return broker_topic(&world->broker, topic)->partitions[0];
}

static struct topic *own_topic(struct world *world, const char *suffix)
{
    char name[128];
    snprintf(name, sizeof name, "%s-%s", world->settings->application, suffix);
    return broker_topic(&world->broker, name);
}

/* ---- the last snapshot under each key ---- */

struct last { struct names *keys; const struct log_record **records; size_t capacity; }; /* by number of the key; NULL: nothing yet */

static const struct log_record **last_place(struct last *last, struct text key)
{
    uint32_t number = names_number(last->keys, key);
    size_t before = last->capacity;
    last->records = memory_grow(last->records, &last->capacity, number + 1, sizeof *last->records);
    for (size_t i = before; i < last->capacity; i++)
        last->records[i] = NULL;
    return &last->records[number];
}

static struct last last_new(void)
{
    return (struct last){.keys = names_new(UINT32_MAX)};
}

static void last_free(struct last *last)
{
    names_free(last->keys);
    free(last->records);
}

/* Read the topic's history up to an offset. false: something is said twice. */
static bool read_snapshots(struct world *world, struct last *last, int64_t to, struct verdict *verdict)
{
    struct partition *partition = single(world, world->settings->snapshots_topic);
    for (int64_t i = 0; i < to; i++) {
        const struct entry *entry = &partition->entries[i];
        if (!is_committed(entry) || is_alert(&entry->record))
            continue;
        const struct log_record **place = last_place(last, entry->record.key);
        if (digest_of(*place) == digest_of(&entry->record))
            return say(verdict, "%s@%" PRId64 " (transaction %d) says under %.*s what the record before it said", partition->topic->name, i, entry->transaction->number,
                       SHOW(entry->record.key));
        *place = &entry->record;
    }
    return true;
}

/* ---- a fresh fold of what committed transactions rest on ---- */

/* `checkpoint`: of what it had read (NULL: of all). */
static void ask(struct world *world, struct pool *pool, const struct checkpoint *checkpoint, int64_t tick_s, struct oracle *oracle, struct oracle_input *inputs, int *count)
{
    *count = 0;
    for (size_t t = 0; t < world->broker.topic_count; t++) {
        struct topic *topic = world->broker.topics[t];
        for (int p = 0; topic->input && p < topic->partition_count; p++) {
            struct partition *partition = topic->partitions[p];
            int64_t to = checkpoint == NULL ? partition->committed : 0; /* which may not know it yet */
            for (int i = 0; checkpoint != NULL && i < checkpoint->partition_count; i++)
                if (checkpoint->partitions[i].partition == p && strcmp(checkpoint->partitions[i].topic, topic->name) == 0)
                    to = checkpoint->partitions[i].offset;
            struct oracle_input *input = &inputs[(*count)++];
            *input = (struct oracle_input){.topic = topic->name, .records = memory_new((size_t)(to > 0 ? to : 0) * sizeof *input->records + 1)};
            for (int64_t i = 0; i < to && i < (int64_t)partition->survives_capacity; i++)
                if (partition->survives[i])
                    input->records[input->count++] = partition->entries[i].record;
        }
    }
    oracle_ask(oracle, world->settings, pool, inputs, *count, tick_s);
}

enum { INPUTS_MAX = 32 };

static void forget(struct oracle *oracle, struct oracle_input *inputs, int count)
{
    for (int i = 0; i < count; i++)
        free(inputs[i].records);
    oracle_free(oracle);
}

static bool compare_snapshots(struct world *world, struct last *last, const struct oracle *oracle, int64_t tick_s, struct verdict *verdict)
{
    for (size_t i = 0; i < oracle->snapshot_count; i++) {
        const struct oracle_said *should = &oracle->snapshots[i];
        const struct log_record *published = *last_place(last, should->key);
        if (digest_of(published) == should->digest)
            continue;
        trace_say(&world->trace, "verdict", "a fresh fold says %.*s", SHOW(should->value));
        if (digest_of(published) == 0)
            return say(verdict, "%.*s is not published as of tick %" PRId64, SHOW(should->key), tick_s);
        trace_say(&world->trace, "verdict", "published is      %.*s", SHOW(published->value));
        return say(verdict, "%.*s is published, and not what a fresh fold says as of tick %" PRId64, SHOW(should->key), tick_s);
    }
    for (uint32_t key = 1; key < names_count(last->keys); key++) {
        uint64_t digest = digest_of(last->records[key]);
        if (digest != 0 && !(digest & DIGEST_EMPTY) && oracle_find(oracle->snapshots, oracle->snapshot_count, names_text(last->keys, key)) == NULL)
            return say(verdict, "%.*s is published, and a fresh fold as of tick %" PRId64 " has nothing there", SHOW(names_text(last->keys, key)), tick_s);
    }
    return true;
}

/* ---- checkpoints ---- */

static const struct checkpoint_partition *same_partition(const struct checkpoint *checkpoint, const struct checkpoint_partition *wanted)
{
    for (int i = 0; i < checkpoint->partition_count; i++)
        if (checkpoint->partitions[i].partition == wanted->partition && strcmp(checkpoint->partitions[i].topic, wanted->topic) == 0)
            return &checkpoint->partitions[i];
    return NULL;
}

static bool goes_on(const struct checkpoint *before, const struct checkpoint *after, int transaction, struct verdict *verdict)
{
    if (after->last_tick_ms < before->last_tick_ms)
        return say(verdict, "transaction %d: the last tick goes back from %" PRId64 " to %" PRId64, transaction, before->last_tick_ms, after->last_tick_ms);
    for (int i = 0; i < before->partition_count; i++) {
        const struct checkpoint_partition *was = &before->partitions[i], *is = same_partition(after, was);
        if (is == NULL)
            return say(verdict, "transaction %d: nothing is said about %s/%d", transaction, was->topic, was->partition);
        if (is->offset < was->offset)
            return say(verdict, "transaction %d: the position in %s/%d goes back from %" PRId64 " to %" PRId64, transaction, was->topic, was->partition, was->offset, is->offset);
        if (is->greatest_at < was->greatest_at)
            return say(verdict, "transaction %d: the greatest `at` of %s/%d goes back from %" PRId64 " to %" PRId64, transaction, was->topic, was->partition, was->greatest_at, is->greatest_at);
        if (is->watermark_ms < was->watermark_ms)
            return say(verdict, "transaction %d: the watermark of %s/%d goes back from %" PRId64 " to %" PRId64, transaction, was->topic, was->partition, was->watermark_ms, is->watermark_ms);
    }
    return true;
}

/* The last committed checkpoint, or that of a transaction (>= 0). Given to the caller. NULL: none. */
static struct checkpoint *find_checkpoint(struct world *world, int transaction)
{
    struct partition *partition = own_topic(world, "checkpoint")->partitions[0];
    for (size_t i = partition->count; i-- > 0;)
        if (is_checkpoint(&partition->entries[i]) && (transaction < 0 || partition->entries[i].transaction->number == transaction))
            return checkpoint_json_read(world->settings, partition->entries[i].record.value);
    return NULL;
}

static bool check_checkpoints(struct world *world, struct verdict *verdict)
{
    struct partition *partition = own_topic(world, "checkpoint")->partitions[0];
    struct checkpoint *before = NULL;
    bool right = true;
    for (size_t i = 0; i < partition->count && right; i++) {
        const struct entry *entry = &partition->entries[i];
        if (!is_checkpoint(entry))
            continue;
        struct checkpoint *after = checkpoint_json_read(world->settings, entry->record.value);
        right = after != NULL ? before == NULL || goes_on(before, after, entry->transaction->number, verdict)
                              : say(verdict, "%s@%zu is no checkpoint", partition->topic->name, i);
        for (int t = 0; right && t < entry->transaction->taken_count; t++) {
            const struct taken *taken = &entry->transaction->taken[t];
            struct checkpoint_partition wanted = {.topic = taken->partition->topic->name, .partition = taken->partition->number};
            const struct checkpoint_partition *found = same_partition(after, &wanted);
            if (found == NULL || found->offset != taken->position)
                right = say(verdict, "transaction %d: the group's offset of %s/%d is %" PRId64 ", the checkpoint says %" PRId64, entry->transaction->number, wanted.topic,
                            wanted.partition, taken->position, found != NULL ? found->offset : -1);
        }
        checkpoint_free(before);
        before = after;
    }
    checkpoint_free(before);
    return right;
}

/* ---- alerts ---- */

/* What two records in a row of one alert say together: NULL, or what is wrong with it. `before` NULL: there was none, or a tombstone. */
static const char *story_fault(const cJSON *before, const cJSON *after)
{
    const char *names[] = {"id", "status", "as_of", "startsAt"};
    const char *was[4] = {NULL}, *is[4];
    for (int i = 0; i < 4; i++) {
        was[i] = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(before, names[i]));
        is[i] = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(after, names[i]));
    }
    if (is[0] == NULL || is[1] == NULL || is[2] == NULL)
        return "is not told as an alert";
    bool begins = before == NULL || strcmp(was[1], "resolved") == 0;
    if (begins)
        return strcmp(is[1], "resolved") != 0 ? NULL : "ends that had not begun";
    if (strcmp(was[0], is[0]) != 0)
        return "begins again before it has ended: its episode was forgotten";
    if (strcmp(was[2], is[2]) >= 0)
        return "is told twice at one tick";
    if (was[3] != NULL && (is[3] == NULL || strcmp(was[3], is[3]) != 0))
        return "fires a second time in one episode";
    return NULL;
}

/* An alert that holds is told again at every slice end, with newer figures; but each episode begins, fires and ends once. */
static bool check_alerts(struct world *world, struct verdict *verdict)
{
    struct partition *partition = single(world, world->settings->alerts_topic);
    struct last last = last_new();
    bool right = true;
    for (size_t i = 0; i < partition->count && right; i++) {
        const struct entry *entry = &partition->entries[i];
        if (!is_committed(entry) || (entry->record.value.data != NULL && !is_alert(&entry->record)) || entry->record.key.length != 16)
            continue; /* a tombstone tells by its key alone whether it is an alert's */
        const struct log_record **place = last_place(&last, entry->record.key);
        cJSON *before = *place != NULL && (*place)->value.data != NULL ? cJSON_ParseWithLength((*place)->value.data, (*place)->value.length) : NULL;
        cJSON *after = entry->record.value.data != NULL ? cJSON_ParseWithLength(entry->record.value.data, entry->record.value.length) : NULL;
        const char *fault = after != NULL ? story_fault(before, after) : NULL;
        if (fault != NULL)
            right = say(verdict, "%s@%zu (transaction %d): alert %.*s %s", partition->topic->name, i, entry->transaction->number, SHOW(entry->record.key), fault);
        *place = &entry->record;
        cJSON_Delete(before);
        cJSON_Delete(after);
    }
    last_free(&last);
    return right;
}

/* ---- dead letters ---- */

static bool check_letters(struct world *world, const struct oracle *oracle, const struct oracle_input *inputs, int input_count, struct verdict *verdict)
{
    struct partition *partition = single(world, world->settings->dead_letters_topic);
    bool *found = memory_new(oracle->letter_count + 1);
    bool right = true;
    for (size_t i = 0; i < partition->count && right; i++) {
        const struct entry *entry = &partition->entries[i];
        if (!is_committed(entry))
            continue;
        struct text topic = header_of(&entry->record, "__streams.errors.topic"), word = header_of(&entry->record, "funneld.error");
        int64_t number = number_in(header_of(&entry->record, "__streams.errors.partition")), offset = number_in(header_of(&entry->record, "__streams.errors.offset"));
        right = false;
        for (size_t l = 0; l < oracle->letter_count && !right; l++) {
            const struct oracle_letter *letter = &oracle->letters[l];
            if (letter->offset != offset || found[l] || !text_equal(word, text_of(letter->word)) || letter->input >= input_count ||
                !text_equal(topic, text_of(inputs[letter->input].topic)))
                continue;
            int within = 0;
            for (int n = 0; n < letter->input; n++)
                within += strcmp(inputs[n].topic, inputs[letter->input].topic) == 0;
            right = found[l] = within == number;
        }
        if (!right)
            say(verdict, "dead letter %zu (transaction %d): %.*s of %.*s/%" PRId64 "@%" PRId64 " twice, or not one at all", i, entry->transaction->number, SHOW(word), SHOW(topic),
                number, offset);
        const struct entry *source = right ? &broker_topic(&world->broker, topic.length == 5 && memcmp(topic.data, "calls", 5) == 0 ? "calls" : "deals")->partitions[number]->entries[offset] : NULL;
        if (right && !(text_equal(source->record.key, entry->record.key) && text_equal(source->record.value, entry->record.value) && source->record.timestamp_ms == entry->record.timestamp_ms))
            right = say(verdict, "dead letter %zu is not as it came", i);
    }
    for (size_t l = 0; l < oracle->letter_count && right; l++)
        if (!found[l])
            right = say(verdict, "no dead letter for %s@%" PRId64 " (input %d): %s", inputs[oracle->letters[l].input].topic, oracle->letters[l].offset, oracle->letters[l].input, oracle->letters[l].word);
    free(found);
    return right;
}

/* ---- the changelog ---- */

struct rows { /* what compares two rows: as sets, so both are read with the same names */
    struct lead_reader *readers[2];
    struct lead_names names;
    bool forgets;
};

static void rows_init(struct rows *rows, const struct settings *settings)
{
    *rows = (struct rows){.names = {.reasons = names_new(LEAD_REASONS_MAX), .dimension_count = settings->dimension_count, .dimensions = settings->dimensions},
                          .forgets = settings->retention_s >= 0};
    for (int i = 0; i < 2; i++)
        rows->readers[i] = lead_reader_new(settings);
    for (int d = 0; d < settings->dimension_count; d++)
        rows->names.values[d] = names_new(LEAD_VALUES_MAX);
}

static void rows_free(struct rows *rows)
{
    for (int i = 0; i < 2; i++)
        lead_reader_free(rows->readers[i]);
    names_free(rows->names.reasons);
    for (int d = 0; d < rows->names.dimension_count; d++)
        names_free(rows->names.values[d]);
}

/* When a lead was last spoken of is kept up to date only where something is forgotten by it. */
static bool same_row(struct rows *rows, struct text id, struct text a, struct text b)
{
    struct ledger_lead x, y;
    if (!lead_json_read(rows->readers[0], id, a, &rows->names, &x) || !lead_json_read(rows->readers[1], id, b, &rows->names, &y))
        return false;
    bool same = x.removed == y.removed && x.section_count == y.section_count && (!rows->forgets || x.last_at == y.last_at);
    for (int i = 0; i < x.section_count && same; i++) {
        const struct ledger_section *s = &x.sections[i], *t = &y.sections[i];
        same = s->funnel == t->funnel && (!rows->forgets || s->last_at == t->last_at) && s->set.count == t->set.count && s->set.amount_minor == t->set.amount_minor &&
               (s->set.count == 0 || memcmp(s->set.elements, t->set.elements, s->set.count * sizeof *s->set.elements) == 0);
    }
    return same;
}

static bool check_changelog(struct world *world, const struct oracle *oracle, struct verdict *verdict)
{
    struct topic *topic = own_topic(world, "leads-changelog");
    struct names *seen = names_new(UINT32_MAX);
    size_t count = 0;
    struct rows rows;
    bool right = true;
    rows_init(&rows, world->settings);
    for (int p = 0; p < topic->partition_count && right; p++) {
        const struct partition *partition = topic->partitions[p];
        for (size_t i = partition->count; i-- > 0 && right;) {
            const struct entry *entry = &partition->entries[i];
            uint32_t before = names_count(seen);
            if (!is_committed(entry))
                continue;
            names_number(seen, entry->record.key);
            if (names_count(seen) == before || entry->record.value.data == NULL)
                continue; /* a later row of this lead has been looked at */
            count++;
            const struct oracle_said *should = oracle_find(oracle->rows, oracle->row_count, entry->record.key);
            if (should == NULL)
                right = say(verdict, "the changelog knows lead %.*s, a fresh fold does not: %.*s", SHOW(entry->record.key), SHOW(entry->record.value));
            else if (!same_row(&rows, entry->record.key, entry->record.value, should->value))
                right = say(verdict, "lead %.*s (transaction %d) is in the changelog\n  %.*s\nand in a fresh fold\n  %.*s", SHOW(entry->record.key), entry->transaction->number,
                            SHOW(entry->record.value), SHOW(should->value));
        }
    }
    if (right && count != oracle->row_count)
        for (size_t i = 0; i < oracle->row_count && right; i++) {
            uint32_t before = names_count(seen);
            names_number(seen, oracle->rows[i].key);
            if (names_count(seen) != before)
                right = say(verdict, "the changelog lacks lead %.*s: %.*s", SHOW(oracle->rows[i].key), SHOW(oracle->rows[i].value));
        }
    if (right && count != oracle->row_count)
        right = say(verdict, "the changelog has %zu leads, a fresh fold %zu", count, oracle->row_count);
    rows_free(&rows);
    names_free(seen);
    return right;
}

/* ---- the whole ---- */

/* A transaction that published, by chance; -1: none has. *end: the offset behind its snapshots. */
static int choose_published(struct world *world, int64_t *end)
{
    struct partition *partition = single(world, world->settings->snapshots_topic);
    int chosen = -1, seen = 0;
    for (size_t i = 0; i < partition->count; i++) {
        const struct entry *entry = &partition->entries[i];
        if (!is_committed(entry) || is_alert(&entry->record))
            continue;
        bool last = true; /* of its transaction */
        for (size_t j = i + 1; j < partition->count && last && partition->entries[j].transaction == entry->transaction && !partition->entries[j].marker; j++)
            last = is_alert(&partition->entries[j].record);
        if (last && random_one_in(&world->random, ++seen)) {
            chosen = entry->transaction->number;
            *end = (int64_t)i + 1;
        }
    }
    return chosen;
}

static bool check_moment(struct world *world, struct pool *pool, struct verdict *verdict)
{
    int64_t end = 0;
    int transaction = choose_published(world, &end);
    if (transaction < 0)
        return true;
    struct checkpoint *checkpoint = find_checkpoint(world, transaction);
    if (checkpoint == NULL)
        return say(verdict, "transaction %d has published and says nothing about its positions", transaction);
    struct last last = last_new();
    struct oracle oracle;
    struct oracle_input inputs[INPUTS_MAX];
    int count;
    int64_t tick_s = time_floor(checkpoint->last_tick_ms, 1000) / 1000;
    bool right = read_snapshots(world, &last, end, verdict);
    if (right) {
        ask(world, pool, checkpoint, tick_s, &oracle, inputs, &count);
        right = compare_snapshots(world, &last, &oracle, tick_s, verdict);
        if (!right) {
            size_t length = strlen(verdict->text);
            snprintf(verdict->text + length, sizeof verdict->text - length, " (once transaction %d was committed)", transaction);
        }
        forget(&oracle, inputs, count);
    }
    last_free(&last);
    checkpoint_free(checkpoint);
    return right;
}

bool verdict_of_history(struct world *world, struct pool *pool, struct verdict *verdict)
{
    return check_checkpoints(world, verdict) && check_alerts(world, verdict) && check_moment(world, pool, verdict);
}

static bool check_group(struct world *world, struct verdict *verdict)
{
    for (size_t t = 0; t < world->broker.topic_count; t++)
        for (int p = 0; world->broker.topics[t]->input && p < world->broker.topics[t]->partition_count; p++) {
            const struct partition *partition = world->broker.topics[t]->partitions[p];
            if (partition->group_offset != partition->committed)
                return say(verdict, "the group's offset of %s/%d is %" PRId64 " instead of %" PRId64, partition->topic->name, p, partition->group_offset, partition->committed);
        }
    return true;
}

bool verdict_of_end(struct world *world, struct pool *pool, int64_t tick_s, struct verdict *verdict)
{
    struct last last = last_new();
    struct oracle oracle;
    struct oracle_input inputs[INPUTS_MAX];
    int count;
    ask(world, pool, NULL, tick_s, &oracle, inputs, &count);
    bool right = check_group(world, verdict) && check_changelog(world, &oracle, verdict) && check_letters(world, &oracle, inputs, count, verdict) &&
                 read_snapshots(world, &last, partition_end(single(world, world->settings->snapshots_topic)), verdict) && compare_snapshots(world, &last, &oracle, tick_s, verdict);
    forget(&oracle, inputs, count);
    last_free(&last);
    return right;
}
