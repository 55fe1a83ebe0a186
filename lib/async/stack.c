/* SPDX-License-Identifier: MIT */
/*
 * lib/async/stack.c: mappings, the stacks cut from them, and their guards. See stack.h.
 *
 *     slab:  | guard |        stack 0 | guard |        stack 1 | ...
 *              16 KiB   stack_bytes, growing downward to its guard
 *
 * A guard is wider than a page since libraries that were built without stack-clash protection may
 * skip some. A stack is cut, and its guard set, when it is needed for the first time. Nothing is
 * kept on a free stack, so that its memory can go back to the system; what is known of a stack is
 * in an array beside the mapping.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "async/loop.h"
#include "async/sanitizer.h"
#include "async/stack.h"
#include "base/timer.h"

/* Younger than the headers of the systems that we build on. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum {
    SLAB_STACKS = 64,            /* stacks a mapping */
    GUARD_BYTES = 16 * 1024,     /* at least a page */
    NEXT_CALLS = 1024,           /* what calls below a frame take at once */
    STACK_BYTES_MIN = 16 * 1024, /* less than that no C library function is safe on */
    KEEP_STACKS = 16,            /* free stacks that keep their memory for ever */
    MAPS_SPARE = 4096,           /* mappings that we leave to everybody else */
};

#define TRIM_EVERY_NS (5 * CADRE__NSEC_PER_SEC)

struct cadre__stack_slab {
    struct cadre__list link; /* in the pool's list */
    char *map;               /* SLAB_STACKS strides */
    unsigned cut;            /* stacks[0..cut) exist */
    unsigned used;           /* of these, in use */
    struct cadre__stack stacks[SLAB_STACKS];
};

struct cadre__stack_pool {
    /* set once */
    struct cadre__loop *loop;
    size_t stack_bytes; /* usable */
    size_t guard_bytes;
    size_t stride;      /* both */
    size_t stacks_max;  /* the bound in force */
    bool guard_regions; /* MADV_GUARD_INSTALL works */
    bool bound_by_maps; /* the bound is the kernel's, on mappings */

    /* each get and put */
    struct cadre__stack *last; /* the one that was put last, still among the used; or NULL */
    struct cadre__list free;   /* stacks, the newest first; clean ones are last */
    struct cadre__list used;   /* stacks, the newest first */
    size_t n_free, n_used;     /* `last` is used */
    size_t free_least;         /* the least of n_free since the last trim */

    /* seldom */
    struct cadre__list slabs;          /* the newest first */
    struct cadre__stack_slab *cutting; /* the one with room for more stacks, or NULL */
    size_t n_slabs, n_clean;
    struct cadre__timer trim;
};

static bool probe_guard_regions(size_t page)
{
    void *map = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool works;

    if (map == MAP_FAILED)
        return false;
    works = madvise(map, page, MADV_GUARD_INSTALL) == 0;
    (void)munmap(map, page);
    return works;
}

/* How many mappings the kernel allows this process; its default where it does not say. */
static size_t read_map_count_max(void)
{
    char text[32] = "";
    ssize_t n = -1;
    int fd = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        n = read(fd, text, sizeof(text) - 1);
        (void)close(fd);
    }
    return n > 0 ? strtoul(text, NULL, 10) : 65530;
}

/* Without guard regions a stack is two mappings: itself and its guard. */
static size_t stacks_in(size_t map_count_max)
{
    size_t spare = map_count_max / 2 < MAPS_SPARE ? map_count_max / 2 : MAPS_SPARE;

    return (map_count_max - spare) / 2;
}

static void arm_trim(struct cadre__stack_pool *pool)
{
    if (!cadre__timer_is_armed(&pool->trim) && pool->n_free - pool->n_clean > KEEP_STACKS)
        cadre__loop_timer_start(pool->loop, &pool->trim, TRIM_EVERY_NS);
}

static void on_trim(struct cadre__timer *timer)
{
    struct cadre__stack_pool *pool = CADRE__CONTAINER_OF(timer, struct cadre__stack_pool, trim);

    cadre__stack_pool_trim(pool);
    arm_trim(pool);
}

