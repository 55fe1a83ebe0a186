/* SPDX-License-Identifier: MIT */
/*
 * Futures: pending, then finished or cancelled, once.
 */
#include "config.h"

#include "tests/unit/lib/async/tasks.h"

#include <cadre/future.h>

#include "async/coroutine.h"

static int wait_for(void *arg)
{
    void *value = NULL;
    int r = cadre_future_wait(arg, &value);

    if (r >= 0)
        note(*(const char *)value);
    return r;
}

ON_LOOP(all_who_wait_get_the_result)
{
    struct cadre_future *future = cadre_future_new();
    struct cadre_task *tasks[] = {cadre_spawn(wait_for, future), cadre_spawn(wait_for, future)};
    void *value = NULL;

    ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert(!cadre_future_is_done(future));
    ck_assert_int_eq(cadre_future_result(future, NULL), -EINPROGRESS);
    ck_assert_int_eq(cadre_future_set_result(future, 6, letter('v')), 0);
    ck_assert_str_eq(trace, ""); /* resumed later, never from within */
    ck_assert_int_eq(cadre_task_join(tasks[0]), 6);
    ck_assert_int_eq(cadre_task_join(tasks[1]), 6);
    ck_assert_str_eq(trace, "vv");
    ck_assert(cadre_future_is_done(future) && !cadre_future_cancelled(future));
    ck_assert_int_eq(cadre_future_wait(future, &value), 6);
    ck_assert_int_eq(*(char *)value, 'v');
    ck_assert_int_eq(cadre_future_result(future, NULL), 6);
    cadre_future_unref(future);
    return 0;
}

ON_LOOP(it_is_finished_once)
{
    struct cadre_future *future = cadre_future_new();

    ck_assert_int_eq(cadre_future_set_result(future, 1, NULL), 0);
    ck_assert_int_eq(cadre_future_set_result(future, 2, NULL), -EINVAL);
    ck_assert(!cadre_future_cancel(future));
    ck_assert_int_eq(cadre_future_result(future, NULL), 1);
    cadre_future_unref(future);
    return 0;
}

ON_LOOP(a_cancelled_one_says_so)
{
    struct cadre_future *future = cadre_future_new();

    ck_assert(cadre_future_cancel(future));
    ck_assert(!cadre_future_cancel(future));
    ck_assert(cadre_future_cancelled(future));
    ck_assert_int_eq(cadre_future_result(future, NULL), -ECANCELED);
    ck_assert_int_eq(cadre_future_wait(future, NULL), -ECANCELED);
    ck_assert_int_eq(cadre_future_set_result(future, 1, NULL), -EINVAL);
    cadre_future_unref(future);
    return 0;
}

static int wait_shielded(void *arg)
{
    return cadre_future_wait_shielded(arg, NULL);
}

ON_LOOP(a_cancelled_waiter_cancels_the_future_unless_shielded)
{
    struct cadre_future *future = cadre_future_new();
    struct cadre_task *shielded = cadre_spawn(wait_shielded, future);
    struct cadre_task *plain = cadre_spawn(wait_for, future);

    ck_assert_int_eq(cadre_sleep(1), 0);
    (void)cadre_task_cancel(shielded);
    ck_assert_int_eq(cadre_task_join(shielded), -ECANCELED);
    ck_assert(!cadre_future_is_done(future));
    (void)cadre_task_cancel(plain);
    ck_assert_int_eq(cadre_task_join(plain), -ECANCELED);
    ck_assert(cadre_future_cancelled(future));
    cadre_future_unref(future);
    return 0;
}

static void on_done(struct cadre_future *future, void *arg)
{
    ck_assert(cadre_future_is_done(future));
    ck_assert_ptr_null(cadre__coroutine_current());
    note(*(const char *)arg);
}

ON_LOOP(callbacks_come_in_order_and_never_from_within)
{
    struct cadre_future *future = cadre_future_new();

    ck_assert_int_eq(cadre_future_add_done_callback(future, on_done, letter('1')), 0);
    ck_assert_int_eq(cadre_future_add_done_callback(future, on_done, letter('x')), 0);
    ck_assert_int_eq(cadre_future_add_done_callback(future, on_done, letter('x')), 0);
    ck_assert_int_eq(cadre_future_add_done_callback(future, on_done, letter('2')), 0);
    ck_assert_uint_eq(cadre_future_remove_done_callback(future, on_done, letter('x')), 2);
    ck_assert_int_eq(cadre_future_set_result(future, 0, NULL), 0);
    ck_assert_str_eq(trace, "");
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_str_eq(trace, "12");
    ck_assert_int_eq(cadre_future_add_done_callback(future, on_done, letter('3')), 0);
    ck_assert_str_eq(trace, "12");
    /* It stays until its callbacks were called. */
    cadre_future_unref(future);
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_str_eq(trace, "123");
    return 0;
}

ON_LOOP(an_error_that_nobody_saw_is_logged)
{
    struct cadre_future *unseen = cadre_future_new();
    struct cadre_future *seen = cadre_future_ref(cadre_future_new());

    capture_log();
    ck_assert_int_eq(cadre_future_set_result(unseen, -EIO, NULL), 0);
    cadre_future_unref(unseen);
    ck_assert_uint_eq(count_in_log("future failed"), 1);
    ck_assert_int_eq(cadre_future_set_result(seen, -EIO, NULL), 0);
    cadre_future_unref(seen);
    ck_assert_int_eq(cadre_future_wait(seen, NULL), -EIO);
    cadre_future_unref(seen);
    cadre_future_unref(NULL);
    ck_assert_uint_eq(count_in_log("\n"), 1);
    return 0;
}

START_TEST(without_a_loop_there_is_none)
{
    ck_assert_ptr_null(cadre_future_new());
}
END_TEST

UNIT_MAIN("async/future", UNIT_CASE(all_who_wait_get_the_result), UNIT_CASE(it_is_finished_once),
          UNIT_CASE(a_cancelled_one_says_so),
          UNIT_CASE(a_cancelled_waiter_cancels_the_future_unless_shielded),
          UNIT_CASE(callbacks_come_in_order_and_never_from_within),
          UNIT_CASE(an_error_that_nobody_saw_is_logged), UNIT_CASE(without_a_loop_there_is_none))
