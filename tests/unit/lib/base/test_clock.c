/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/clock.
 */
#include "config.h"

#include "base/clock.h"

#include <time.h>

#include "tests/unit/unit.h"

START_TEST(the_system_clock_goes_on_and_agrees_with_the_system)
{
    const struct cadre__clock *clock = cadre__clock_system();
    uint64_t a = cadre__clock_now(clock), b = cadre__clock_now(clock);
    struct timespec ts;
    ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
    uint64_t c = (uint64_t)ts.tv_sec * CADRE__NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
    ck_assert_uint_gt(a, 0);
    ck_assert_uint_le(a, b);
    ck_assert_uint_le(b, c);
}
END_TEST

START_TEST(the_wall_clock_is_in_milliseconds_of_this_epoch)
{
    uint64_t before = (uint64_t)time(NULL) * 1000;
    uint64_t ms = cadre__clock_wall_ms();
    uint64_t after = ((uint64_t)time(NULL) + 1) * 1000;
    /* time() may lag behind by a tick of the kernel. */
    ck_assert_uint_ge(ms + 10, before);
    ck_assert_uint_le(ms, after + 10);
    ck_assert_uint_ge(cadre__clock_system()->wall_ms(cadre__clock_system()), ms);
}
END_TEST

START_TEST(the_test_clock_moves_when_told_and_never_back)
{
    struct cadre__test_clock test;
    cadre__test_clock_init(&test, 5 * CADRE__NSEC_PER_SEC);
    ck_assert_uint_eq(cadre__clock_now(&test.clock), 5 * CADRE__NSEC_PER_SEC);
    ck_assert_uint_eq(cadre__clock_now(&test.clock), 5 * CADRE__NSEC_PER_SEC);
    uint64_t wall = test.clock.wall_ms(&test.clock);
    ck_assert_uint_eq(wall, UINT64_C(1767225605000));
    cadre__test_clock_advance(&test, 1500 * CADRE__NSEC_PER_MSEC);
    ck_assert_uint_eq(cadre__clock_now(&test.clock), 6500 * CADRE__NSEC_PER_MSEC);
    ck_assert_uint_eq(test.clock.wall_ms(&test.clock), wall + 1500);
    cadre__test_clock_advance_to(&test, 1);
    ck_assert_uint_eq(cadre__clock_now(&test.clock), 6500 * CADRE__NSEC_PER_MSEC);
    cadre__test_clock_advance_to(&test, 7 * CADRE__NSEC_PER_SEC);
    ck_assert_uint_eq(cadre__clock_now(&test.clock), 7 * CADRE__NSEC_PER_SEC);
    cadre__test_clock_advance(&test, UINT64_MAX);
    ck_assert_uint_eq(cadre__clock_now(&test.clock), UINT64_MAX);
}
END_TEST

START_TEST(a_deadline_that_does_not_fit_is_never)
{
    ck_assert_uint_eq(cadre__deadline(10, 20), 30);
    ck_assert_uint_eq(cadre__deadline(10, UINT64_MAX), CADRE__NEVER);
    ck_assert_uint_eq(cadre__deadline(10, UINT64_MAX - 10), UINT64_MAX);
    ck_assert_uint_eq(cadre__deadline(10, UINT64_MAX - 9), CADRE__NEVER);
}
END_TEST

UNIT_MAIN("base/clock", UNIT_CASE(the_system_clock_goes_on_and_agrees_with_the_system),
          UNIT_CASE(the_wall_clock_is_in_milliseconds_of_this_epoch),
          UNIT_CASE(the_test_clock_moves_when_told_and_never_back),
          UNIT_CASE(a_deadline_that_does_not_fit_is_never))
