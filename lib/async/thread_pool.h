/* SPDX-License-Identifier: MIT */
/*
 * lib/async/thread_pool.h: the loop's threads for work that blocks.
 *
 * A bounded number of threads, started when there is work and no idle one, and one queue, first
 * come first served. Idle threads end after a while. All calls come from the loop's thread; the
 * threads see nothing but their job and <cadre/task.h>'s cadre_cancelled(). All signals are
 * blocked in them.
 */
#ifndef CADRE_ASYNC_THREAD_POOL_H
#define CADRE_ASYNC_THREAD_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "async/loop.h"
#include <cadre/macros.h>

struct cadre__thread_pool;

/* One piece of blocking work; the caller's memory, until `done` was called. */
struct cadre__thread_job {
    /* set by the caller */
    int (*fn)(void *arg); /* runs in a thread */
    void *arg;
    void (*done)(struct cadre__thread_job *job); /* called on the loop, when fn has returned */

    /* for whoever looks */
    int result;            /* what fn returned */
    atomic_bool cancelled; /* what cadre_cancelled() says in fn */

    /* the pool's */
    struct cadre__thread_pool *pool;
    struct cadre__list link;  /* in the queue */
    struct cadre__job finish; /* how a thread hands it back */
    uint64_t queued_ns;       /* when it was handed over */
};

struct cadre__thread_pool_stats {
    unsigned threads_max;   /* the bound */
    unsigned threads;       /* alive */
    unsigned idle;          /* of these, without work */
    unsigned running;       /* jobs that threads are at */
    unsigned queued;        /* jobs that wait for a thread */
    unsigned queued_max;    /* most that have ever waited at a time */
    uint64_t started;       /* jobs that threads have begun, ever */
    uint64_t waited_ns;     /* how long these have waited for a thread, in all */
    uint64_t waited_max_ns; /* the longest of these waits */
    uint64_t refused;       /* threads that the system refused to start */
};

CADRE_MUST_CHECK int cadre__thread_pool_new(struct cadre__loop *loop, unsigned threads_max,
                                            uint64_t idle_ns, struct cadre__thread_pool **ret);

/*
 * Takes no more jobs, waits until those it has are done, queued ones too, and joins the threads.
 * What they post still comes, with the loop's next jobs. Blocks.
 */
void cadre__thread_pool_stop(struct cadre__thread_pool *pool);

/* Frees a pool that was stopped, or that never had a job, after the jobs it posted. NULL is taken.
 */
void cadre__thread_pool_free(struct cadre__thread_pool *pool);

/*
 * Hands a job over. job->done is called on the loop when fn has returned. Never suspends. Errors:
 * -EAGAIN (there is no thread, and none can be started); then `done` is not called.
 */
CADRE_MUST_CHECK int cadre__thread_pool_submit(struct cadre__thread_pool *pool,
                                               struct cadre__thread_job *job);

/*
 * Takes back a job that no thread has begun: returns true, and `done` is not called. Else
 * returns false, cadre_cancelled() says true in fn, and `done` is called as ever.
 */
bool cadre__thread_pool_cancel(struct cadre__thread_pool *pool, struct cadre__thread_job *job);

/*
 * Does the calling thread run a job that was cancelled? False in a thread that runs none. Any
 * thread.
 */
bool cadre__thread_pool_is_cancelled(void);

void cadre__thread_pool_stats(struct cadre__thread_pool *pool,
                              struct cadre__thread_pool_stats *ret);

#endif
