/* The pool: who does what, and when what is left is done.
 * Method: each thread notes what it does in a list of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/pool.h"

enum { THREADS = 3, NOTES_MOST = 16, MANY = 10000, FEW = 1 };

static struct notes { char text[NOTES_MOST + 1]; } notes[THREADS]; /* by number: a letter for each piece of work */

static void note(void *context, int thread)
{
    const char *letter = context;
    size_t length = strlen(notes[thread].text);
    assert_true(length < NOTES_MOST);
    notes[thread].text[length] = *letter;
    notes[thread].text[length + 1] = '\0';
}

static char a[] = "a", b[] = "b", c[] = "c";

static void expect_notes(int threads, const char *expected)
{
    for (int i = 0; i < threads; i++)
        assert_string_equal(notes[i].text, expected);
}

static int begin(void **state)
{
    (void)state;
    memset(notes, 0, sizeof notes);
    return 0;
}

static void everybody_does_its_number(void **state)
{
    (void)state;
    struct pool *pool = pool_new(THREADS);
    assert_int_equal(pool_threads(pool), THREADS);
    pool_run(pool, note, a);
    expect_notes(THREADS, "a");
    pool_run_for(pool, MANY, note, b);
    expect_notes(THREADS, "ab");
    pool_run_for(pool, FEW, note, c);
    expect_notes(THREADS, "abc");
    pool_free(pool);
}

static void left_work_is_done_before_the_next(void **state)
{
    (void)state;
    struct pool *pool = pool_new(THREADS);
    pool_leave(pool, MANY, note, a);
    expect_notes(THREADS, "");
    pool_run(pool, note, b);
    expect_notes(THREADS, "ab");
    pool_run(pool, note, c); /* once only */
    expect_notes(THREADS, "abc");
    pool_leave(pool, MANY, note, a);
    pool_run_for(pool, FEW, note, b);
    expect_notes(THREADS, "abcab");
    pool_free(pool);
}

static void one_piece_is_left_at_a_time(void **state)
{
    (void)state;
    struct pool *pool = pool_new(THREADS);
    pool_leave(pool, MANY, note, a);
    pool_leave(pool, MANY, note, b);
    expect_notes(THREADS, "a");
    pool_settle(pool);
    expect_notes(THREADS, "ab");
    pool_settle(pool);
    expect_notes(THREADS, "ab");
    pool_free(pool);
}

static void little_work_is_not_left(void **state)
{
    (void)state;
    struct pool *pool = pool_new(THREADS);
    pool_leave(pool, MANY, note, a);
    pool_leave(pool, FEW, note, b);
    expect_notes(THREADS, "ab");
    pool_free(pool);
}

static void one_thread_leaves_nothing(void **state)
{
    (void)state;
    struct pool *pool = pool_new(1);
    pool_leave(pool, MANY, note, a);
    expect_notes(1, "a");
    pool_run(pool, note, b);
    expect_notes(1, "ab");
    pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(everybody_does_its_number, begin),
        cmocka_unit_test_setup(left_work_is_done_before_the_next, begin),
        cmocka_unit_test_setup(one_piece_is_left_at_a_time, begin),
        cmocka_unit_test_setup(little_work_is_not_left, begin),
        cmocka_unit_test_setup(one_thread_leaves_nothing, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
