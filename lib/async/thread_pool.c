/* SPDX-License-Identifier: MIT */
/*
 * lib/async/thread_pool.c: threads, their queue, and how a job comes back to the loop. See
 * thread_pool.h.
 *
 * One lock guards the queues and the list of idle threads. Of these, the one that went idle last is
 * woken first: its caches are warm, and those that are not needed reach the end of their patience.
 * A thread that ends by itself puts itself on a list and has the loop join it.
 *
 * A job in a queue either has a thread coming for it (woken or just started), or may not run yet;
 * then the thread whose job's end changes that takes it. Only the loop starts threads.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "async/local.h"
#include "async/loop.h"
#include "async/thread_call.h"
#include "async/thread_pool.h"
#include "base/clock.h"
#include "base/list.h"

#include <cadre/thread.h>

struct thread {
    struct cadre__list link; /* among the idle or the ended; the pool's lock */
    struct cadre__thread_pool *pool;
    pthread_t id;
    pthread_cond_t wake;                     /* signalled when taken off the idle ones */
    bool coming;                             /* counted in pool->coming; the pool's lock */
    _Atomic(struct cadre__thread_job *) job; /* what it runs; only it writes */
    unsigned number; /* one above its place among the seen; 0: none was free */
};

/* Threads that a crash report can see. */
enum { SEEN_MAX = 64 };

/* A signal handler's stack on a thread's own: where that overflows is at its other end. */
enum { SIGNAL_STACK = 32 * 1024 };

struct cadre__thread_pool {
    /* set once */
    struct cadre__loop *loop;
    uint64_t idle_ns;
    pthread_condattr_t condattr; /* waits count on CLOCK_MONOTONIC */

    /* the loop's */
    struct cadre__job reap; /* joins the ended */
    unsigned abandoned;     /* jobs that nobody waits for */
    struct cadre__thread_calls calls;
    _Atomic(struct thread *) seen[SEEN_MAX]; /* the loop writes, signal handlers read */

    /* under the lock */
    pthread_mutex_t lock;
    struct lane {
        struct cadre__list queue; /* jobs that wait, the oldest first */
        unsigned queued;          /* how many */
        unsigned running;         /* jobs that threads are at */
    } lanes[CADRE__THREAD_LANES];
    struct cadre__list idle;  /* threads, the latest first */
    struct cadre__list ended; /* threads to be joined */
    unsigned coming;          /* threads woken or started that have not looked for a job yet */
    bool ending;              /* threads end when there is nothing for them */
    pthread_cond_t empty;     /* signalled when the last of them has */
    bool reap_posted;         /* `reap` is on its way */
    struct cadre__thread_pool_stats stats; /* .threads_max is the limit */
};

static _Thread_local struct thread *current_thread;

struct cadre__thread_job *cadre__thread_pool_current(void)
{
    return current_thread ? atomic_load_explicit(&current_thread->job, memory_order_relaxed) : NULL;
}

unsigned cadre__thread_pool_number(void)
{
    return current_thread ? current_thread->number : 0;
}

void cadre__thread_pool_peek(const struct cadre__thread_pool *pool,
                             void (*fn)(unsigned number, const struct cadre__thread_job *job,
                                        void *arg),
                             void *arg)
{
    for (unsigned i = 0; i < SEEN_MAX; i++) {
        const struct thread *thread = atomic_load_explicit(&pool->seen[i], memory_order_acquire);
        const struct cadre__thread_job *job =
            thread ? atomic_load_explicit(&thread->job, memory_order_acquire) : NULL;

        if (job)
            fn(i + 1, job, arg);
    }
}

bool cadre__thread_pool_is_cancelled(void)
{
    const struct cadre__thread_job *job = cadre__thread_pool_current();

    return job && atomic_load_explicit(&job->cancelled, memory_order_relaxed);
}

static uint64_t now(void)
{
    return cadre__clock_now(cadre__clock_system());
}

