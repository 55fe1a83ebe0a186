/* SPDX-License-Identifier: MIT */
/*
 * cadre_to_thread() and its pool. Threads and the test meet at gates (semaphores), never by time.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include <cadre/task.h>
#include <cadre/thread.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/thread_pool.h"

static struct cadre__loop *loop;

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

static struct cadre__thread_pool_stats stats(void)
{
    struct cadre__thread_pool_stats s;

    cadre__thread_pool_stats(cadre__loop_threads(loop), &s);
    return s;
}

static void run(unsigned threads, int (*fn)(void *arg), void *arg)
{
    const struct cadre__loop_options options = {.threads = threads};

    ck_assert_int_eq(cadre__loop_new(&options, &loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(loop, fn, arg), 0);
    cadre__loop_free(loop);
}

/* A call of cadre_to_thread() in a coroutine of its own. */
struct call {
    sem_t entered; /* posted by the thread when it has begun */
    sem_t leave;   /* the thread waits for it */
    int value;     /* what the thread returns */
    int result;    /* of cadre_to_thread() */
    bool returned; /* cadre_to_thread() has */
    bool ran;      /* the thread's function has */
    bool told;     /* cadre_cancelled() has said so in the thread */
    struct cadre__coroutine *co;
};

static int pass_gates(void *arg)
{
    struct call *call = arg;

    (void)sem_post(&call->entered);
    while (sem_wait(&call->leave) < 0)
        ;
    call->told = cadre_cancelled();
    call->ran = true;
    return call->value;
}

static void make_call(void *arg)
{
    struct call *call = arg;

    call->result = cadre_to_thread(pass_gates, call);
    call->returned = true;
}

static void call_init(struct call *call, int value)
{
    *call = (struct call){.value = value};
    (void)sem_init(&call->entered, 0, 0);
    (void)sem_init(&call->leave, 0, 0);
}

static void call_start(struct call *call)
{
    ck_assert_int_eq(cadre__coroutine_start(loop, make_call, call, "call", &call->co), 0);
}

static void call_enter(struct call *call)
{
    while (sem_wait(&call->entered) < 0)
        ;
}

/* Yields until the flag holds; the event that sets it wakes the loop. */
static void await(const bool *flag)
{
    while (!*flag)
        ck_assert_int_eq(cadre_yield(), 0);
}

static int same_thread(void *arg)
{
    return pthread_equal(*(pthread_t *)arg, pthread_self());
}

static int return_value(void *arg)
{
    return *(int *)arg;
}

static int call_simply(void *arg)
{
    static const int values[] = {0, 1, -5, INT32_MAX, INT32_MIN, -ENOENT};
    pthread_t self = pthread_self();

    (void)arg;
    ck_assert_int_eq(cadre_to_thread(same_thread, &self), 0);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        int value = values[i];

        ck_assert_int_eq(cadre_to_thread(return_value, &value), values[i]);
    }
    ck_assert_uint_eq(stats().threads, 1);
    ck_assert_uint_eq(stats().started, 7);
    ck_assert_uint_eq(stats().running, 0);
    return 0;
}

START_TEST(the_function_runs_elsewhere_and_its_result_comes_back)
{
    run(0, call_simply, NULL);
}
END_TEST

static int go_on_meanwhile(void *arg)
{
    struct call call;

    (void)arg;
    call_init(&call, 7);
    call_start(&call);
    ck_assert_ptr_nonnull(call.co);
    call_enter(&call);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert(!call.returned);
    ck_assert_uint_eq(stats().running, 1);
    (void)sem_post(&call.leave);
    await(&call.returned);
    ck_assert_int_eq(call.result, 7);
    return 0;
}

START_TEST(the_loop_goes_on_meanwhile)
{
    run(0, go_on_meanwhile, NULL);
}
END_TEST

enum { THREADS = 40 };

static struct call calls[THREADS + 1];

