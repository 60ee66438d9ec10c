/* random_support.h -- random numbers that can be had again: SEED and ROUNDS in the environment override what a test takes, and a test prints its seed.
 * Source: splitmix64 (Vigna), public domain algorithm. */
#ifndef FUNNELD_TESTS_RANDOM_SUPPORT_H
#define FUNNELD_TESTS_RANDOM_SUPPORT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct random { uint64_t state; };

static inline uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static inline int random_below(struct random *random, int most) { return (int)(random_next(random) % (uint64_t)most); }
static inline int random_one_in(struct random *random, int n) { return random_below(random, n) == 0; }

/* Put the numbers of a list in any order. */
static inline void random_shuffle(struct random *random, int *list, int count)
{
    for (int i = count; i > 1; i--) {
        int other = random_below(random, i), kept = list[i - 1];
        list[i - 1] = list[other];
        list[other] = kept;
    }
}

/* The seed of the first round; each round's is one more, so that SEED=n ROUNDS=1 is a failed round again. */
static inline uint64_t random_seed(void)
{
    const char *given = getenv("SEED");
    return given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * 1000003;
}

static inline int random_rounds(int usual)
{
    const char *given = getenv("ROUNDS");
    return given != NULL ? atoi(given) : usual;
}

#endif
