/* SPDX-License-Identifier: MIT */
/*
 * lib/async/stack.h: the stacks of coroutines.
 *
 * Stacks are cut from large mappings. Each has a guard below it, so that an overflow is a fault
 * and never a corruption: a guard region where the kernel has them (MADV_GUARD_INSTALL, Linux
 * 6.13), which costs no mapping; else pages without rights, which cost two mappings a stack, and
 * then the pool stays within vm.max_map_count. The stack used last is the next to be used, since
 * its memory is warm. Memory of stacks that were not needed for a while goes back to the system by
 * a timer, and mappings in which no stack is used are removed; the timer stops when there is
 * nothing left to give back.
 *
 * One pool belongs to one loop. The calls come from the loop's thread; none suspends.
 */
#ifndef CADRE_ASYNC_STACK_H
#define CADRE_ASYNC_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include <cadre/macros.h>

struct cadre__loop;
struct cadre__stack_pool;
struct cadre__stack_slab;

struct cadre__stack {
    struct cadre__list link;        /* in the pool's list of free or of used stacks */
    struct cadre__stack_slab *slab; /* the mapping it was cut from */
    char *base;                     /* its lowest usable byte; the guard is below */
    unsigned index;                 /* which one of the mapping */
    size_t size;                    /* usable bytes, whole pages */
    void *user;                     /* of whoever uses it; NULL while free */
    void *left; /* what its last user left at its top for the next; NULL: nothing, or given back */
    bool clean; /* its memory was given back since it was used */
    unsigned valgrind_id; /* what valgrind calls it */
};

struct cadre__stack_pool_options {
    size_t stack_bytes;    /* usable; rounded up to whole pages, at least 16 KiB */
    size_t stacks_max;     /* in use at a time */
    bool no_guard_regions; /* for tests: do without MADV_GUARD_INSTALL */
    size_t map_count_max;  /* for tests: in place of vm.max_map_count; 0: ask the kernel */
};

struct cadre__stack_pool_stats {
    size_t used;        /* stacks in use */
    size_t free;        /* stacks cut, and not in use */
    size_t clean;       /* of these, without memory */
    size_t slabs;       /* mappings */
    size_t stacks_max;  /* the bound in force, from the options and vm.max_map_count */
    bool guard_regions; /* does the kernel have them? */
    bool bound_by_maps; /* that bound comes from vm.max_map_count */
};

CADRE_MUST_CHECK int cadre__stack_pool_new(struct cadre__loop *loop,
                                           const struct cadre__stack_pool_options *options,
                                           struct cadre__stack_pool **ret);

/* Removes the mappings, also those of stacks in use. NULL is taken. */
void cadre__stack_pool_free(struct cadre__stack_pool *pool);

/* Errors: -EAGAIN (the bound is reached), -ENOMEM (the kernel refused). */
CADRE_MUST_CHECK int cadre__stack_get(struct cadre__stack_pool *pool, struct cadre__stack **ret);

void cadre__stack_put(struct cadre__stack_pool *pool, struct cadre__stack *stack);

/* Gives back what was not needed since the last call; the timer's work, and a test's. */
void cadre__stack_pool_trim(struct cadre__stack_pool *pool);

/*
 * Gives back the memory of a stack in use below `sp`, a place in the frame of who uses it, but for
 * what the next calls need: what a deep call has touched once. One system call.
 */
void cadre__stack_give_back(const struct cadre__stack *stack, const void *sp);

void cadre__stack_pool_stats(const struct cadre__stack_pool *pool,
                             struct cadre__stack_pool_stats *ret);

/* The list of stacks in use, the newest first; and perhaps one that is not: its user is NULL. */
const struct cadre__list *cadre__stack_pool_used(const struct cadre__stack_pool *pool);

/*
 * Finds the stack of this pool that holds `addr`, the guard below it included; NULL: none does.
 * Async-signal-safe on the loop's thread: takes no lock, allocates nothing.
 */
const struct cadre__stack *cadre__stack_find(const struct cadre__stack_pool *pool, const void *addr,
                                             bool *ret_in_guard);

#endif