static int fill_up(void *arg)
{
    (void)arg;
    for (int i = 0; i <= THREADS; i++) {
        call_init(&calls[i], i);
        call_start(&calls[i]);
    }
    for (int i = 0; i < THREADS; i++)
        call_enter(&calls[i]);
    ck_assert_uint_eq(stats().threads_max, THREADS);
    ck_assert_uint_eq(stats().threads, THREADS);
    ck_assert_uint_eq(stats().running, THREADS);
    ck_assert_uint_eq(stats().queued, 1);
    /* One leaves, and the last comes in. */
    (void)sem_post(&calls[13].leave);
    call_enter(&calls[THREADS]);
    await(&calls[13].returned);
    ck_assert_uint_eq(stats().queued, 0);
    ck_assert_uint_ge(stats().queued_max, 1);
    ck_assert_uint_eq(stats().running, THREADS);
    ck_assert_uint_gt(stats().waited_ns, 0);
    ck_assert_uint_ge(stats().waited_ns, stats().waited_max_ns);
    for (int i = 0; i <= THREADS; i++)
        (void)sem_post(&calls[i].leave);
    for (int i = 0; i <= THREADS; i++) {
        await(&calls[i].returned);
        ck_assert_int_eq(calls[i].result, i);
    }
    ck_assert_uint_eq(stats().running, 0);
    return 0;
}

START_TEST(forty_run_and_the_next_one_waits)
{
    run(0, fill_up, NULL);
}
END_TEST

static char order[16];

static int note(void *arg)
{
    order[strlen(order)] = *(char *)arg;
    return 0;
}

struct noter {
    char c;
    bool returned;
};

static void call_note(void *arg)
{
    struct noter *noter = arg;

    ck_assert_int_eq(cadre_to_thread(note, &noter->c), 0);
    noter->returned = true;
}

static int queue_many(void *arg)
{
    struct noter noters[8];
    struct call call;

    (void)arg;
    call_init(&call, 0);
    call_start(&call);
    call_enter(&call);
    for (int i = 0; i < 8; i++) {
        noters[i] = (struct noter){.c = (char)('a' + i)};
        ck_assert_int_eq(cadre__coroutine_start(loop, call_note, &noters[i], "n", NULL), 0);
    }
    ck_assert_uint_eq(stats().queued, 8);
    (void)sem_post(&call.leave);
    for (int i = 0; i < 8; i++)
        await(&noters[i].returned);
    await(&call.returned);
    ck_assert_str_eq(order, "abcdefgh");
    ck_assert_uint_eq(stats().threads, 1);
    return 0;
}

START_TEST(those_that_wait_are_served_in_order)
{
    run(1, queue_many, NULL);
}
END_TEST

static int cancel_queued(void *arg)
{
    struct call busy, queued;

    (void)arg;
    call_init(&busy, 1);
    call_init(&queued, 2);
    call_start(&busy);
    call_enter(&busy);
    call_start(&queued);
    cadre__coroutine_cancel(queued.co);
    await(&queued.returned);
    ck_assert_int_eq(queued.result, -ECANCELED);
    ck_assert_uint_eq(stats().queued, 0);
    (void)sem_post(&busy.leave);
    await(&busy.returned);
    ck_assert_int_eq(busy.result, 1);
    ck_assert(!queued.ran);
    ck_assert_uint_eq(stats().started, 1);
    return 0;
}

START_TEST(one_cancelled_in_the_queue_never_runs)
{
    run(1, cancel_queued, NULL);
}
END_TEST

static int cancel_running(void *arg)
{
    struct call call;

    (void)arg;
    call_init(&call, 1);
    call_start(&call);
    call_enter(&call);
    cadre__coroutine_cancel(call.co);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(cadre_yield(), 0);
    /* The thread has its memory: it waits. Another cancel does not change that. */
    ck_assert(!call.returned);
    cadre__coroutine_cancel(call.co);
    ck_assert_int_eq(cadre_yield(), 0);
    ck_assert(!call.returned);
    (void)sem_post(&call.leave);
    await(&call.returned);
    ck_assert(call.ran);
    ck_assert(call.told);
    ck_assert_int_eq(call.result, -ECANCELED);
    return 0;
}

START_TEST(one_cancelled_while_it_runs_is_waited_for)
{
    run(0, cancel_running, NULL);
}
END_TEST

static int call_when_cancelled(void *arg)
{
    int value = 1;

    (void)arg;
    cadre__coroutine_cancel(cadre__coroutine_current());
    ck_assert_int_eq(cadre_to_thread(return_value, &value), -ECANCELED);
    ck_assert_uint_eq(stats().started, 0);
    ck_assert_int_eq(cadre_to_thread(return_value, &value), 1);
    return 0;
}

START_TEST(one_cancelled_before_it_calls_starts_nothing)
{
    run(0, call_when_cancelled, NULL);
}
END_TEST

