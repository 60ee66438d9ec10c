/* words.h -- text eight bytes at a time: a word is eight bytes as one number whose lowest byte is the first one. Threads: no state. */
#ifndef FUNNELD_WIRE_WORDS_H
#define FUNNELD_WIRE_WORDS_H

#include <stdint.h>
#include <string.h>

#define WORD_OF(byte) (UINT64_C(0x0101010101010101) * (byte)) /* eight times the same byte */

static inline uint64_t word_load(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The top bit of each byte that is no decimal digit. */
static inline uint64_t word_not_digits(uint64_t word)
{
    uint64_t value = word ^ WORD_OF('0'); /* 0..9 for digits alone */
    return (value | ((value & WORD_OF(0x7F)) + WORD_OF(0x76))) & WORD_OF(0x80);
}

/* The place of the first byte that is marked by its top bit; marks != 0. */
static inline size_t word_first(uint64_t marks)
{
    return (size_t)__builtin_ctzll(marks) / 8;
}

#endif
