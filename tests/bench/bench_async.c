/* SPDX-License-Identifier: MIT */
/*
 * What the runtime's smallest operations cost, beside what they replace: a switch of coroutines
 * and swapcontext(), a timer and libevent's time-outs, work in a thread and a bare round trip by
 * pthread conditions. See bench.h.
 */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>

#include <event2/event.h>

#include <cadre/task.h>
#include <cadre/thread.h>

#include "async/context.h"
#include "async/coroutine.h"
#include "async/loop.h"
#include "tests/bench/bench.h"

static struct cadre__loop *loop;

static void check(int r)
{
    if (r >= 0)
        return;
    (void)fprintf(stderr, "bench: %s\n", strerror(-r));
    exit(EXIT_FAILURE);
}

/* The bare switch, there and back. */
static struct cadre__context main_context, other_context;
static _Alignas(64) char other_stack[64 * 1024];

static void switch_back(void *arg)
{
    (void)arg;
    for (;;)
        cadre__context_switch(&other_context, &main_context);
}

static void bench_context(uint64_t n)
{
    cadre__context_make(&other_context, other_stack, sizeof(other_stack), switch_back, NULL);
    for (uint64_t i = 0; i < n; i++)
        cadre__context_switch(&main_context, &other_context);
}

static ucontext_t main_uc, other_uc;

static void swap_back(void)
{
    for (;;)
        (void)swapcontext(&other_uc, &main_uc);
}

static void bench_swapcontext(uint64_t n)
{
    (void)getcontext(&other_uc);
    other_uc.uc_stack.ss_sp = other_stack;
    other_uc.uc_stack.ss_size = sizeof(other_stack);
    other_uc.uc_link = NULL;
    makecontext(&other_uc, swap_back, 0);
    for (uint64_t i = 0; i < n; i++)
        (void)swapcontext(&main_uc, &other_uc);
}

/* Resume and suspend, with all that the runtime does about it. */
static bool enough;

static void suspend_always(void *arg)
{
    (void)arg;
    while (!enough)
        check(cadre__coroutine_suspend("bench"));
}

static void bench_resume(uint64_t n)
{
    struct cadre__coroutine *co;

    enough = false;
    check(cadre__coroutine_start(loop, suspend_always, NULL, "bench", &co));
    for (uint64_t i = 1; i < n; i++)
        (void)cadre__coroutine_resume(co, 0);
    enough = true;
    (void)cadre__coroutine_resume(co, 0);
}

/* A coroutine that does nothing, from start to end. */
static void do_nothing(void *arg)
{
    (void)arg;
}

static void bench_start(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        check(cadre__coroutine_start(loop, do_nothing, NULL, "bench", NULL));
}

static void *do_nothing_thread(void *arg)
{
    return arg;
}

static void bench_pthread(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        pthread_t id;

        check(-pthread_create(&id, NULL, do_nothing_thread, NULL));
        check(-pthread_join(id, NULL));
    }
}

/* A turn of the loop, with a look at the descriptors. */
static uint64_t yields;

static int yield_many(void *arg)
{
    (void)arg;
    for (uint64_t i = 0; i < yields; i++)
        check(cadre_yield());
    return 0;
}

static void bench_yield(uint64_t n)
{
    yields = n;
    check(cadre__loop_run_main(loop, yield_many, NULL));
}

static struct event_base *base;

