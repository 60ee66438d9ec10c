#include "pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "../core/memory.h"

enum {
    WORTH_WAKING = 128, /* items */
    LOOKS = 4000,       /* at whether there is something to do, before a thread sleeps: some tens of microseconds, as long as it would take to wake it */
};

struct work { void (*call)(void *context, int thread); void *context; }; /* call NULL: none */

struct worker {
    struct pool *pool;
    int number;
    pthread_t thread;
};

struct pool {
    int threads;
    struct worker *workers; /* of numbers 1 .. threads - 1 */
    pthread_mutex_t lock;
    pthread_cond_t begin, end;
    atomic_ulong round;     /* of work; grows by one a run */
    atomic_int running;     /* workers that have not done it yet */
    bool stopping;
    struct work left, work; /* of the round, one after the other; between rounds, what is left to the next one */
};

static void do_round(const struct pool *pool, int thread)
{
    if (pool->left.call != NULL)
        pool->left.call(pool->left.context, thread);
    if (pool->work.call != NULL)
        pool->work.call(pool->work.context, thread);
}

static inline void pause_a_little(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* The next round, or false: there is none any more. */
static bool await_round(struct pool *pool, unsigned long *seen)
{
    for (int look = 0; look < LOOKS && atomic_load(&pool->round) == *seen; look++)
        pause_a_little();
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->round) == *seen && !pool->stopping)
        pthread_cond_wait(&pool->begin, &pool->lock);
    *seen = atomic_load(&pool->round);
    bool stopping = pool->stopping;
    pthread_mutex_unlock(&pool->lock);
    return !stopping;
}

static void *worker_main(void *argument)
{
    struct worker *worker = argument;
    struct pool *pool = worker->pool;
    for (unsigned long seen = 0; await_round(pool, &seen);) {
        do_round(pool, worker->number);
        if (atomic_fetch_sub(&pool->running, 1) > 1)
            continue;
        pthread_mutex_lock(&pool->lock);
        pthread_cond_signal(&pool->end);
        pthread_mutex_unlock(&pool->lock);
    }
    return NULL;
}

struct pool *pool_new(int threads)
{
    struct pool *pool = memory_new(sizeof *pool);
    pool->threads = threads;
    pool->workers = memory_new((size_t)threads * sizeof *pool->workers);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->begin, NULL);
    pthread_cond_init(&pool->end, NULL);
    for (int i = 1; i < threads; i++) {
        pool->workers[i] = (struct worker){.pool = pool, .number = i};
        if (pthread_create(&pool->workers[i].thread, NULL, worker_main, &pool->workers[i]) != 0)
            abort(); /* a machine that gives no thread at start gives no memory either: see core/memory.h */
    }
    return pool;
}

void pool_free(struct pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 1; i < pool->threads; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->begin);
    pthread_cond_destroy(&pool->end);
    pthread_mutex_destroy(&pool->lock);
    free(pool->workers);
    free(pool);
}

int pool_threads(const struct pool *pool)
{
    return pool->threads;
}

static void begin_round(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->running, pool->threads - 1);
    atomic_fetch_add(&pool->round, 1);
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
}

static void await_end(struct pool *pool)
{
    for (int look = 0; look < LOOKS && atomic_load(&pool->running) > 0; look++)
        pause_a_little();
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->running) > 0)
        pthread_cond_wait(&pool->end, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

static void run(struct pool *pool, struct work work)
{
    pool->work = work;
    if (pool->threads > 1)
        begin_round(pool);
    do_round(pool, 0);
    if (pool->threads > 1)
        await_end(pool);
    pool->left = (struct work){0};
}

void pool_run(struct pool *pool, void (*work)(void *context, int thread), void *context)
{
    run(pool, (struct work){work, context});
}

void pool_run_for(struct pool *pool, size_t items, void (*work)(void *context, int thread), void *context)
{
    if (items >= WORTH_WAKING) {
        pool_run(pool, work, context);
        return;
    }
    pool_settle(pool);
    for (int i = 0; i < pool->threads; i++)
        work(context, i);
}

void pool_leave(struct pool *pool, size_t items, void (*work)(void *context, int thread), void *context)
{
    pool_settle(pool);
    if (items >= WORTH_WAKING && pool->threads > 1)
        pool->left = (struct work){work, context};
    else
        pool_run_for(pool, items, work, context);
}

void pool_settle(struct pool *pool)
{
    if (pool->left.call != NULL)
        run(pool, (struct work){0});
}
