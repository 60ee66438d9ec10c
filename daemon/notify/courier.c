#include "courier.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "../core/memory.h"
#include "../host/clock.h"
#include "../host/operator_log.h"
#include "../log/log.h"
#include "../log/subscription.h"
#include "../metrics/metrics.h"
#include "backoff.h"
#include "news.h"
#include "payload.h"
#include "post.h"
#include "route.h"

enum {
    LOOK_MS = 1000,        /* between two looks at the flag to stop, at most */
    COMMIT_MS = 5000,      /* between two commits where nothing was told */
    VALID_RESENDS = 4,     /* an Alertmanager may miss so many before it takes an alert for resolved, as Prometheus has it */
};

struct courier {
    const struct settings *settings;
    const struct receiver *receiver;
    int index;
    struct worth_book *book;
    const char *group, *url;
    struct subscription *subscription;
    struct news *news;
    struct post *post;
    pthread_t thread;
    atomic_bool stopping;
    bool caught_up;
    int64_t due_ms;        /* steady: when the next untold group is due; INT64_MAX: none */
    int64_t resend_ms;     /* steady: when an Alertmanager is to hear of everything again; INT64_MAX: not one */
    int64_t retry_ms;      /* steady: no request before */
    int64_t committed_ms;
    int failures;          /* in a row */
    struct operator_trouble trouble;
    struct buffer body;
};

static bool is_alertmanager(const struct courier *courier)
{
    return courier->receiver->kind == RECEIVER_ALERTMANAGER;
}

static void count(const struct courier *courier, const char *result)
{
    metrics_add(METRIC_DELIVERIES, courier->receiver->name, result, 1);
}

static int64_t wait_ms(const struct courier *courier)
{
    return is_alertmanager(courier) ? 0 : courier->receiver->group_wait_ms; /* it groups by itself */
}

/* Before all is read nothing is due, and to look at each record would be to look at all news each time. */
static void look_at_news(struct courier *courier)
{
    if (courier->caught_up)
        courier->due_ms = news_due_ms(courier->news, wait_ms(courier));
}

/* ---- positions ---- */

static void commit(struct courier *courier)
{
    const struct subscription_partition *partitions;
    char note[SUBSCRIPTION_NOTE_MAX + 1];
    int partition_count = subscription_partitions(courier->subscription, &partitions);
    for (int i = 0; courier->caught_up && i < partition_count; i++) {
        int64_t position = news_position(courier->news, partitions[i].partition, partitions[i].next, note, sizeof note);
        subscription_commit(courier->subscription, partitions[i].partition, position, note);
    }
    courier->committed_ms = clock_steady_ms();
}

/* ---- one request ---- */

/* Of the funnel that a message is about. */
static void look_up_worth(const struct courier *courier, const struct notice *notice, struct worth *worth)
{
    const char *funnel = notice_label(notice, "funnel");
    int found = -1;
    for (int f = 0; f < courier->settings->funnel_count && funnel != NULL; f++)
        if (strcmp(courier->settings->funnels[f].id, funnel) == 0)
            found = f;
    worth_of_funnel(courier->book, found, worth);
}

/* Write the body for the first of these notices; returns how many it tells of. */
static int write_body(struct courier *courier, const struct notice *const *notices, int count)
{
    const struct settings *settings = courier->settings;
    const struct receiver *receiver = courier->receiver;
    struct worth worth;
    courier->body.length = 0;
    switch (receiver->kind) {
    case RECEIVER_ALERTMANAGER:
        payload_alertmanager(&courier->body, settings, notices, count, clock_wall_ms() / 1000 + VALID_RESENDS * receiver->resend_s);
        return count;
    case RECEIVER_WEBHOOK:
        payload_webhook(&courier->body, settings, receiver->name, notices, count);
        return count;
    case RECEIVER_SLACK:
        look_up_worth(courier, notices[0], &worth);
        return payload_slack(&courier->body, settings, receiver, &worth, notices, count);
    case RECEIVER_TELEGRAM:
        look_up_worth(courier, notices[0], &worth);
        return payload_telegram(&courier->body, settings, receiver, &worth, notices, count);
    }
    return count;
}