/* How many more jobs of a lane may begin, queued or not. Under the lock. */
static unsigned room_in(const struct cadre__thread_pool *pool, enum cadre__thread_lane lane)
{
    unsigned shared = pool->lanes[CADRE__THREAD_SHARED].running;
    unsigned cleanup = pool->lanes[CADRE__THREAD_CLEANUP].running;
    unsigned limit = pool->stats.threads_max;
    unsigned room = limit > shared + cleanup ? limit - shared - cleanup : 0;

    if (lane == CADRE__THREAD_OWN)
        return UINT_MAX;
    if (lane == CADRE__THREAD_CLEANUP && cleanup < CADRE_THREAD_RESERVED &&
        room < CADRE_THREAD_RESERVED - cleanup)
        return CADRE_THREAD_RESERVED - cleanup;
    return room;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* How many of the jobs that wait may begin? Under the lock. */
static unsigned ready(const struct cadre__thread_pool *pool)
{
    const struct lane *lanes = pool->lanes;
    unsigned cleanup =
        least(lanes[CADRE__THREAD_CLEANUP].queued, room_in(pool, CADRE__THREAD_CLEANUP));
    unsigned shared = room_in(pool, CADRE__THREAD_SHARED);

    shared = least(lanes[CADRE__THREAD_SHARED].queued, shared > cleanup ? shared - cleanup : 0);
    return cleanup + shared + lanes[CADRE__THREAD_OWN].queued;
}

/* The first job of a lane, if it may begin. Under the lock. */
static struct cadre__thread_job *first_job(const struct cadre__thread_pool *pool,
                                           enum cadre__thread_lane lane)
{
    struct cadre__list *link = cadre__list_first(&pool->lanes[lane].queue);

    return link && room_in(pool, lane) > 0
               ? CADRE__CONTAINER_OF(link, struct cadre__thread_job, link)
               : NULL;
}

static void dequeue(struct cadre__thread_pool *pool, struct cadre__thread_job *job)
{
    cadre__list_remove(&job->link);
    pool->lanes[job->lane].queued--;
    pool->stats.queued--;
}

/* The next job, taken off its queue, or NULL: cleanup first, else what came first. Under the lock.
 */
static struct cadre__thread_job *take_job(struct cadre__thread_pool *pool)
{
    struct cadre__thread_job *job = first_job(pool, CADRE__THREAD_CLEANUP);
    struct cadre__thread_job *own = first_job(pool, CADRE__THREAD_OWN);
    uint64_t waited;

    if (!job)
        job = first_job(pool, CADRE__THREAD_SHARED);
    if (!job || (own && job->lane == CADRE__THREAD_SHARED && own->queued_ns < job->queued_ns))
        job = own;
    if (!job)
        return NULL;
    waited = now() - job->queued_ns;
    dequeue(pool, job);
    pool->lanes[job->lane].running++;
    pool->stats.running++;
    pool->stats.started++;
    pool->stats.waited_ns += waited;
    if (waited > pool->stats.waited_max_ns)
        pool->stats.waited_max_ns = waited;
    return job;
}

/*
 * Waits until woken or out of patience; returns whether woken. Under the lock, but for the moment
 * in which it hands `*done`, where there is one, back to the loop: only then, so that whoever asks
 * for a thread next finds this one. The finished job is not touched after it was posted.
 */
static bool be_idle(struct thread *thread, struct cadre__thread_job **done)
{
    struct cadre__thread_pool *pool = thread->pool;
    uint64_t until = now() + pool->idle_ns;
    struct timespec spec = {
        .tv_sec = (time_t)(until / CADRE__NSEC_PER_SEC),
        .tv_nsec = (long)(until % CADRE__NSEC_PER_SEC),
    };
    int r = 0;

    cadre__list_push_front(&pool->idle, &thread->link);
    pool->stats.idle++;
    if (*done) {
        (void)pthread_mutex_unlock(&pool->lock);
        cadre__loop_post_from_thread(pool->loop, &(*done)->finish);
        *done = NULL;
        (void)pthread_mutex_lock(&pool->lock);
    }
    while (cadre__list_is_linked(&thread->link) && r != ETIMEDOUT)
        r = pthread_cond_timedwait(&thread->wake, &pool->lock, &spec);
    if (!cadre__list_is_linked(&thread->link))
        return true;
    cadre__list_remove(&thread->link);
    pool->stats.idle--;
    return false;
}

/* Wakes the thread that went idle last; returns whether there is one. Under the lock. */
static bool wake_thread(struct cadre__thread_pool *pool)
{
    struct cadre__list *link = cadre__list_pop_front(&pool->idle);
    struct thread *thread;

    if (!link)
        return false;
    thread = CADRE__CONTAINER_OF(link, struct thread, link);
    thread->coming = true;
    pool->coming++;
    pool->stats.idle--;
    (void)pthread_cond_signal(&thread->wake);
    return true;
}

/* Under the lock. */
static void arrive(struct thread *thread)
{
    if (thread->coming)
        thread->pool->coming--;
    thread->coming = false;
}

/* Hands `done`, where there is one, back to the loop, and waits for the next job. NULL: the thread
 * is to end. */
static struct cadre__thread_job *next_job(struct thread *thread, struct cadre__thread_job *done)
{
    struct cadre__thread_pool *pool = thread->pool;
    struct cadre__thread_job *job;
    bool woken = true;

    (void)pthread_mutex_lock(&pool->lock);
    if (done) {
        pool->stats.running--;
        pool->lanes[done->lane].running--;
    }
    arrive(thread);
    while (!(job = take_job(pool)) && !pool->ending && woken) {
        woken = be_idle(thread, &done);
        arrive(thread);
    }
    if (!job) {
        cadre__list_push_back(&pool->ended, &thread->link);
        if (--pool->stats.threads == 0)
            (void)pthread_cond_signal(&pool->empty);
        if (!pool->ending && !pool->reap_posted) {
            pool->reap_posted = true;
            cadre__loop_post_from_thread(pool->loop, &pool->reap);
        }
    }
    (void)pthread_mutex_unlock(&pool->lock);
    if (done)
        cadre__loop_post_from_thread(pool->loop, &done->finish);
    return job;
}

/* Has the thread's signal handlers run on `memory`, unless a sanitizer has seen to that. */
static bool take_signal_stack(char memory[static SIGNAL_STACK])
{
    stack_t stack;

    if (sigaltstack(NULL, &stack) < 0 || (stack.ss_flags & SS_DISABLE) == 0)
        return false;
    stack = (stack_t){.ss_sp = memory, .ss_size = SIGNAL_STACK};
    return sigaltstack(&stack, NULL) == 0;
}

static void *run_thread(void *arg)
{
    struct thread *thread = arg;
    struct cadre__thread_job *job = NULL;
    _Alignas(16) char signal_stack[SIGNAL_STACK];
    bool has_own = take_signal_stack(signal_stack);

    current_thread = thread;
    while ((job = next_job(thread, job))) {
        atomic_store_explicit(&thread->job, job, memory_order_release);
        if (job->co)
            cadre__locals_enter(cadre__coroutine_locals(job->co));
        job->result = job->fn(job->arg);
        cadre__locals_enter(NULL);
        atomic_store_explicit(&thread->job, NULL, memory_order_relaxed);
    }
    current_thread = NULL;
    if (has_own)
        (void)sigaltstack(&(const stack_t){.ss_flags = SS_DISABLE}, NULL);
    return NULL;
}

static void be_seen(struct thread *thread)
{
    struct cadre__thread_pool *pool = thread->pool;

    for (unsigned i = 0; i < SEEN_MAX; i++) {
        if (atomic_load_explicit(&pool->seen[i], memory_order_relaxed))
            continue;
        thread->number = i + 1;
        atomic_store_explicit(&pool->seen[i], thread, memory_order_release);
        return;
    }
}

static void be_unseen(const struct thread *thread)
{
    if (thread->number > 0)
        atomic_store_explicit(&thread->pool->seen[thread->number - 1], NULL, memory_order_release);
}

/* All but those that a fault raises in the thread itself, which a crash report wants to see. */
static void block_signals(sigset_t *ret_before)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t set;

    (void)sigfillset(&set);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        (void)sigdelset(&set, faults[i]);
    (void)pthread_sigmask(SIG_BLOCK, &set, ret_before);
}