static int refuse_all(void *arg)
{
    int value = 1;

    (void)arg;
    refuse_threads = true;
    ck_assert_int_eq(cadre_to_thread(return_value, &value), -EAGAIN);
    ck_assert_uint_eq(stats().refused, 1);
    ck_assert_uint_eq(stats().queued, 0);
    ck_assert_uint_eq(stats().threads, 0);
    refuse_threads = false;
    ck_assert_int_eq(cadre_to_thread(return_value, &value), 1);
    return 0;
}

START_TEST(without_any_thread_the_call_fails)
{
    run(0, refuse_all, NULL);
}
END_TEST

static int refuse_more(void *arg)
{
    struct call first, second;

    (void)arg;
    call_init(&first, 1);
    call_init(&second, 2);
    call_start(&first);
    call_enter(&first);
    refuse_threads = true;
    call_start(&second);
    ck_assert(!second.returned);
    ck_assert_uint_eq(stats().refused, 1);
    (void)sem_post(&first.leave);
    (void)sem_post(&second.leave);
    await(&first.returned);
    await(&second.returned);
    ck_assert_int_eq(second.result, 2);
    ck_assert_uint_eq(stats().threads, 1);
    return 0;
}

START_TEST(without_more_threads_those_there_are_do)
{
    run(0, refuse_more, NULL);
}
END_TEST

static int call_from_thread(void *arg)
{
    int value = 1;

    (void)arg;
    ck_assert_ptr_null(cadre__loop_current());
    return cadre_to_thread(return_value, &value) == -EDEADLK && cadre_sleep(1) == -EDEADLK;
}

static int nest(void *arg)
{
    (void)arg;
    ck_assert_int_eq(cadre_to_thread(call_from_thread, NULL), 1);
    return 0;
}

START_TEST(nothing_suspends_in_a_thread)
{
    run(0, nest, NULL);
}
END_TEST

static int look_at_mask(void *arg)
{
    sigset_t set;

    (void)arg;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &set);
    return sigismember(&set, SIGTERM) == 1 && sigismember(&set, SIGHUP) == 1 &&
           sigismember(&set, SIGSEGV) == 0;
}

static int check_masks(void *arg)
{
    sigset_t set;

    (void)arg;
    ck_assert_int_eq(cadre_to_thread(look_at_mask, NULL), 1);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &set);
    ck_assert_int_eq(sigismember(&set, SIGTERM), 0);
    return 0;
}

START_TEST(signals_stay_with_the_loop)
{
    run(0, check_masks, NULL);
}
END_TEST

static int idle_out(void *arg)
{
    struct call a, b;
    int value = 1;

    (void)arg;
    call_init(&a, 1);
    call_init(&b, 2);
    call_start(&a);
    call_start(&b);
    call_enter(&a);
    call_enter(&b);
    ck_assert_uint_eq(stats().threads, 2);
    (void)sem_post(&a.leave);
    (void)sem_post(&b.leave);
    await(&a.returned);
    await(&b.returned);
    while (stats().threads > 0)
        ck_assert_int_eq(cadre_sleep(1), 0);
    ck_assert_int_eq(cadre_to_thread(return_value, &value), 1);
    return 0;
}

START_TEST(idle_threads_end)
{
    const struct cadre__loop_options options = {.thread_idle_ns = 2 * CADRE__NSEC_PER_MSEC};

    ck_assert_int_eq(cadre__loop_new(&options, &loop), 0);
    ck_assert_int_eq(cadre__loop_run_main(loop, idle_out, NULL), 0);
    cadre__loop_free(loop);
}
END_TEST

static unsigned count_threads(void)
{
    DIR *dir = opendir("/proc/self/task");
    unsigned n = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir))
        n++;
    (void)closedir(dir);
    return n;
}

static int use_some(void *arg)
{
    (void)arg;
    for (int i = 0; i < 5; i++) {
        call_init(&calls[i], i);
        call_start(&calls[i]);
    }
    for (int i = 0; i < 5; i++)
        call_enter(&calls[i]);
    for (int i = 0; i < 5; i++) {
        (void)sem_post(&calls[i].leave);
        await(&calls[i].returned);
    }
    return 0;
}

START_TEST(no_thread_outlives_the_loop)
{
    unsigned before;

    run(0, use_some, NULL);
    /* Now the tools that watch us have started theirs. */
    before = count_threads();
    run(0, use_some, NULL);
    /* The kernel's entry of a joined thread may linger for a moment. */
    while (count_threads() > before)
        (void)sched_yield();
}
END_TEST

