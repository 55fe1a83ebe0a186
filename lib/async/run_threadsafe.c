/* SPDX-License-Identifier: MIT */
/*
 * lib/async/run_threadsafe.c: cadre_run_threadsafe() of <cadre/loop.h>: a thread has the loop run a
 * function in a coroutine, and blocks for its result.
 *
 * All of a call is on the stack of the thread, which waits until the loop is done with it.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include <cadre/loop.h>

#include "async/coroutine.h"
#include "async/loop.h"

struct call {
    /* set by the thread */
    struct cadre__loop *loop;
    int (*fn)(void *arg);
    void *arg;
    struct cadre__job start;
    struct cadre__job cancel;

    /* the loop's */
    struct cadre__coroutine *co; /* while it runs */

    /* under the lock */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned pending; /* what the loop has yet to do with this */
    int result;
};

/* One thing less that the loop has to do; with the last one the call is gone. */
static void note_done(struct call *call, const int *result)
{
    (void)pthread_mutex_lock(&call->lock);
    if (result)
        call->result = *result;
    if (--call->pending == 0)
        (void)pthread_cond_signal(&call->changed);
    (void)pthread_mutex_unlock(&call->lock);
}

static void run(void *arg)
{
    struct call *call = arg;
    int r;

    call->co = cadre__coroutine_current();
    r = call->fn(call->arg);
    cadre__coroutine_unwind();
    call->co = NULL;
    note_done(call, &r);
}

static void on_start(struct cadre__job *job)
{
    struct call *call = CADRE__CONTAINER_OF(job, struct call, start);
    int r = cadre__coroutine_start(call->loop, run, call, "cadre_run_threadsafe", NULL);

    if (r < 0)
        note_done(call, &r);
}

static void on_cancel(struct cadre__job *job)
{
    struct call *call = CADRE__CONTAINER_OF(job, struct call, cancel);

    if (call->co)
        cadre__coroutine_cancel(call->co);
    note_done(call, NULL);
}

/* Waits for the loop, at most until `until` where that is given. Under the lock; whether done. */
static bool await(struct call *call, const struct timespec *until)
{
    int r = 0;

    while (call->pending > 0 && r == 0)
        r = until ? pthread_cond_timedwait(&call->changed, &call->lock, until)
                  : pthread_cond_wait(&call->changed, &call->lock);
    return call->pending == 0;
}

static bool await_for(struct call *call, uint64_t timeout_ms)
{
    uint64_t now = cadre__clock_now(cadre__clock_system());
    uint64_t at;
    struct timespec until;

    if (timeout_ms > UINT64_MAX / CADRE__NSEC_PER_MSEC)
        return await(call, NULL);
    at = cadre__deadline(now, timeout_ms * CADRE__NSEC_PER_MSEC);
    if (at == CADRE__NEVER)
        return await(call, NULL);
    until.tv_sec = (time_t)(at / CADRE__NSEC_PER_SEC);
    until.tv_nsec = (long)(at % CADRE__NSEC_PER_SEC);
    return await(call, &until);
}

static int run_and_wait(struct call *call, uint64_t timeout_ms)
{
    bool timed_out;

    cadre__loop_post_from_thread(call->loop, &call->start);
    (void)pthread_mutex_lock(&call->lock);
    timed_out = !await_for(call, timeout_ms);
    if (timed_out) {
        call->pending++;
        (void)pthread_mutex_unlock(&call->lock);
        cadre__loop_post_from_thread(call->loop, &call->cancel);
        (void)pthread_mutex_lock(&call->lock);
        (void)await(call, NULL);
    }
    (void)pthread_mutex_unlock(&call->lock);
    return timed_out && call->result == -ECANCELED ? -ETIMEDOUT : call->result;
}

int cadre_run_threadsafe(struct cadre_loop *loop, int (*fn)(void *arg), void *arg,
                         uint64_t timeout_ms)
{
    struct call call = {
        .loop = (struct cadre__loop *)loop,
        .fn = fn,
        .arg = arg,
        .start.fn = on_start,
        .cancel.fn = on_cancel,
        .pending = 1,
    };
    pthread_condattr_t attr;
    int r;

    if (call.loop == cadre__loop_current())
        return -EDEADLK;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&call.changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&call.lock, NULL);
    r = run_and_wait(&call, timeout_ms);
    (void)pthread_mutex_destroy(&call.lock);
    (void)pthread_cond_destroy(&call.changed);
    return r;
}
