/* SPDX-License-Identifier: MIT */
/*
 * cadre_semaphore: tokens, their order, and the bound.
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"

#include <errno.h>

#include <cadre/sync.h>

static struct cadre_semaphore semaphore = CADRE_SEMAPHORE_INIT(2);

static int take_and_note(const void *arg)
{
    int r = cadre_semaphore_acquire(&semaphore);

    if (r == 0)
        note(*(const char *)arg);
    return r;
}

ON_LOOP(tokens_go_to_those_who_wait_in_order)
{
    struct beside takers[4];

    for (int i = 0; i < 4; i++)
        beside_start(&takers[i], take_and_note, &"abcd"[i]);
    ck_assert_str_eq(trace, "ab");
    ck_assert_int_eq(cadre_semaphore_value(&semaphore), 0);
    ck_assert_int_eq(cadre_semaphore_release(&semaphore), 0);
    /* It is on its way to the first who waits. */
    ck_assert_int_eq(cadre_semaphore_acquire_nowait(&semaphore), -EAGAIN);
    beside_ends(&takers[2], 0);
    beside_waits(&takers[3]);
    ck_assert_int_eq(cadre_semaphore_release(&semaphore), 0);
    beside_ends(&takers[3], 0);
    ck_assert_str_eq(trace, "abcd");
    ck_assert_int_eq(cadre_semaphore_release(&semaphore), 0);
    ck_assert_int_eq(cadre_semaphore_value(&semaphore), 1);
    ck_assert_int_eq(cadre_semaphore_acquire_nowait(&semaphore), 0);
    return 0;
}

ON_LOOP(a_cancelled_waiter_takes_none)
{
    struct beside takers[2];

    ck_assert_int_eq(cadre_semaphore_init(&semaphore, 0), 0);
    for (int i = 0; i < 2; i++)
        beside_start(&takers[i], take_and_note, &"ab"[i]);
    beside_cancel(&takers[0]);
    beside_cancel(&takers[1]);
    ck_assert_int_eq(cadre_semaphore_release(&semaphore), 0);
    ck_assert_int_eq(cadre_semaphore_value(&semaphore), 1);
    beside_ends(&takers[0], -ECANCELED);
    beside_ends(&takers[1], -ECANCELED);
    ck_assert_int_eq(cadre_semaphore_value(&semaphore), 1);
    return 0;
}

START_TEST(a_negative_number_is_refused)
{
    ck_assert_int_eq(cadre_semaphore_init(&semaphore, -1), -EINVAL);
    ck_assert_int_eq(cadre_semaphore_init_bounded(&semaphore, 3, 2), -EINVAL);
    ck_assert_int_eq(cadre_semaphore_init_bounded(&semaphore, -1, -1), -EINVAL);
    ck_assert_int_eq(cadre_semaphore_value(&semaphore), 2);
}
END_TEST

START_TEST(a_bounded_one_takes_no_more_than_its_bound)
{
    ck_assert_int_eq(cadre_semaphore_init_bounded(&semaphore, 1, 2), 0);
    ck_assert_int_eq(cadre_semaphore_release(&semaphore), 0);
    ck_assert_int_eq(cadre_semaphore_release(&semaphore), -EOVERFLOW);
    ck_assert_int_eq(cadre_semaphore_value(&semaphore), 2);
    ck_assert_int_eq(cadre_semaphore_init(&semaphore, INT32_MAX), 0);
    ck_assert_int_eq(cadre_semaphore_release(&semaphore), -EOVERFLOW);
}
END_TEST

START_TEST(one_without_a_bound_takes_more_than_it_began_with)
{
    ck_assert_int_eq(cadre_semaphore_release(&semaphore), 0);
    ck_assert_int_eq(cadre_semaphore_value(&semaphore), 3);
}
END_TEST

UNIT_MAIN("async/semaphore", UNIT_CASE(tokens_go_to_those_who_wait_in_order),
          UNIT_CASE(a_cancelled_waiter_takes_none), UNIT_CASE(a_negative_number_is_refused),
          UNIT_CASE(a_bounded_one_takes_no_more_than_its_bound),
          UNIT_CASE(one_without_a_bound_takes_more_than_it_began_with))
