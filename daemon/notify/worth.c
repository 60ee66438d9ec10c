#include "worth.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../log/follower.h"
#include "../settings/windows.h"
#include "../wire/json_write.h"

struct worth_book {
    const struct settings *settings;
    struct follower *follower;
    struct buffer *prefixes; /* of each funnel: how the keys of its longest window begin; empty: it has none */
    pthread_mutex_t mutex;   /* of what follows */
    struct worth *worths;    /* by funnel */
    struct buffer *keys;     /* of the records they come from */
};

/* ---- a snapshot ---- */

static double number_in(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static void set_unknown(struct worth *worth)
{
    for (int k = 0; k < FUNNEL_STEPS_MAX; k++)
        worth->deals[k] = NAN;
    worth->amount = NAN;
}

bool worth_read(const struct funnel *funnel, struct text record, struct worth *out)
{
    cJSON *snapshot = cJSON_ParseWithLength(record.data, record.length);
    const cJSON *view = cJSON_GetObjectItemCaseSensitive(snapshot, "activity"), *steps = cJSON_GetObjectItemCaseSensitive(view, "steps"), *step;
    double won = number_in(view, "won");
    int k = 0;
    set_unknown(out);
    cJSON_ArrayForEach(step, steps)
    {
        double reached = number_in(step, "reached");
        if (k < funnel->step_count && reached > 0)
            out->deals[k] = won < reached ? won / reached : 1;
        k++;
    }
    if (won > 0 && number_in(view, "won_amount") > 0)
        out->amount = number_in(view, "won_amount") / won;
    cJSON_Delete(snapshot);
    return won > 0 && k == funnel->step_count;
}

/* ---- the topic ---- */

static bool has_prefix(struct text text, const struct buffer *prefix)
{
    return prefix->length > 0 && text.length >= prefix->length && memcmp(text.data, prefix->data, prefix->length) == 0;
}

static void on_record(void *context, int topic, const struct log_record *record)
{
    static const struct text all = {"/all", 4};
    struct worth_book *book = context;
    struct text key = record->key;
    struct worth worth;
    (void)topic;
    if (key.length < all.length || record->value.data == NULL || memcmp(key.data + key.length - all.length, all.data, all.length) != 0)
        return;
    for (int f = 0; f < book->settings->funnel_count; f++) {
        if (!has_prefix(key, &book->prefixes[f]) || !worth_read(&book->settings->funnels[f], record->value, &worth))
            continue;
        if (text_compare(key, (struct text){book->keys[f].data, book->keys[f].length}) < 0)
            continue; /* a window before the one we have is published again */
        book->keys[f].length = 0;
        buffer_text(&book->keys[f], key);
        pthread_mutex_lock(&book->mutex);
        book->worths[f] = worth;
        pthread_mutex_unlock(&book->mutex);
    }
}

static void on_pause(void *context, bool caught_up)
{
    (void)context, (void)caught_up;
}

/* A calendar window has seen next to nothing when it is young: the first deals of a month are of leads that came before it. */
static bool sees_more(const struct window *a, const struct window *b)
{
    bool a_rolls = a->kind == WINDOW_ROLLING, b_rolls = b->kind == WINDOW_ROLLING;
    return a_rolls != b_rolls ? a_rolls : windows_length_s(a) > windows_length_s(b);
}

/* "sro/rolling-30d/": the longest window that rolls, or the longest one where none does. Of calendar windows the newest counts: keys are in order of time. */
static struct buffer prefix_of(const struct funnel *funnel)
{
    const struct window *longest = NULL;
    for (int w = 0; w < funnel->window_count; w++)
        if (longest == NULL || sees_more(&funnel->windows[w], longest))
            longest = &funnel->windows[w];
    struct buffer prefix = {0};
    if (longest == NULL)
        return prefix;
    buffer_percent(&prefix, text_of(funnel->id));
    buffer_format(&prefix, "/%s/", longest->name);
    return prefix;
}

struct worth_book *worth_start(const struct settings *settings, const char *bootstrap_servers)
{
    struct worth_book *book = memory_new(sizeof *book);
    book->settings = settings;
    book->prefixes = memory_new((size_t)settings->funnel_count * sizeof *book->prefixes);
    book->worths = memory_new((size_t)settings->funnel_count * sizeof *book->worths);
    book->keys = memory_new((size_t)settings->funnel_count * sizeof *book->keys);
    pthread_mutex_init(&book->mutex, NULL);
    for (int f = 0; f < settings->funnel_count; f++) {
        book->prefixes[f] = prefix_of(&settings->funnels[f]);
        set_unknown(&book->worths[f]);
    }
    struct follower_callbacks callbacks = {on_record, on_pause, book};
    struct follower_topic topic = {settings->snapshots_topic, INT64_MIN};
    book->follower = follower_start(settings, bootstrap_servers, &topic, 1, &callbacks);
    return book;
}

void worth_stop(struct worth_book *book)
{
    if (book == NULL)
        return;
    if (book->follower != NULL)
        follower_stop(book->follower);
    for (int f = 0; f < book->settings->funnel_count; f++) {
        free(book->prefixes[f].data);
        free(book->keys[f].data);
    }
    free(book->prefixes);
    free(book->keys);
    free(book->worths);
    pthread_mutex_destroy(&book->mutex);
    free(book);
}

void worth_of_funnel(struct worth_book *book, int funnel, struct worth *out)
{
    set_unknown(out);
    if (funnel < 0)
        return;
    pthread_mutex_lock(&book->mutex);
    *out = book->worths[funnel];
    pthread_mutex_unlock(&book->mutex);
}
