#include "crm.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"

enum { EVENT_MOST = 240, REACHES_BACK_S = 40 * 3600, MANY_BACK_S = 5 * 86400 };

struct planned {
    int64_t due_ms;
    int lead;
    bool tombstone;
    char value[EVENT_MOST];
};

struct crm {
    struct world *world;
    struct random random;      /* its own, so that what is produced does not hang on what the others do */
    bool keyed;                /* a lead stays in its partition */
    int transactional_one_in;
    size_t count, next;
    struct planned *plans;     /* by due_ms */
    struct transaction *transaction; /* open; NULL */
    int64_t transaction_until_ms;
};

static int below(struct crm *crm, int most)
{
    return random_below(&crm->random, most);
}

static bool one_in(struct crm *crm, int n)
{
    return random_one_in(&crm->random, n);
}

static void plan_faulty(struct crm *crm, struct planned *plan, int64_t at)
{
    char *value = plan->value;
    switch (below(crm, 10)) {
    case 0: value[0] = '\0'; break;
    case 1: snprintf(value, EVENT_MOST, "{\"lead_id\":\"L1\""); break;
    case 2: snprintf(value, EVENT_MOST, "[\"no object\"]"); break;
    case 3: snprintf(value, EVENT_MOST, "{\"stage\":\"new\"}"); break;
    case 4: snprintf(value, EVENT_MOST, "{\"lead_id\":\"L%d\",\"at\":\"yesterday\",\"stage\":\"call\"}", plan->lead); break;
    case 5: snprintf(value, EVENT_MOST, "{\"lead_id\":\"L%d\",\"at\":%" PRId64 ",\"stage\":\"nowhere\"}", plan->lead, at); break;
    case 6: snprintf(value, EVENT_MOST, "{\"lead_id\":\"L%d\",\"at\":%" PRId64 "}", plan->lead, at); break;
    case 7: snprintf(value, EVENT_MOST, "{\"lead_id\":\"L%d\",\"at\":4102444800,\"stage\":\"new\"}", plan->lead); break;
    case 8: snprintf(value, EVENT_MOST, "{\"lead_id\":\"L%d\",\"at\":%" PRId64 ",\"stage\":\"offer\",\"amount\":\"much\"}", plan->lead, at); break;
    default: snprintf(value, EVENT_MOST, "{\"lead_id\":\"L%d\",\"at\":%" PRId64 ",\"score\":11}", plan->lead, at); break;
    }
}

static void plan_event(struct crm *crm, struct planned *plan, int64_t at)
{
    static const char *const stages[] = {"new", "new", "call", "offer", "offer", "paid", "lost", "deleted"};
    static const char *const reasons[] = {"price", "\\\"} silence"}; /* one that a row must escape */
    int stage = below(crm, 8);
    if (stage == 7 && !one_in(crm, 3))
        stage = 2; /* few are deleted */
    int length = snprintf(plan->value, EVENT_MOST, "{\"lead_id\":\"L%d\",\"stage\":\"%s\"", plan->lead, stages[stage]);
    if (!one_in(crm, 12))
        length += snprintf(plan->value + length, EVENT_MOST - (size_t)length, ",\"at\":%" PRId64, at);
    if (stage == 6)
        length += snprintf(plan->value + length, EVENT_MOST - (size_t)length, ",\"reason\":\"%s\"", reasons[below(crm, 2)]);
    if (one_in(crm, 3))
        length += snprintf(plan->value + length, EVENT_MOST - (size_t)length, ",\"manager\":\"m%d\"", below(crm, 2));
    if (one_in(crm, 4))
        length += snprintf(plan->value + length, EVENT_MOST - (size_t)length, ",\"product\":\"%s\"", one_in(crm, 2) ? "repeat" : "first");
    if (one_in(crm, 4))
        length += snprintf(plan->value + length, EVENT_MOST - (size_t)length, ",\"amount\":%d", 100 * below(crm, 50));
    if (one_in(crm, 8))
        length += snprintf(plan->value + length, EVENT_MOST - (size_t)length, ",\"score\":%d", below(crm, 11));
    snprintf(plan->value + length, EVENT_MOST - (size_t)length, "}");
}

static int by_due(const void *a, const void *b)
{
    const struct planned *x = a, *y = b;
    return x->due_ms != y->due_ms ? (x->due_ms > y->due_ms) - (x->due_ms < y->due_ms) : strcmp(x->value, y->value);
}

