#include "broker.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"

void broker_init(struct broker *broker, struct random *random, struct trace *trace, const int64_t *now_ms)
{
    *broker = (struct broker){.random = random, .trace = trace, .now_ms = now_ms};
}

void broker_free(struct broker *broker)
{
    for (size_t t = 0; t < broker->topic_count; t++) {
        struct topic *topic = broker->topics[t];
        for (int p = 0; p < topic->partition_count; p++) {
            free(topic->partitions[p]->entries);
            free(topic->partitions[p]->survives);
            free(topic->partitions[p]);
        }
        free(topic->partitions);
        free(topic);
    }
    for (size_t i = 0; i < broker->transaction_count; i++) {
        free(broker->transactions[i]->landings);
        free(broker->transactions[i]);
    }
    free(broker->transactions);
    free(broker->requests);
    arena_free(&broker->arena);
}

/* ---- topics ---- */

struct topic *broker_topic(struct broker *broker, const char *name)
{
    for (size_t i = 0; i < broker->topic_count; i++)
        if (strcmp(broker->topics[i]->name, name) == 0)
            return broker->topics[i];
    return NULL;
}

void broker_add_partition(struct broker *broker, struct topic *topic)
{
    (void)broker;
    topic->partitions = memory_resize(topic->partitions, (size_t)(topic->partition_count + 1) * sizeof *topic->partitions);
    struct partition *partition = topic->partitions[topic->partition_count] = memory_new(sizeof *partition);
    partition->topic = topic;
    partition->number = topic->partition_count++;
    partition->committed = partition->group_offset = -1;
}

struct topic *broker_create(struct broker *broker, const char *name, int partitions, bool compacted, bool input)
{
    struct topic *topic = memory_new(sizeof *topic);
    *topic = (struct topic){.name = name, .compacted = compacted, .input = input};
    for (int i = 0; i < partitions; i++)
        broker_add_partition(broker, topic);
    broker->topics[broker->topic_count++] = topic;
    return topic;
}

static bool has_landed(const struct transaction *transaction, const struct partition *partition)
{
    for (size_t i = 0; i < transaction->landing_count; i++)
        if (transaction->landings[i].partition == partition)
            return transaction->landings[i].landed;
    return false;
}

int64_t partition_stable(struct partition *partition)
{
    while (partition->stable < partition->count) {
        const struct entry *entry = &partition->entries[partition->stable];
        if (entry->transaction != NULL && !has_landed(entry->transaction, partition))
            break;
        partition->stable++;
    }
    return (int64_t)partition->stable;
}

bool entry_is_seen(const struct entry *entry)
{
    return !entry->marker && !entry->removed && (entry->transaction == NULL || entry->transaction->decision == COMMITTED);
}

static struct entry *add_entry(struct partition *partition)
{
    partition->entries = memory_grow(partition->entries, &partition->capacity, partition->count + 1, sizeof *partition->entries);
    struct entry *entry = &partition->entries[partition->count];
    *entry = (struct entry){.record.offset = (int64_t)partition->count++};
    return entry;
}

static struct text keep(struct broker *broker, struct text text)
{
    return text.data != NULL ? arena_copy(&broker->arena, text) : text;
}

static void keep_record(struct broker *broker, struct entry *entry, const struct log_record *record)
{
    int64_t offset = entry->record.offset;
    struct log_header *headers = arena_take(&broker->arena, (size_t)record->header_count * sizeof *headers + 1);
    for (int i = 0; i < record->header_count; i++)
        headers[i] = (struct log_header){keep(broker, record->headers[i].name), keep(broker, record->headers[i].value)};
    entry->record = (struct log_record){.key = keep(broker, record->key), .value = keep(broker, record->value), .offset = offset, .headers = headers,
                                        .header_count = record->header_count,
                                        .timestamp_ms = record->timestamp_ms != INT64_MIN ? record->timestamp_ms : *broker->now_ms};
}

/* ---- transactions ---- */

static struct transaction *new_transaction(struct broker *broker, int writer)
{
    broker->wake_ms = 0;
    struct transaction *transaction = memory_new(sizeof *transaction);
    broker->transactions = memory_grow(broker->transactions, &broker->transaction_capacity, broker->transaction_count + 1, sizeof *broker->transactions);
    *transaction = (struct transaction){.number = (int)broker->transaction_count, .writer = writer, .begun_ms = *broker->now_ms};
    broker->transactions[broker->transaction_count++] = transaction;
    return transaction;
}

static void join_transaction(struct transaction *transaction, struct partition *partition)
{
    for (size_t i = 0; i < transaction->landing_count; i++)
        if (transaction->landings[i].partition == partition)
            return;
    transaction->landings = memory_grow(transaction->landings, &transaction->landing_capacity, transaction->landing_count + 1, sizeof *transaction->landings);
    transaction->landings[transaction->landing_count++] = (struct landing){.partition = partition};
}

