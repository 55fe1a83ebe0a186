/* SPDX-License-Identifier: MIT */
/*
 * What bounds the work in threads: the limit, limiters of the caller's, the slots for cleanup; work
 * that is abandoned; and a system that refuses threads. test_thread.c has the rest.
 */
#include "config.h"

#include "tests/unit/lib/async/beside.h"
#include "tests/unit/lib/async/gate.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <cadre/local.h>
#include <cadre/scope.h>
#include <cadre/sync.h>
#include <cadre/thread.h>

/* Takes the place of the C library's, so that it can refuse. */
static bool refuse_threads;

int pthread_create(pthread_t *id, const pthread_attr_t *attr, void *(*fn)(void *), void *arg)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

    if (refuse_threads)
        return EAGAIN;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return real(id, attr, fn, arg);
}

enum { MANY = 8 };

static struct gate gates[MANY];
static struct beside calls[MANY];
static struct cadre_limiter *limiter;
static int freed;

static struct cadre_thread_statistics statistics(void)
{
    struct cadre_thread_statistics s;

    cadre_thread_get_statistics(&s);
    return s;
}

static void make_gates(void)
{
    for (int i = 0; i < MANY; i++)
        gate_init(&gates[i], 100 + i);
}

static void *unconst(const void *arg)
{
    return (void *)(uintptr_t)arg;
}

static int shared(const void *arg)
{
    return cadre_to_thread(gate_pass, unconst(arg));
}

static int limited(const void *arg)
{
    return cadre_to_thread_limited(limiter, gate_pass, unconst(arg));
}

static int cleanup(const void *arg)
{
    return cadre_to_thread_cleanup(gate_pass, unconst(arg));
}

static void count_freed(void *arg)
{
    ck_assert(((struct gate *)arg)->ran || !((struct gate *)arg)->began);
    freed++;
}

static int abandon(const void *arg)
{
    return cadre_to_thread_abandon(NULL, gate_pass, unconst(arg), count_freed);
}

static int abandon_limited(const void *arg)
{
    return cadre_to_thread_abandon(limiter, gate_pass, unconst(arg), count_freed);
}

static void await_end(const struct beside *beside, int result)
{
    while (!beside->ended)
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(beside->result, result);
}

/* Lets the first `n` through and waits for their calls. */
static void open_all(int n)
{
    for (int i = 0; i < n; i++)
        gate_open(&gates[i]);
    for (int i = 0; i < n; i++)
        await_end(&calls[i], 100 + i);
}

ON_LOOP(a_limiter_of_its_own_bounds_the_work)
{
    make_gates();
    ck_assert_int_eq(cadre_thread_set_limit(1), 0);
    ck_assert_int_eq(cadre_limiter_new(2, &limiter), 0);
    for (int i = 0; i < 4; i++)
        beside_start(&calls[i], limited, &gates[i]);
    gate_enter(&gates[0]);
    gate_enter(&gates[1]);
    settle();
    ck_assert(!gates[2].began);
    ck_assert_uint_eq(statistics().running, 2);
    gate_open(&gates[1]);
    await_end(&calls[1], 101);
    settle();
    gate_enter(&gates[2]);
    ck_assert(!gates[3].began);
    gate_open(&gates[0]);
    gate_open(&gates[2]);
    gate_open(&gates[3]);
    await_end(&calls[3], 103);
    await_end(&calls[0], 100);
    await_end(&calls[2], 102);
    cadre_limiter_free(limiter);
    return 0;
}

ON_LOOP(limited_work_and_the_rest_do_not_wait_for_each_other)
{
    make_gates();
    ck_assert_int_eq(cadre_thread_set_limit(1), 0);
    ck_assert_int_eq(cadre_limiter_new(1, &limiter), 0);
    beside_start(&calls[0], limited, &gates[0]);
    beside_start(&calls[1], shared, &gates[1]);
    beside_start(&calls[2], shared, &gates[2]);
    gate_enter(&gates[0]);
    gate_enter(&gates[1]);
    ck_assert(!gates[2].began);
    ck_assert_uint_eq(statistics().queued, 1);
    open_all(3);
    cadre_limiter_free(limiter);
    return 0;
}

