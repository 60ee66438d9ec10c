/* Goal: pauses between tries grow, are bounded, and differ from sender to sender.
 * Method: the least and the most over many chances, beside what they should be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/notify/backoff.h"

static void pauses__double_with_chance_up_to_a_bound(void **state)
{
    (void)state;
    static const struct { int failures; int64_t least_ms, most_ms; } cases[] = {{1, 500, 1000}, {2, 1000, 2000}, {5, 8000, 16000}, {9, 128000, 256000}, {10, 150000, 300000}, {1000, 150000, 300000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t least = INT64_MAX, most = 0;
        for (uint32_t chance = 0; chance < 4000000000U; chance += 3999971U) {
            int64_t pause_ms = backoff_ms(cases[i].failures, chance);
            least = pause_ms < least ? pause_ms : least;
            most = pause_ms > most ? pause_ms : most;
        }
        assert_in_range(least, cases[i].least_ms, cases[i].least_ms + cases[i].least_ms / 20);
        assert_in_range(most, cases[i].most_ms - cases[i].most_ms / 20, cases[i].most_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pauses__double_with_chance_up_to_a_bound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
