/* SPDX-License-Identifier: MIT */
/*
 * lib/async/thread_call.h: the way back: what the threads of a pool have the loop run for them.
 * For thread_pool.c alone.
 */
#ifndef CADRE_ASYNC_THREAD_CALL_H
#define CADRE_ASYNC_THREAD_CALL_H

#include <pthread.h>
#include <stdbool.h>

#include "async/loop.h"
#include "base/list.h"
#include <cadre/macros.h>

struct cadre__thread_job;

struct cadre__thread_calls {
    struct cadre__loop *loop;
    struct cadre__job serve;    /* starts those that wait, on the loop */
    struct cadre__list started; /* calls whose coroutine runs; the loop's */
    struct cadre__list left;    /* the same, but their threads have gone; the loop's */

    pthread_mutex_t lock;
    struct cadre__list waiting; /* calls, the oldest first; the lock's, as are those below */
    bool posted;                /* `serve` is on its way */
    bool closed;                /* no more of them */
};

/* Begins and ends. _done comes after _close and the jobs that were posted, when no coroutine will
 * run any more. */
void cadre__thread_calls_init(struct cadre__thread_calls *calls, struct cadre__loop *loop);
void cadre__thread_calls_done(struct cadre__thread_calls *calls);

/* cadre__thread_pool_call(), in the thread that runs `job`. Blocks. */
CADRE_MUST_CHECK int cadre__thread_calls_run(struct cadre__thread_calls *calls,
                                             struct cadre__thread_job *job, int (*fn)(void *arg),
                                             void *arg);

/* Asks what the job's thread runs on the loop to end. On the loop. */
void cadre__thread_calls_cancel(struct cadre__thread_job *job);

/*
 * Ends all calls with -ECANCELED and takes no more. A coroutine that still runs for one is left
 * alone by its thread; it ends without having anybody to tell. On the loop, at its end.
 */
void cadre__thread_calls_close(struct cadre__thread_calls *calls);

#endif
