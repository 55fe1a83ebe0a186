/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/backoff: the waits between starts that fail.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include "base/clock.h"
#include "master/backoff.h"

#define MSEC CADRE__NSEC_PER_MSEC
#define SEC  CADRE__NSEC_PER_SEC

START_TEST(the_first_failure_is_followed_by_a_start_at_once)
{
    ck_assert_uint_eq(backoff_delay(0, 100 * MSEC, 30 * SEC, 0), 0);
    ck_assert_uint_eq(backoff_delay(1, 100 * MSEC, 30 * SEC, UINT32_MAX), 0);
}
END_TEST

START_TEST(the_wait_doubles_up_to_the_limit)
{
    uint64_t expected = 100 * MSEC;

    for (unsigned failures = 2; failures < 200; failures++) {
        ck_assert_uint_eq(backoff_delay(failures, 100 * MSEC, 30 * SEC, 0), expected);
        expected = expected * 2 > 30 * SEC ? 30 * SEC : expected * 2;
    }
}
END_TEST

START_TEST(jitter_shortens_by_at_most_a_fifth)
{
    for (unsigned failures = 2; failures < 40; failures++) {
        uint64_t most = backoff_delay(failures, 100 * MSEC, 30 * SEC, 0);
        uint64_t least = backoff_delay(failures, 100 * MSEC, 30 * SEC, UINT32_MAX);
        uint64_t middle = backoff_delay(failures, 100 * MSEC, 30 * SEC, UINT32_MAX / 2);

        ck_assert_uint_lt(least, middle);
        ck_assert_uint_lt(middle, most);
        ck_assert_uint_ge(least, most - most / 5);
    }
}
END_TEST

START_TEST(the_wait_grows_whatever_the_jitter)
{
    for (unsigned failures = 2; failures < 9; failures++)
        ck_assert_uint_gt(backoff_delay(failures + 1, 100 * MSEC, 30 * SEC, UINT32_MAX),
                          backoff_delay(failures, 100 * MSEC, 30 * SEC, 0));
}
END_TEST

START_TEST(no_delay_in_the_conf_still_waits)
{
    ck_assert_uint_eq(backoff_delay(2, 0, 0, 0), BACKOFF_DELAY_MIN_NS);
    ck_assert_uint_eq(backoff_delay(20, 0, 0, 0), BACKOFF_DELAY_MIN_NS);
}
END_TEST

START_TEST(a_limit_below_the_first_wait_does_not_shorten_it)
{
    ck_assert_uint_eq(backoff_delay(5, 2 * SEC, 1 * SEC, 0), 2 * SEC);
}
END_TEST

START_TEST(the_largest_values_do_not_overflow)
{
    ck_assert_uint_eq(backoff_delay(UINT32_MAX, UINT64_MAX, UINT64_MAX, 0), UINT64_MAX);
    ck_assert_uint_gt(backoff_delay(UINT32_MAX, UINT64_MAX, UINT64_MAX, UINT32_MAX),
                      UINT64_MAX / 5 * 4 - 1);
    ck_assert_uint_eq(backoff_delay(70, 1 * SEC, UINT64_MAX, 0), UINT64_MAX);
}
END_TEST

UNIT_MAIN("master/backoff", UNIT_CASE(the_first_failure_is_followed_by_a_start_at_once),
          UNIT_CASE(the_wait_doubles_up_to_the_limit),
          UNIT_CASE(jitter_shortens_by_at_most_a_fifth),
          UNIT_CASE(the_wait_grows_whatever_the_jitter),
          UNIT_CASE(no_delay_in_the_conf_still_waits),
          UNIT_CASE(a_limit_below_the_first_wait_does_not_shorten_it),
          UNIT_CASE(the_largest_values_do_not_overflow))
