/* SPDX-License-Identifier: MIT */
/*
 * lib/async/thread.c: <cadre/thread.h>: coroutines that wait for jobs of the thread pool, and the
 * calls of those jobs. Runs on the loop, but for cadre_from_thread... and what they stand on.
 *
 * A job lies on its coroutine's stack, and so its call never returns while a thread has it; that of
 * work that may be abandoned has memory of its own, with the argument in it.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include <cadre/thread.h>

#include "async/coroutine.h"
#include "async/limiter.h"
#include "async/loop.h"
#include "async/thread.h"
#include "async/thread_pool.h"
#include "base/clock.h"

struct call {
    struct cadre__thread_job job;
    struct cadre__coroutine *co; /* who waits; NULL: abandoned */
    bool done;

    /* of work that may be abandoned */
    struct cadre_limiter *limiter; /* or NULL */
    void (*free_arg)(void *arg);   /* or NULL */
};

static void on_done(struct cadre__thread_job *job)
{
    struct call *call = CADRE__CONTAINER_OF(job, struct call, job);

    call->done = true;
    (void)cadre__coroutine_resume(call->co, 0);
}

static struct cadre__thread_pool *pool_of(const struct cadre__coroutine *co)
{
    return cadre__loop_threads(cadre__coroutine_loop(co));
}

/* Runs the job and waits for it; the caller has asked cadre__coroutine_check(). Where no thread has
 * begun it after `queue_ns` it is taken back. */
static int run_within(enum cadre__thread_lane lane, int (*fn)(void *arg), void *arg,
                      const char *name, uint64_t queue_ns)
{
    struct cadre__coroutine *self = cadre__coroutine_current();
    struct call call = {
        .job = {.fn = fn, .arg = arg, .done = on_done, .lane = lane, .co = self},
        .co = self,
    };
    int r = cadre__thread_pool_submit(pool_of(self), &call.job);

    if (r < 0)
        return r;
    if (lane != CADRE__THREAD_CLEANUP) {
        r = cadre__coroutine_suspend_for(name, queue_ns);
        if (r == -ETIMEDOUT && !call.done) {
            if (cadre__thread_pool_take_back(pool_of(self), &call.job))
                return -ETIMEDOUT;
            r = cadre__coroutine_suspend(name);
        }
        if (call.done && r >= 0)
            return call.job.result;
        if (!call.done && cadre__thread_pool_cancel(pool_of(self), &call.job))
            return -ECANCELED;
    }
    while (!call.done)
        (void)cadre__coroutine_suspend_shielded(name);
    return lane == CADRE__THREAD_CLEANUP ? call.job.result : -ECANCELED;
}

static int run(enum cadre__thread_lane lane, int (*fn)(void *arg), void *arg, const char *name)
{
    return run_within(lane, fn, arg, name, CADRE__NEVER);
}

int cadre__to_thread_within(int (*fn)(void *arg), void *arg, uint64_t queue_ns)
{
    int r = cadre__coroutine_check("cadre_to_thread");

    return r < 0 ? r : run_within(CADRE__THREAD_SHARED, fn, arg, "cadre_to_thread", queue_ns);
}

int cadre_to_thread(int (*fn)(void *arg), void *arg)
{
    int r = cadre__coroutine_check("cadre_to_thread");

    return r < 0 ? r : run(CADRE__THREAD_SHARED, fn, arg, "cadre_to_thread");
}

int cadre_to_thread_limited(struct cadre_limiter *limiter, int (*fn)(void *arg), void *arg)
{
    const char borrower = 0; /* its address is what counts */
    int r = cadre__limiter_acquire(limiter, &borrower, "cadre_to_thread_limited");

    if (r < 0)
        return r;
    r = run(CADRE__THREAD_OWN, fn, arg, "cadre_to_thread_limited");
    (void)cadre_limiter_release_for(limiter, &borrower);
    return r;
}