static int64_t marker_delay_ms(struct broker *broker)
{
    return broker->slow_markers && random_one_in(broker->random, 8) ? random_below(broker->random, 4000) : random_below(broker->random, 25);
}

/* What was read is counted from here on, whoever learns of it. */
static void rest_on(struct broker *broker, const struct taken *taken)
{
    struct partition *partition = taken->partition;
    size_t before = partition->survives_capacity;
    partition->survives = memory_grow(partition->survives, &partition->survives_capacity, partition->count, sizeof *partition->survives);
    if (partition->survives_capacity > before)
        memset(partition->survives + before, 0, (partition->survives_capacity - before) * sizeof *partition->survives);
    for (size_t i = 0; i < taken->read_count; i++)
        if (taken->read[i] >= partition->committed)
            partition->survives[taken->read[i]] = true;
    if (taken->position < partition->committed)
        trace_say(broker->trace, "broker", "%s/%d goes BACK from %" PRId64 " to %" PRId64, partition->topic->name, partition->number, partition->committed, taken->position);
    partition->committed = taken->position;
}

static void decide(struct broker *broker, struct transaction *transaction, enum decision decision)
{
    broker->wake_ms = 0;
    transaction->decision = decision;
    if (decision == COMMITTED)
        for (int i = 0; i < transaction->taken_count; i++)
            rest_on(broker, &transaction->taken[i]);
    if (transaction->taken_count > 0)
        join_transaction(transaction, NULL);
    for (size_t i = 0; i < transaction->landing_count; i++)
        transaction->landings[i].due_ms = *broker->now_ms + marker_delay_ms(broker);
    trace_say(broker->trace, "broker", "transaction %d is %s", transaction->number, decision == COMMITTED ? "COMMITTED" : "aborted");
}

static void land(struct broker *broker, struct transaction *transaction, struct landing *landing)
{
    landing->landed = true;
    if (landing->partition != NULL) {
        struct entry *entry = add_entry(landing->partition);
        entry->marker = true;
        trace_say(broker->trace, "broker", "marker of transaction %d lands in %s/%d@%" PRId64, transaction->number, landing->partition->topic->name,
                  landing->partition->number, entry->record.offset);
    } else if (transaction->decision == COMMITTED) {
        for (int i = 0; i < transaction->taken_count; i++)
            transaction->taken[i].partition->group_offset = transaction->taken[i].position;
    }
}

/* Land what is due; returns when the next is, INT64_MAX: all have landed. */
static int64_t land_due(struct broker *broker, struct transaction *transaction)
{
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < transaction->landing_count; i++) {
        struct landing *landing = &transaction->landings[i];
        if (!landing->landed && landing->due_ms <= *broker->now_ms)
            land(broker, transaction, landing);
        if (!landing->landed && landing->due_ms < next_ms)
            next_ms = landing->due_ms;
    }
    return next_ms;
}

enum log_status broker_fence(struct broker *broker, int64_t *epoch)
{
    if (broker->current != NULL && broker->current->decision == OPEN) {
        broker->epoch++; /* from now on its writer is shut out */
        decide(broker, broker->current, ABORTED);
    }
    if (broker->current != NULL)
        return LOG_ABORTED;
    *epoch = ++broker->epoch;
    return LOG_OK;
}

enum append broker_append(struct broker *broker, int64_t epoch, int writer, struct partition *partition, const struct log_record *record)
{
    if (epoch != broker->epoch)
        return APPEND_FENCED;
    if (broker->current != NULL && broker->current->decision != OPEN)
        return APPEND_LATER;
    if (broker->current == NULL)
        broker->current = new_transaction(broker, writer);
    join_transaction(broker->current, partition);
    struct entry *entry = add_entry(partition);
    entry->transaction = broker->current;
    keep_record(broker, entry, record);
    return APPENDED;
}

struct end_request *broker_send_end(struct broker *broker, struct end_request request)
{
    struct end_request *sent = arena_take(&broker->arena, sizeof *sent);
    *sent = request;
    broker->requests = memory_grow(broker->requests, &broker->request_capacity, broker->request_count + 1, sizeof *broker->requests);
    broker->requests[broker->request_count++] = sent;
    broker->wake_ms = 0;
    return sent;
}

static enum answer end_transaction(struct broker *broker, const struct end_request *request)
{
    struct transaction *transaction = broker->current;
    if (request->epoch != broker->epoch)
        return ANSWER_FENCED;
    if (transaction == NULL || transaction->decision != OPEN)
        return ANSWER_INVALID;
    transaction->taken_count = request->taken_count;
    transaction->taken = request->taken;
    decide(broker, transaction, request->commit ? COMMITTED : ABORTED);
    broker->unheard += request->commit && request->unheard;
    return ANSWER_OK;
}

/* ---- others ---- */

struct transaction *broker_foreign(struct broker *broker, int64_t due_ms)
{
    struct transaction *transaction = new_transaction(broker, -1);
    transaction->due_ms = due_ms;
    return transaction;
}

