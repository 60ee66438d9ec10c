/* key_sort.h -- items of eight bytes, the first four of which are their key, put in order of key; those of one key stay in the order in which they came.
 * A few by insertion; many by a radix sort, least digit first, in which a digit that all share costs nothing.
 * Pure. Threads: any, each with items of its own. */
#ifndef FUNNELD_CORE_KEY_SORT_H
#define FUNNELD_CORE_KEY_SORT_H

#include <stddef.h>
#include <stdint.h>

enum { KEY_SORT_FEW = 40, KEY_DIGIT_BITS = 8, KEY_DIGITS = 1 << KEY_DIGIT_BITS, KEY_PASSES = 4 };

/* How many items there are of each digit of their keys: zeroed, then each key counted once. */
struct key_digits { uint32_t of[KEY_PASSES][KEY_DIGITS]; };

static inline uint32_t key_digit(uint32_t key, int pass) { return key >> pass * KEY_DIGIT_BITS & (KEY_DIGITS - 1); }

static inline void key_digits_count(struct key_digits *digits, uint32_t key)
{
    for (int pass = 0; pass < KEY_PASSES; pass++)
        digits->of[pass][key_digit(key, pass)]++;
}

/* In place; best for at most KEY_SORT_FEW. */
void key_sort_few(void *items, size_t count);

/* count > 0. `other` has room for as many; the digits are used up. Returns which of the two holds the result. */
void *key_sort_many(void *items, void *other, size_t count, struct key_digits *digits);

#endif
