/* SPDX-License-Identifier: MIT */
/*
 * lib/async/loop.c: one turn after the other. See loop.h for what a turn promises.
 *
 * libevent waits and calls for each ready descriptor (io.c); the first such call begins the turn,
 * by reading the clock. A deadline reaches the kernel through one timerfd, which is set only where
 * the next deadline is before what it is set to already. One that is set too early wakes the loop
 * once for nothing, which is cheaper than a system call for each change: a server's next deadline
 * changes with each request, mostly to a later one. (libevent's own time-outs count on a clock
 * that lags by up to 4 ms, or, when exact, cost a system call a turn.)
 *
 * A thread posts by pushing onto a list without a lock, and rings the eventfd only when the loop
 * is asleep. Both descriptors are edge-triggered and are never read.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/loop_internal.h"
#include "async/stack.h"
#include "async/task.h"
#include "async/thread_pool.h"
#include "async/watchdog.h"
#include "base/fd.h"
#include "base/log.h"

enum {
    ROUNDS_MAX = 64, /* rounds of jobs between two looks at the descriptors, at most; */
    JOBS_MAX = 128,  /* none is begun after so many jobs */
    STACK_BYTES = 64 * 1024,
    COROUTINES_MAX = 65536,
    THREADS_MAX = 40,
    ARENA_BYTES = 1024, /* a chunk of what tasks allocate */
    ARENAS_KEPT = 64,
};

#define END_NS         (5 * CADRE__NSEC_PER_SEC)
#define THREAD_IDLE_NS (10 * CADRE__NSEC_PER_SEC)

/* gdb/cadre-gdb.py knows it by this name. */
_Thread_local struct cadre__loop *cadre__loop_here;

struct cadre__loop *cadre__loop_current(void)
{
    return cadre__loop_here;
}

/* libevent complains on stderr of what its caller sees by errno anyway. */
static void on_libevent_log(int severity, const char *text)
{
    int saved = errno;

    (void)severity;
    cadre__log(CADRE_LOG_DEBUG, "libevent: %s", text);
    errno = saved;
}

static void on_alarm(int events, void *arg)
{
    struct cadre__loop *loop = arg;

    (void)events;
    loop->alarm_ns = CADRE__NEVER; /* the timers follow in this turn */
}

static void on_bell(int events, void *arg)
{
    (void)events;
    (void)arg; /* what was posted follows in this turn */
}

static struct event_base *make_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (!config)
        return NULL;
    if (event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_O1) == 0 &&
        event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0 &&
        event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV) == 0 &&
        event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME) == 0)
        base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

static int open_descriptors(struct cadre__loop *loop)
{
    int fd;
    int r;

    event_set_log_callback(on_libevent_log);
    errno = 0;
    loop->base = make_base();
    if (!loop->base)
        return errno > 0 ? -errno : -ENOMEM;
    fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    cadre__io_init(&loop->alarm, loop, fd, on_alarm, loop);
    if ((r = cadre__io_start(&loop->alarm, CADRE__IO_READ | EV_ET, true)) < 0)
        return r;
    fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    cadre__io_init(&loop->bell, loop, fd, on_bell, loop);
    return cadre__io_start(&loop->bell, CADRE__IO_READ | EV_ET, true);
}

static int make_pools(struct cadre__loop *loop, const struct cadre__loop_options *options)
{
    const struct cadre__stack_pool_options stacks = {
        .stack_bytes = options->stack_bytes ? options->stack_bytes : STACK_BYTES,
        .stacks_max = options->coroutines_max ? options->coroutines_max : COROUTINES_MAX,
    };
    int r = cadre__stack_pool_new(loop, &stacks, &loop->stacks);

    if (r < 0)
        return r;
    return cadre__thread_pool_new(
        loop, options->threads ? options->threads : THREADS_MAX,
        options->thread_idle_ns ? options->thread_idle_ns : THREAD_IDLE_NS, &loop->threads);
}