static void bench_look(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        (void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* A deadline that is armed and taken back, among a thousand others. */
enum { OTHERS = 1000 };

static struct cadre__timer other_timers[OTHERS];
static struct event *other_events[OTHERS];

static void on_timer(struct cadre__timer *timer)
{
    (void)timer;
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
}

static void bench_timer(uint64_t n)
{
    struct cadre__timer timer;

    cadre__timer_init(&timer, on_timer);
    for (uint64_t i = 0; i < n; i++) {
        cadre__loop_timer_start(loop, &timer, (1000 + i % 64000) * CADRE__NSEC_PER_MSEC);
        cadre__loop_timer_stop(loop, &timer);
    }
}

static void bench_event_add(uint64_t n)
{
    struct event *ev = event_new(base, -1, 0, on_event, NULL);

    for (uint64_t i = 0; i < n; i++) {
        const struct timeval tv = {(time_t)(1 + i % 64), 0};

        (void)event_add(ev, &tv);
        (void)event_del(ev);
    }
    event_free(ev);
}

static void add_others(void)
{
    for (int i = 0; i < OTHERS; i++) {
        const struct timeval tv = {1000 + i, 0};

        cadre__timer_init(&other_timers[i], on_timer);
        cadre__loop_timer_start(loop, &other_timers[i], (uint64_t)(1000 + i) * CADRE__NSEC_PER_SEC);
        other_events[i] = event_new(base, -1, 0, on_event, NULL);
        (void)event_add(other_events[i], &tv);
    }
}

static void remove_others(void)
{
    for (int i = 0; i < OTHERS; i++) {
        cadre__loop_timer_stop(loop, &other_timers[i]);
        event_free(other_events[i]);
    }
}

/* Work in a thread and back. */
static uint64_t trips;

static int no_work(void *arg)
{
    (void)arg;
    return 0;
}

static int make_trips(void *arg)
{
    (void)arg;
    for (uint64_t i = 0; i < trips; i++)
        check(cadre_to_thread(no_work, NULL));
    return 0;
}

static void bench_to_thread(uint64_t n)
{
    trips = n;
    check(cadre__loop_run_main(loop, make_trips, NULL));
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t to_them = PTHREAD_COND_INITIALIZER, to_us = PTHREAD_COND_INITIALIZER;
static uint64_t asked, answered;

static void *answer(void *arg)
{
    uint64_t n = *(uint64_t *)arg;

    (void)pthread_mutex_lock(&lock);
    while (answered < n) {
        while (asked == answered)
            (void)pthread_cond_wait(&to_them, &lock);
        answered++;
        (void)pthread_cond_signal(&to_us);
    }
    (void)pthread_mutex_unlock(&lock);
    return NULL;
}

static void bench_conditions(uint64_t n)
{
    pthread_t id;

    asked = answered = 0;
    check(-pthread_create(&id, NULL, answer, &n));
    (void)pthread_mutex_lock(&lock);
    for (uint64_t i = 0; i < n; i++) {
        asked++;
        (void)pthread_cond_signal(&to_them);
        while (answered < asked)
            (void)pthread_cond_wait(&to_us, &lock);
    }
    (void)pthread_mutex_unlock(&lock);
    check(-pthread_join(id, NULL));
}

/* Posts of a thread to a loop that is awake, one after the other. */
static struct cadre__job *jobs;
static uint64_t n_jobs, jobs_run;

static void on_job(struct cadre__job *job)
{
    (void)job;
    if (++jobs_run == n_jobs)
        cadre__loop_stop(loop);
}

static void *post_all(void *arg)
{
    (void)arg;
    for (uint64_t i = 0; i < n_jobs; i++)
        cadre__loop_post_from_thread(loop, &jobs[i]);
    return NULL;
}

static void bench_post(uint64_t n)
{
    pthread_t id;

    jobs = calloc(n, sizeof(*jobs));
    if (!jobs)
        exit(EXIT_FAILURE);
    for (uint64_t i = 0; i < n; i++)
        jobs[i].fn = on_job;
    n_jobs = n;
    jobs_run = 0;
    check(-pthread_create(&id, NULL, post_all, NULL));
    check(cadre__loop_run(loop));
    check(-pthread_join(id, NULL));
    free(jobs);
}

int main(void)
{
    static const struct bench_row rows[] = {
        {"switch there and back", "swapcontext, twice", 2000000, bench_context, bench_swapcontext,
         0.1},
        {"resume and suspend", "swapcontext, twice", 2000000, bench_resume, bench_swapcontext, 0},
        {"start and end of a coroutine", "pthread_create and _join", 20000, bench_start,
         bench_pthread, 0},
        {"yield: a turn of the loop", "event_base_loop, to look", 300000, bench_yield, bench_look,
         0},
        {"timer armed and stopped", "event_add and event_del", 1000000, bench_timer,
         bench_event_add, 0.5},
        {"to_thread there and back", "pthread conditions", 20000, bench_to_thread, bench_conditions,
         1.3},
        {"post from a thread", NULL, 300000, bench_post, NULL, 0},
    };
    struct event_config *config = event_config_new();
    int r;

    (void)event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    base = event_base_new_with_config(config);
    event_config_free(config);
    check(cadre__loop_new(NULL, &loop));
    add_others();
    r = bench_run(rows, sizeof(rows) / sizeof(rows[0]));
    remove_others();
    cadre__loop_free(loop);
    event_base_free(base);
    return r;
}
