#include "chance.h"

bool chance_holds(uint64_t random, uint64_t part, uint64_t whole)
{
    return chance_below(random, whole) < part;
}

/* 2^fraction for a fraction of 65536ths, in 65536ths. 1 + 0.6565 f + 0.3435 f^2 is exact at both ends and within 0.3 % in between. */
static int64_t power_of_two(int64_t fraction)
{
    return 65536 + (fraction * (43024 + (22512 * fraction >> 16)) >> 16);
}

int64_t chance_around(uint64_t random, int64_t median)
{
    /* The sum of four even numbers is close to normal: its deviation is 65536 / sqrt(3), doubled here. */
    int64_t sum = (int64_t)((random & 0xffff) + (random >> 16 & 0xffff) + (random >> 32 & 0xffff) + (random >> 48));
    int64_t exponent = (sum - 2 * 65535) * 2 + (4 << 16); /* above -4, so that it is not negative */
    int64_t scaled = median * power_of_two(exponent & 0xffff) >> 16;
    return (scaled << (exponent >> 16)) >> 4;
}
