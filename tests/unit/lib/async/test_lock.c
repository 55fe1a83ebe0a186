/* SPDX-License-Identifier: MIT */
/*
 * cadre_lock: hand-off in order, ownership, cancelled waits.
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"

#include <errno.h>

#include <cadre/sync.h>

static struct cadre_lock lock = CADRE_LOCK_INIT;

/* Holds the lock over a yield. */
static int hold_and_note(const void *arg)
{
    int r = cadre_lock_acquire(&lock);

    if (r < 0)
        return r;
    note(*(const char *)arg);
    if ((r = cadre_yield()) < 0)
        note('!');
    note(*(const char *)arg);
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    return r;
}

ON_LOOP(those_who_wait_get_it_in_order)
{
    struct beside holders[4];

    for (int i = 0; i < 4; i++)
        beside_start(&holders[i], hold_and_note, &"abcd"[i]);
    for (int i = 0; i < 4; i++)
        beside_ends(&holders[i], 0);
    ck_assert_str_eq(trace, "aabbccdd");
    ck_assert(!cadre_lock_is_held(&lock));
    return 0;
}

ON_LOOP(a_newcomer_does_not_overtake)
{
    struct beside first;

    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
    beside_start(&first, hold_and_note, "a");
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    /* It is the other's from now on, though that one has not run yet. */
    ck_assert(cadre_lock_is_held(&lock));
    ck_assert_int_eq(cadre_lock_acquire_nowait(&lock), -EAGAIN);
    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
    ck_assert_str_eq(trace, "aa");
    return cadre_lock_release(&lock);
}

ON_LOOP(it_is_not_reentrant)
{
    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
    ck_assert_int_eq(cadre_lock_acquire(&lock), -EDEADLK);
    ck_assert_int_eq(cadre_lock_acquire_nowait(&lock), -EDEADLK);
    return cadre_lock_release(&lock);
}

static int release_it(const void *arg)
{
    (void)arg;
    return cadre_lock_release(&lock);
}

ON_LOOP(only_its_owner_gives_it_back)
{
    struct beside other;

    ck_assert_int_eq(cadre_lock_release(&lock), -EPERM);
    ck_assert_int_eq(cadre_lock_acquire_nowait(&lock), 0);
    beside_start(&other, release_it, NULL);
    beside_ends(&other, -EPERM);
    ck_assert(cadre_lock_is_held(&lock));
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    ck_assert_int_eq(cadre_lock_release(&lock), -EPERM);
    return 0;
}

ON_LOOP(a_cancelled_waiter_is_passed_over)
{
    struct beside holders[3];

    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
    for (int i = 0; i < 3; i++)
        beside_start(&holders[i], hold_and_note, &"abc"[i]);
    beside_cancel(&holders[0]);
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    beside_ends(&holders[0], -ECANCELED);
    beside_ends(&holders[1], 0);
    beside_ends(&holders[2], 0);
    ck_assert_str_eq(trace, "bbcc");
    return 0;
}

ON_LOOP(one_that_has_it_when_cancelled_keeps_it_to_give_back)
{
    struct beside holder;

    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
    beside_start(&holder, hold_and_note, "a");
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    beside_cancel(&holder);
    beside_ends(&holder, -ECANCELED);
    ck_assert_str_eq(trace, "a!a");
    ck_assert(!cadre_lock_is_held(&lock));
    return 0;
}

START_TEST(off_a_coroutine_nobody_can_own_it)
{
    cadre_lock_init(&lock);
    ck_assert_int_eq(cadre_lock_acquire(&lock), -EDEADLK);
    ck_assert_int_eq(cadre_lock_acquire_nowait(&lock), -EDEADLK);
    ck_assert_int_eq(cadre_lock_release(&lock), -EPERM);
}
END_TEST

UNIT_MAIN("async/lock", UNIT_CASE(those_who_wait_get_it_in_order),
          UNIT_CASE(a_newcomer_does_not_overtake), UNIT_CASE(it_is_not_reentrant),
          UNIT_CASE(only_its_owner_gives_it_back), UNIT_CASE(a_cancelled_waiter_is_passed_over),
          UNIT_CASE(one_that_has_it_when_cancelled_keeps_it_to_give_back),
          UNIT_CASE(off_a_coroutine_nobody_can_own_it))
