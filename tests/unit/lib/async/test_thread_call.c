/* SPDX-License-Identifier: MIT */
/*
 * cadre_from_thread(): what a thread has the loop run for it, and what becomes of that when its
 * caller is cancelled or the loop ends.
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"
#include "tests/unit/lib/async/gate.h"

#include <errno.h>
#include <pthread.h>

#include <cadre/local.h>
#include <cadre/thread.h>

static const struct cadre_local key = {.name = "key"};
static pthread_t loop_thread;
static int data;

static int look_around(void *arg)
{
    ck_assert(pthread_equal(pthread_self(), loop_thread));
    ck_assert_ptr_nonnull(cadre__coroutine_current());
    ck_assert_ptr_eq(cadre__coroutine_data(cadre__coroutine_current()), &data);
    ck_assert_ptr_eq(cadre_local_get(&key), &data);
    ck_assert_int_eq(cadre_yield(), 0);
    return *(int *)arg + 1;
}

static int call_back(void *arg)
{
    ck_assert(!pthread_equal(pthread_self(), loop_thread));
    return cadre_from_thread(look_around, arg);
}

ON_LOOP(it_runs_on_the_loop_and_its_result_comes_back)
{
    int value = 41;

    loop_thread = pthread_self();
    cadre__coroutine_set_data(cadre__coroutine_current(), &data);
    ck_assert_int_eq(cadre_local_set(&key, &data), 0);
    ck_assert_int_eq(cadre_to_thread(call_back, &value), 42);
    value = -2;
    ck_assert_int_eq(cadre_to_thread_cleanup(call_back, &value), -1);
    return 0;
}

static int nap(void *arg)
{
    (void)arg;
    return cadre_sleep(3600 * 1000);
}

static int nap_from_thread(void *arg)
{
    return cadre_from_thread(nap, arg);
}

ON_LOOP(it_may_take_test_time)
{
    uint64_t begin = test_clock.now_ns;

    ck_assert_int_eq(cadre_to_thread(nap_from_thread, NULL), 0);
    ck_assert_uint_ge(test_clock.now_ns - begin, 3600 * CADRE__NSEC_PER_SEC);
    return 0;
}

static int deeper(void *arg);

static int deeper_in_thread(void *arg)
{
    return cadre_from_thread(deeper, arg);
}

static int deeper(void *arg)
{
    int *depth = arg;

    return --*depth == 0 ? 7 : cadre_to_thread(deeper_in_thread, depth);
}

ON_LOOP(there_and_back_again)
{
    int depth = 5;

    ck_assert_int_eq(deeper(&depth), 7);
    return 0;
}

static int never_run(void *arg)
{
    (void)arg;
    ck_abort_msg("this must not run");
    return 0;
}

static void *call_from_elsewhere(void *arg)
{
    (void)arg;
    ck_assert_int_eq(cadre_from_thread(never_run, NULL), -EPERM);
    ck_assert_int_eq(cadre_from_thread_check_cancelled(), -EPERM);
    return NULL;
}

ON_LOOP(only_a_thread_of_the_pool_may)
{
    pthread_t id;

    ck_assert_int_eq(cadre_from_thread(never_run, NULL), -EDEADLK);
    ck_assert_int_eq(cadre_from_thread_check_cancelled(), -EPERM);
    ck_assert_int_eq(pthread_create(&id, NULL, call_from_elsewhere, NULL), 0);
    (void)pthread_join(id, NULL);
    return 0;
}

/* Of the test in which a caller is cancelled while its thread has the loop at work. */
static bool asleep;
static int nap_result, later_result, checked;

static int nap_and_tell(void *arg)
{
    asleep = true;
    nap_result = nap(arg);
    return nap_result;
}

static int nap_and_go_on(void *arg)
{
    int r = cadre_from_thread_check_cancelled();

    if (r == 0)
        r = cadre_from_thread(nap_and_tell, arg);
    later_result = cadre_from_thread(never_run, NULL);
    checked = cadre_from_thread_check_cancelled();
    ck_assert(cadre_cancelled());
    return r;
}

static int call_nap(const void *arg)
{
    (void)arg;
    return cadre_to_thread(nap_and_go_on, NULL);
}

ON_LOOP(a_cancelled_caller_takes_it_along)
{
    struct beside call;

    beside_start(&call, call_nap, NULL);
    while (!asleep)
        settle();
    beside_cancel(&call);
    while (!call.ended)
        settle();
    ck_assert_int_eq(call.result, -ECANCELED);
    ck_assert_int_eq(nap_result, -ECANCELED);
    ck_assert_int_eq(later_result, -ECANCELED);
    ck_assert_int_eq(checked, -ECANCELED);
    return 0;
}

