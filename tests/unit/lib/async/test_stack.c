/* SPDX-License-Identifier: MIT */
/*
 * The pool of stacks: reuse, guards of both kinds, bounds, and giving memory back. Each case that
 * can runs twice: with guard regions where the kernel has them, and without.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "async/loop.h"
#include "async/sanitizer.h"
#include "async/stack.h"

#if defined(CADRE__ASAN)
#define SANITIZER_EXIT 1
#elif defined(CADRE__TSAN)
#define SANITIZER_EXIT 66
#endif

static struct cadre__loop *loop;
static struct cadre__test_clock clock_;
static struct cadre__stack_pool *pool;

static void open_pool(const struct cadre__stack_pool_options *options)
{
    cadre__test_clock_init(&clock_, CADRE__NSEC_PER_SEC);
    ck_assert_int_eq(cadre__loop_new(&(struct cadre__loop_options){.test_clock = &clock_}, &loop),
                     0);
    ck_assert_int_eq(cadre__stack_pool_new(loop, options, &pool), 0);
}

static void open_default(bool no_guard_regions)
{
    open_pool(&(struct cadre__stack_pool_options){
        .stack_bytes = 64 * 1024, .stacks_max = 1000, .no_guard_regions = no_guard_regions});
}

static void close_pool(void)
{
    cadre__stack_pool_free(pool);
    cadre__loop_free(loop);
}

static struct cadre__stack_pool_stats stats(void)
{
    struct cadre__stack_pool_stats s;

    cadre__stack_pool_stats(pool, &s);
    return s;
}

static struct cadre__stack *get(void)
{
    struct cadre__stack *stack;

    ck_assert_int_eq(cadre__stack_get(pool, &stack), 0);
    return stack;
}

START_TEST(a_stack_is_usable_from_end_to_end)
{
    struct cadre__stack *stack;

    open_default(_i == 1);
    stack = get();
    ck_assert_uint_eq(stack->size, 64 * 1024);
    ck_assert_uint_eq((uintptr_t)stack->base % (size_t)sysconf(_SC_PAGESIZE), 0);
    memset(stack->base, 0x5a, stack->size);
    cadre__stack_put(pool, stack);
    close_pool();
}
END_TEST

START_TEST(the_byte_below_is_a_fault)
{
    struct cadre__stack *stack;

    open_default(_i % 2 == 1);
    stack = get();
    if (_i < 2)
        *(volatile char *)(stack->base - 1) = 1;
    else
        *(volatile char *)(stack->base - 16 * 1024) = 1;
}
END_TEST

START_TEST(neighbours_are_apart)
{
    struct cadre__stack *a, *b;

    open_default(_i == 1);
    a = get();
    b = get();
    ck_assert(a->base + a->size <= b->base - 4096 || b->base + b->size <= a->base - 4096);
    cadre__stack_put(pool, a);
    cadre__stack_put(pool, b);
    close_pool();
}
END_TEST

START_TEST(the_one_used_last_is_used_next)
{
    struct cadre__stack *s[3];

    open_default(false);
    for (int i = 0; i < 3; i++)
        s[i] = get();
    for (int i = 0; i < 3; i++)
        cadre__stack_put(pool, s[i]);
    for (int i = 2; i >= 0; i--)
        ck_assert_ptr_eq(get(), s[i]);
    ck_assert_uint_eq(stats().used, 3);
    ck_assert_uint_eq(stats().free, 0);
    for (int i = 0; i < 3; i++)
        cadre__stack_put(pool, s[i]);
    close_pool();
}
END_TEST

START_TEST(sizes_are_rounded_up)
{
    struct cadre__stack *stack;

    open_pool(&(struct cadre__stack_pool_options){.stack_bytes = 1, .stacks_max = 1});
    stack = get();
    ck_assert_uint_eq(stack->size, 16 * 1024);
    cadre__stack_put(pool, stack);
    close_pool();
    open_pool(&(struct cadre__stack_pool_options){.stack_bytes = 100001, .stacks_max = 1});
    stack = get();
    ck_assert_uint_ge(stack->size, 100001);
    ck_assert_uint_eq(stack->size % (size_t)sysconf(_SC_PAGESIZE), 0);
    cadre__stack_put(pool, stack);
    close_pool();
}
END_TEST

START_TEST(a_size_that_does_not_fit_is_refused)
{
    struct cadre__stack_pool *none = NULL;

    open_default(false);
    ck_assert_int_eq(cadre__stack_pool_new(loop,
                                           &(struct cadre__stack_pool_options){
                                               .stack_bytes = SIZE_MAX / 16, .stacks_max = 1},
                                           &none),
                     -EINVAL);
    ck_assert_ptr_null(none);
    close_pool();
}
END_TEST

START_TEST(the_bound_holds)
{
    struct cadre__stack *s[3], *none = NULL;

    open_pool(&(struct cadre__stack_pool_options){.stacks_max = 3});
    for (int i = 0; i < 3; i++)
        s[i] = get();
    ck_assert(!stats().bound_by_maps);
    ck_assert_int_eq(cadre__stack_get(pool, &none), -EAGAIN);
    ck_assert_ptr_null(none);
    cadre__stack_put(pool, s[1]);
    s[1] = get();
    ck_assert_int_eq(cadre__stack_get(pool, &none), -EAGAIN);
    for (int i = 0; i < 3; i++)
        cadre__stack_put(pool, s[i]);
    close_pool();
}
END_TEST

static size_t count_maps(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    size_t lines = 0;
    int c;

    ck_assert_ptr_nonnull(maps);
    while ((c = getc(maps)) != EOF)
        lines += c == '\n';
    (void)fclose(maps);
    return lines;
}

START_TEST(without_guard_regions_the_kernels_bound_on_mappings_holds)
{
    static struct cadre__stack *s[500];
    struct cadre__stack *none = NULL;
    size_t before, n = 0;

    open_pool(&(struct cadre__stack_pool_options){
        .stacks_max = 100000, .no_guard_regions = true, .map_count_max = 1000});
    ck_assert(!stats().guard_regions);
    ck_assert(stats().bound_by_maps);
    before = count_maps();
    while (n < 500 && cadre__stack_get(pool, &none) == 0)
        s[n++] = none;
    /* Half of the mappings are left to others, and a stack takes two. */
    ck_assert_uint_eq(n, 250);
    ck_assert_uint_le(count_maps() - before, 520);
    while (n > 0)
        cadre__stack_put(pool, s[--n]);
    close_pool();
}
END_TEST