static int add_thread(struct cadre__thread_pool *pool)
{
    struct thread *thread = calloc(1, sizeof(*thread));
    sigset_t before;
    int r;

    if (!thread)
        return -ENOMEM;
    thread->pool = pool;
    thread->coming = true; /* it was counted before */
    cadre__list_init(&thread->link);
    (void)pthread_cond_init(&thread->wake, &pool->condattr);
    be_seen(thread);
    block_signals(&before);
    r = pthread_create(&thread->id, NULL, run_thread, thread);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r != 0) {
        be_unseen(thread);
        (void)pthread_cond_destroy(&thread->wake);
        free(thread);
        return -r;
    }
    (void)pthread_setname_np(thread->id, "cadre-thread");
    return 0;
}

static void join(struct cadre__list *ended)
{
    struct cadre__list *link;

    while ((link = cadre__list_pop_front(ended))) {
        struct thread *thread = CADRE__CONTAINER_OF(link, struct thread, link);

        (void)pthread_join(thread->id, NULL);
        be_unseen(thread);
        (void)pthread_cond_destroy(&thread->wake);
        free(thread);
    }
}

static void on_reap(struct cadre__job *job)
{
    struct cadre__thread_pool *pool = CADRE__CONTAINER_OF(job, struct cadre__thread_pool, reap);
    struct cadre__list ended;

    cadre__list_init(&ended);
    (void)pthread_mutex_lock(&pool->lock);
    pool->reap_posted = false;
    cadre__list_splice_back(&ended, &pool->ended);
    (void)pthread_mutex_unlock(&pool->lock);
    join(&ended);
}

