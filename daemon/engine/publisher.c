#include "publisher.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../core/memory.h"
#include "../wire/snapshot_json.h"
#include "../wire/snapshot_key.h"

struct writer { /* of records; one a thread of the pool */
    struct snapshot_maker *maker;
    struct buffer values;
};

struct due { /* a window to look at, by its key */
    size_t key, key_length;     /* in the publisher's `keys` */
    struct board_window *window;
    struct writer *writer;
    size_t value, value_length; /* its record, in the writer's `values`; length 0: nothing new */
};

struct publisher {
    struct fold *fold;
    struct writer *writers;
    int writer_count;
    struct buffer keys;
    struct due *dues;
    size_t due_count, due_capacity;
    struct oldest { bool known; int count; struct ledger_open list[SNAPSHOT_OLDEST_MAX]; } *oldest; /* by funnel and step, at the tick at hand */
    int64_t tick;          /* at hand, and what is wanted of it */
    enum publish_scope scope;
    struct due **batch;    /* of dues, by group */
    size_t batch_count;
    struct part { size_t from, to; bool of_all_leads; } *parts; /* of the batch: one group's windows each */
    size_t part_count;
    atomic_size_t next_part; /* that no writer has taken yet */
    struct text *obsolete; /* keys that the configuration no longer has; owned */
    size_t obsolete_count, obsolete_capacity;
};

/* A digest is never 0, and its lowest bit says that nothing counted in the record. */
enum { DIGEST_EMPTY = 1, DIGEST_THERE = 2 };

enum { BATCH = 256 }; /* records that are kept in memory until they are handed over */

struct publisher *publisher_new(struct fold *fold)
{
    struct publisher *publisher = memory_new(sizeof *publisher);
    publisher->fold = fold;
    publisher->writer_count = pool_threads(fold->pool);
    publisher->writers = memory_new((size_t)publisher->writer_count * sizeof *publisher->writers);
    for (int i = 0; i < publisher->writer_count; i++)
        publisher->writers[i].maker = snapshot_maker_new();
    publisher->oldest = memory_new((size_t)fold->settings->funnel_count * FUNNEL_STEPS_MAX * sizeof *publisher->oldest);
    publisher->batch = memory_new(BATCH * sizeof(struct due *));
    publisher->parts = memory_new(BATCH * sizeof *publisher->parts);
    return publisher;
}

