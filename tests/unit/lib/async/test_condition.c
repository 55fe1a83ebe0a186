/* SPDX-License-Identifier: MIT */
/*
 * cadre_condition: the lock is held before and after, whatever happened between.
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"

#include <errno.h>

#include <cadre/scope.h>
#include <cadre/sync.h>

static struct cadre_lock lock = CADRE_LOCK_INIT;
static struct cadre_condition condition = CADRE_CONDITION_INIT(&lock);
static int stock;

static int wait_and_note(const void *arg)
{
    int r = cadre_lock_acquire(&lock);

    if (r < 0)
        return r;
    r = cadre_condition_wait(&condition);
    note(*(const char *)arg);
    /* It is ours, or this would fail. */
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    return r;
}

static void notify(size_t n)
{
    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
    ck_assert_int_eq(cadre_condition_notify(&condition, n), 0);
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
}

ON_LOOP(notify_wakes_so_many_in_order)
{
    struct beside waits[5];

    for (int i = 0; i < 5; i++)
        beside_start(&waits[i], wait_and_note, &"abcde"[i]);
    settle();
    ck_assert_str_eq(trace, "");
    notify(0);
    notify(2);
    settle();
    ck_assert_str_eq(trace, "ab");
    notify(1);
    settle();
    ck_assert_str_eq(trace, "abc");
    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
    ck_assert_int_eq(cadre_condition_notify_all(&condition), 0);
    /* They go on when they have the lock. */
    settle();
    ck_assert_str_eq(trace, "abc");
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    settle();
    ck_assert_str_eq(trace, "abcde");
    for (int i = 0; i < 5; i++)
        beside_ends(&waits[i], 0);
    return 0;
}

static bool in_stock(void *arg)
{
    (void)arg;
    return stock > 0;
}

ON_LOOP(outside_the_lock_nothing_goes)
{
    cadre_condition_init(&condition, &lock);
    ck_assert_int_eq(cadre_condition_wait(&condition), -EPERM);
    ck_assert_int_eq(cadre_condition_wait_for(&condition, in_stock, NULL), -EPERM);
    ck_assert_int_eq(cadre_condition_notify(&condition, 1), -EPERM);
    ck_assert_int_eq(cadre_condition_notify_all(&condition), -EPERM);
    return 0;
}

ON_LOOP(a_cancelled_wait_returns_with_the_lock)
{
    struct beside wait;

    beside_start(&wait, wait_and_note, "a");
    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
    beside_cancel(&wait);
    /* Not before it can have the lock, and another cancel does not change that. */
    beside_waits(&wait);
    beside_cancel(&wait);
    beside_waits(&wait);
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    beside_ends(&wait, -ECANCELED);
    ck_assert_str_eq(trace, "a");
    ck_assert(!cadre_lock_is_held(&lock));
    return 0;
}

ON_LOOP(a_scope_that_is_over_returns_with_the_lock_too)
{
    struct cadre_scope scope;
    int r = cadre_lock_acquire(&lock);

    ck_assert_int_eq(r, 0);
    cadre_fail_after(&scope, 50);
    r = cadre_condition_wait(&condition);
    ck_assert_int_eq(r, -ECANCELED);
    /* Every call in the scope fails now; that it holds the lock does not depend on one. */
    r = cadre_condition_wait(&condition);
    ck_assert_int_eq(cadre_scope_end(&scope, r), -ETIMEDOUT);
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    return 0;
}

static int wait_twice(const void *arg)
{
    int r = wait_and_note(arg);

    ck_assert_int_eq(r, 0);
    return cadre_yield();
}

ON_LOOP(one_notified_and_then_cancelled_was_notified)
{
    struct beside first, second;

    beside_start(&first, wait_twice, "a");
    beside_start(&second, wait_and_note, "b");
    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
    ck_assert_int_eq(cadre_condition_notify(&condition, 1), 0);
    settle();
    beside_cancel(&first);
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    beside_ends(&first, -ECANCELED);
    beside_waits(&second);
    notify(1);
    beside_ends(&second, 0);
    return 0;
}

ON_LOOP(a_notification_is_not_lost_on_one_that_was_cancelled)
{
    struct beside first, second;

    beside_start(&first, wait_and_note, "a");
    beside_start(&second, wait_and_note, "b");
    ck_assert_int_eq(cadre_lock_acquire(&lock), 0);
    beside_cancel(&first);
    ck_assert_int_eq(cadre_condition_notify(&condition, 1), 0);
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    beside_ends(&first, -ECANCELED);
    beside_ends(&second, 0);
    return 0;
}

static int take_from_stock(const void *arg)
{
    int r = cadre_lock_acquire(&lock);

    (void)arg;
    if (r < 0)
        return r;
    if ((r = cadre_condition_wait_for(&condition, in_stock, NULL)) == 0)
        stock--;
    ck_assert_int_eq(cadre_lock_release(&lock), 0);
    return r;
}

ON_LOOP(wait_for_looks_again_each_time)
{
    struct beside takers[3];

    for (int i = 0; i < 3; i++)
        beside_start(&takers[i], take_from_stock, NULL);
    notify(3);
    beside_waits(&takers[0]);
    stock = 2;
    notify(3);
    beside_ends(&takers[0], 0);
    beside_ends(&takers[1], 0);
    beside_waits(&takers[2]);
    ck_assert_int_eq(stock, 0);
    beside_cancel(&takers[2]);
    beside_ends(&takers[2], -ECANCELED);
    stock = 1;
    beside_start(&takers[0], take_from_stock, NULL);
    ck_assert(takers[0].ended);
    return 0;
}

UNIT_MAIN("async/condition", UNIT_CASE(notify_wakes_so_many_in_order),
          UNIT_CASE(outside_the_lock_nothing_goes),
          UNIT_CASE(a_cancelled_wait_returns_with_the_lock),
          UNIT_CASE(a_scope_that_is_over_returns_with_the_lock_too),
          UNIT_CASE(one_notified_and_then_cancelled_was_notified),
          UNIT_CASE(a_notification_is_not_lost_on_one_that_was_cancelled),
          UNIT_CASE(wait_for_looks_again_each_time))