int cadre__stack_pool_new(struct cadre__loop *loop, const struct cadre__stack_pool_options *options,
                          struct cadre__stack_pool **ret)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct cadre__stack_pool *pool;
    size_t bytes = options->stack_bytes < STACK_BYTES_MIN ? STACK_BYTES_MIN : options->stack_bytes;

    if (bytes > SIZE_MAX / SLAB_STACKS / 2)
        return -EINVAL;
    pool = calloc(1, sizeof(*pool));
    if (!pool)
        return -ENOMEM;
    pool->loop = loop;
    pool->stack_bytes = (bytes + page - 1) / page * page;
    pool->guard_bytes = page > GUARD_BYTES ? page : GUARD_BYTES;
    pool->stride = pool->stack_bytes + pool->guard_bytes;
    pool->stacks_max = options->stacks_max;
    pool->guard_regions = !options->no_guard_regions && probe_guard_regions(page);
    if (!pool->guard_regions) {
        size_t maps = options->map_count_max ? options->map_count_max : read_map_count_max();

        if (pool->stacks_max > stacks_in(maps)) {
            pool->stacks_max = stacks_in(maps);
            pool->bound_by_maps = true;
        }
    }
    cadre__list_init(&pool->free);
    cadre__list_init(&pool->used);
    cadre__list_init(&pool->slabs);
    cadre__timer_init(&pool->trim, on_trim);
    *ret = pool;
    return 0;
}

static int add_slab(struct cadre__stack_pool *pool)
{
    size_t size = SLAB_STACKS * pool->stride;
    struct cadre__stack_slab *slab = calloc(1, sizeof(*slab));

    if (!slab)
        return -ENOMEM;
    slab->map = mmap(NULL, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (slab->map == MAP_FAILED) {
        free(slab);
        return -ENOMEM;
    }
    /* A huge page would give memory to dozens of stacks of which each needs a page or two. */
    (void)madvise(slab->map, size, MADV_NOHUGEPAGE);
    cadre__list_push_front(&pool->slabs, &slab->link);
    pool->n_slabs++;
    pool->cutting = slab;
    return 0;
}

static void remove_slab(struct cadre__stack_pool *pool, struct cadre__stack_slab *slab)
{
    for (unsigned i = 0; i < slab->cut; i++) {
        struct cadre__stack *stack = &slab->stacks[i];

        cadre__list_remove(&stack->link);
        cadre__sanitizer_stack_removed(stack->base, stack->size, stack->valgrind_id);
        if (stack->clean)
            pool->n_clean--;
    }
    pool->n_free -= slab->cut - slab->used;
    pool->n_used -= slab->used;
    if (pool->cutting == slab)
        pool->cutting = NULL;
    pool->n_slabs--;
    cadre__list_remove(&slab->link);
    (void)munmap(slab->map, SLAB_STACKS * pool->stride);
    free(slab);
}

void cadre__stack_pool_free(struct cadre__stack_pool *pool)
{
    if (!pool)
        return;
    cadre__loop_timer_stop(pool->loop, &pool->trim);
    CADRE__LIST_FOREACH_SAFE(link, &pool->slabs)
    remove_slab(pool, CADRE__CONTAINER_OF(link, struct cadre__stack_slab, link));
    assert(pool->n_used == 0 && pool->n_free == 0 && pool->n_slabs == 0);
    free(pool);
}

static int set_guard(const struct cadre__stack_pool *pool, char *guard)
{
    if (pool->guard_regions && madvise(guard, pool->guard_bytes, MADV_GUARD_INSTALL) == 0)
        return 0;
    /* Also where this very mapping takes no guard region, being locked in memory for example. */
    if (mprotect(guard, pool->guard_bytes, PROT_NONE) == 0)
        return 0;
    return -ENOMEM;
}

static int cut(struct cadre__stack_pool *pool, struct cadre__stack **ret)
{
    struct cadre__stack_slab *slab;
    struct cadre__stack *stack;
    char *guard;
    int r;

    if (!pool->cutting && (r = add_slab(pool)) < 0)
        return r;
    slab = pool->cutting;
    guard = slab->map + slab->cut * pool->stride;
    if ((r = set_guard(pool, guard)) < 0)
        return r;
    stack = &slab->stacks[slab->cut];
    stack->index = slab->cut++;
    if (slab->cut == SLAB_STACKS)
        pool->cutting = NULL;
    cadre__list_init(&stack->link);
    stack->slab = slab;
    stack->base = guard + pool->guard_bytes;
    stack->size = pool->stack_bytes;
    stack->valgrind_id = cadre__sanitizer_stack_cut(stack->base, stack->size);
    *ret = stack;
    return 0;
}

static int get_other(struct cadre__stack_pool *pool, struct cadre__stack **ret)
{
    struct cadre__list *link;
    struct cadre__stack *stack;
    int r;

    if (pool->n_used >= pool->stacks_max)
        return -EAGAIN;
    link = cadre__list_pop_front(&pool->free);
    if (link) {
        stack = CADRE__CONTAINER_OF(link, struct cadre__stack, link);
        if (--pool->n_free < pool->free_least)
            pool->free_least = pool->n_free;
        if (stack->clean) {
            stack->clean = false;
            pool->n_clean--;
        }
    } else if ((r = cut(pool, &stack)) < 0) {
        return r;
    }
    cadre__list_push_front(&pool->used, &stack->link);
    pool->n_used++;
    stack->slab->used++;
    cadre__sanitizer_stack_used(stack->base, stack->size);
    *ret = stack;
    return 0;
}

static void put_other(struct cadre__stack_pool *pool, struct cadre__stack *stack)
{
    assert(stack->slab->used > 0);
    cadre__list_remove(&stack->link);
    cadre__list_push_front(&pool->free, &stack->link);
    stack->slab->used--;
    pool->n_used--;
    pool->n_free++;
    arm_trim(pool);
}

/* Mostly the stack that was put last is wanted next, and no list has to know of it. */
int cadre__stack_get(struct cadre__stack_pool *pool, struct cadre__stack **ret)
{
    struct cadre__stack *stack = pool->last;

    if (!stack)
        return get_other(pool, ret);
    pool->last = NULL;
    cadre__sanitizer_stack_used(stack->base, stack->size);
    *ret = stack;
    return 0;
}

void cadre__stack_put(struct cadre__stack_pool *pool, struct cadre__stack *stack)
{
    stack->user = NULL;
    cadre__sanitizer_stack_unused(stack->base, stack->size);
    if (pool->last)
        put_other(pool, pool->last);
    pool->last = stack;
}

void cadre__stack_give_back(const struct cadre__stack *stack, const void *sp)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t above = (size_t)((const char *)sp - stack->base); /* of the base, where sp is */
    size_t unused = above > NEXT_CALLS ? (above - NEXT_CALLS) / page * page : 0;

    if (unused > 0)
        (void)madvise(stack->base, unused, MADV_DONTNEED);
}

