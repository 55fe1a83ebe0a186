/* SPDX-License-Identifier: MIT */
/* How long a slow client is waited for. Times in seconds of a clock that begins at 1000. */
#include "worker/pace.h"

#include "tests/unit/unit.h"

#define AT(s)   ((UINT64_C(1000) + (s)) * CADRE__NSEC_PER_SEC)
#define SECS(s) (UINT64_C(s) * CADRE__NSEC_PER_SEC)

START_TEST(without_a_rate_each_pause_has_its_limit)
{
    struct pace pace = {0};

    for (unsigned i = 0; i < 100; i += 10)
        ck_assert_uint_eq(pace_begin(&pace, AT(i), i, 0, SECS(30)), AT(i + 30));
}
END_TEST

START_TEST(who_trickles_has_one_pause_in_all)
{
    struct pace pace = {0};

    /* A byte every ten seconds, where a hundred a second are asked for. */
    ck_assert_uint_eq(pace_begin(&pace, AT(0), 0, 100, SECS(30)), AT(30));
    ck_assert_uint_eq(pace_begin(&pace, AT(10), 1, 100, SECS(30)), AT(30) + SECS(1) / 100);
    ck_assert_uint_eq(pace_begin(&pace, AT(20), 2, 100, SECS(30)), AT(30) + SECS(2) / 100);
    ck_assert_uint_eq(pace_begin(&pace, AT(31), 3, 100, SECS(30)), AT(31));
}
END_TEST

START_TEST(who_keeps_the_rate_is_waited_for)
{
    struct pace pace = {0};

    for (unsigned i = 0; i < 1000; i += 10)
        ck_assert_uint_eq(pace_begin(&pace, AT(i), 1000 * i / 10, 100, SECS(30)), AT(i + 30));
}
END_TEST

START_TEST(only_waiting_counts)
{
    struct pace pace = {0};

    (void)pace_begin(&pace, AT(0), 0, 100, SECS(30));
    pace_end(&pace, AT(10));
    pace_end(&pace, AT(500)); /* no wait: nothing changes */
    ck_assert_uint_eq(pace.waited_ns, SECS(10));
    ck_assert_uint_eq(pace_begin(&pace, AT(900), 0, 100, SECS(30)), AT(920));
}
END_TEST

START_TEST(no_number_of_bytes_overflows)
{
    struct pace pace = {0};

    ck_assert_uint_eq(pace_begin(&pace, AT(0), UINT64_MAX, 1, SECS(30)), AT(30));
    ck_assert_uint_eq(pace_begin(&pace, AT(1), UINT64_MAX / CADRE__NSEC_PER_SEC - 1, 1, SECS(30)),
                      AT(31));
}
END_TEST

UNIT_MAIN("worker/pace", UNIT_CASE(without_a_rate_each_pause_has_its_limit),
          UNIT_CASE(who_trickles_has_one_pause_in_all), UNIT_CASE(who_keeps_the_rate_is_waited_for),
          UNIT_CASE(only_waiting_counts), UNIT_CASE(no_number_of_bytes_overflows))
