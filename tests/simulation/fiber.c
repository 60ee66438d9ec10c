#include "fiber.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "../../daemon/core/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

enum { STACK_BYTES = 1 << 20 };

struct fiber {
    ucontext_t inside, outside;
    void *stack;
    void (*entry)(void *context);
    void *context;
    bool running;
    void *fake_inside, *fake_outside; /* the sanitizer's */
    const void *outside_stack;
    size_t outside_size;
};

struct fiber *fiber_new(void)
{
    struct fiber *fiber = memory_new(sizeof *fiber);
    fiber->stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (fiber->stack == MAP_FAILED)
        abort(); /* as out of memory */
    return fiber;
}

void fiber_free(struct fiber *fiber)
{
    if (fiber == NULL)
        return;
    munmap(fiber->stack, STACK_BYTES);
    free(fiber);
}

/* ---- what the sanitizer is told: before a switch where to, after it whence we came ---- */

static void leave_for_inside(struct fiber *fiber)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&fiber->fake_outside, fiber->stack, STACK_BYTES);
#else
    (void)fiber;
#endif
}

static void came_inside(struct fiber *fiber)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fiber->fake_inside, &fiber->outside_stack, &fiber->outside_size);
#else
    (void)fiber;
#endif
}

static void leave_for_outside(struct fiber *fiber, bool for_good)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(for_good ? NULL : &fiber->fake_inside, fiber->outside_stack, fiber->outside_size);
#else
    (void)fiber;
    (void)for_good;
#endif
}

static void came_outside(struct fiber *fiber)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fiber->fake_outside, NULL, NULL);
#else
    (void)fiber;
#endif
}

/* ---- running ---- */

static void begin_inside(unsigned high, unsigned low)
{
    struct fiber *fiber = (struct fiber *)((uintptr_t)high << 32 | low); /* makecontext hands on ints only */
    came_inside(fiber);
    fiber->entry(fiber->context);
    fiber->running = false;
    leave_for_outside(fiber, true);
    setcontext(&fiber->outside);
}

void fiber_begin(struct fiber *fiber, void (*entry)(void *context), void *context)
{
    fiber->entry = entry;
    fiber->context = context;
    fiber->running = true;
    fiber->fake_inside = NULL;
    getcontext(&fiber->inside);
    fiber->inside.uc_stack.ss_sp = fiber->stack;
    fiber->inside.uc_stack.ss_size = STACK_BYTES;
    fiber->inside.uc_link = NULL;
    makecontext(&fiber->inside, (void (*)(void))begin_inside, 2, (unsigned)((uintptr_t)fiber >> 32), (unsigned)(uintptr_t)fiber);
}

bool fiber_resume(struct fiber *fiber)
{
    leave_for_inside(fiber);
    swapcontext(&fiber->outside, &fiber->inside);
    came_outside(fiber);
    return fiber->running;
}

void fiber_give_way(struct fiber *fiber)
{
    leave_for_outside(fiber, false);
    swapcontext(&fiber->inside, &fiber->outside);
    came_inside(fiber);
}
