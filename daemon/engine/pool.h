/* pool.h -- a few threads that do one piece of work each and meet again: fork and join, nothing else is shared through it.
 * Threads: one thread owns a pool and calls pool_run; it does the work of number 0 itself. */
#ifndef FUNNELD_ENGINE_POOL_H
#define FUNNELD_ENGINE_POOL_H

#include <stddef.h>

struct pool;

struct pool *pool_new(int threads); /* >= 1 */
void pool_free(struct pool *pool);
int pool_threads(const struct pool *pool);

/* Call work(context, 0 .. threads - 1), each on a thread of its own, and return when all are done. What was written before the call is seen by the
 * work, and what the work wrote is seen after it. */
void pool_run(struct pool *pool, void (*work)(void *context, int thread), void *context);

/* The same for work on that many items: few are done on the caller's thread, one number after another, before other threads would be awake. */
void pool_run_for(struct pool *pool, size_t items, void (*work)(void *context, int thread), void *context);

/* Leave work to the next run, before which each thread does its number of it, without waiting for the others in between. All that it needs must stay until that
 * run returns. Work on few items, and of one thread alone, is done at once. What was left earlier is done first. */
void pool_leave(struct pool *pool, size_t items, void (*work)(void *context, int thread), void *context);

/* Do what was left. */
void pool_settle(struct pool *pool);

#endif