int cadre__loop_new(const struct cadre__loop_options *options, struct cadre__loop **ret)
{
    static const struct cadre__loop_options defaults;
    struct cadre__loop *loop;
    int r;

    if (cadre__loop_here)
        return -EBUSY;
    if (!options)
        options = &defaults;
    loop = aligned_alloc(_Alignof(struct cadre__loop), sizeof(*loop));
    if (!loop)
        return -ENOMEM;
    *loop = (struct cadre__loop){
        .jobs_end = &loop->jobs,
        .clock = options->test_clock ? &options->test_clock->clock : cadre__clock_system(),
        .test_clock = options->test_clock,
        .alarm_ns = CADRE__NEVER,
        .end_ns = options->end_ns ? options->end_ns : END_NS,
        .alarm.fd = -1,
        .bell.fd = -1,
    };
    loop->now_ns = cadre__clock_now(loop->clock);
    cadre__timers_init(&loop->timers, loop->now_ns);
    cadre__coroutine_init_root(&loop->root, loop);
    cadre__list_init(&loop->tasks);
    cadre__arena_pool_init(&loop->arenas, ARENA_BYTES, ARENAS_KEPT);
    cadre__loop_here = loop;
    if ((r = open_descriptors(loop)) < 0 || (r = make_pools(loop, options)) < 0) {
        cadre__loop_free(loop);
        return r;
    }
    *ret = loop;
    return 0;
}

static void on_end(struct cadre__timer *timer)
{
    (void)timer;
}

static void log_abandoned(const struct cadre__coroutine_info *info, void *arg)
{
    (void)arg;
    cadre__log(CADRE_LOG_ERROR,
               "coroutine \"%s\" goes on in spite of being cancelled (in %s); "
               "it is abandoned",
               info->name, info->where ? info->where : "no call");
}

/* Runs turns until no coroutine is left, or `loop->end_ns` is over. */
static void end_coroutines(struct cadre__loop *loop)
{
    struct cadre__timer end;

    if (cadre__coroutine_count(loop) == 0)
        return;
    cadre__coroutine_cancel_all(loop);
    cadre__timer_init(&end, on_end);
    cadre__timer_start(&loop->timers, &end, cadre__deadline(cadre__loop_clock(loop), loop->end_ns));
    while (cadre__coroutine_count(loop) > 0 && cadre__timer_is_armed(&end))
        if (cadre__loop_turn(loop) < 0)
            break;
    cadre__timer_stop(&loop->timers, &end);
}

static void run_jobs(struct cadre__loop *loop);

void cadre__loop_free(struct cadre__loop *loop)
{
    if (!loop)
        return;
    assert(loop == cadre__loop_here && loop->running == &loop->root);
    if (loop->threads) {
        end_coroutines(loop);
        /* A coroutine whose thread runs on can end only when that has. */
        cadre__thread_pool_stop(loop->threads);
        run_jobs(loop);
        cadre__coroutine_each(loop, log_abandoned, NULL);
        cadre__coroutine_abandon_all(loop);
        cadre__thread_pool_free(loop->threads);
    }
    cadre__tasks_free(loop);
    cadre__arena_pool_done(&loop->arenas);
    cadre__stack_pool_free(loop->stacks);
    if (loop->alarm.fd >= 0) {
        cadre__io_stop(&loop->alarm);
        cadre__fd_close(&loop->alarm.fd);
    }
    if (loop->bell.fd >= 0) {
        cadre__io_stop(&loop->bell);
        cadre__fd_close(&loop->bell.fd);
    }
    if (loop->base)
        event_base_free(loop->base);
    cadre__loop_here = NULL;
    free(loop);
}

void cadre__loop_begin_turn(struct cadre__loop *loop)
{
    loop->looking = false;
    atomic_store_explicit(&loop->asleep, false, memory_order_relaxed);
    loop->now_ns = cadre__clock_now(loop->clock);
    if (atomic_load_explicit(&loop->watchdog_dozes, memory_order_relaxed))
        cadre__watchdog_wake(loop->watchdog);
    if (loop->hooks && loop->hooks->waking)
        loop->hooks->waking(loop->hooks_arg, loop->now_ns);
}

/* Sees to it that the timerfd fires in time for the first timer. */
static int set_alarm(struct cadre__loop *loop)
{
    struct itimerspec spec = {0};
    uint64_t next;

    if (!cadre__timers_next(&loop->timers, &next) || next >= loop->alarm_ns)
        return 0;
    spec.it_value.tv_sec = (time_t)(next / CADRE__NSEC_PER_SEC);
    spec.it_value.tv_nsec = (long)(next % CADRE__NSEC_PER_SEC);
    if (timerfd_settime(cadre__io_fd(&loop->alarm), TFD_TIMER_ABSTIME, &spec, NULL) < 0)
        return -errno;
    loop->alarm_ns = next;
    return 0;
}