ON_LOOP(cleanup_runs_though_all_threads_are_busy)
{
    make_gates();
    ck_assert_int_eq(cadre_thread_set_limit(2), 0);
    beside_start(&calls[0], shared, &gates[0]);
    beside_start(&calls[1], shared, &gates[1]);
    gate_enter(&gates[0]);
    gate_enter(&gates[1]);
    /* Those two hold the threads until this one has run: as if they waited for what it gives back.
     */
    gate_open(&gates[2]);
    beside_start(&calls[2], cleanup, &gates[2]);
    await_end(&calls[2], 102);
    ck_assert(!gates[0].ran && !gates[1].ran);
    open_all(2);
    return 0;
}

ON_LOOP(cleanup_has_so_many_threads_and_comes_first)
{
    int last = 1 + CADRE_THREAD_RESERVED;

    make_gates();
    ck_assert_int_eq(cadre_thread_set_limit(1), 0);
    beside_start(&calls[0], shared, &gates[0]);
    gate_enter(&gates[0]);
    for (int i = 1; i < last; i++)
        beside_start(&calls[i], cleanup, &gates[i]);
    for (int i = 1; i < last; i++)
        gate_enter(&gates[i]);
    beside_start(&calls[last], shared, &gates[last]);
    beside_start(&calls[last + 1], cleanup, &gates[last + 1]);
    settle();
    ck_assert(!gates[last].began && !gates[last + 1].began);
    gate_open(&gates[1]);
    gate_enter(&gates[last + 1]);
    ck_assert(!gates[last].began);
    open_all(last + 2);
    ck_assert_uint_eq(statistics().threads, last);
    return 0;
}

ON_LOOP(cleanup_uses_free_threads_like_all_others)
{
    make_gates();
    ck_assert_int_eq(cadre_thread_set_limit(6), 0);
    for (int i = 0; i < 6; i++)
        beside_start(&calls[i], cleanup, &gates[i]);
    for (int i = 0; i < 6; i++)
        gate_enter(&gates[i]);
    beside_start(&calls[6], shared, &gates[6]);
    ck_assert_uint_eq(statistics().queued, 1);
    open_all(7);
    return 0;
}

static int cleanup_when_cancelled(const void *arg)
{
    int r;

    cadre__coroutine_cancel(cadre__coroutine_current());
    r = cleanup(arg);
    ck_assert_int_eq(cadre_yield(), -ECANCELED);
    return r;
}

ON_LOOP(cleanup_is_not_cancelled)
{
    make_gates();
    beside_start(&calls[0], cleanup_when_cancelled, &gates[0]);
    gate_enter(&gates[0]);
    beside_cancel(&calls[0]);
    beside_waits(&calls[0]);
    open_all(1);
    return 0;
}

ON_LOOP(cleanup_runs_in_a_cancelled_scope)
{
    struct cadre_scope scope;
    int r;

    make_gates();
    gate_open(&gates[0]);
    cadre_scope_begin(&scope);
    cadre_scope_cancel(&scope);
    ck_assert_int_eq(cadre_to_thread(gate_pass, &gates[1]), -ECANCELED);
    r = cadre_to_thread_cleanup(gate_pass, &gates[0]);
    ck_assert_int_eq(r, 100);
    ck_assert(!gates[1].began);
    return cadre_scope_end(&scope, cadre_yield());
}

ON_LOOP(abandoned_work_lets_its_caller_go)
{
    make_gates();
    ck_assert_int_eq(cadre_thread_set_limit(1), 0);
    beside_start(&calls[0], abandon, &gates[0]);
    gate_enter(&gates[0]);
    beside_cancel(&calls[0]);
    beside_ends(&calls[0], -ECANCELED);
    ck_assert_int_eq(freed, 0);
    ck_assert_uint_eq(statistics().abandoned, 1);
    /* It keeps its place. */
    beside_start(&calls[1], shared, &gates[1]);
    settle();
    ck_assert(!gates[1].began);
    ck_assert_uint_eq(statistics().queued, 1);
    gate_open(&gates[0]);
    gate_open(&gates[1]);
    await_end(&calls[1], 101);
    ck_assert(gates[0].ran);
    ck_assert_int_eq(freed, 1);
    ck_assert_uint_eq(statistics().abandoned, 0);
    return 0;
}

