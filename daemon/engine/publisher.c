#include "publisher.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "../wire/snapshot_json.h"
#include "../wire/snapshot_key.h"

struct due { /* a window to look at, by its key */
    size_t key, key_length; /* in the publisher's `keys` */
    struct board_window *window;
};

struct publisher {
    struct fold *fold;
    struct snapshot_maker *maker;
    struct buffer keys, value;
    struct due *dues;
    size_t due_count, due_capacity;
    struct text *obsolete; /* keys that the configuration no longer has; owned */
    size_t obsolete_count, obsolete_capacity;
};

/* A digest is never 0, and its lowest bit says that nothing counted in the record. */
enum { DIGEST_EMPTY = 1, DIGEST_THERE = 2 };

struct publisher *publisher_new(struct fold *fold)
{
    struct publisher *publisher = memory_new(sizeof *publisher);
    publisher->fold = fold;
    publisher->maker = snapshot_maker_new();
    return publisher;
}

void publisher_free(struct publisher *publisher)
{
    if (publisher == NULL)
        return;
    snapshot_maker_free(publisher->maker);
    free(publisher->keys.data);
    free(publisher->value.data);
    free(publisher->dues);
    for (size_t i = 0; i < publisher->obsolete_count; i++)
        free((char *)(uintptr_t)publisher->obsolete[i].data);
    free(publisher->obsolete);
    free(publisher);
}

static int by_key(const void *a, const void *b, void *keys)
{
    const struct due *x = a, *y = b;
    return text_compare((struct text){(char *)keys + x->key, x->key_length}, (struct text){(char *)keys + y->key, y->key_length});
}

static void list_by_key(struct publisher *publisher, struct board_window *const *windows, size_t count)
{
    publisher->keys.length = 0;
    publisher->due_count = count;
    publisher->dues = memory_grow(publisher->dues, &publisher->due_capacity, count, sizeof *publisher->dues);
    for (size_t i = 0; i < count; i++) {
        size_t start = publisher->keys.length;
        snapshot_key_write(&publisher->keys, publisher->fold->settings, board_funnel(publisher->fold->board, windows[i]->group), windows[i]);
        publisher->dues[i] = (struct due){start, publisher->keys.length - start, windows[i]};
    }
    if (count > 1)
        qsort_r(publisher->dues, count, sizeof *publisher->dues, by_key, publisher->keys.data);
}

static struct text key_of(const struct publisher *publisher, const struct due *due)
{
    return (struct text){publisher->keys.data + due->key, due->key_length};
}

static uint64_t publish_dropped(struct publisher *publisher, publish_sink sink, void *context)
{
    struct board_window **windows;
    uint64_t published = 0;
    size_t count = board_dropped(publisher->fold->board, &windows);
    list_by_key(publisher, windows, count);
    for (size_t i = 0; i < count; i++) {
        struct board_window *window = publisher->dues[i].window;
        if (window->published != 0) {
            sink(context, key_of(publisher, &publisher->dues[i]), (struct text){NULL, 0}, 0);
            published++;
        }
        board_window_free(window);
    }
    free(windows);
    return published;
}

static bool publish_window(struct publisher *publisher, const struct due *due, int64_t tick, enum publish_scope scope, publish_sink sink, void *context)
{
    struct fold *fold = publisher->fold;
    struct board_window *window = due->window;
    board_sum(fold->board, window);
    bool empty = !board_window_counts(fold->board, window, tick);
    if (empty && (window->published == 0 || (window->published & DIGEST_EMPTY) || scope == PUBLISH_ALL))
        return false; /* a window in which nothing counts is published at most once more, with zeros */
    const struct snapshot *snapshot = snapshot_make(publisher->maker, fold->board, window, tick, fold->last_event_at[window->group->funnel],
                                                    fold->settings->show_leads ? fold_oldest : NULL, fold);
    publisher->value.length = 0;
    uint64_t digest = snapshot_json_value(&publisher->value, fold->settings, snapshot) & ~(uint64_t)DIGEST_EMPTY;
    digest |= DIGEST_THERE | (empty ? DIGEST_EMPTY : 0);
    if (digest == window->published && scope != PUBLISH_ALL && (scope != PUBLISH_NOT_FINAL || snapshot->final))
        return false;
    window->published = digest;
    sink(context, key_of(publisher, due), (struct text){publisher->value.data, publisher->value.length}, digest);
    return true;
}

void publisher_restore(struct publisher *publisher, struct text key, uint64_t digest)
{
    struct snapshot_key read;
    char *buffer = memory_new(key.length + 1);
    struct board_window *window = NULL;
    if (snapshot_key_read(publisher->fold->settings, key, buffer, &read))
        window = board_known(publisher->fold->board, read.funnel, read.breakdown, read.values, read.window, read.start);
    free(buffer);
    if (window != NULL) {
        window->published = digest | DIGEST_THERE;
        return;
    }
    publisher->obsolete = memory_grow(publisher->obsolete, &publisher->obsolete_capacity, publisher->obsolete_count + 1, sizeof *publisher->obsolete);
    publisher->obsolete[publisher->obsolete_count++] = (struct text){memory_copy(key.data, key.length), key.length};
}

static uint64_t publish_obsolete(struct publisher *publisher, publish_sink sink, void *context)
{
    uint64_t published = publisher->obsolete_count;
    for (size_t i = 0; i < publisher->obsolete_count; i++) {
        sink(context, publisher->obsolete[i], (struct text){NULL, 0}, 0);
        free((char *)(uintptr_t)publisher->obsolete[i].data);
    }
    publisher->obsolete_count = 0;
    return published;
}

uint64_t publisher_publish(struct publisher *publisher, int64_t tick, enum publish_scope scope, publish_sink sink, void *context)
{
    uint64_t published = publish_obsolete(publisher, sink, context) + publish_dropped(publisher, sink, context);
    struct board_window **windows;
    size_t count = board_due(publisher->fold->board, scope != PUBLISH_CHANGED, &windows);
    list_by_key(publisher, windows, count);
    for (size_t i = 0; i < publisher->due_count; i++)
        published += publish_window(publisher, &publisher->dues[i], tick, scope, sink, context);
    return published;
}
