/* json_special.h -- which of 64 bytes a string of a JSON text cannot simply run over: quote, backslash, control character, anything but ASCII.
 * Bit i of the result is byte i. Threads: no state. */
#ifndef FUNNELD_WIRE_JSON_SPECIAL_H
#define FUNNELD_WIRE_JSON_SPECIAL_H

#include "words.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { JSON_BLOCK = 64 };

/* With nothing but C. */
static inline uint64_t json_special_words(const char *at)
{
    /* Of a byte's lower seven bits: a sum's top bit is 0 just where they are 0, or below 0x20; the multiplication gathers top bits. */
    const uint64_t tops = WORD_OF(0x80), low = WORD_OF(0x7F);
    uint64_t special = 0;
    for (int i = 0; i < JSON_BLOCK / 8; i++) {
        uint64_t word = word_load(at + 8 * i), seven = word & low;
        uint64_t plain = ((seven ^ WORD_OF('"')) + low) & ((seven ^ WORD_OF('\\')) + low) & (seven + WORD_OF(0x60)) & ~word & tops;
        special |= ((~plain & tops) >> 7) * UINT64_C(0x0102040810204080) >> 56 << 8 * i;
    }
    return special;
}

static inline uint64_t json_special(const char *at)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
    uint64_t plain = 0;
    for (int i = 0; i < JSON_BLOCK / 16; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * i));
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        __m128i rest = _mm_andnot_si128(found, _mm_cmpgt_epi8(bytes, control)); /* signed: what is not ASCII is not greater */
        plain |= (uint64_t)(unsigned)_mm_movemask_epi8(rest) << 16 * i;
    }
    return ~plain;
#else
    return json_special_words(at);
#endif
}

#endif