void cadre__stack_pool_trim(struct cadre__stack_pool *pool)
{
    struct cadre__list *link = pool->free.prev;
    size_t keep = pool->last ? KEEP_STACKS - 1 : KEEP_STACKS;

    /* The list is in order of use: what was not needed is its tail. */
    for (size_t i = keep; i < pool->free_least; i++, link = link->prev) {
        struct cadre__stack *stack = CADRE__CONTAINER_OF(link, struct cadre__stack, link);

        if (!stack->clean && madvise(stack->base, stack->size, MADV_DONTNEED) == 0) {
            stack->clean = true;
            stack->left = NULL;
            pool->n_clean++;
        }
    }
    CADRE__LIST_FOREACH_SAFE(it, &pool->slabs)
    {
        struct cadre__stack_slab *slab = CADRE__CONTAINER_OF(it, struct cadre__stack_slab, link);
        bool clean = slab->used == 0;

        for (unsigned i = 0; clean && i < slab->cut; i++)
            clean = slab->stacks[i].clean;
        if (clean)
            remove_slab(pool, slab);
    }
    pool->free_least = pool->n_free;
}

void cadre__stack_pool_stats(const struct cadre__stack_pool *pool,
                             struct cadre__stack_pool_stats *ret)
{
    *ret = (struct cadre__stack_pool_stats){
        .used = pool->n_used - (pool->last != NULL),
        .free = pool->n_free + (pool->last != NULL),
        .clean = pool->n_clean,
        .slabs = pool->n_slabs,
        .stacks_max = pool->stacks_max,
        .guard_regions = pool->guard_regions,
        .bound_by_maps = pool->bound_by_maps,
    };
}

const struct cadre__list *cadre__stack_pool_used(const struct cadre__stack_pool *pool)
{
    return &pool->used;
}

const struct cadre__stack *cadre__stack_find(const struct cadre__stack_pool *pool, const void *addr,
                                             bool *ret_in_guard)
{
    uintptr_t at = (uintptr_t)addr;

    CADRE__LIST_FOREACH(link, &pool->slabs)
    {
        const struct cadre__stack_slab *slab =
            CADRE__CONTAINER_OF(link, struct cadre__stack_slab, link);
        uintptr_t map = (uintptr_t)slab->map;
        size_t index;

        if (at < map || at - map >= SLAB_STACKS * pool->stride)
            continue;
        index = (at - map) / pool->stride;
        if (index >= slab->cut)
            return NULL;
        *ret_in_guard = (at - map) % pool->stride < pool->guard_bytes;
        return &slab->stacks[index];
    }
    return NULL;
}