ON_LOOP(work_that_is_not_abandoned_comes_back)
{
    make_gates();
    gate_open(&gates[0]);
    beside_start(&calls[0], abandon, &gates[0]);
    await_end(&calls[0], 100);
    ck_assert_int_eq(freed, 1);
    ck_assert_int_eq(cadre_limiter_new(1, &limiter), 0);
    gate_open(&gates[1]);
    beside_start(&calls[1], abandon_limited, &gates[1]);
    await_end(&calls[1], 101);
    ck_assert_int_eq(freed, 2);
    cadre_limiter_free(limiter);
    return 0;
}

ON_LOOP(abandoned_in_the_queue_it_never_runs)
{
    make_gates();
    ck_assert_int_eq(cadre_thread_set_limit(1), 0);
    beside_start(&calls[0], shared, &gates[0]);
    gate_enter(&gates[0]);
    beside_start(&calls[1], abandon, &gates[1]);
    beside_cancel(&calls[1]);
    beside_ends(&calls[1], -ECANCELED);
    ck_assert_int_eq(freed, 1);
    open_all(1);
    ck_assert(!gates[1].began);
    return 0;
}

ON_LOOP(abandoned_work_keeps_its_token_and_its_limiter)
{
    struct cadre_limiter_statistics s;

    make_gates();
    ck_assert_int_eq(cadre_limiter_new(1, &limiter), 0);
    beside_start(&calls[0], abandon_limited, &gates[0]);
    gate_enter(&gates[0]);
    beside_cancel(&calls[0]);
    beside_ends(&calls[0], -ECANCELED);
    cadre_limiter_get_statistics(limiter, &s);
    ck_assert_int_eq(s.borrowed_tokens, 1);
    cadre_limiter_free(limiter);
    gate_open(&gates[0]);
    while (freed == 0)
        settle();
    return 0;
}

static int abandon_and_leave(void *arg)
{
    (void)arg;
    make_gates();
    beside_start(&calls[0], abandon, &gates[0]);
    gate_enter(&gates[0]);
    beside_cancel(&calls[0]);
    beside_ends(&calls[0], -ECANCELED);
    gate_open(&gates[0]);
    return 0;
}

START_TEST(the_end_of_the_loop_waits_for_abandoned_work)
{
    run_in_loop(abandon_and_leave);
    ck_assert(gates[0].ran);
    ck_assert_int_eq(freed, 1);
}
END_TEST

ON_LOOP(a_higher_limit_serves_those_who_wait)
{
    make_gates();
    ck_assert_int_eq(cadre_thread_set_limit(0), -EINVAL);
    ck_assert_int_eq(cadre_thread_set_limit(1), 0);
    for (int i = 0; i < 5; i++)
        beside_start(&calls[i], shared, &gates[i]);
    gate_enter(&gates[0]);
    ck_assert_uint_eq(statistics().queued, 4);
    ck_assert_int_eq(cadre_thread_set_limit(4), 0);
    for (int i = 1; i < 4; i++)
        gate_enter(&gates[i]);
    ck_assert_uint_eq(statistics().queued, 1);
    ck_assert_uint_eq(statistics().limit, 4);
    open_all(5);
    return 0;
}

ON_LOOP(a_lower_limit_lets_what_runs_finish)
{
    make_gates();
    for (int i = 0; i < 3; i++)
        beside_start(&calls[i], shared, &gates[i]);
    for (int i = 0; i < 3; i++)
        gate_enter(&gates[i]);
    ck_assert_int_eq(cadre_thread_set_limit(1), 0);
    beside_start(&calls[3], shared, &gates[3]);
    for (int i = 0; i < 2; i++) {
        gate_open(&gates[i]);
        await_end(&calls[i], 100 + i);
    }
    settle();
    ck_assert(!gates[3].began);
    gate_open(&gates[2]);
    gate_enter(&gates[3]);
    open_all(4);
    return 0;
}

ON_LOOP(refused_any_thread_each_call_fails_and_keeps_nothing)
{
    struct cadre_limiter_statistics s;

    make_gates();
    ck_assert_int_eq(cadre_limiter_new(1, &limiter), 0);
    refuse_threads = true;
    beside_start(&calls[0], shared, &gates[0]);
    beside_start(&calls[1], limited, &gates[1]);
    beside_start(&calls[2], cleanup, &gates[2]);
    beside_start(&calls[3], abandon, &gates[3]);
    beside_start(&calls[4], abandon_limited, &gates[4]);
    for (int i = 0; i < 5; i++)
        beside_ends(&calls[i], -EAGAIN);
    ck_assert_int_eq(freed, 2);
    ck_assert_uint_eq(statistics().refused, 5);
    ck_assert_uint_eq(statistics().threads, 0);
    ck_assert_uint_eq(statistics().queued, 0);
    cadre_limiter_get_statistics(limiter, &s);
    ck_assert_int_eq(s.borrowed_tokens, 0);
    /* And it goes on as soon as there are threads again. */
    refuse_threads = false;
    beside_start(&calls[0], limited, &gates[0]);
    open_all(1);
    cadre_limiter_free(limiter);
    return 0;
}