START_TEST(guard_regions_cost_no_mappings)
{
    static struct cadre__stack *s[640];
    size_t before;

    open_default(false);
    if (stats().guard_regions) {
        before = count_maps();
        for (int i = 0; i < 640; i++)
            s[i] = get();
        ck_assert_uint_le(count_maps() - before, 30);
        for (int i = 0; i < 640; i++)
            cadre__stack_put(pool, s[i]);
    }
    close_pool();
}
END_TEST

#if !defined(CADRE__ASAN) && !defined(CADRE__TSAN)
START_TEST(memory_that_the_system_refuses_is_an_error_and_no_more)
{
    struct cadre__stack *stack = NULL;
    struct rlimit limit;

    open_default(false);
    stack = get();
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
    limit.rlim_cur = 1;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    /* What was mapped before serves on. */
    for (int i = 1; i < 64; i++)
        (void)get();
    ck_assert_int_eq(cadre__stack_get(pool, &stack), -ENOMEM);
    ck_assert_uint_eq(stats().used, 64);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    ck_assert_int_eq(cadre__stack_get(pool, &stack), 0);
    ck_assert_uint_eq(stats().used, 65);
    close_pool();
}
END_TEST
#define MEMORY_CASE UNIT_CASE(memory_that_the_system_refuses_is_an_error_and_no_more),
#else
#define MEMORY_CASE
#endif

enum { MANY = 200 };

static struct cadre__stack *many[MANY];

static void use_many(void)
{
    for (int i = 0; i < MANY; i++) {
        many[i] = get();
        memset(many[i]->base, 0x5a, many[i]->size);
    }
}

static void put_many(void)
{
    for (int i = 0; i < MANY; i++)
        cadre__stack_put(pool, many[i]);
}

static void on_stop(struct cadre__timer *timer)
{
    (void)timer;
    cadre__loop_stop(loop);
}

static void let_pass(uint64_t seconds)
{
    struct cadre__timer timer;

    cadre__timer_init(&timer, on_stop);
    cadre__loop_timer_start(loop, &timer, seconds * CADRE__NSEC_PER_SEC);
    ck_assert_int_eq(cadre__loop_run(loop), 0);
}

START_TEST(what_is_not_needed_goes_back_and_then_nothing_runs)
{
    unsigned timers;

    open_default(false);
    timers = cadre__timers_count(cadre__loop_timers(loop));
    use_many();
    put_many();
    ck_assert_uint_eq(stats().free, MANY);
    ck_assert_uint_eq(cadre__timers_count(cadre__loop_timers(loop)), timers + 1);
    let_pass(60);
    ck_assert_uint_eq(cadre__timers_count(cadre__loop_timers(loop)), timers);
    ck_assert_uint_eq(stats().free - stats().clean, 16);
    /* Four mappings, and what is kept warm was used last: it is all in one or two of them. */
    ck_assert_uint_le(stats().slabs, 2);
    ck_assert_uint_lt(stats().free, MANY);
    use_many();
    put_many();
    close_pool();
}
END_TEST

START_TEST(what_was_needed_meanwhile_stays)
{
    open_default(false);
    use_many();
    put_many();
    cadre__stack_pool_trim(pool);
    use_many();
    put_many();
    cadre__stack_pool_trim(pool);
    ck_assert_uint_eq(stats().clean, 0);
    ck_assert_uint_eq(stats().free, MANY);
    cadre__stack_pool_trim(pool);
    ck_assert_uint_gt(MANY - 16 + 1, stats().free - stats().clean);
    close_pool();
}
END_TEST

