#include "key_sort.h"

#include <string.h>

enum { ITEM_BYTES = 8 };

static uint32_t key_of(const char *item)
{
    uint32_t key;
    memcpy(&key, item, sizeof key);
    return key;
}

static void copy(char *to, const char *from)
{
    memcpy(to, from, ITEM_BYTES);
}

void key_sort_few(void *items, size_t count)
{
    char *begin = items, moved[ITEM_BYTES];
    for (size_t i = 1; i < count; i++) {
        char *place = begin + i * ITEM_BYTES;
        copy(moved, place);
        for (; place > begin && key_of(place - ITEM_BYTES) > key_of(moved); place -= ITEM_BYTES)
            copy(place, place - ITEM_BYTES);
        copy(place, moved);
    }
}

void *key_sort_many(void *items, void *other, size_t count, struct key_digits *digits)
{
    char *from = items, *to = other;
    for (int pass = 0; pass < KEY_PASSES; pass++) {
        uint32_t *place = digits->of[pass], sum = 0;
        if (place[key_digit(key_of(from), pass)] == count)
            continue;
        for (int digit = 0; digit < KEY_DIGITS; digit++) {
            uint32_t here = place[digit];
            place[digit] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++) {
            const char *item = from + i * ITEM_BYTES;
            copy(to + (size_t)place[key_digit(key_of(item), pass)]++ * ITEM_BYTES, item);
        }
        char *sorted = to;
        to = from;
        from = sorted;
    }
    return from;
}