int cadre__thread_pool_new(struct cadre__loop *loop, unsigned threads_max, uint64_t idle_ns,
                           struct cadre__thread_pool **ret)
{
    struct cadre__thread_pool *pool = calloc(1, sizeof(*pool));

    if (!pool)
        return -ENOMEM;
    pool->loop = loop;
    cadre__thread_calls_init(&pool->calls, loop);
    pool->idle_ns = idle_ns;
    pool->reap.fn = on_reap;
    pool->stats.threads_max = threads_max;
    (void)pthread_cond_init(&pool->empty, NULL);
    (void)pthread_condattr_init(&pool->condattr);
    (void)pthread_condattr_setclock(&pool->condattr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&pool->lock, NULL);
    for (int i = 0; i < CADRE__THREAD_LANES; i++)
        cadre__list_init(&pool->lanes[i].queue);
    cadre__list_init(&pool->idle);
    cadre__list_init(&pool->ended);
    *ret = pool;
    return 0;
}

void cadre__thread_pool_stop(struct cadre__thread_pool *pool)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    while (wake_thread(pool))
        ;
    (void)pthread_mutex_unlock(&pool->lock);
    cadre__thread_calls_close(&pool->calls);
    (void)pthread_mutex_lock(&pool->lock);
    while (pool->stats.threads > 0)
        (void)pthread_cond_wait(&pool->empty, &pool->lock);
    (void)pthread_mutex_unlock(&pool->lock);
    join(&pool->ended);
}

void cadre__thread_pool_free(struct cadre__thread_pool *pool)
{
    if (!pool)
        return;
    assert(pool->stats.threads == 0);
    cadre__thread_calls_done(&pool->calls);
    (void)pthread_cond_destroy(&pool->empty);
    (void)pthread_mutex_destroy(&pool->lock);
    (void)pthread_condattr_destroy(&pool->condattr);
    free(pool);
}

static void on_finish(struct cadre__job *finish)
{
    struct cadre__thread_job *job = CADRE__CONTAINER_OF(finish, struct cadre__thread_job, finish);

    cadre__loop_release(job->pool->loop);
    if (job->abandoned)
        job->pool->abandoned--;
    job->done(job);
}

