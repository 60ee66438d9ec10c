#include "news.h"

#include <stdio.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../core/memory.h"

enum { BUCKETS = 1 << 13, TOKEN_LENGTH = 12 /* ten hexadecimal digits, a sign and a space */, SWEEP_MS = 60000, ID_SIZE = 48 };

enum told { TOLD_NOTHING, TOLD_FIRING, TOLD_RESOLVED, TOLD_SKIPPED }; /* each says more than the one before it */

static const char told_signs[] = {[TOLD_NOTHING] = '?', [TOLD_FIRING] = '+', [TOLD_RESOLVED] = '-', [TOLD_SKIPPED] = '~'}; /* no digits */

struct entry {
    struct news_item item; /* first: an item is its entry */
    int64_t offset;        /* of the latest state */
    char told_id[ID_SIZE]; /* the episode of which `told` speaks */
    enum told told;
    int64_t told_ms;       /* 0: by somebody before us */
    struct entry *next;    /* in the bucket */
};

struct remembered { /* a token of a note */
    uint64_t digest;
    enum told told;
};

struct beginning { int32_t partition; int64_t position; };

struct news {
    struct entry *buckets[BUCKETS];
    size_t count;
    bool caught_up;
    int64_t swept_ms;
    size_t beginning_count, beginning_capacity;
    struct beginning *beginnings;
    size_t remembered_count, remembered_capacity;
    struct remembered *remembered;
};

/* ---- entries ---- */

struct news *news_new(void)
{
    return memory_new(sizeof(struct news));
}

static void entry_free(struct entry *entry)
{
    notice_free(entry->item.notice);
    free(entry);
}

void news_clear(struct news *news)
{
    for (int b = 0; b < BUCKETS; b++) {
        for (struct entry *entry = news->buckets[b], *next; entry != NULL; entry = next) {
            next = entry->next;
            entry_free(entry);
        }
    }
    free(news->beginnings);
    free(news->remembered);
    *news = (struct news){0};
}

void news_free(struct news *news)
{
    if (news == NULL)
        return;
    news_clear(news);
    free(news);
}

static struct entry **find(struct news *news, struct text fingerprint)
{
    struct entry **at = &news->buckets[XXH3_64bits(fingerprint.data, fingerprint.length) % BUCKETS];
    while (*at != NULL && !text_equal(text_of((*at)->item.notice->fingerprint), fingerprint))
        at = &(*at)->next;
    return at;
}

static void drop(struct news *news, struct entry **at)
{
    struct entry *entry = *at;
    *at = entry->next;
    news->count--;
    entry_free(entry);
}

/* Let go of what is resolved and has been told. */
static void sweep(struct news *news, int64_t now_ms, int64_t kept_ms)
{
    for (int b = 0; b < BUCKETS; b++) {
        struct entry **at = &news->buckets[b];
        while (*at != NULL) {
            bool over = (*at)->item.untold_from < 0 && !(*at)->item.fires && (*at)->told_ms + kept_ms <= now_ms;
            if (over)
                drop(news, at);
            else
                at = &(*at)->next;
        }
    }
    news->swept_ms = now_ms;
}

/* ---- what has been told ---- */

static uint64_t digest_of(const char *id)
{
    return XXH3_64bits(id, strlen(id)) >> 24;
}

/* A note is tokens with a space after each; what is none is passed over, as it comes from some other version. */
static void remember(struct news *news, const char *note)
{
    for (; strlen(note) >= TOKEN_LENGTH; note += TOKEN_LENGTH) {
        char *end;
        uint64_t digest = strtoull(note, &end, 16);
        if (end != note + TOKEN_LENGTH - 2)
            return;
        enum told told = *end == told_signs[TOLD_FIRING] ? TOLD_FIRING : *end == told_signs[TOLD_RESOLVED] ? TOLD_RESOLVED : TOLD_SKIPPED;
        news->remembered = memory_grow(news->remembered, &news->remembered_capacity, news->remembered_count + 1, sizeof *news->remembered);
        news->remembered[news->remembered_count++] = (struct remembered){digest, told};
    }
}

void news_begin(struct news *news, int32_t partition, int64_t position, const char *note)
{
    news->beginnings = memory_grow(news->beginnings, &news->beginning_capacity, news->beginning_count + 1, sizeof *news->beginnings);
    news->beginnings[news->beginning_count++] = (struct beginning){partition, position};
    remember(news, note);
}

