#include "store.h"

#include <pthread.h>
#include <stdio.h>

#include "../core/names.h"
#include "../wire/json_write.h"
#include "../wire/moment.h"
#include "../wire/snapshot_key.h"
#include "../wire/utf8.h"

enum {
    WORDS_MAX = 64,      /* dead letters have some fifteen words; others are somebody else's */
    MESSAGE_MAX = 300,   /* bytes shown of what was wrong */
    HOUR_S = 3600,
    HOURS = STORE_LETTER_HOURS + 2, /* the one under way, and the next by a clock that goes ahead */
};

struct entry { int64_t start; struct record *record; }; /* rolling windows: start TIME_NONE */

struct series { /* all windows of one kind, of one funnel and group; ascending */
    struct text funnel, window, group; /* in the names' bytes */
    struct entry *entries;
    size_t count, capacity;
};

struct word {
    char *word, *message; /* of the last one */
    struct hour { int64_t hour; uint64_t count; } hours[HOURS]; /* by hour modulo their number */
};

struct store {
    pthread_mutex_t mutex;
    struct names *names; /* "<funnel>/<window>/<group>" -> place in `series` + 1 */
    struct series *series;
    size_t series_count, series_capacity;
    struct names *fingerprints;
    struct record **alerts; /* by number of fingerprint; NULL: a tombstone */
    size_t alert_capacity;
    int64_t as_of;          /* the greatest; TIME_NONE */
    char as_of_text[48], last_event_at_text[48];
    int64_t last_event_at;
    size_t records, bytes;
    struct word words[WORDS_MAX];
    size_t word_count;
};

struct store *store_new(void)
{
    struct store *store = memory_new(sizeof *store);
    pthread_mutex_init(&store->mutex, NULL);
    store->names = names_new(UINT32_MAX);
    store->fingerprints = names_new(UINT32_MAX);
    store->as_of = store->last_event_at = TIME_NONE;
    return store;
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    for (size_t s = 0; s < store->series_count; s++) {
        for (size_t i = 0; i < store->series[s].count; i++)
            record_drop(store->series[s].entries[i].record);
        free(store->series[s].entries);
    }
    free(store->series);
    for (uint32_t i = 0; i < names_count(store->fingerprints) && i < store->alert_capacity; i++)
        record_drop(store->alerts[i]);
    free(store->alerts);
    names_free(store->names);
    names_free(store->fingerprints);
    for (size_t i = 0; i < store->word_count; i++) {
        free(store->words[i].word);
        free(store->words[i].message);
    }
    pthread_mutex_destroy(&store->mutex);
    free(store);
}

/* ---- filling ---- */

/* What a series goes by: what its keys have in common. */
static struct buffer name_of(struct text funnel, struct text window, struct text group)
{
    struct buffer name = {0};
    buffer_text(&name, funnel);
    buffer_char(&name, '/');
    buffer_text(&name, window);
    buffer_char(&name, '/');
    buffer_text(&name, group);
    return name;
}

static struct series *series_at(struct store *store, const struct snapshot_key_parts *key)
{
    struct buffer name = name_of(key->funnel, key->window, key->group);
    uint32_t number = names_number(store->names, (struct text){name.data, name.length});
    free(name.data);
    if (number <= store->series_count)
        return &store->series[number - 1];
    store->series = memory_grow(store->series, &store->series_capacity, store->series_count + 1, sizeof *store->series);
    struct series *series = &store->series[store->series_count++];
    const char *text = names_text(store->names, number).data;
    *series = (struct series){.funnel = {text, key->funnel.length},
                              .window = {text + key->funnel.length + 1, key->window.length},
                              .group = {text + key->funnel.length + key->window.length + 2, key->group.length}};
    return series;
}

