/* SPDX-License-Identifier: MIT */
/*
 * Rows of docs/async-parity.md that belong to no file alone.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include <cadre/loop.h>
#include <cadre/sync.h>
#include <cadre/task.h>
#include <cadre/test.h>

static int count(void *arg)
{
    ++*(int *)arg;
    return 0;
}

static int plain(struct cadre_event *set)
{
    return cadre_event_wait(set);
}

static int calls_plain(void *arg)
{
    struct cadre_event set = CADRE_EVENT_INIT;
    struct cadre_call call = {{0}};
    int calls = 0;

    (void)arg;
    cadre_event_set(&set);
    ck_assert_int_eq(cadre_call_soon(&call, count, &calls), 0);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(plain(&set), 0);
    ck_assert_int_eq(calls, 0); /* nothing suspended, so nobody else ran */
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(calls, 1);
    return 0;
}

START_TEST(a_call_that_need_not_wait_lets_nobody_run)
{
    ck_assert_int_eq(cadre_test_run(calls_plain, NULL), 0);
}
END_TEST

/* A coroutine for a thread that is none of the pool. */
struct errand {
    struct cadre_loop *loop;
    struct cadre_call call;
    sem_t done;
    int result;
};

static int errand_in_coroutine(void *arg)
{
    struct errand *errand = arg;
    int r = cadre_sleep(10);

    errand->result = r < 0 ? r : 33;
    (void)sem_post(&errand->done);
    return r;
}

static int errand_begins(void *arg)
{
    return cadre_spawn_detached(errand_in_coroutine, arg, NULL);
}

static void *any_thread(void *arg)
{
    struct errand *errand = arg;

    cadre_call_soon_threadsafe(errand->loop, &errand->call, errand_begins, errand);
    while (sem_wait(&errand->done) < 0)
        ;
    return errand->result == 33 ? errand : NULL;
}

static int serves_thread(void *arg)
{
    struct errand errand = {.loop = cadre_loop_current()};
    pthread_t thread;
    void *result;

    (void)arg;
    ck_assert_int_eq(sem_init(&errand.done, 0, 0), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, any_thread, &errand), 0);
    while (errand.result == 0)
        ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    ck_assert_ptr_eq(result, &errand);
    return 0;
}

START_TEST(any_thread_can_have_a_coroutine_run)
{
    ck_assert_int_eq(cadre_run(serves_thread, NULL), 0);
}
END_TEST

UNIT_MAIN("async/parity", UNIT_CASE(a_call_that_need_not_wait_lets_nobody_run),
          UNIT_CASE(any_thread_can_have_a_coroutine_run))
