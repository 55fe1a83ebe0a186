/* SPDX-License-Identifier: MIT */
/*
 * lib/async/thread_call.c: a thread hands a call to the loop and blocks; the loop runs it in a
 * coroutine and wakes the thread. See thread_call.h.
 *
 * A call has memory of its own, since at the end of a loop the thread may go on while a coroutine
 * that would not be cancelled still refers to it. Else the thread frees it. While the coroutine
 * runs, the thread is not at work: a test clock need not wait for it.
 */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "async/coroutine.h"
#include "async/coroutine_internal.h"
#include "async/local.h"
#include "async/thread_call.h"
#include "async/thread_pool.h"

struct cadre__thread_call {
    struct cadre__list link; /* among those that wait, were started, or were left */
    struct cadre__thread_calls *calls;
    struct cadre__thread_job *job; /* what its thread runs */
    int (*fn)(void *arg);
    void *arg;
    struct cadre__coroutine *co; /* what runs it, once started */
    bool left;                   /* the thread has gone; the lock's, as are those below */
    bool ended;                  /* the thread may go on */
    int result;
    pthread_cond_t wake; /* signalled when ended */
};

static void free_call(struct cadre__thread_call *call)
{
    (void)pthread_cond_destroy(&call->wake);
    free(call);
}

static void end_call(struct cadre__thread_call *call, int result)
{
    pthread_mutex_t *lock = &call->calls->lock;

    (void)pthread_mutex_lock(lock);
    call->result = result;
    call->ended = true;
    (void)pthread_cond_signal(&call->wake);
    (void)pthread_mutex_unlock(lock);
}

/* The thread is at work again, or about to. */
static void detach(struct cadre__thread_call *call)
{
    cadre__list_remove(&call->link);
    call->job->call = NULL;
    cadre__loop_hold(call->calls->loop);
}

/* From whoever waits for the thread: what it serves, and its task-local values. */
static void inherit(struct cadre__coroutine *co, const struct cadre__coroutine *from)
{
    cadre__coroutine_set_data(co, cadre__coroutine_data(from));
    co->locals = cadre__locals_ref(from->locals);
}

static void run_call(void *arg)
{
    struct cadre__thread_call *call = arg;
    int result;

    call->co = cadre__coroutine_current();
    if (call->job->co)
        inherit(call->co, call->job->co);
    result = call->fn(call->arg);
    cadre__coroutine_unwind();
    if (call->left) {
        cadre__list_remove(&call->link);
        free_call(call);
        return;
    }
    detach(call);
    end_call(call, result);
}

static void start_call(struct cadre__thread_call *call)
{
    struct cadre__thread_calls *calls = call->calls;
    int r;

    if (atomic_load_explicit(&call->job->cancelled, memory_order_relaxed)) {
        end_call(call, -ECANCELED);
        return;
    }
    cadre__list_push_back(&calls->started, &call->link);
    call->job->call = call;
    cadre__loop_release(calls->loop);
    /* It may have ended when this returns; then it is no longer ours. */
    r = cadre__coroutine_start(calls->loop, run_call, call, "cadre_from_thread", NULL);
    if (r < 0) {
        detach(call);
        end_call(call, r);
    }
}

static void on_serve(struct cadre__job *job)
{
    struct cadre__thread_calls *calls = CADRE__CONTAINER_OF(job, struct cadre__thread_calls, serve);
    struct cadre__list waiting;
    struct cadre__list *link;

    cadre__list_init(&waiting);
    (void)pthread_mutex_lock(&calls->lock);
    calls->posted = false;
    cadre__list_splice_back(&waiting, &calls->waiting);
    (void)pthread_mutex_unlock(&calls->lock);
    while ((link = cadre__list_pop_front(&waiting)))
        start_call(CADRE__CONTAINER_OF(link, struct cadre__thread_call, link));
}

void cadre__thread_calls_init(struct cadre__thread_calls *calls, struct cadre__loop *loop)
{
    *calls = (struct cadre__thread_calls){.loop = loop, .serve.fn = on_serve};
    cadre__list_init(&calls->started);
    cadre__list_init(&calls->left);
    cadre__list_init(&calls->waiting);
    (void)pthread_mutex_init(&calls->lock, NULL);
}

void cadre__thread_calls_done(struct cadre__thread_calls *calls)
{
    struct cadre__list *link;

    while ((link = cadre__list_pop_front(&calls->left)))
        free_call(CADRE__CONTAINER_OF(link, struct cadre__thread_call, link));
    (void)pthread_mutex_destroy(&calls->lock);
}

static bool hand_over(struct cadre__thread_calls *calls, struct cadre__thread_call *call)
{
    if (calls->closed)
        return false;
    cadre__list_push_back(&calls->waiting, &call->link);
    if (!calls->posted) {
        calls->posted = true;
        cadre__loop_post_from_thread(calls->loop, &calls->serve);
    }
    return true;
}

int cadre__thread_calls_run(struct cadre__thread_calls *calls, struct cadre__thread_job *job,
                            int (*fn)(void *arg), void *arg)
{
    struct cadre__thread_call *call;
    int r = -ECANCELED;
    bool left = false;

    if (atomic_load_explicit(&job->cancelled, memory_order_relaxed))
        return -ECANCELED;
    call = malloc(sizeof(*call));
    if (!call)
        return -ENOMEM;
    *call = (struct cadre__thread_call){.calls = calls, .job = job, .fn = fn, .arg = arg};
    cadre__list_init(&call->link);
    (void)pthread_cond_init(&call->wake, NULL);
    (void)pthread_mutex_lock(&calls->lock);
    if (hand_over(calls, call)) {
        while (!call->ended)
            (void)pthread_cond_wait(&call->wake, &calls->lock);
        r = call->result;
        left = call->left;
    }
    (void)pthread_mutex_unlock(&calls->lock);
    if (!left)
        free_call(call);
    return r;
}

void cadre__thread_calls_cancel(struct cadre__thread_job *job)
{
    if (job->call)
        cadre__coroutine_cancel(job->call->co);
}

void cadre__thread_calls_close(struct cadre__thread_calls *calls)
{
    struct cadre__list waiting;
    struct cadre__list *link;

    cadre__list_init(&waiting);
    (void)pthread_mutex_lock(&calls->lock);
    calls->closed = true;
    cadre__list_splice_back(&waiting, &calls->waiting);
    (void)pthread_mutex_unlock(&calls->lock);
    while ((link = cadre__list_pop_front(&waiting)))
        end_call(CADRE__CONTAINER_OF(link, struct cadre__thread_call, link), -ECANCELED);
    while ((link = cadre__list_first(&calls->started))) {
        struct cadre__thread_call *call =
            CADRE__CONTAINER_OF(link, struct cadre__thread_call, link);

        detach(call);
        (void)pthread_mutex_lock(&calls->lock);
        call->left = true;
        (void)pthread_mutex_unlock(&calls->lock);
        cadre__list_push_back(&calls->left, &call->link);
        end_call(call, -ECANCELED);
    }
}
