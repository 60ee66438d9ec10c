/* fiber.h -- a function that can stand still in the middle and be gone on with: each process of the application runs in one, all in one thread, so
 * that a seed decides who runs when. Fibers never run at once.
 * Source: makecontext(3); the switches are told to the address sanitizer (sanitizer/common_interface_defs.h). */
#ifndef FUNNELD_TESTS_FIBER_H
#define FUNNELD_TESTS_FIBER_H

#include <stdbool.h>

struct fiber;

struct fiber *fiber_new(void);
void fiber_free(struct fiber *fiber); /* one that has not begun or has ended */

/* Begin, not yet running. A fiber that has ended may begin anew, on the same stack. */
void fiber_begin(struct fiber *fiber, void (*entry)(void *context), void *context);

/* From outside: run it until it gives way or ends. Returns whether it is still to be gone on with. */
bool fiber_resume(struct fiber *fiber);

/* From inside: stand still until resumed. */
void fiber_give_way(struct fiber *fiber);

#endif