/* Lets libevent look, or wait; its callbacks run. */
static int dispatch(struct cadre__loop *loop, bool wait)
{
    int r;

    if (wait) {
        if (loop->hooks && loop->hooks->waiting)
            loop->hooks->waiting(loop->hooks_arg, loop->now_ns);
        /* First say so, then look whether anything came: a thread does the two the other way. */
        atomic_store_explicit(&loop->asleep, true, memory_order_seq_cst);
        if (atomic_load_explicit(&loop->posted, memory_order_seq_cst))
            wait = false;
    }
    loop->looking = true;
    r = event_base_loop(loop->base, wait ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK);
    if (r < 0) {
        loop->looking = false;
        return errno > 0 ? -errno : -EIO;
    }
    return 0;
}

static bool has_jobs(const struct cadre__loop *loop)
{
    return loop->jobs || atomic_load_explicit(&loop->posted, memory_order_relaxed);
}

/* With a test clock: looks; where nothing is ready, time passes instead of the loop waiting. */
static int look_or_jump(struct cadre__loop *loop)
{
    uint64_t next;
    int r = dispatch(loop, false);

    if (r < 0 || !loop->looking || has_jobs(loop))
        return r;
    if (!cadre__loop_next_jump(loop, &next))
        return dispatch(loop, true);
    /* What is held is the jump: a deadline that cadre_test_advance() has passed is due. */
    if (loop->holds > 0 && next > cadre__clock_now(loop->clock))
        return dispatch(loop, true);
    cadre__test_clock_advance_to(loop->test_clock, next);
    return 0;
}

static int poll_descriptors(struct cadre__loop *loop)
{
    bool wait = !has_jobs(loop);
    int r;

    if (wait && loop->test_clock)
        r = look_or_jump(loop);
    else if (wait && (r = set_alarm(loop)) < 0)
        return r;
    else
        r = dispatch(loop, wait);
    if (loop->looking)
        cadre__loop_begin_turn(loop);
    return r;
}

/* Puts what threads have posted behind what was posted here, in their order. */
static void take_posted(struct cadre__loop *loop)
{
    struct cadre__job *job = atomic_load_explicit(&loop->posted, memory_order_relaxed);
    struct cadre__job *oldest = NULL;

    if (!job)
        return;
    job = atomic_exchange_explicit(&loop->posted, NULL, memory_order_acquire);
    while (job) {
        struct cadre__job *next = job->next;

        job->next = oldest;
        oldest = job;
        job = next;
    }
    while (oldest) {
        struct cadre__job *next = oldest->next;

        cadre__loop_post(loop, oldest);
        oldest = next;
    }
}

static void run_jobs(struct cadre__loop *loop)
{
    int n = 0;

    loop->poll_soon = false;
    for (int round = 0; round < ROUNDS_MAX && n < JOBS_MAX && !loop->poll_soon; round++) {
        struct cadre__job *job;

        take_posted(loop);
        if (!loop->jobs)
            break;
        loop->round = loop->jobs;
        loop->round->link = &loop->round;
        loop->jobs = NULL;
        loop->jobs_end = &loop->jobs;
        while ((job = loop->round)) {
            loop->round = job->next;
            if (job->next)
                job->next->link = &loop->round;
            job->link = NULL;
            n++;
            cadre__loop_step(loop);
            job->fn(job);
        }
    }
}

int cadre__loop_turn(struct cadre__loop *loop)
{
    int r = poll_descriptors(loop);

    if (r < 0)
        return r;
    (void)cadre__timers_advance(&loop->timers, loop->now_ns);
    run_jobs(loop);
    return 0;
}

int cadre__loop_run(struct cadre__loop *loop)
{
    int r = 0;

    assert(loop == cadre__loop_here && loop->running == &loop->root);
    while (r == 0 && !loop->stopping)
        r = cadre__loop_turn(loop);
    loop->stopping = false;
    return r;
}

void cadre__loop_stop(struct cadre__loop *loop)
{
    loop->stopping = true;
}

struct main_call {
    int (*fn)(void *arg);
    void *arg;
    int result;
    bool ended;
};

static void call_main(void *arg)
{
    struct main_call *call = arg;

    call->result = call->fn(call->arg);
    cadre__coroutine_unwind();
    call->ended = true;
}