START_TEST(stacks_in_use_are_never_touched)
{
    open_default(_i == 1);
    use_many();
    for (int i = 0; i < MANY; i++)
        if (i % 10 != 0)
            cadre__stack_put(pool, many[i]);
    cadre__stack_pool_trim(pool);
    cadre__stack_pool_trim(pool);
    ck_assert_uint_eq(stats().clean, MANY - MANY / 10 - 16);
    for (int i = 0; i < MANY; i += 10) {
        for (size_t at = 0; at < many[i]->size; at++)
            if (many[i]->base[at] != 0x5a)
                ck_abort_msg("stack %d has lost its memory", i);
        cadre__stack_put(pool, many[i]);
    }
    close_pool();
}
END_TEST

START_TEST(guards_outlast_a_trim)
{
    open_default(_i == 1);
    use_many();
    put_many();
    cadre__stack_pool_trim(pool);
    cadre__stack_pool_trim(pool);
    use_many();
    *(volatile char *)(many[MANY - 1]->base - 1) = 1;
}
END_TEST

START_TEST(one_in_use_gives_back_what_is_below)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), kept = 0;
    struct cadre__stack *stack;
    char *place;

    open_default(false);
    stack = get();
    memset(stack->base, 0x5a, stack->size);
    place = stack->base + stack->size - page / 2;
    cadre__stack_give_back(stack, place);
    for (char *at = stack->base; at < stack->base + stack->size; at++)
        kept += *at == 0x5a;
    /* the page of the place, and the one below where the next calls reach into it */
    ck_assert_uint_ge(kept, page);
    ck_assert_uint_le(kept, 2 * page);
    ck_assert_int_eq(place[-1000], 0x5a);
    memset(stack->base, 0x5a, stack->size);
    cadre__stack_give_back(stack, stack->base + 10);
    ck_assert_int_eq(stack->base[0], 0x5a);
    cadre__stack_put(pool, stack);
    close_pool();
}
END_TEST

START_TEST(an_address_finds_its_stack)
{
    struct cadre__stack *stack;
    bool in_guard = true;
    int here = 0;

    open_default(false);
    stack = get();
    ck_assert_ptr_null(cadre__stack_find(pool, &here, &in_guard));
    ck_assert_ptr_eq(cadre__stack_find(pool, stack->base, &in_guard), stack);
    ck_assert(!in_guard);
    ck_assert_ptr_eq(cadre__stack_find(pool, stack->base + stack->size - 1, &in_guard), stack);
    ck_assert(!in_guard);
    ck_assert_ptr_eq(cadre__stack_find(pool, stack->base - 1, &in_guard), stack);
    ck_assert(in_guard);
    /* Not cut yet. */
    ck_assert_ptr_null(cadre__stack_find(pool, stack->base + stack->size, &in_guard));
    cadre__stack_put(pool, stack);
    close_pool();
}
END_TEST

#define UNIT_SIGNAL_LOOP(fn, sig, count)                                                           \
    {                                                                                              \
        .name = #fn, .test = fn, .signal = (sig), .end = (count)                                   \
    }

int main(void)
{
    struct unit_case cases[] = {
        UNIT_LOOP(a_stack_is_usable_from_end_to_end, 2),
        UNIT_SIGNAL_LOOP(the_byte_below_is_a_fault, SIGSEGV, 4),
        UNIT_LOOP(neighbours_are_apart, 2),
        UNIT_CASE(the_one_used_last_is_used_next),
        UNIT_CASE(sizes_are_rounded_up),
        UNIT_CASE(a_size_that_does_not_fit_is_refused),
        UNIT_CASE(the_bound_holds),
        UNIT_CASE(without_guard_regions_the_kernels_bound_on_mappings_holds),
        UNIT_CASE(guard_regions_cost_no_mappings),
        MEMORY_CASE UNIT_CASE(what_is_not_needed_goes_back_and_then_nothing_runs),
        UNIT_CASE(what_was_needed_meanwhile_stays),
        UNIT_LOOP(stacks_in_use_are_never_touched, 2),
        UNIT_SIGNAL_LOOP(guards_outlast_a_trim, SIGSEGV, 2),
        UNIT_CASE(one_in_use_gives_back_what_is_below),
        UNIT_CASE(an_address_finds_its_stack),
    };

#if defined(CADRE__ASAN) || defined(CADRE__TSAN)
    /* There a fault is a report and an exit, and not a signal that the frame would see. */
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (cases[i].signal == SIGSEGV) {
            cases[i].signal = 0;
            cases[i].exit_code = SANITIZER_EXIT;
        }
#endif
    return unit_run("async/stack", cases, sizeof(cases) / sizeof(cases[0]));
}