/* Telegram calls a bad request also what is wrong with the chat and not with the message. */
static bool chat_is_wrong(const cJSON *said)
{
    static const char *const signs[] = {"chat not found", "upgraded to a supergroup", "not enough rights"};
    const char *words = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(said, "description"));
    bool found = false;
    for (size_t i = 0; words != NULL && i < sizeof signs / sizeof *signs; i++)
        found |= strstr(words, signs[i]) != NULL;
    return found;
}

/* Telegram says in its body whether it took the message, and how long to wait. */
static void read_telegram(struct post_answer *answer)
{
    cJSON *said = cJSON_Parse(answer->body);
    const cJSON *retry_after = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(said, "parameters"), "retry_after");
    if (cJSON_IsNumber(retry_after) && retry_after->valuedouble > 0)
        answer->retry_after_s = retry_after->valuedouble < 3600 ? (int64_t)retry_after->valuedouble : 3600;
    bool whole = strlen(answer->body) < POST_BODY_MAX; /* it repeats the message, six bytes a letter; of what is cut the status counts */
    if (answer->outcome == POST_DONE && whole && !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(said, "ok"))) {
        answer->outcome = POST_LATER;
        snprintf(answer->text, sizeof answer->text, "answered something that is not Telegram's");
    }
    if (answer->outcome == POST_REFUSED && chat_is_wrong(said))
        answer->outcome = POST_LATER;
    cJSON_Delete(said);
}

static void put_off(struct courier *courier, const struct post_answer *answer)
{
    uint32_t chance = 0;
    if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) < 0)
        chance = (uint32_t)clock_steady_ms();
    int64_t pause_ms = backoff_ms(++courier->failures, chance);
    if (answer->retry_after_s * 1000 > pause_ms)
        pause_ms = answer->retry_after_s * 1000;
    courier->retry_ms = clock_steady_ms() + pause_ms;
    operator_trouble_is(&courier->trouble, courier->group, "%s; trying again in %.1f s", answer->text, (double)pause_ms / 1000);
}

/* Post these items, or the first of them. Returns how many are dealt with; 0: later. */
static int send(struct courier *courier, struct news_item **items, int item_count)
{
    const struct notice *notices[PAYLOAD_ALERTS_MAX];
    for (int i = 0; i < item_count; i++)
        notices[i] = items[i]->notice;
    int told = write_body(courier, notices, item_count);
    struct post_answer answer;
    post_send(courier->post, courier->url, (struct text){courier->body.data, courier->body.length}, &answer);
    if (courier->receiver->kind == RECEIVER_TELEGRAM)
        read_telegram(&answer);
    if (answer.outcome == POST_LATER) {
        if (atomic_load(&courier->stopping))
            return 0; /* cut short by us */
        count(courier, "retried");
        put_off(courier, &answer);
        return 0;
    }
    courier->failures = 0;
    courier->retry_ms = 0;
    operator_trouble_over(&courier->trouble, courier->group, "the receiver takes messages again");
    count(courier, answer.outcome == POST_DONE ? "delivered" : "refused");
    if (answer.outcome == POST_REFUSED)
        operator_log(OPERATOR_ERROR, courier->group, "a message about %s is left out: %s", notice_label(notices[0], "alertname"), answer.text);
    int64_t now_ms = clock_steady_ms();
    for (int i = 0; i < told; i++)
        news_told(courier->news, items[i], now_ms, false);
    return told;
}

/* ---- what is due ---- */

static bool is_too_old(const struct courier *courier, const struct notice *notice)
{
    int64_t since = notice->status == NOTICE_FIRING ? notice->starts_at : notice->ends_at;
    return !is_alertmanager(courier) && clock_wall_ms() / 1000 - since > courier->receiver->max_age_s;
}