int cadre__loop_run_main(struct cadre__loop *loop, int (*main_fn)(void *arg), void *arg)
{
    struct main_call call = {.fn = main_fn, .arg = arg};
    int r;

    assert(loop == cadre__loop_here && loop->running == &loop->root);
    if ((r = cadre__coroutine_start(loop, call_main, &call, "main", NULL)) < 0)
        return r;
    while (!call.ended)
        if ((r = cadre__loop_turn(loop)) < 0)
            return r;
    return call.result;
}

int cadre__run(const struct cadre__loop_options *options, int (*main_fn)(void *arg), void *arg)
{
    struct cadre__loop *loop;
    int r = cadre__loop_new(options, &loop);

    if (r < 0)
        return r;
    r = cadre__loop_run_main(loop, main_fn, arg);
    cadre__loop_free(loop);
    return r;
}

uint64_t cadre__loop_now(const struct cadre__loop *loop)
{
    return loop->now_ns;
}

uint64_t cadre__loop_read_clock(struct cadre__loop *loop)
{
    /* The counter first: the time is not older than it says. A test clock is read each time. */
    loop->read_cycles = loop->test_clock ? 0 : cadre__cycles();
    loop->read_ns = cadre__clock_now(loop->clock);
    return loop->read_ns;
}

uint64_t cadre__loop_clock(const struct cadre__loop *loop)
{
    return cadre__clock_now(loop->clock);
}

struct cadre__timers *cadre__loop_timers(struct cadre__loop *loop)
{
    return &loop->timers;
}

void cadre__loop_timer_start(struct cadre__loop *loop, struct cadre__timer *timer,
                             uint64_t after_ns)
{
    cadre__timer_start(&loop->timers, timer, cadre__deadline(loop->now_ns, after_ns));
}

void cadre__loop_timer_stop(struct cadre__loop *loop, struct cadre__timer *timer)
{
    cadre__timer_stop(&loop->timers, timer);
}

void cadre__loop_post(struct cadre__loop *loop, struct cadre__job *job)
{
    assert(loop == cadre__loop_here);
    job->next = NULL;
    job->link = loop->jobs_end;
    *loop->jobs_end = job;
    loop->jobs_end = &job->next;
}

bool cadre__loop_unpost(struct cadre__loop *loop, struct cadre__job *job)
{
    assert(loop == cadre__loop_here);
    take_posted(loop);
    if (!job->link)
        return false;
    *job->link = job->next;
    if (job->next)
        job->next->link = job->link;
    else if (loop->jobs_end == &job->next)
        loop->jobs_end = job->link;
    job->link = NULL;
    return true;
}

void cadre__loop_post_from_thread(struct cadre__loop *loop, struct cadre__job *job)
{
    struct cadre__job *head = atomic_load_explicit(&loop->posted, memory_order_relaxed);
    uint64_t one = 1;

    do {
        job->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&loop->posted, &head, job, memory_order_seq_cst,
                                                    memory_order_relaxed));
    /* Of all that post while the loop sleeps, one rings. */
    if (atomic_exchange_explicit(&loop->asleep, false, memory_order_seq_cst))
        (void)!write(cadre__io_fd(&loop->bell), &one, sizeof(one));
}

void cadre__loop_poll_soon(struct cadre__loop *loop)
{
    loop->poll_soon = true;
}

void cadre__loop_hold(struct cadre__loop *loop)
{
    loop->holds++;
}

void cadre__loop_release(struct cadre__loop *loop)
{
    assert(loop->holds > 0);
    loop->holds--;
}

void cadre__loop_patience_begin(struct cadre__loop *loop)
{
    loop->patience++;
}

void cadre__loop_patience_end(struct cadre__loop *loop)
{
    assert(loop->patience > 0);
    loop->patience--;
}

void cadre__loop_set_hooks(struct cadre__loop *loop, const struct cadre__loop_hooks *hooks,
                           void *arg)
{
    loop->hooks = hooks;
    loop->hooks_arg = arg;
}

struct event_base *cadre__loop_base(struct cadre__loop *loop)
{
    return loop->base;
}

struct cadre__thread_pool *cadre__loop_threads(struct cadre__loop *loop)
{
    return loop->threads;
}

struct cadre__stack_pool *cadre__loop_stacks(struct cadre__loop *loop)
{
    return loop->stacks;
}