void publisher_free(struct publisher *publisher)
{
    if (publisher == NULL)
        return;
    for (int i = 0; i < publisher->writer_count; i++) {
        snapshot_maker_free(publisher->writers[i].maker);
        free(publisher->writers[i].values.data);
    }
    free(publisher->writers);
    free(publisher->oldest);
    free(publisher->batch);
    free(publisher->parts);
    free(publisher->keys.data);
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
        publisher->dues[i] = (struct due){.key = start, .key_length = publisher->keys.length - start, .window = windows[i]};
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

/* ---- a batch of records ---- */

/* As fold_oldest, once a tick: several windows show the same leads. */
static int oldest_of(void *context, int funnel, int step, struct ledger_open *out)
{
    struct publisher *publisher = context;
    struct oldest *oldest = &publisher->oldest[funnel * FUNNEL_STEPS_MAX + step];
    if (!oldest->known) {
        oldest->count = fold_oldest(publisher->fold, funnel, step, oldest->list);
        oldest->known = true;
    }
    memcpy(out, oldest->list, (size_t)oldest->count * sizeof *out);
    return oldest->count;
}

static void write_due(struct publisher *publisher, struct writer *writer, struct due *due)
{
    struct fold *fold = publisher->fold;
    struct board_window *window = due->window;
    enum publish_scope scope = publisher->scope;
    board_sum(fold->board, window);
    bool empty = !board_window_counts(fold->board, window, publisher->tick);
    if (empty && (window->published == 0 || (window->published & DIGEST_EMPTY) || scope == PUBLISH_ALL))
        return; /* a window in which nothing counts is published at most once more, with zeros */
    const struct snapshot *snapshot = snapshot_make(writer->maker, fold->board, window, publisher->tick, fold->last_event_at[window->group->funnel],
                                                    fold->settings->show_leads ? oldest_of : NULL, publisher);
    due->writer = writer;
    due->value = writer->values.length;
    uint64_t digest = snapshot_json_value(&writer->values, fold->settings, snapshot) & ~(uint64_t)DIGEST_EMPTY;
    digest |= DIGEST_THERE | (empty ? DIGEST_EMPTY : 0);
    if (digest == window->published && scope != PUBLISH_ALL && (scope != PUBLISH_NOT_FINAL || snapshot->final)) {
        writer->values.length = due->value;
        return;
    }
    window->published = digest;
    due->value_length = writer->values.length - due->value;
}

static void write_part(struct publisher *publisher, struct writer *writer, const struct part *part)
{
    for (size_t i = part->from; i < part->to; i++)
        write_due(publisher, writer, publisher->batch[i]);
}

/* The windows of a group are written by one thread, since sums are made and kept up to date by whoever reads them. Those of all leads of some funnel by the
 * first one: they ask the shards for the oldest leads. They are the most work, so it begins with them while the others share out the rest. */
static void write_share(void *context, int thread)
{
    struct publisher *publisher = context;
    struct writer *writer = &publisher->writers[thread];
    writer->values.length = 0;
    for (size_t i = 0; thread == 0 && i < publisher->part_count; i++)
        if (publisher->parts[i].of_all_leads)
            write_part(publisher, writer, &publisher->parts[i]);
    for (size_t i; (i = atomic_fetch_add(&publisher->next_part, 1)) < publisher->part_count;)
        if (!publisher->parts[i].of_all_leads)
            write_part(publisher, writer, &publisher->parts[i]);
}

/* And then by end: what one window has found out about young leads goes for the next one, which may hold some more slices. */
static int by_group(const void *a, const void *b)
{
    const struct board_window *x = (*(struct due *const *)a)->window, *y = (*(struct due *const *)b)->window;
    if (x->group != y->group)
        return x->group->number > y->group->number ? 1 : -1;
    return (x->span.end > y->span.end) - (x->span.end < y->span.end);
}

static void cut_into_parts(struct publisher *publisher)
{
    publisher->part_count = 0;
    for (size_t i = 0; i < publisher->batch_count; i++) {
        const struct board_group *group = publisher->batch[i]->window->group;
        if (i == 0 || publisher->batch[i - 1]->window->group != group)
            publisher->parts[publisher->part_count++] = (struct part){i, i, group->breakdown < 0};
        publisher->parts[publisher->part_count - 1].to++;
    }
    atomic_store(&publisher->next_part, 0);
}

/* Some of the dues, in order of key. Windows of one group are written one after another, since they have much in common. */
static uint64_t publish_batch(struct publisher *publisher, struct due *dues, size_t count, publish_sink sink, void *context)
{
    enum { WORTH = 8192 }; /* bytes of sums that are as much work as an event is to whoever folds it */
    size_t bytes = 0;
    publisher->batch_count = count;
    for (size_t i = 0; i < count; i++) {
        publisher->batch[i] = &dues[i];
        bytes += board_bytes_to_read(publisher->fold->board, dues[i].window);
    }
    qsort(publisher->batch, count, sizeof(struct due *), by_group);
    cut_into_parts(publisher);
    pool_run_for(publisher->fold->pool, bytes / WORTH, write_share, publisher);
    uint64_t published = 0;
    for (size_t i = 0; i < count; i++) {
        if (dues[i].value_length == 0)
            continue;
        struct text value = {dues[i].writer->values.data + dues[i].value, dues[i].value_length};
        sink(context, key_of(publisher, &dues[i]), value, dues[i].window->published);
        published++;
    }
    return published;
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
    publisher->tick = tick;
    publisher->scope = scope;
    for (size_t i = 0; i < (size_t)publisher->fold->settings->funnel_count * FUNNEL_STEPS_MAX; i++)
        publisher->oldest[i].known = false;
    for (size_t from = 0; from < count; from += BATCH)
        published += publish_batch(publisher, publisher->dues + from, count - from < BATCH ? count - from : BATCH, sink, context);
    return published;
}