void news_caught_up(struct news *news)
{
    news->caught_up = true;
}

static int64_t position_before(const struct news *news, int32_t partition)
{
    for (size_t i = 0; i < news->beginning_count; i++)
        if (news->beginnings[i].partition == partition)
            return news->beginnings[i].position;
    return -1;
}

/* The most that is known to have been told of this episode, by the entry or by a note. */
static enum told told_of(const struct news *news, const struct entry *entry, const char *id)
{
    uint64_t digest = digest_of(id);
    enum told told = strcmp(entry->told_id, id) == 0 ? entry->told : TOLD_NOTHING;
    for (size_t i = 0; i < news->remembered_count; i++)
        if (news->remembered[i].digest == digest && news->remembered[i].told > told)
            told = news->remembered[i].told;
    return told;
}

static void set_told(struct entry *entry, enum told told, int64_t now_ms)
{
    snprintf(entry->told_id, sizeof entry->told_id, "%s", entry->item.notice->id);
    entry->told = told;
    entry->told_ms = now_ms;
    entry->item.untold_from = -1;
}

/* Is the state in `notice` one the receiver has yet to hear? */
static bool is_news(const struct news *news, const struct entry *entry, const struct notice *notice, int32_t partition, int64_t offset, bool same_untold)
{
    int64_t position = position_before(news, partition);
    if (offset < position)
        return false;
    enum told told = told_of(news, entry, notice->id);
    if (notice->status == NOTICE_FIRING)
        return told == TOLD_NOTHING;
    if (told == TOLD_RESOLVED || told == TOLD_SKIPPED)
        return false;
    /* Resolved, and nothing was ever told of it: that is news only if it may have begun while nobody listened. */
    return told == TOLD_FIRING || same_untold || (!news->caught_up && position >= 0);
}

/* ---- records ---- */

bool news_add(struct news *news, int32_t partition, int64_t offset, struct notice *notice, bool wanted, int64_t now_ms)
{
    if (now_ms - news->swept_ms >= SWEEP_MS)
        sweep(news, now_ms, NEWS_KEPT_MS);
    if (!wanted || notice->status == NOTICE_PENDING) {
        notice_free(notice);
        return true;
    }
    struct entry **at = find(news, text_of(notice->fingerprint)), *entry = *at;
    if (entry == NULL) {
        if (news->count >= NEWS_ALERTS_MAX)
            sweep(news, now_ms, 0);
        if (news->count >= NEWS_ALERTS_MAX) {
            notice_free(notice);
            return false;
        }
        at = find(news, text_of(notice->fingerprint)); /* sweeping may have moved it */
        entry = *at = memory_new(sizeof *entry);
        entry->item.untold_from = -1;
        news->count++;
    }
    bool same_untold = entry->item.untold_from >= 0 && strcmp(entry->item.notice->id, notice->id) == 0;
    bool tell = is_news(news, entry, notice, partition, offset, same_untold);
    notice_free(entry->item.notice);
    entry->item.notice = notice;
    entry->item.partition = partition;
    entry->item.fires = notice->status == NOTICE_FIRING;
    entry->offset = offset;
    if (tell && entry->item.untold_from < 0) {
        entry->item.untold_from = offset;
        entry->item.since_ms = now_ms;
    } else if (!tell) {
        enum told known = told_of(news, entry, notice->id), shown = entry->item.fires ? TOLD_FIRING : TOLD_RESOLVED;
        set_told(entry, known > shown ? known : shown, entry->told_ms);
    }
    return true;
}

void news_remove(struct news *news, struct text fingerprint)
{
    struct entry **at = find(news, fingerprint);
    if (*at != NULL && (*at)->item.untold_from < 0)
        drop(news, at);
}

/* ---- what to tell ---- */

static const char *group_of(const struct entry *entry)
{
    const char *funnel = notice_label(entry->item.notice, "funnel");
    return funnel != NULL ? funnel : "";
}

static int compare_untold(const void *left, const void *right)
{
    const struct news_item *a = *(const struct news_item *const *)left, *b = *(const struct news_item *const *)right;
    if (a->since_ms != b->since_ms)
        return a->since_ms < b->since_ms ? -1 : 1;
    return (a->untold_from > b->untold_from) - (a->untold_from < b->untold_from);
}

