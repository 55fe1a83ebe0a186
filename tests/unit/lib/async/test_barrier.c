/* SPDX-License-Identifier: MIT */
/*
 * cadre_barrier: rounds, numbers, breaking.
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"

#include <errno.h>

#include <cadre/sync.h>

static struct cadre_barrier barrier;

static int come(const void *arg)
{
    (void)arg;
    return cadre_barrier_wait(&barrier);
}

ON_LOOP(each_of_a_round_gets_a_number_of_its_own)
{
    struct beside parties[6];

    ck_assert_int_eq(cadre_barrier_init(&barrier, 3), 0);
    for (int i = 0; i < 6; i++) {
        beside_start(&parties[i], come, NULL);
        ck_assert_uint_eq(cadre_barrier_waiting(&barrier), (unsigned)(i + 1) % 3);
    }
    for (int i = 0; i < 6; i++)
        beside_ends(&parties[i], i % 3);
    return 0;
}

ON_LOOP(one_that_is_cancelled_has_not_come)
{
    struct beside parties[4];

    ck_assert_int_eq(cadre_barrier_init(&barrier, 3), 0);
    beside_start(&parties[0], come, NULL);
    beside_start(&parties[1], come, NULL);
    beside_cancel(&parties[0]);
    ck_assert_uint_eq(cadre_barrier_waiting(&barrier), 1);
    beside_start(&parties[2], come, NULL);
    beside_ends(&parties[0], -ECANCELED);
    beside_waits(&parties[1]);
    beside_waits(&parties[2]);
    ck_assert(!cadre_barrier_is_broken(&barrier));
    beside_start(&parties[3], come, NULL);
    beside_ends(&parties[1], 0);
    beside_ends(&parties[2], 1);
    beside_ends(&parties[3], 2);
    return 0;
}

ON_LOOP(abort_breaks_it_until_it_is_reset)
{
    struct beside party, other;

    ck_assert_int_eq(cadre_barrier_init(&barrier, 2), 0);
    beside_start(&party, come, NULL);
    cadre_barrier_abort(&barrier);
    ck_assert(cadre_barrier_is_broken(&barrier));
    beside_ends(&party, -EPIPE);
    ck_assert_int_eq(cadre_barrier_wait(&barrier), -EPIPE);
    cadre_barrier_reset(&barrier);
    beside_start(&party, come, NULL);
    cadre_barrier_reset(&barrier);
    beside_ends(&party, -EPIPE);
    ck_assert(!cadre_barrier_is_broken(&barrier));
    beside_start(&party, come, NULL);
    beside_start(&other, come, NULL);
    beside_ends(&party, 0);
    beside_ends(&other, 1);
    return 0;
}

ON_LOOP(one_alone_never_waits)
{
    ck_assert_int_eq(cadre_barrier_init(&barrier, 1), 0);
    ck_assert_int_eq(cadre_barrier_wait(&barrier), 0);
    return cadre_barrier_wait(&barrier);
}

START_TEST(one_for_nobody_is_refused)
{
    ck_assert_int_eq(cadre_barrier_init(&barrier, 0), -EINVAL);
    ck_assert_int_eq(cadre_barrier_init(&barrier, UINT32_MAX), -EINVAL);
}
END_TEST

UNIT_MAIN("async/barrier", UNIT_CASE(each_of_a_round_gets_a_number_of_its_own),
          UNIT_CASE(one_that_is_cancelled_has_not_come),
          UNIT_CASE(abort_breaks_it_until_it_is_reset), UNIT_CASE(one_alone_never_waits),
          UNIT_CASE(one_for_nobody_is_refused))