ON_LOOP(refused_more_threads_those_there_are_do_all_work)
{
    make_gates();
    ck_assert_int_eq(cadre_limiter_new(1, &limiter), 0);
    beside_start(&calls[0], shared, &gates[0]);
    gate_enter(&gates[0]);
    refuse_threads = true;
    beside_start(&calls[1], limited, &gates[1]);
    beside_start(&calls[2], cleanup, &gates[2]);
    beside_start(&calls[3], shared, &gates[3]);
    ck_assert_int_eq(cadre_thread_set_limit(50), 0);
    ck_assert_uint_eq(statistics().threads, 1);
    ck_assert_uint_eq(statistics().queued, 3);
    open_all(4);
    ck_assert_uint_eq(statistics().threads, 1);
    refuse_threads = false;
    cadre_limiter_free(limiter);
    return 0;
}

static const struct cadre_local key = {.name = "key"};

static int get_local(void *arg)
{
    *(void **)arg = cadre_local_get(&key);
    return 0;
}

ON_LOOP(a_thread_sees_the_values_of_who_waits_for_it)
{
    static int value;
    void *seen = NULL;

    ck_assert_int_eq(cadre_local_set(&key, &value), 0);
    ck_assert_int_eq(cadre_to_thread(get_local, &seen), 0);
    ck_assert_ptr_eq(seen, &value);
    ck_assert_int_eq(cadre_to_thread_cleanup(get_local, &seen), 0);
    ck_assert_ptr_eq(seen, &value);
    /* Not so what may be abandoned: they might be gone. */
    ck_assert_int_eq(cadre_to_thread_abandon(NULL, get_local, &seen, NULL), 0);
    ck_assert_ptr_null(seen);
    return 0;
}

ON_LOOP(statistics_tell_what_happened)
{
    make_gates();
    ck_assert_uint_eq(statistics().limit, 40);
    ck_assert_int_eq(cadre_thread_set_limit(1), 0);
    beside_start(&calls[0], shared, &gates[0]);
    beside_start(&calls[1], shared, &gates[1]);
    gate_enter(&gates[0]);
    ck_assert_uint_eq(statistics().running, 1);
    ck_assert_uint_eq(statistics().queued, 1);
    open_all(2);
    ck_assert_uint_eq(statistics().started, 2);
    ck_assert_uint_ge(statistics().queued_max, 1);
    ck_assert_uint_gt(statistics().waited_max_ns, 0);
    ck_assert_uint_ge(statistics().waited_ns, statistics().waited_max_ns);
    ck_assert_uint_eq(statistics().idle, 1);
    return 0;
}

/* Many callers of all kinds, some of them cancelled, under limits that change: none is lost. */
enum { CALLERS = 200, ROUNDS = 8 };

static int seed;
static uint64_t random_state;
static atomic_int worked;
static int owned_made, owned_freed, ok, cancelled;

static unsigned pick(unsigned n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % n;
}

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int work(void *arg)
{
    for (unsigned i = 0; i < *(unsigned *)arg; i++)
        (void)sched_yield();
    if (*(unsigned *)arg % 3 == 0)
        (void)!cadre_from_thread(nothing, NULL);
    worked++;
    return 0;
}

static void free_owned(void *arg)
{
    free(arg);
    owned_freed++;
}

static int call_any(const void *arg)
{
    unsigned yields = pick(20);
    unsigned *owned;
    int r;

    (void)arg;
    switch (pick(4)) {
    case 0:
        r = cadre_to_thread(work, &yields);
        break;
    case 1:
        r = cadre_to_thread_limited(limiter, work, &yields);
        break;
    case 2:
        r = cadre_to_thread_cleanup(work, &yields);
        break;
    default:
        owned = malloc(sizeof(*owned));
        ck_assert_ptr_nonnull(owned);
        *owned = yields;
        owned_made++;
        r = cadre_to_thread_abandon(pick(2) == 0 ? limiter : NULL, work, owned, free_owned);
        break;
    }
    ck_assert_msg(r == 0 || r == -ECANCELED, "seed %d: %d", seed, r);
    ok += r == 0;
    cancelled += r < 0;
    return r;
}

