/* SPDX-License-Identifier: MIT */
/*
 * The switch by itself: two flows of control on two stacks, without loop or pool. That values in
 * preserved registers and the floating-point modes survive is tested in test_coroutine.c too; here
 * it is the entry, the argument, and the order.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <fenv.h>
#include <stdint.h>

#include "async/context.h"
#include "async/sanitizer.h"

static struct cadre__context outer, inner;
static struct cadre__sanitizer outer_tools, inner_tools;
static _Alignas(64) char stack[128 * 1024];
static int trace[16];
static int traced;

static void to_inner(void)
{
    cadre__sanitizer_leave(&outer_tools, &inner_tools, false);
    cadre__context_switch(&outer, &inner);
    cadre__sanitizer_arrive(&outer_tools, NULL);
}

static void to_outer(bool ends)
{
    cadre__sanitizer_leave(&inner_tools, &outer_tools, ends);
    cadre__context_switch(&inner, &outer);
    cadre__sanitizer_arrive(&inner_tools, &outer_tools);
}

static void prepare(void (*entry)(void *), void *arg, size_t size)
{
    traced = 0;
    cadre__sanitizer_init_thread(&outer_tools);
    cadre__sanitizer_init(&inner_tools, stack, sizeof(stack), "inner");
    cadre__context_make(&inner, stack, size, entry, arg);
}

static void count_up(void *arg)
{
    int *from = arg;

    cadre__sanitizer_arrive(&inner_tools, &outer_tools);
    for (int i = 0; i < 4; i++) {
        trace[traced++] = *from + i;
        to_outer(false);
    }
    to_outer(true);
}

START_TEST(two_flows_alternate)
{
    int from = 10;

    prepare(count_up, &from, sizeof(stack));
    for (int i = 0; i < 4; i++) {
        to_inner();
        trace[traced++] = i;
    }
    to_inner();
    ck_assert_int_eq(traced, 8);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(trace[2 * i], 10 + i);
        ck_assert_int_eq(trace[2 * i + 1], i);
    }
    cadre__sanitizer_done(&inner_tools);
}
END_TEST

static uintptr_t frame;

static void look_at_frame(void *arg)
{
    cadre__sanitizer_arrive(&inner_tools, &outer_tools);
    (void)arg;
    frame = (uintptr_t)__builtin_frame_address(0);
    to_outer(true);
}

START_TEST(the_first_frame_is_aligned_wherever_the_stack_ends)
{
    const size_t size = sizeof(stack) - (size_t)_i;

    prepare(look_at_frame, NULL, size);
    to_inner();
    ck_assert_uint_eq(frame % 16, 0);
    ck_assert_uint_lt(frame, (uintptr_t)stack + size);
    cadre__sanitizer_done(&inner_tools);
}
END_TEST

static int inner_rounding;

static void change_rounding(void *arg)
{
    cadre__sanitizer_arrive(&inner_tools, &outer_tools);
    (void)arg;
    inner_rounding = fegetround();
    (void)fesetround(FE_DOWNWARD);
    to_outer(false);
    inner_rounding = fegetround();
    to_outer(true);
}

/* valgrind computes to the nearest, whatever the mode. */
static bool rounds(void)
{
#ifdef CADRE__VALGRIND
    return !RUNNING_ON_VALGRIND;
#else
    return true;
#endif
}

START_TEST(rounding_is_inherited_and_then_kept_apart)
{
    volatile double one = 1, three = 3;
    double nearest = one / three;

    ck_assert_int_eq(fesetround(FE_UPWARD), 0);
    prepare(change_rounding, NULL, sizeof(stack));
    to_inner();
    ck_assert_int_eq(inner_rounding, FE_UPWARD);
    ck_assert_int_eq(fegetround(), FE_UPWARD);
    if (rounds())
        ck_assert(one / three > nearest);
    ck_assert_int_eq(fesetround(FE_TONEAREST), 0);
    to_inner();
    ck_assert_int_eq(inner_rounding, FE_DOWNWARD);
    ck_assert_int_eq(fegetround(), FE_TONEAREST);
    ck_assert(one / three == nearest);
    cadre__sanitizer_done(&inner_tools);
}
END_TEST

UNIT_MAIN("async/context", UNIT_CASE(two_flows_alternate),
          UNIT_LOOP(the_first_frame_is_aligned_wherever_the_stack_ends, 65),
          UNIT_CASE(rounding_is_inherited_and_then_kept_apart))
