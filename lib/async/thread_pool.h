/* SPDX-License-Identifier: MIT */
/*
 * lib/async/thread_pool.h: the loop's threads for work that blocks.
 *
 * Threads are started when there is work that may run and no idle one, and end after a while
 * without. How much runs at a time is a matter of the lane that a job is in; each lane is first
 * come first served. A thread that has finished a job takes the next one by itself, the loop need
 * not be awake for that. All calls come from the loop's thread but where "any thread" is said; the
 * threads see nothing but their job. All signals are blocked in them.
 */
#ifndef CADRE_ASYNC_THREAD_POOL_H
#define CADRE_ASYNC_THREAD_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "async/loop.h"
#include "base/list.h"
#include <cadre/macros.h>

struct cadre__coroutine;
struct cadre__thread_call;
struct cadre__thread_pool;

enum cadre__thread_lane {
    CADRE__THREAD_SHARED,  /* as many at a time as the limit says */
    CADRE__THREAD_CLEANUP, /* within the limit too, before the others; at least a few beyond it */
    CADRE__THREAD_OWN,     /* whoever submits has bounded it */
    CADRE__THREAD_LANES
};

/* One piece of blocking work; the caller's memory, until `done` was called. */
struct cadre__thread_job {
    /* set by the caller */
    int (*fn)(void *arg); /* runs in a thread */
    void *arg;
    void (*done)(struct cadre__thread_job *job); /* called on the loop, when fn has returned */
    enum cadre__thread_lane lane;
    struct cadre__coroutine *co; /* who waits for it until the end, or NULL */

    /* for whoever looks */
    int result;            /* what fn returned */
    atomic_bool cancelled; /* what cadre_cancelled() says in fn */
    bool abandoned;        /* nobody waits for it any more; the loop's */

    /* the pool's */
    struct cadre__thread_pool *pool;
    struct cadre__list link;         /* in the queue */
    struct cadre__job finish;        /* how a thread hands it back */
    uint64_t queued_ns;              /* when it was handed over */
    struct cadre__thread_call *call; /* what its thread runs on the loop, or NULL; the loop's */
};

struct cadre__thread_pool_stats {
    unsigned threads_max;   /* the limit; there may be more threads for the other lanes */
    unsigned threads;       /* alive */
    unsigned idle;          /* of these, without work */
    unsigned running;       /* jobs that threads are at */
    unsigned queued;        /* jobs that wait for a thread */
    unsigned queued_max;    /* most that have ever waited at a time */
    unsigned abandoned;     /* running jobs that nobody waits for */
    uint64_t started;       /* jobs that threads have begun, ever */
    uint64_t waited_ns;     /* how long these have waited for a thread, in all */
    uint64_t waited_max_ns; /* the longest of these waits */
    uint64_t refused;       /* threads that the system refused to start */
};

CADRE_MUST_CHECK int cadre__thread_pool_new(struct cadre__loop *loop, unsigned threads_max,
                                            uint64_t idle_ns, struct cadre__thread_pool **ret);

/*
 * Takes no more jobs, waits until those it has are done, queued ones too, and joins the threads.
 * What they run on the loop is given up with -ECANCELED. What they post still comes, with the
 * loop's next jobs. Blocks.
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

/* Takes back a job that no thread has begun: returns true, and `done` is not called. Else nothing
 * changes. */
bool cadre__thread_pool_take_back(struct cadre__thread_pool *pool, struct cadre__thread_job *job);

/*
 * The same, but where a thread has begun it: returns false, cadre_cancelled() says true in fn, what
 * fn runs on the loop is asked to end, and `done` is called as ever.
 */
bool cadre__thread_pool_cancel(struct cadre__thread_pool *pool, struct cadre__thread_job *job);

/* Notes that nobody waits for a job that _cancel() could not take back: for the statistics. */
void cadre__thread_pool_abandon(struct cadre__thread_pool *pool, struct cadre__thread_job *job);

/* Changes the limit, at least 1. What may run then does so at once. */
void cadre__thread_pool_set_limit(struct cadre__thread_pool *pool, unsigned threads_max);

/* The job that the calling thread runs, or NULL. Any thread. */
struct cadre__thread_job *cadre__thread_pool_current(void);

/*
 * Does the calling thread run a job that was cancelled? False in a thread that runs none. Any
 * thread.
 */
bool cadre__thread_pool_is_cancelled(void);

/*
 * Runs fn(arg) in a coroutine on the loop for the calling thread, which runs a job, and blocks
 * until it has returned; returns what it returned. Errors of its own: -ECANCELED (the job was
 * cancelled, the pool stops), -EAGAIN, -ENOMEM (no coroutine). From that thread.
 */
CADRE_MUST_CHECK int cadre__thread_pool_call(struct cadre__thread_job *job, int (*fn)(void *arg),
                                             void *arg);

void cadre__thread_pool_stats(struct cadre__thread_pool *pool,
                              struct cadre__thread_pool_stats *ret);

/* The number of the calling thread in its pool, from 1, which another gets when it has ended; 0: it
 * is of no pool, or one of more than can be seen. Async-signal-safe. */
unsigned cadre__thread_pool_number(void);

/*
 * Calls fn for each thread that runs a job, with its number: for a crash report. Takes no lock and
 * is async-signal-safe, so what it sees may be over: `job` lies in memory that was a job's a moment
 * ago. Any thread.
 */
void cadre__thread_pool_peek(const struct cadre__thread_pool *pool,
                             void (*fn)(unsigned number, const struct cadre__thread_job *job,
                                        void *arg),
                             void *arg);

#endif
