/* SPDX-License-Identifier: MIT */
/*
 * cadre_run_threadsafe(): any thread has the loop run a function, and blocks for its result.
 */
#include "config.h"

#include "tests/unit/lib/async/tasks.h"

#include <pthread.h>
#include <stdatomic.h>

#include <cadre/loop.h>

#include "async/coroutine.h"

static struct cadre_loop *the_loop;
static atomic_bool thread_done;

static int sleep_then_return(void *arg)
{
    int r;

    ck_assert_ptr_nonnull(cadre__coroutine_current());
    r = cadre_sleep(*(uint64_t *)arg);
    note(r < 0 ? 'X' : 'x');
    return r < 0 ? r : 12;
}

static int swallow(void *arg)
{
    (void)arg;
    return cadre_sleep(CADRE_FOREVER) == -ECANCELED ? 5 : -EIO;
}

static void *results(void *arg)
{
    uint64_t ms = 1;

    (void)arg;
    ck_assert_int_eq(cadre_run_threadsafe(the_loop, sleep_then_return, &ms, CADRE_FOREVER), 12);
    ck_assert_str_eq(trace, "x");
    atomic_store(&thread_done, true);
    return NULL;
}

static void *time_outs(void *arg)
{
    uint64_t ms = CADRE_FOREVER;

    (void)arg;
    /* It has ended when this returns: the argument is on this stack. */
    ck_assert_int_eq(cadre_run_threadsafe(the_loop, sleep_then_return, &ms, 1), -ETIMEDOUT);
    ck_assert_str_eq(trace, "X");
    ck_assert_int_eq(cadre_run_threadsafe(the_loop, swallow, NULL, 1), 5);
    atomic_store(&thread_done, true);
    return NULL;
}

static int beside_a_thread(void *arg)
{
    void *(*fn)(void *) = *(void *(**)(void *))arg;
    pthread_t thread;

    the_loop = cadre_loop_current();
    ck_assert_int_eq(pthread_create(&thread, NULL, fn, NULL), 0);
    while (!atomic_load(&thread_done))
        ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    return 0;
}

START_TEST(a_thread_gets_the_result)
{
    void *(*fn)(void *) = results;

    ck_assert_int_eq(cadre_run(beside_a_thread, &fn), 0);
}
END_TEST

START_TEST(a_limit_cancels_and_awaits)
{
    void *(*fn)(void *) = time_outs;

    ck_assert_int_eq(cadre_run(beside_a_thread, &fn), 0);
}
END_TEST

ON_LOOP(the_loops_own_thread_cannot_wait_for_itself)
{
    ck_assert_int_eq(cadre_run_threadsafe(cadre_loop_current(), never_run, NULL, 1), -EDEADLK);
    ck_assert_str_eq(trace, "");
    return 0;
}

UNIT_MAIN("async/run_threadsafe", UNIT_CASE(a_thread_gets_the_result),
          UNIT_CASE(a_limit_cancels_and_awaits),
          UNIT_CASE(the_loops_own_thread_cannot_wait_for_itself))