/* The group that is due, without what is too old to matter. */
static int take_group(struct courier *courier, struct news_item **items)
{
    int64_t now_ms = clock_steady_ms();
    int found = news_due(courier->news, now_ms, wait_ms(courier), items, PAYLOAD_ALERTS_MAX), kept = 0;
    for (int i = 0; i < found; i++) {
        if (!is_too_old(courier, items[i]->notice)) {
            items[kept++] = items[i];
            continue;
        }
        count(courier, "too_old");
        news_told(courier->news, items[i], now_ms, true);
    }
    if (kept < found)
        operator_log(OPERATOR_INFO, courier->group, "%d alerts are older than max_age and are left out", found - kept);
    return kept;
}

static void tell_untold(struct courier *courier)
{
    struct news_item *items[PAYLOAD_ALERTS_MAX];
    int item_count = take_group(courier, items);
    if (item_count > 0)
        send(courier, items, item_count);
    look_at_news(courier);
    commit(courier);
}

static void tell_everything(struct courier *courier)
{
    struct news_item *items[PAYLOAD_ALERTS_MAX];
    int64_t now_ms = clock_steady_ms();
    int after = 0, item_count;
    while ((item_count = news_standing(courier->news, now_ms, items, PAYLOAD_ALERTS_MAX, after)) > 0) {
        if (atomic_load(&courier->stopping) || send(courier, items, item_count) == 0)
            return; /* all of it again, later */
        after += item_count;
    }
    courier->resend_ms = clock_steady_ms() + courier->receiver->resend_s * 1000;
    look_at_news(courier);
    commit(courier);
}

static void deliver(struct courier *courier)
{
    int64_t now_ms = clock_steady_ms();
    if (!courier->caught_up || now_ms < courier->retry_ms)
        return;
    if (now_ms >= courier->resend_ms)
        tell_everything(courier);
    else if (now_ms >= courier->due_ms)
        tell_untold(courier);
    else if (now_ms - courier->committed_ms >= COMMIT_MS)
        commit(courier);
}

/* ---- what comes ---- */

static void on_record(struct courier *courier, const struct subscription_record *record)
{
    static const char begin[] = "{\"type\":\"alert\","; /* snapshots may lie in the same topic */
    if (record->value.data == NULL) {
        news_remove(courier->news, record->key);
        return;
    }
    if (log_is_anothers(record->application, courier->settings->application))
        return; /* several applications may share the topic */
    if (record->value.length < sizeof begin || memcmp(record->value.data, begin, sizeof begin - 1) != 0)
        return;
    struct notice *notice = notice_read(record->value);
    if (notice == NULL) {
        operator_log(OPERATOR_WARN, courier->group, "%s/%d@%lld is no alert that can be told of", courier->settings->alerts_topic, record->partition,
                     (long long)record->offset);
        return;
    }
    bool wanted = route_leads_to(&courier->settings->notify, notice, courier->index);
    if (!news_add(courier->news, record->partition, record->offset, notice, wanted, clock_steady_ms()))
        operator_log(OPERATOR_ERROR, courier->group, "more than %d alerts at once; those beyond are not told", NEWS_ALERTS_MAX);
    look_at_news(courier);
}

static void on_given(struct courier *courier)
{
    const struct subscription_partition *partitions;
    int partition_count = subscription_partitions(courier->subscription, &partitions);
    news_clear(courier->news);
    for (int i = 0; i < partition_count; i++)
        news_begin(courier->news, partitions[i].partition, partitions[i].position, partitions[i].note);
    courier->caught_up = false;
    courier->due_ms = INT64_MAX;
    courier->resend_ms = is_alertmanager(courier) ? 0 : INT64_MAX;
    operator_log(OPERATOR_INFO, courier->group, partition_count > 0 ? "delivers to %s" : "stands by: another process delivers to %s", courier->receiver->name);
}

