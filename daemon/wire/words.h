/* words.h -- text eight bytes at a time: a word is eight bytes as one number whose lowest byte is the first one. Threads: no state. */
#ifndef FUNNELD_WIRE_WORDS_H
#define FUNNELD_WIRE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
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

/* The first `count` bytes, and zeros where these are fewer than eight. */
static inline uint64_t word_load_some(const char *at, size_t count)
{
    if (count >= 8)
        return word_load(at);
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++)
        word |= (uint64_t)(unsigned char)at[i] << 8 * i;
    return word;
}

/* The top bit of bytes that are 0; the first one is right, of those behind it some may be wrong. */
static inline uint64_t word_zeros(uint64_t word)
{
    return (word - WORD_OF(1)) & ~word & WORD_OF(0x80);
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

/* The number that the first `count` bytes (1..8) make, which are digits. */
static inline uint32_t word_number(uint64_t word, size_t count)
{
    word = (word - WORD_OF('0')) << (64 - 8 * count); /* zeros come before the first digit */
    word = ((word * (1 + (10 << 8))) >> 8) & UINT64_C(0x00FF00FF00FF00FF); /* pairs of digits become numbers, then pairs of these */
    word = ((word * (1 + (100 << 16))) >> 16) & UINT64_C(0x0000FFFF0000FFFF);
    return (uint32_t)((word * (1 + (UINT64_C(10000) << 32))) >> 32);
}

/* Numbers of two digits among eight bytes: byte i of *pairs is the number that digit i and the one behind it make. false: some byte is not as in
 * `form`, which has 0 where any digit may be. */
static inline bool word_pairs(const char *at, const char form[9], uint64_t *pairs)
{
    uint64_t most = 0; /* what may be added to a byte before its top bit is set: to 9 where there are digits, else to 0 */
    for (int i = 0; i < 8; i++)
        most |= (uint64_t)(form[i] == '0' ? 0x7F - 9 : 0x7F) << 8 * i;
    uint64_t word = word_load(at) ^ word_load(form); /* so digits are their values, the rest is 0 */
    if (((word | ((word & WORD_OF(0x7F)) + most)) & WORD_OF(0x80)) != 0)
        return false;
    *pairs = word * 10 + (word >> 8);
    return true;
}

static inline int word_byte(uint64_t word, int place)
{
    return (int)(word >> 8 * place & 0xFF);
}

#endif