static const struct entry *first_untold(const struct news *news)
{
    const struct entry *first = NULL;
    for (int b = 0; b < BUCKETS; b++) {
        for (const struct entry *entry = news->buckets[b]; entry != NULL; entry = entry->next) {
            const struct news_item *item = &entry->item, *least = first != NULL ? &first->item : NULL;
            if (item->untold_from >= 0 && (first == NULL || compare_untold(&item, &least) < 0))
                first = entry;
        }
    }
    return first;
}

int64_t news_due_ms(const struct news *news, int64_t wait_ms)
{
    const struct entry *first = first_untold(news);
    return first != NULL ? first->item.since_ms + wait_ms : INT64_MAX;
}

int news_due(struct news *news, int64_t now_ms, int64_t wait_ms, struct news_item **items, int most)
{
    const struct entry *first = first_untold(news);
    if (first == NULL || first->item.since_ms + wait_ms > now_ms)
        return 0;
    size_t count = 0, capacity = 0;
    struct news_item **all = NULL;
    for (int b = 0; b < BUCKETS; b++) {
        for (struct entry *entry = news->buckets[b]; entry != NULL; entry = entry->next) {
            if (entry->item.untold_from < 0 || strcmp(group_of(entry), group_of(first)) != 0)
                continue;
            all = memory_grow(all, &capacity, count + 1, sizeof *all);
            all[count++] = &entry->item;
        }
    }
    qsort(all, count, sizeof *all, compare_untold);
    int given = count < (size_t)most ? (int)count : most;
    memcpy(items, all, (size_t)given * sizeof *items);
    free(all);
    return given;
}

int news_standing(struct news *news, int64_t now_ms, struct news_item **items, int most, int after)
{
    int given = 0;
    for (int b = 0; b < BUCKETS; b++) {
        for (struct entry *entry = news->buckets[b]; entry != NULL && given < most; entry = entry->next) {
            bool lately = entry->item.untold_from >= 0 || (entry->told_ms > 0 && entry->told_ms + NEWS_KEPT_MS > now_ms);
            if (!entry->item.fires && !lately)
                continue;
            if (after-- > 0)
                continue;
            items[given++] = &entry->item;
        }
    }
    return given;
}

void news_told(struct news *news, struct news_item *item, int64_t now_ms, bool skipped)
{
    (void)news;
    struct entry *entry = (struct entry *)item;
    if (item->untold_from >= 0 || entry->told == TOLD_NOTHING)
        set_told(entry, skipped ? TOLD_SKIPPED : item->fires ? TOLD_FIRING : TOLD_RESOLVED, now_ms);
}

/* ---- the position ---- */

static size_t write_token(const struct entry *entry, char *at, size_t room)
{
    if (entry->told == TOLD_NOTHING || room <= TOKEN_LENGTH)
        return 0;
    char token[TOKEN_LENGTH + 1];
    snprintf(token, sizeof token, "%010llx%c ", (unsigned long long)digest_of(entry->told_id), told_signs[entry->told]);
    memcpy(at, token, TOKEN_LENGTH);
    return TOKEN_LENGTH;
}

int64_t news_position(const struct news *news, int32_t partition, int64_t next, char *note, size_t size)
{
    int64_t position = next;
    for (int b = 0; b < BUCKETS; b++)
        for (const struct entry *entry = news->buckets[b]; entry != NULL; entry = entry->next)
            if (entry->item.partition == partition && entry->item.untold_from >= 0 && entry->item.untold_from < position)
                position = entry->item.untold_from;
    size_t length = 0;
    for (int pass = 0; pass < 2; pass++) { /* what lies behind the position must be there; what still fires is there against compaction */
        for (int b = 0; b < BUCKETS; b++) {
            for (const struct entry *entry = news->buckets[b]; entry != NULL; entry = entry->next) {
                bool behind = entry->offset >= position, still_fires = entry->item.fires && entry->told != TOLD_RESOLVED;
                if (entry->item.partition == partition && (pass == 0 ? behind : !behind && still_fires))
                    length += write_token(entry, note + length, size - 1 - length);
            }
        }
    }
    note[length] = '\0';
    return position;
}