static void on_end(struct courier *courier)
{
    news_caught_up(courier->news);
    courier->caught_up = true;
    look_at_news(courier);
    commit(courier);
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Until there is something to do, or to look at the flag to stop. */
static int pause_ms(const struct courier *courier)
{
    int64_t now_ms = clock_steady_ms(), next_ms = now_ms + LOOK_MS;
    if (courier->caught_up) {
        int64_t due_ms = lesser(courier->due_ms, courier->resend_ms);
        next_ms = lesser(next_ms, due_ms > courier->retry_ms ? due_ms : courier->retry_ms);
    }
    return next_ms > now_ms ? (int)(next_ms - now_ms) : 0;
}

static void *run(void *context)
{
    struct courier *courier = context;
    bool failed = false;
    while (!failed && !atomic_load(&courier->stopping)) {
        struct subscription_record record;
        switch (subscription_next(courier->subscription, pause_ms(courier), &record)) {
        case SUBSCRIPTION_NOTHING:
            break;
        case SUBSCRIPTION_RECORD:
            on_record(courier, &record);
            break;
        case SUBSCRIPTION_GIVEN:
            on_given(courier);
            break;
        case SUBSCRIPTION_END:
            on_end(courier);
            break;
        case SUBSCRIPTION_TAKEN:
            news_clear(courier->news);
            courier->caught_up = false;
            break;
        case SUBSCRIPTION_FAILED:
            operator_log(OPERATOR_ERROR, courier->group, "%s; nothing is delivered to %s", subscription_error(courier->subscription), courier->receiver->name);
            failed = true;
            break;
        }
        if (!failed)
            deliver(courier);
    }
    commit(courier);
    subscription_leave(courier->subscription);
    return NULL;
}

/* ---- life ---- */

static const char *string_of(struct buffer *buffer)
{
    buffer_char(buffer, '\0');
    return buffer->data;
}

static const char *group_of(const struct settings *settings, const struct receiver *receiver)
{
    struct buffer group = {0};
    buffer_format(&group, "%s-notify-%s", settings->application, receiver->name);
    return string_of(&group);
}

static const char *url_of(const struct receiver *receiver)
{
    struct buffer url = {0};
    if (receiver->kind == RECEIVER_TELEGRAM)
        buffer_format(&url, "%s/bot%s/sendMessage", receiver->url, receiver->token);
    else
        buffer_format(&url, "%s%s", receiver->url, receiver->kind == RECEIVER_ALERTMANAGER ? "/api/v2/alerts" : "");
    return string_of(&url);
}

static void courier_free(struct courier *courier)
{
    post_free(courier->post);
    news_free(courier->news);
    free(courier->body.data);
    free((char *)(uintptr_t)courier->group);
    free((char *)(uintptr_t)courier->url);
    free(courier);
}

struct courier *courier_start(const struct settings *settings, int receiver, const char *bootstrap_servers, struct worth_book *book)
{
    struct courier *courier = memory_new(sizeof *courier);
    courier->settings = settings;
    courier->receiver = &settings->notify.receivers[receiver];
    courier->index = receiver;
    courier->book = book;
    atomic_init(&courier->stopping, false);
    courier->due_ms = courier->resend_ms = INT64_MAX;
    courier->group = group_of(settings, courier->receiver);
    courier->url = url_of(courier->receiver);
    courier->post = post_new(courier->receiver);
    courier->subscription = courier->post != NULL ? subscription_open(settings, bootstrap_servers, settings->alerts_topic, courier->group) : NULL;
    if (courier->subscription == NULL) {
        courier_free(courier);
        return NULL;
    }
    courier->news = news_new();
    if (pthread_create(&courier->thread, NULL, run, courier) != 0)
        abort(); /* out of threads: as out of memory */
    return courier;
}

void courier_stop(struct courier *courier)
{
    if (courier == NULL)
        return;
    atomic_store(&courier->stopping, true);
    post_stop(courier->post);
    subscription_stop(courier->subscription);
}

void courier_join(struct courier *courier)
{
    if (courier == NULL)
        return;
    pthread_join(courier->thread, NULL);
    subscription_close(courier->subscription);
    courier_free(courier);
}
