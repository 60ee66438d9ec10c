/* chance.h -- chance by counting: a random number is a hash of what it is for, so any one can be had without those before it, and one seed
 * gives the same numbers on every machine. Integers only: no libm, whose last digits differ between machines.
 * Source: the mixing function of splitmix64 (Steele, Lea, Flood, OOPSLA 2014). Pure. */
#ifndef FUNNELD_COMMAND_CHANCE_H
#define FUNNELD_COMMAND_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t chance_mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The random number for one purpose about one thing. */
static inline uint64_t chance_of(uint64_t seed, uint64_t thing, uint64_t purpose)
{
    return chance_mix(chance_mix(seed ^ chance_mix(thing)) + purpose);
}

/* 0 .. count - 1, evenly. */
static inline uint64_t chance_below(uint64_t random, uint64_t count)
{
    return (random >> 32) * count >> 32;
}

/* True `part` times in `whole`. part may exceed whole (always); whole > 0. */
bool chance_holds(uint64_t random, uint64_t part, uint64_t whole);

/* A positive number around a median, skewed to the right as durations and prices are: median * 2^z, z roughly normal with mean 0 and deviation 1.15,
 * between -4 and 4. The middle half lies between median / 1.7 and median * 1.7. median < 2^40. */
int64_t chance_around(uint64_t random, int64_t median);

#endif