struct crm *crm_new(struct world *world, int64_t span_ms)
{
    struct crm *crm = memory_new(sizeof *crm);
    *crm = (struct crm){.world = world, .random = {random_next(&world->random)}};
    crm->keyed = world->settings->retention_s >= 0 || one_in(crm, 2);
    crm->transactional_one_in = one_in(crm, 3) ? 4 : 0;
    int leads = 2 + below(crm, 12), backlog_in_ten = below(crm, 10), faulty_one_in = 5 + below(crm, 40);
    int64_t back_s = one_in(crm, 4) ? MANY_BACK_S : REACHES_BACK_S;
    size_t events = 10 + (size_t)below(crm, 90), capacity = 0;
    for (size_t i = 0; i < events; i++) {
        crm->plans = memory_grow(crm->plans, &capacity, crm->count + 2, sizeof *crm->plans);
        struct planned *plan = &crm->plans[crm->count++];
        *plan = (struct planned){.lead = below(crm, leads)};
        plan->due_ms = world->now_ms + (below(crm, 10) < backlog_in_ten ? 0 : below(crm, (int)span_ms));
        int64_t at = plan->due_ms / 1000 - (one_in(crm, 2) ? below(crm, 30) : below(crm, (int)back_s));
        if (one_in(crm, 40))
            at += below(crm, 3600); /* a clock that is fast */
        if (one_in(crm, faulty_one_in))
            plan_faulty(crm, plan, at);
        else if (one_in(crm, 30))
            plan->tombstone = true;
        else
            plan_event(crm, plan, at);
        if (one_in(crm, 8)) { /* the producer sends it again, sooner or later */
            struct planned again = *plan;
            again.due_ms += one_in(crm, 2) ? below(crm, 100) : below(crm, (int)span_ms);
            crm->plans[crm->count++] = again;
        }
    }
    qsort(crm->plans, crm->count, sizeof *crm->plans, by_due);
    return crm;
}

void crm_free(struct crm *crm)
{
    free(crm->plans);
    free(crm);
}

int64_t crm_next_ms(const struct crm *crm)
{
    return crm->next < crm->count ? crm->plans[crm->next].due_ms : INT64_MAX;
}

static struct partition *choose(struct crm *crm, int lead)
{
    struct broker *broker = &crm->world->broker;
    struct topic *inputs[4];
    int count = 0;
    for (size_t t = 0; t < broker->topic_count; t++)
        if (broker->topics[t]->input)
            inputs[count++] = broker->topics[t];
    struct topic *topic = inputs[(crm->keyed ? lead : below(crm, count)) % count];
    return topic->partitions[(crm->keyed ? lead : below(crm, topic->partition_count)) % topic->partition_count];
}

/* Some of it in transactions, which may stay open for a while and be undone. */
static struct transaction *transaction_of(struct crm *crm)
{
    int64_t now_ms = crm->world->now_ms;
    if (crm->transactional_one_in == 0 || !one_in(crm, crm->transactional_one_in))
        return NULL;
    if (crm->transaction == NULL || crm->transaction->decision != OPEN || now_ms >= crm->transaction_until_ms) {
        crm->transaction_until_ms = now_ms + below(crm, 2000);
        crm->transaction = broker_foreign(&crm->world->broker, crm->transaction_until_ms + below(crm, 3000));
    }
    return crm->transaction;
}

void crm_work(struct crm *crm)
{
    for (; crm->next < crm->count && crm->plans[crm->next].due_ms <= crm->world->now_ms; crm->next++) {
        const struct planned *plan = &crm->plans[crm->next];
        struct partition *partition = choose(crm, plan->lead);
        char key[16];
        snprintf(key, sizeof key, "L%d", plan->lead);
        struct log_record record = {.key = text_of(key), .value = plan->tombstone ? (struct text){NULL, 0} : text_of(plan->value), .timestamp_ms = crm->world->now_ms};
        broker_produce(&crm->world->broker, partition, transaction_of(crm), &record);
        trace_say(&crm->world->trace, "crm", "%s/%d@%zu %s", partition->topic->name, partition->number, partition->count - 1, plan->tombstone ? "(tombstone)" : plan->value);
    }
}
