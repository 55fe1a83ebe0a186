/* SPDX-License-Identifier: MIT */
/*
 * lib/async/sanitizer.h: telling the tools that watch a program what becomes of stacks.
 *
 * AddressSanitizer must know which stack runs (and keeps a shadow "fake stack" for each),
 * ThreadSanitizer takes each coroutine for a fiber, LeakSanitizer must look for pointers on parked
 * stacks, and valgrind must tell a switch of stacks from a huge allocation on one. All of this is
 * nothing in a build without them. Internal to lib/async; see coroutine.c and stack.c.
 */
#ifndef CADRE_ASYNC_SANITIZER_H
#define CADRE_ASYNC_SANITIZER_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CADRE__ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define CADRE__TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(CADRE__ASAN)
#define CADRE__ASAN 1
#endif
#if defined(__SANITIZE_THREAD__) && !defined(CADRE__TSAN)
#define CADRE__TSAN 1
#endif

#ifdef CADRE__ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef CADRE__TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if defined(HAVE_VALGRIND_VALGRIND_H) && !defined(CADRE__ASAN) && !defined(CADRE__TSAN)
#include <valgrind/valgrind.h>
#define CADRE__VALGRIND 1
#endif

/* May a flow of control that has ended go on as another? Not where a tool was told of its end. */
#if defined(CADRE__ASAN) || defined(CADRE__TSAN)
#define CADRE__SANITIZER_IS_TOLD 1
#else
#define CADRE__SANITIZER_IS_TOLD 0
#endif

/* What the tools keep of one flow of control. Empty of meaning without them. */
struct cadre__sanitizer {
    void *fake_stack;  /* ASan's, while it does not run */
    const void *stack; /* its lowest byte; learnt at the first switch for a thread's own stack */
    size_t size;       /* bytes */
    void *fiber;       /* TSan's */
};

/* For the flow of control that a thread begins with. */
static inline void cadre__sanitizer_init_thread(struct cadre__sanitizer *it)
{
    *it = (struct cadre__sanitizer){0};
#ifdef CADRE__TSAN
    it->fiber = __tsan_get_current_fiber();
#endif
}

/* For a new coroutine on the given stack. */
static inline void cadre__sanitizer_init(struct cadre__sanitizer *it, const void *stack,
                                         size_t size, const char *name)
{
    *it = (struct cadre__sanitizer){.stack = stack, .size = size};
    (void)name;
#ifdef CADRE__TSAN
    it->fiber = __tsan_create_fiber(0);
    __tsan_set_fiber_name(it->fiber, name);
#endif
}

/* After a coroutine has ended, from another. */
static inline void cadre__sanitizer_done(struct cadre__sanitizer *it)
{
    (void)it;
#ifdef CADRE__TSAN
    __tsan_destroy_fiber(it->fiber);
#endif
}

/* Right before the switch; `ends`: `from` will never run again. */
static inline void cadre__sanitizer_leave(struct cadre__sanitizer *from,
                                          struct cadre__sanitizer *to, bool ends)
{
    (void)from;
    (void)to;
    (void)ends;
#ifdef CADRE__ASAN
    __sanitizer_start_switch_fiber(ends ? NULL : &from->fake_stack, to->stack, to->size);
#endif
#ifdef CADRE__TSAN
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
}

/* Right after it, on the other side: `it` runs again, or for the first time; `before` ran. */
static inline void cadre__sanitizer_arrive(struct cadre__sanitizer *it,
                                           struct cadre__sanitizer *before)
{
    (void)it;
    (void)before;
#ifdef CADRE__ASAN
    if (before)
        __sanitizer_finish_switch_fiber(it->fake_stack, &before->stack, &before->size);
    else
        __sanitizer_finish_switch_fiber(it->fake_stack, NULL, NULL);
#endif
}

/* A stack was cut. Returns what valgrind calls it. */
static inline unsigned cadre__sanitizer_stack_cut(void *base, size_t size)
{
    (void)base;
    (void)size;
#ifdef CADRE__ASAN
    __lsan_register_root_region(base, size);
    __asan_poison_memory_region(base, size);
#endif
#ifdef CADRE__VALGRIND
    return VALGRIND_STACK_REGISTER(base, (char *)base + size);
#else
    return 0;
#endif
}

/* A stack comes into use, with nothing on it. */
static inline void cadre__sanitizer_stack_used(void *base, size_t size)
{
    (void)base;
    (void)size;
#ifdef CADRE__ASAN
    __asan_unpoison_memory_region(base, size);
#endif
}

/* A stack is not in use any more: what still points into it is wrong. */
static inline void cadre__sanitizer_stack_unused(void *base, size_t size)
{
    (void)base;
    (void)size;
#ifdef CADRE__ASAN
    __asan_poison_memory_region(base, size);
#endif
}

/* A stack is about to be unmapped. */
static inline void cadre__sanitizer_stack_removed(void *base, size_t size, unsigned id)
{
    (void)base;
    (void)size;
    (void)id;
#ifdef CADRE__ASAN
    __asan_unpoison_memory_region(base, size);
    __lsan_unregister_root_region(base, size);
#endif
#ifdef CADRE__VALGRIND
    VALGRIND_STACK_DEREGISTER(id);
#endif
}

#endif
