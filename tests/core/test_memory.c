/* Goal: what core's tables stand on: blocks do not overlap (slab), the least comes first (agenda), arrays grow and keep what they hold (memory).
 * Method: random runs from a printed seed beside the plainest thing that does the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/agenda.h"
#include "../../daemon/core/memory.h"
#include "../../daemon/core/slab.h"
#include "random_support.h"
#include "story_support.h"

static void slab__blocks_are_aligned_and_do_not_overlap(void **state)
{
    (void)state;
    enum { BLOCKS = 500, STEPS = 20000 };
    static struct { unsigned char *bytes; size_t size; unsigned char mark; } blocks[BLOCKS];
    memset(blocks, 0, sizeof blocks);
    struct random random = {random_seed()};
    print_message("SEED=%llu\n", (unsigned long long)random.state);
    struct slab slab = {0};
    for (int step = 0; step < STEPS + BLOCKS; step++) {
        int i = step < STEPS ? random_below(&random, BLOCKS) : step - STEPS; /* give back all at the end */
        if (blocks[i].bytes != NULL) {
            for (size_t b = 0; b < blocks[i].size; b++)
                assert_int_equal(blocks[i].bytes[b], blocks[i].mark);
            slab_give(&slab, blocks[i].bytes, blocks[i].size);
            blocks[i].bytes = NULL;
        } else if (step < STEPS) {
            static const size_t edges[] = {1, SLAB_UNIT - 1, SLAB_UNIT, SLAB_UNIT + 1, SLAB_LARGEST - 1, SLAB_LARGEST, SLAB_LARGEST + 1};
            blocks[i].size = random_one_in(&random, 2) ? edges[random_below(&random, COUNT_OF(edges))] : 1 + (size_t)random_below(&random, 1500);
            blocks[i].mark = (unsigned char)random_next(&random);
            blocks[i].bytes = slab_take(&slab, blocks[i].size);
            assert_int_equal((uintptr_t)blocks[i].bytes % SLAB_UNIT, 0);
            memset(blocks[i].bytes, blocks[i].mark, blocks[i].size);
        }
    }
    slab_free(&slab);
}

static void slab__uses_a_freed_block_again(void **state)
{
    (void)state;
    struct slab slab = {0};
    void *first = slab_take(&slab, 40), *second = slab_take(&slab, 40);
    slab_give(&slab, first, 40);
    slab_give(&slab, second, 40);
    assert_ptr_equal(slab_take(&slab, 33), second); /* of the same size in units */
    assert_ptr_equal(slab_take(&slab, 40), first);
    slab_free(&slab);
    slab_free(&slab); /* free and empty */
}

static bool comes_before(struct agenda_entry a, struct agenda_entry b)
{
    return a.moment != b.moment ? a.moment < b.moment : a.lead < b.lead;
}

static void agenda__gives_the_least_first(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    int rounds = random_rounds(50);
    print_message("SEED=%llu ROUNDS=%d\n", (unsigned long long)seed, rounds);
    for (int round = 0; round < rounds; round++) {
        struct random random = {seed + (uint64_t)round};
        enum { MOST = 300 };
        struct agenda_entry kept[MOST];
        struct agenda agenda = {0};
        for (int step = 0; step < 2000; step++) {
            if (agenda.count < MOST && !random_one_in(&random, 3)) {
                kept[agenda.count] = (struct agenda_entry){random_below(&random, 20) - 10, (uint64_t)random_below(&random, 4)};
                agenda_push(&agenda, kept[agenda.count]);
            } else if (agenda.count > 0 && random_one_in(&random, 10)) { /* filtered in place */
                size_t left = 0;
                for (size_t i = 0; i < agenda.count; i++)
                    if (agenda.heap[i].moment % 3 != 0)
                        agenda.heap[left++] = agenda.heap[i];
                agenda.count = left;
                agenda_order(&agenda);
                memcpy(kept, agenda.heap, left * sizeof *kept);
            } else if (agenda.count > 0) {
                size_t least = 0;
                for (size_t i = 1; i < agenda.count; i++)
                    if (comes_before(kept[i], kept[least]))
                        least = i;
                struct agenda_entry popped = agenda_pop(&agenda);
                assert_true(popped.moment == kept[least].moment && popped.lead == kept[least].lead);
                kept[least] = kept[agenda.count];
            }
        }
        agenda_free(&agenda);
        assert_true(agenda.count == 0 && agenda.heap == NULL);
    }
}

static void memory_grow__doubles_and_keeps(void **state)
{
    (void)state;
    size_t capacity = 0;
    int *numbers = NULL;
    for (int i = 0; i < 1000; i++) {
        numbers = memory_grow(numbers, &capacity, (size_t)i + 1, sizeof *numbers);
        assert_true(capacity > (size_t)i);
        numbers[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    assert_ptr_equal(memory_grow(numbers, &capacity, 10, sizeof *numbers), numbers);
    free(numbers);
    char *copy = memory_string("two words", 3);
    assert_string_equal(copy, "two");
    free(copy);
    free(memory_copy(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slab__blocks_are_aligned_and_do_not_overlap),
        cmocka_unit_test(slab__uses_a_freed_block_again),
        cmocka_unit_test(agenda__gives_the_least_first),
        cmocka_unit_test(memory_grow__doubles_and_keeps),
    };
    return cmocka_run_group_tests_name("core/memory", tests, NULL, NULL);
}