/* The first place that does not begin before the moment. */
static size_t place_of(const struct series *series, int64_t start)
{
    size_t low = 0, high = series->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (series->entries[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void count_record(struct store *store, const struct record *record, int sign)
{
    if (record == NULL)
        return;
    store->records += (size_t)sign;
    store->bytes += (size_t)sign * record_memory(record);
}

/* A start as keys and requests write it; TIME_NONE for "now". False: it is no time. */
static bool read_start(struct text text, int64_t *out)
{
    *out = TIME_NONE;
    return text_equal(text, TEXT("now")) || moment_from_text(text, NULL, out);
}

/* The text of a top-level member of a record, which stands there as it was written: within strings a quote is escaped, so nothing else looks like it. */
static bool member_time(struct text value, const char *name, char out[48], int64_t *moment)
{
    const char *at = memmem(value.data, value.length, name, strlen(name));
    if (at == NULL)
        return false;
    at += strlen(name);
    size_t length = 0, rest = value.length - (size_t)(at - value.data);
    while (length < rest && length < 47 && at[length] != '"')
        length++;
    if (!moment_from_text((struct text){at, length}, NULL, moment))
        return false;
    memcpy(out, at, length);
    out[length] = '\0';
    return true;
}

static void note_times(struct store *store, struct text value)
{
    char text[48];
    int64_t moment;
    if (member_time(value, "\"as_of\":\"", text, &moment) && moment > store->as_of) {
        store->as_of = moment;
        memcpy(store->as_of_text, text, sizeof text);
    }
    if (member_time(value, "\"last_event_at\":\"", text, &moment) && moment > store->last_event_at) {
        store->last_event_at = moment;
        memcpy(store->last_event_at_text, text, sizeof text);
    }
}

static void put_snapshot(struct store *store, const struct snapshot_key_parts *key, int64_t start, struct record *record, bool tombstone)
{
    struct series *series = series_at(store, key);
    size_t place = place_of(series, start);
    bool there = place < series->count && series->entries[place].start == start;
    if (there) {
        count_record(store, series->entries[place].record, -1);
        record_drop(series->entries[place].record);
    }
    if (tombstone) {
        record_drop(record);
        if (there)
            memmove(series->entries + place, series->entries + place + 1, (--series->count - place) * sizeof *series->entries);
        return;
    }
    if (!there) {
        series->entries = memory_grow(series->entries, &series->capacity, series->count + 1, sizeof *series->entries);
        memmove(series->entries + place + 1, series->entries + place, (series->count++ - place) * sizeof *series->entries);
    }
    series->entries[place] = (struct entry){start, record};
    count_record(store, record, +1);
    note_times(store, record->value);
}

static void put_alert(struct store *store, struct record *record, bool tombstone)
{
    uint32_t number = names_number(store->fingerprints, record->key);
    size_t before = store->alert_capacity;
    store->alerts = memory_grow(store->alerts, &store->alert_capacity, (size_t)number + 1, sizeof *store->alerts);
    for (size_t i = before; i < store->alert_capacity; i++)
        store->alerts[i] = NULL;
    count_record(store, store->alerts[number], -1);
    record_drop(store->alerts[number]);
    store->alerts[number] = tombstone ? NULL : record;
    count_record(store, store->alerts[number], +1);
    if (tombstone)
        record_drop(record);
}

void store_put(struct store *store, struct record *record, bool tombstone, bool alert)
{
    struct snapshot_key_parts key;
    int64_t start;
    bool snapshot = !alert && snapshot_key_split(record->key, &key) && read_start(key.start, &start);
    pthread_mutex_lock(&store->mutex);
    if (snapshot)
        put_snapshot(store, &key, start, record, tombstone);
    else if (memchr(record->key.data, '/', record->key.length) == NULL && (alert || tombstone)) /* a fingerprint */
        put_alert(store, record, tombstone);
    else
        record_drop(record); /* somebody else's */
    pthread_mutex_unlock(&store->mutex);
}

void store_letter(struct store *store, struct text word, struct text message, int64_t time_s, int64_t now_s)
{
    if (time_s <= now_s - STORE_LETTER_HOURS * HOUR_S || time_s > now_s + HOUR_S || !utf8_valid(word))
        return;
    message = utf8_valid(message) ? utf8_cut(message, MESSAGE_MAX) : (struct text){"", 0}; /* anybody may write there */
    pthread_mutex_lock(&store->mutex);
    struct word *known = NULL;
    for (size_t i = 0; i < store->word_count; i++)
        if (text_equal(text_of(store->words[i].word), word))
            known = &store->words[i];
    if (known == NULL && store->word_count < WORDS_MAX) {
        known = &store->words[store->word_count++];
        known->word = memory_string(word.data, word.length);
    }
    if (known != NULL) {
        int64_t hour = time_s / HOUR_S;
        struct hour *slot = &known->hours[hour % HOURS];
        if (slot->hour != hour)
            *slot = (struct hour){hour, 0};
        slot->count++;
        free(known->message);
        known->message = memory_string(message.data, message.length);
    }
    pthread_mutex_unlock(&store->mutex);
}

/* ---- reading ---- */

static struct record *chosen(const struct store *store, const struct series *series, bool newest, int64_t start)
{
    if (series->count == 0)
        return NULL;
    if (!newest) {
        size_t place = place_of(series, start);
        return place < series->count && series->entries[place].start == start ? series->entries[place].record : NULL;
    }
    size_t begun = place_of(series, store->as_of + 1); /* leads may be dated ahead: their windows have not begun */
    return series->entries[begun > 0 ? begun - 1 : 0].record;
}

static const struct series *find_series(const struct store *store, struct text funnel, struct text window, struct text group)
{
    struct buffer name = name_of(funnel, window, group);
    uint32_t number = names_find(store->names, (struct text){name.data, name.length});
    free(name.data);
    return number != NAMES_UNKNOWN ? &store->series[number - 1] : NULL;
}

struct record *store_snapshot(struct store *store, struct text funnel, struct text window, struct text start, struct text group)
{
    int64_t moment = TIME_NONE;
    if (start.length > 0 && !read_start(start, &moment))
        return NULL;
    pthread_mutex_lock(&store->mutex);
    const struct series *series = find_series(store, funnel, window, group);
    struct record *record = series != NULL ? record_hold(chosen(store, series, start.length == 0, moment)) : NULL;
    pthread_mutex_unlock(&store->mutex);
    return record;
}

static void list_add(struct record_list *list, struct record *record)
{
    if (record == NULL)
        return;
    list->records = memory_grow(list->records, &list->capacity, list->count + 1, sizeof *list->records);
    list->records[list->count++] = record_hold(record);
}

void record_list_drop(struct record_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        record_drop(list->records[i]);
    free(list->records);
    *list = (struct record_list){0};
}

void store_history(struct store *store, struct text funnel, struct text window, struct text group, size_t most, struct record_list *out)
{
    pthread_mutex_lock(&store->mutex);
    const struct series *series = find_series(store, funnel, window, group);
    if (series != NULL && series->count > 0) {
        size_t end = place_of(series, store->as_of + 1);
        if (end == 0)
            end = series->count; /* a rolling window, whose start is not told, or windows that have not begun */
        for (size_t i = end > most ? end - most : 0; i < end; i++)
            list_add(out, series->entries[i].record);
    }
    pthread_mutex_unlock(&store->mutex);
}

/* Is it a group by these dimensions, such as channel=inbound,manager=Ivan? */
static bool is_group_of(struct text group, const struct text *names, int name_count)
{
    for (int i = 0; i < name_count; i++) {
        if (group.length <= names[i].length || memcmp(group.data, names[i].data, names[i].length) != 0 || group.data[names[i].length] != '=')
            return false;
        const char *comma = memchr(group.data, ',', group.length);
        if ((comma == NULL) != (i + 1 == name_count))
            return false;
        if (comma != NULL)
            group = (struct text){comma + 1, group.length - (size_t)(comma + 1 - group.data)};
    }
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct record *const *x = a, *const *y = b;
    return text_compare((*x)->key, (*y)->key);
}

void store_groups(struct store *store, struct text funnel, struct text window, struct text start, const struct text *names, int name_count, struct record_list *out)
{
    int64_t moment = TIME_NONE;
    if (start.length > 0 && !read_start(start, &moment))
        return;
    pthread_mutex_lock(&store->mutex);
    for (size_t s = 0; s < store->series_count; s++) {
        const struct series *series = &store->series[s];
        if (text_equal(series->funnel, funnel) && text_equal(series->window, window) && is_group_of(series->group, names, name_count))
            list_add(out, chosen(store, series, start.length == 0, moment));
    }
    pthread_mutex_unlock(&store->mutex);
    if (out->count > 1)
        qsort(out->records, out->count, sizeof *out->records, by_key);
}

static int by_activity(const void *a, const void *b)
{
    int64_t active[2];
    const struct record *const *records[] = {a, b};
    for (int i = 0; i < 2; i++) {
        char text[48];
        if (!member_time((*records[i])->value, "\"activeAt\":\"", text, &active[i]))
            active[i] = TIME_NONE;
    }
    return active[0] != active[1] ? (active[0] < active[1]) - (active[0] > active[1]) : by_key(a, b);
}

void store_alerts(struct store *store, struct record_list *out)
{
    pthread_mutex_lock(&store->mutex);
    for (uint32_t i = 0; i < names_count(store->fingerprints) && i < store->alert_capacity; i++)
        list_add(out, store->alerts[i]);
    pthread_mutex_unlock(&store->mutex);
    if (out->count > 1)
        qsort(out->records, out->count, sizeof *out->records, by_activity);
}

static int by_count(const void *a, const void *b)
{
    const struct store_word *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count) - (x->count > y->count) : strcmp(x->word, y->word);
}

void store_status(struct store *store, int64_t now_s, struct store_status *out)
{
    *out = (struct store_status){0};
    pthread_mutex_lock(&store->mutex);
    memcpy(out->as_of, store->as_of_text, sizeof out->as_of);
    memcpy(out->last_event_at, store->last_event_at_text, sizeof out->last_event_at);
    out->records = store->records;
    out->bytes = store->bytes;
    out->words = memory_new((store->word_count + 1) * sizeof *out->words);
    for (size_t i = 0; i < store->word_count; i++) {
        const struct word *word = &store->words[i];
        uint64_t count = 0;
        for (int h = 0; h < HOURS; h++)
            if (word->hours[h].hour > now_s / HOUR_S - STORE_LETTER_HOURS)
                count += word->hours[h].count;
        if (count > 0)
            out->words[out->word_count++] = (struct store_word){memory_string(word->word, strlen(word->word)), memory_string(word->message, strlen(word->message)), count};
    }
    pthread_mutex_unlock(&store->mutex);
    if (out->word_count > 1)
        qsort(out->words, out->word_count, sizeof *out->words, by_count);
}

void store_status_free(struct store_status *status)
{
    for (size_t i = 0; i < status->word_count; i++) {
        free(status->words[i].word);
        free(status->words[i].message);
    }
    free(status->words);
}