void broker_produce(struct broker *broker, struct partition *partition, struct transaction *transaction, const struct log_record *record)
{
    if (transaction != NULL)
        join_transaction(transaction, partition);
    struct entry *entry = add_entry(partition);
    entry->transaction = transaction;
    keep_record(broker, entry, record);
}

/* ---- by itself ---- */

static bool is_unfinished(const struct broker *broker, const struct transaction *transaction)
{
    if (transaction == broker->current)
        return true;
    if (transaction->writer >= 0)
        return false;
    for (size_t i = 0; i < transaction->landing_count; i++)
        if (!transaction->landings[i].landed)
            return true;
    return false;
}

static void work_on(struct broker *broker, struct transaction *transaction)
{
    if (transaction->decision == OPEN && transaction->writer >= 0 && *broker->now_ms - transaction->begun_ms >= BROKER_TRANSACTION_TIMEOUT_MS) {
        trace_say(broker->trace, "broker", "transaction %d has timed out", transaction->number);
        broker->epoch++;
        decide(broker, transaction, ABORTED);
    }
    if (transaction->decision == OPEN && transaction->writer < 0 && transaction->due_ms <= *broker->now_ms)
        decide(broker, transaction, random_one_in(broker->random, 3) ? ABORTED : COMMITTED);
    if (transaction->decision != OPEN && land_due(broker, transaction) == INT64_MAX && transaction == broker->current)
        broker->current = NULL;
}

static int64_t next_ms_of(const struct broker *broker)
{
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < broker->request_count; i++)
        if (broker->requests[i]->due_ms < next_ms)
            next_ms = broker->requests[i]->due_ms;
    for (size_t i = 0; i < broker->transaction_count; i++) {
        const struct transaction *transaction = broker->transactions[i];
        if (!is_unfinished(broker, transaction))
            continue;
        if (transaction->decision == OPEN) {
            int64_t due_ms = transaction->writer >= 0 ? transaction->begun_ms + BROKER_TRANSACTION_TIMEOUT_MS : transaction->due_ms;
            next_ms = due_ms < next_ms ? due_ms : next_ms;
            continue;
        }
        for (size_t l = 0; l < transaction->landing_count; l++)
            if (!transaction->landings[l].landed && transaction->landings[l].due_ms < next_ms)
                next_ms = transaction->landings[l].due_ms;
    }
    return next_ms;
}

void broker_work(struct broker *broker)
{
    if (broker->wake_ms > *broker->now_ms)
        return;
    for (size_t i = 0; i < broker->request_count;) {
        struct end_request *request = broker->requests[i];
        if (request->due_ms > *broker->now_ms) {
            i++;
            continue;
        }
        request->answer = end_transaction(broker, request);
        broker->requests[i] = broker->requests[--broker->request_count];
    }
    for (size_t i = 0; i < broker->transaction_count; i++)
        if (is_unfinished(broker, broker->transactions[i]))
            work_on(broker, broker->transactions[i]);
    broker->wake_ms = next_ms_of(broker);
}

/* The cleaner goes no further than the last stable offset. It may take away what was aborted and what a later committed record of its key replaces; a
 * tombstone only when nothing older of its key is left, and never before everyone who began to read before it has seen it. */
static void compact_partition(struct broker *broker, struct partition *partition)
{
    int64_t stable = partition_stable(partition);
    int removed = 0;
    for (int64_t i = 0; i < stable; i++) {
        struct entry *entry = &partition->entries[i];
        if (entry->marker || entry->removed || random_one_in(broker->random, 3))
            continue;
        bool replaced = !entry_is_seen(entry), first = true;
        for (int64_t j = 0; j < i && first; j++)
            first = !(entry_is_seen(&partition->entries[j]) && text_equal(partition->entries[j].record.key, entry->record.key));
        for (int64_t j = i + 1; j < stable && !replaced; j++)
            replaced = entry_is_seen(&partition->entries[j]) && text_equal(partition->entries[j].record.key, entry->record.key);
        bool expired = entry->record.value.data == NULL && first && broker->restoring == 0;
        if (replaced || expired) {
            entry->removed = true;
            removed++;
        }
    }
    if (removed > 0)
        trace_say(broker->trace, "broker", "compaction takes %d records from %s/%d", removed, partition->topic->name, partition->number);
}

void broker_compact(struct broker *broker)
{
    for (size_t t = 0; t < broker->topic_count; t++)
        for (int p = 0; p < broker->topics[t]->partition_count; p++)
            if (broker->topics[t]->compacted && random_one_in(broker->random, 2))
                compact_partition(broker, broker->topics[t]->partitions[p]);
}

void broker_retain(struct broker *broker, struct partition *partition)
{
    int64_t stable = partition_stable(partition);
    if (stable <= partition->start)
        return;
    partition->start += 1 + random_below(broker->random, (int)(stable - partition->start));
    trace_say(broker->trace, "broker", "retention deletes %s/%d before %" PRId64, partition->topic->name, partition->number, partition->start);
}
