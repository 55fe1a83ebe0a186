/* SPDX-License-Identifier: MIT */
/*
 * lib/async/thread.c: cadre_to_thread(), a coroutine that waits for a job of the thread pool.
 * Runs on the loop. The job lies on the coroutine's stack, and so the call never returns while a
 * thread has it.
 */
#include "config.h"

#include <errno.h>

#include <cadre/thread.h>

#include "async/coroutine.h"
#include "async/loop.h"
#include "async/thread_pool.h"

struct call {
    struct cadre__thread_job job;
    struct cadre__coroutine *co;
    bool done;
};

static void on_done(struct cadre__thread_job *job)
{
    struct call *call = CADRE__CONTAINER_OF(job, struct call, job);

    call->done = true;
    (void)cadre__coroutine_resume(call->co, 0);
}

int cadre_to_thread(int (*fn)(void *arg), void *arg)
{
    struct call call = {.job = {.fn = fn, .arg = arg, .done = on_done}};
    struct cadre__thread_pool *pool;
    int r;

    if ((r = cadre__coroutine_check("cadre_to_thread")) < 0)
        return r;
    call.co = cadre__coroutine_current();
    pool = cadre__loop_threads(cadre__coroutine_loop(call.co));
    if ((r = cadre__thread_pool_submit(pool, &call.job)) < 0)
        return r;
    if (cadre__coroutine_suspend("cadre_to_thread") == 0)
        return call.job.result;
    if (!call.done && !cadre__thread_pool_cancel(pool, &call.job))
        while (!call.done)
            cadre__coroutine_suspend_shielded("cadre_to_thread");
    return -ECANCELED;
}