int cadre_to_thread_cleanup(int (*fn)(void *arg), void *arg)
{
    if (!cadre__coroutine_current())
        return cadre__coroutine_check("cadre_to_thread_cleanup");
    return run(CADRE__THREAD_CLEANUP, fn, arg, "cadre_to_thread_cleanup");
}

/* Gives back all that a call with memory of its own has. */
static void end_owned(struct call *call)
{
    if (call->limiter) {
        (void)cadre_limiter_release_for(call->limiter, call);
        cadre_limiter_free(call->limiter);
    }
    if (call->free_arg)
        call->free_arg(call->job.arg);
    free(call);
}

static void on_owned_done(struct cadre__thread_job *job)
{
    struct call *call = CADRE__CONTAINER_OF(job, struct call, job);

    call->done = true;
    if (call->co)
        (void)cadre__coroutine_resume(call->co, 0);
    else
        end_owned(call);
}

static int run_owned(struct call *call)
{
    static const char name[] = "cadre_to_thread_abandon";
    struct cadre__thread_pool *pool = pool_of(call->co);
    int r;

    if (call->limiter && (r = cadre__limiter_acquire(call->limiter, call, name)) < 0)
        goto out;
    if ((r = cadre__thread_pool_submit(pool, &call->job)) < 0)
        goto out;
    if ((r = cadre__coroutine_suspend(name)) == 0)
        r = call->job.result;
    else if (!call->done && !cadre__thread_pool_cancel(pool, &call->job)) {
        cadre__thread_pool_abandon(pool, &call->job);
        call->co = NULL;
        return r;
    }
out:
    end_owned(call);
    return r;
}

int cadre_to_thread_abandon(struct cadre_limiter *limiter, int (*fn)(void *arg), void *arg,
                            void (*free_arg)(void *arg))
{
    int r = cadre__coroutine_check("cadre_to_thread_abandon");
    struct call *call = r < 0 ? NULL : malloc(sizeof(*call));

    if (!call) {
        if (free_arg)
            free_arg(arg);
        return r < 0 ? r : -ENOMEM;
    }
    *call = (struct call){
        .job = {.fn = fn, .arg = arg, .done = on_owned_done},
        .co = cadre__coroutine_current(),
        .limiter = limiter,
        .free_arg = free_arg,
    };
    if (limiter) {
        cadre__limiter_ref(limiter);
        call->job.lane = CADRE__THREAD_OWN;
    }
    return run_owned(call);
}

int cadre_from_thread(int (*fn)(void *arg), void *arg)
{
    struct cadre__thread_job *job = cadre__thread_pool_current();

    if (cadre__loop_current())
        return -EDEADLK;
    return job ? cadre__thread_pool_call(job, fn, arg) : -EPERM;
}

int cadre_from_thread_check_cancelled(void)
{
    if (!cadre__thread_pool_current())
        return -EPERM;
    return cadre__thread_pool_is_cancelled() ? -ECANCELED : 0;
}

void cadre_thread_get_statistics(struct cadre_thread_statistics *ret)
{
    struct cadre__loop *loop = cadre__loop_current();
    struct cadre__thread_pool_stats stats = {0};

    if (loop)
        cadre__thread_pool_stats(cadre__loop_threads(loop), &stats);
    *ret = (struct cadre_thread_statistics){
        .limit = stats.threads_max,
        .threads = stats.threads,
        .idle = stats.idle,
        .running = stats.running,
        .queued = stats.queued,
        .queued_max = stats.queued_max,
        .abandoned = stats.abandoned,
        .started = stats.started,
        .waited_ns = stats.waited_ns,
        .waited_max_ns = stats.waited_max_ns,
        .refused = stats.refused,
    };
}

int cadre_thread_set_limit(unsigned limit)
{
    struct cadre__loop *loop = cadre__loop_current();

    if (limit == 0 || !loop)
        return -EINVAL;
    cadre__thread_pool_set_limit(cadre__loop_threads(loop), limit);
    return 0;
}