static struct gate gate;

static int wait_and_call(void *arg)
{
    int r;

    (void)gate_pass(&gate);
    r = cadre_from_thread(never_run, arg);
    later_result = r;
    return r;
}

static int call_abandoned(const void *arg)
{
    (void)arg;
    return cadre_to_thread_abandon(NULL, wait_and_call, NULL, NULL);
}

ON_LOOP(an_abandoned_thread_calls_nobody)
{
    struct cadre_thread_statistics s;
    struct beside call;

    gate_init(&gate, 0);
    beside_start(&call, call_abandoned, NULL);
    gate_enter(&gate);
    beside_cancel(&call);
    beside_ends(&call, -ECANCELED);
    gate_open(&gate);
    do {
        settle();
        cadre_thread_get_statistics(&s);
    } while (s.abandoned > 0);
    ck_assert_int_eq(later_result, -ECANCELED);
    return 0;
}

static int call_fail(void *arg)
{
    return cadre_from_thread(never_run, arg);
}

static int call_without_room(void *arg)
{
    (void)arg;
    ck_assert_int_eq(cadre_to_thread(call_fail, NULL), -EAGAIN);
    return 0;
}

START_TEST(without_room_for_a_coroutine_it_fails)
{
    const struct cadre__loop_options options = {.coroutines_max = 1};

    ck_assert_int_eq(cadre__loop_new(&options, &loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(loop, call_without_room, NULL), 0);
    cadre__loop_free(loop);
}
END_TEST

static int call_and_end(void *arg)
{
    static struct beside call;

    (void)arg;
    beside_start(&call, call_nap, NULL);
    while (!asleep)
        settle();
    return 0;
}

START_TEST(the_end_of_the_loop_cancels_it)
{
    run_in_loop(call_and_end);
    ck_assert_int_eq(nap_result, -ECANCELED);
    ck_assert_int_eq(later_result, -ECANCELED);
}
END_TEST

static int never_end(void *arg)
{
    (void)arg;
    asleep = true;
    for (;;)
        (void)cadre__coroutine_suspend_shielded("never_end");
    return 0;
}

static int call_never_end(void *arg)
{
    nap_result = cadre_from_thread(never_end, arg);
    return nap_result;
}

static int call_in_vain(const void *arg)
{
    (void)arg;
    return cadre_to_thread(call_never_end, NULL);
}

static struct beside in_vain;

static int call_in_vain_and_end(void *arg)
{
    (void)arg;
    beside_start(&in_vain, call_in_vain, NULL);
    while (!asleep)
        settle();
    return 0;
}

START_TEST(one_that_never_ends_does_not_keep_its_thread)
{
    run_in_loop(call_in_vain_and_end);
    ck_assert_int_eq(nap_result, -ECANCELED);
    ck_assert_int_eq(in_vain.result, -ECANCELED);
}
END_TEST

enum { CALLERS = 60, CALLS = 50 };

static int sum, done;

static int add(void *arg)
{
    sum += *(const int *)arg;
    return *(const int *)arg % 2 == 0 ? cadre_yield() : 0;
}

static int add_many(void *arg)
{
    (void)arg;
    for (int i = 1; i <= CALLS; i++)
        ck_assert_int_eq(cadre_from_thread(add, &i), 0);
    return 0;
}

static int call_add_many(const void *arg)
{
    int r = cadre_to_thread(add_many, NULL);

    (void)arg;
    done++;
    return r;
}

ON_LOOP(many_threads_call_at_once)
{
    static struct beside callers[CALLERS];

    for (int i = 0; i < CALLERS; i++)
        beside_start(&callers[i], call_add_many, NULL);
    while (done < CALLERS)
        settle();
    ck_assert_int_eq(sum, CALLERS * CALLS * (CALLS + 1) / 2);
    return 0;
}

UNIT_MAIN("async/thread_call", UNIT_CASE(it_runs_on_the_loop_and_its_result_comes_back),
          UNIT_CASE(it_may_take_test_time), UNIT_CASE(there_and_back_again),
          UNIT_CASE(only_a_thread_of_the_pool_may), UNIT_CASE(a_cancelled_caller_takes_it_along),
          UNIT_CASE(an_abandoned_thread_calls_nobody),
          UNIT_CASE(without_room_for_a_coroutine_it_fails),
          UNIT_CASE(the_end_of_the_loop_cancels_it),
          UNIT_CASE(one_that_never_ends_does_not_keep_its_thread),
          UNIT_CASE(many_threads_call_at_once))