static void *open_gate_late(void *arg)
{
    struct call *call = arg;

    (void)nanosleep(&(struct timespec){.tv_nsec = 30 * 1000 * 1000}, NULL);
    (void)sem_post(&call->leave);
    return NULL;
}

START_TEST(the_end_of_the_loop_waits_for_a_thread)
{
    const struct cadre__loop_options options = {.end_ns = _i == 0 ? 1 : 0};
    struct call call;
    pthread_t opener;

    ck_assert_int_eq(cadre__loop_new(&options, &loop), 0);
    call_init(&call, 1);
    call_start(&call);
    call_enter(&call);
    ck_assert_int_eq(pthread_create(&opener, NULL, open_gate_late, &call), 0);
    cadre__loop_free(loop);
    ck_assert(call.returned);
    ck_assert(call.told);
    ck_assert_int_eq(call.result, -ECANCELED);
    ck_assert_int_eq(pthread_join(opener, NULL), 0);
}
END_TEST

static int work_in_test_time(void *arg)
{
    struct cadre__test_clock *clock = arg;
    struct call call;
    pthread_t opener;
    uint64_t begin = clock->now_ns;

    call_init(&call, 1);
    call_start(&call);
    ck_assert_int_eq(pthread_create(&opener, NULL, open_gate_late, &call), 0);
    /* As long as the thread is at work no test time passes. */
    ck_assert_int_eq(cadre_sleep(1000), 0);
    ck_assert(call.returned);
    ck_assert_uint_eq(clock->now_ns, begin + 1000 * CADRE__NSEC_PER_MSEC);
    ck_assert_int_eq(pthread_join(opener, NULL), 0);
    return 0;
}

START_TEST(work_in_a_thread_takes_no_test_time)
{
    struct cadre__test_clock clock;

    cadre__test_clock_init(&clock, CADRE__NSEC_PER_SEC);
    ck_assert_int_eq(cadre__loop_new(&(struct cadre__loop_options){.test_clock = &clock}, &loop),
                     0);
    ck_assert_int_eq(cadre__loop_run_main(loop, work_in_test_time, &clock), 0);
    cadre__loop_free(loop);
}
END_TEST

static atomic_int sum;

static int add(void *arg)
{
    atomic_fetch_add(&sum, *(int *)arg);
    return *(int *)arg;
}

static int finished;

static void add_many(void *arg)
{
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(cadre_to_thread(add, arg), *(int *)arg);
    finished++;
}

static int hammer(void *arg)
{
    static int values[200];

    (void)arg;
    for (int i = 0; i < 200; i++) {
        values[i] = i;
        ck_assert_int_eq(cadre__coroutine_start(loop, add_many, &values[i], "adder", NULL), 0);
    }
    while (finished < 200)
        ck_assert_int_eq(cadre_yield(), 0);
    ck_assert_int_eq(atomic_load(&sum), 50 * 199 * 200 / 2);
    ck_assert_uint_eq(stats().started, 200 * 50);
    return 0;
}

START_TEST(ten_thousand_jobs_all_come_back)
{
    run(4, hammer, NULL);
}
END_TEST

UNIT_MAIN("async/thread", UNIT_CASE(the_function_runs_elsewhere_and_its_result_comes_back),
          UNIT_CASE(the_loop_goes_on_meanwhile), UNIT_CASE(forty_run_and_the_next_one_waits),
          UNIT_CASE(those_that_wait_are_served_in_order),
          UNIT_CASE(one_cancelled_in_the_queue_never_runs),
          UNIT_CASE(one_cancelled_while_it_runs_is_waited_for),
          UNIT_CASE(one_cancelled_before_it_calls_starts_nothing),
          UNIT_CASE(without_any_thread_the_call_fails),
          UNIT_CASE(without_more_threads_those_there_are_do),
          UNIT_CASE(nothing_suspends_in_a_thread), UNIT_CASE(signals_stay_with_the_loop),
          UNIT_CASE(idle_threads_end), UNIT_CASE(no_thread_outlives_the_loop),
          UNIT_LOOP(the_end_of_the_loop_waits_for_a_thread, 2),
          UNIT_CASE(work_in_a_thread_takes_no_test_time),
          UNIT_CASE(ten_thousand_jobs_all_come_back))