/* Wakes idle threads for the jobs that may begin; returns whether one more is to be started, which
 * it counts already. Under the lock. */
static bool call_thread(struct cadre__thread_pool *pool)
{
    while (pool->coming < ready(pool))
        if (!wake_thread(pool)) {
            pool->stats.threads++;
            pool->coming++;
            return true;
        }
    return false;
}

/* Puts the job into its queue; returns whether a thread is to be started. */
static bool enqueue(struct cadre__thread_pool *pool, struct cadre__thread_job *job)
{
    bool start;

    (void)pthread_mutex_lock(&pool->lock);
    cadre__list_push_back(&pool->lanes[job->lane].queue, &job->link);
    pool->lanes[job->lane].queued++;
    if (++pool->stats.queued > pool->stats.queued_max)
        pool->stats.queued_max = pool->stats.queued;
    start = call_thread(pool);
    (void)pthread_mutex_unlock(&pool->lock);
    return start;
}

/* After a thread was refused: the others will do. Without any, takes `job` back, where given, and
 * returns -EAGAIN. */
static int do_without(struct cadre__thread_pool *pool, struct cadre__thread_job *job)
{
    bool alone;

    (void)pthread_mutex_lock(&pool->lock);
    pool->stats.refused++;
    pool->coming--;
    alone = --pool->stats.threads == 0;
    if (alone && job)
        dequeue(pool, job);
    (void)pthread_mutex_unlock(&pool->lock);
    return alone ? -EAGAIN : 0;
}

int cadre__thread_pool_submit(struct cadre__thread_pool *pool, struct cadre__thread_job *job)
{
    if (pool->ending)
        return -EAGAIN;
    job->pool = pool;
    job->finish.fn = on_finish;
    job->queued_ns = now();
    job->abandoned = false;
    job->call = NULL;
    atomic_store_explicit(&job->cancelled, false, memory_order_relaxed);
    cadre__list_init(&job->link);
    if (enqueue(pool, job) && add_thread(pool) < 0 && do_without(pool, job) < 0)
        return -EAGAIN;
    cadre__loop_hold(pool->loop);
    return 0;
}

bool cadre__thread_pool_take_back(struct cadre__thread_pool *pool, struct cadre__thread_job *job)
{
    bool waits;

    (void)pthread_mutex_lock(&pool->lock);
    waits = cadre__list_is_linked(&job->link);
    if (waits)
        dequeue(pool, job);
    (void)pthread_mutex_unlock(&pool->lock);
    if (waits)
        cadre__loop_release(pool->loop);
    return waits;
}

bool cadre__thread_pool_cancel(struct cadre__thread_pool *pool, struct cadre__thread_job *job)
{
    if (cadre__thread_pool_take_back(pool, job))
        return true;
    atomic_store_explicit(&job->cancelled, true, memory_order_relaxed);
    cadre__thread_calls_cancel(job);
    return false;
}

void cadre__thread_pool_abandon(struct cadre__thread_pool *pool, struct cadre__thread_job *job)
{
    job->abandoned = true;
    pool->abandoned++;
}

void cadre__thread_pool_set_limit(struct cadre__thread_pool *pool, unsigned threads_max)
{
    bool start = true;

    while (start) {
        (void)pthread_mutex_lock(&pool->lock);
        pool->stats.threads_max = threads_max;
        start = call_thread(pool);
        (void)pthread_mutex_unlock(&pool->lock);
        if (start && add_thread(pool) < 0) {
            (void)do_without(pool, NULL);
            break;
        }
    }
}

int cadre__thread_pool_call(struct cadre__thread_job *job, int (*fn)(void *arg), void *arg)
{
    return cadre__thread_calls_run(&job->pool->calls, job, fn, arg);
}

void cadre__thread_pool_stats(struct cadre__thread_pool *pool, struct cadre__thread_pool_stats *ret)
{
    (void)pthread_mutex_lock(&pool->lock);
    *ret = pool->stats;
    (void)pthread_mutex_unlock(&pool->lock);
    ret->abandoned = pool->abandoned;
}