static int hammer(void *arg)
{
    static struct beside callers[CALLERS];
    unsigned left = CALLERS * ROUNDS;

    (void)arg;
    random_state = (uint64_t)seed;
    ck_assert_int_eq(cadre_limiter_new(3, &limiter), 0);
    for (int i = 0; i < CALLERS; i++)
        callers[i].ended = true;
    while (left > 0) {
        struct beside *caller = &callers[pick(CALLERS)];

        if (caller->ended) {
            beside_start(caller, call_any, NULL);
            left--;
        } else if (pick(4) == 0) {
            beside_cancel(caller);
        }
        if (pick(50) == 0)
            ck_assert_int_eq(cadre_thread_set_limit(1 + pick(8)), 0);
        if (pick(50) == 0)
            ck_assert_int_eq(cadre_limiter_set_total_tokens(limiter, pick(5)), 0);
        if (pick(10) == 0)
            ck_assert_int_eq(cadre_yield(), 0);
    }
    ck_assert_int_eq(cadre_limiter_set_total_tokens(limiter, 2), 0);
    for (int i = 0; i < CALLERS; i++)
        while (!callers[i].ended)
            ck_assert_int_eq(cadre_yield(), 0);
    while (statistics().abandoned > 0)
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(ok + cancelled, CALLERS * ROUNDS);
    ck_assert_int_ge(worked, ok);
    ck_assert_int_eq(owned_freed, owned_made);
    ck_assert_uint_eq(statistics().running, 0);
    ck_assert_uint_eq(statistics().queued, 0);
    ck_assert_uint_eq(statistics().started, (unsigned)worked);
    cadre_limiter_free(limiter);
    return 0;
}

START_TEST(of_many_that_call_and_are_cancelled_none_is_lost)
{
    seed = _i + 1;
    run_in_loop(hammer);
}
END_TEST

START_TEST(off_any_loop_there_is_nothing)
{
    ck_assert_uint_eq(statistics().limit, 0);
    ck_assert_int_eq(cadre_thread_set_limit(5), -EINVAL);
    ck_assert_int_eq(cadre_to_thread_cleanup(gate_pass, NULL), -EDEADLK);
    ck_assert_int_eq(cadre_to_thread_abandon(NULL, gate_pass, NULL, NULL), -EDEADLK);
}
END_TEST

UNIT_MAIN("async/thread_pool", UNIT_CASE(a_limiter_of_its_own_bounds_the_work),
          UNIT_CASE(limited_work_and_the_rest_do_not_wait_for_each_other),
          UNIT_CASE(cleanup_runs_though_all_threads_are_busy),
          UNIT_CASE(cleanup_has_so_many_threads_and_comes_first),
          UNIT_CASE(cleanup_uses_free_threads_like_all_others), UNIT_CASE(cleanup_is_not_cancelled),
          UNIT_CASE(cleanup_runs_in_a_cancelled_scope),
          UNIT_CASE(abandoned_work_lets_its_caller_go),
          UNIT_CASE(work_that_is_not_abandoned_comes_back),
          UNIT_CASE(abandoned_in_the_queue_it_never_runs),
          UNIT_CASE(abandoned_work_keeps_its_token_and_its_limiter),
          UNIT_CASE(the_end_of_the_loop_waits_for_abandoned_work),
          UNIT_CASE(a_higher_limit_serves_those_who_wait),
          UNIT_CASE(a_lower_limit_lets_what_runs_finish),
          UNIT_CASE(refused_any_thread_each_call_fails_and_keeps_nothing),
          UNIT_CASE(refused_more_threads_those_there_are_do_all_work),
          UNIT_CASE(a_thread_sees_the_values_of_who_waits_for_it),
          UNIT_CASE(statistics_tell_what_happened),
          UNIT_LOOP(of_many_that_call_and_are_cancelled_none_is_lost, 5),
          UNIT_CASE(off_any_loop_there_is_nothing))
