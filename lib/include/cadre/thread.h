/* SPDX-License-Identifier: MIT */
/*
 * <cadre/thread.h>: blocking work, off the loop; and the way back from there.
 *
 * A worker has one loop; a call that blocks would hold up every request on it. Such a call goes
 * to a thread of the worker's pool, which runs at most `threads` of them at a time (a directive of
 * the conf); who comes later waits, first come first served. A sync handler runs there too.
 *
 * Common to all cadre_to_thread... calls: `fn` may block, take long and log; of what suspends it
 * may call nothing, but cadre_from_thread() runs a function on the loop for it. They return what
 * `fn` returned. The coroutine waits, the loop goes on. Errors of their own: -ECANCELED; -EDEADLK
 * off any coroutine; -EAGAIN where the system refuses a thread, and there is none yet: then `fn`
 * has not run. A call that waits for a thread and is cancelled returns -ECANCELED at once, and
 * `fn` never runs.
 */
#ifndef CADRE_THREAD_H
#define CADRE_THREAD_H

#include <stdint.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

struct cadre_limiter;

/*
 * Runs fn(arg) in a thread and returns what it returned. May suspend. `arg` stays the caller's; it
 * may point into the caller's stack, because this call never returns while `fn` runs. So a caller
 * that was asked to end while `fn` runs waits for it (cadre_cancelled() tells `fn`) and then gets
 * -ECANCELED in place of the result.
 */
CADRE_API CADRE_MUST_CHECK int cadre_to_thread(int (*fn)(void *arg), void *arg);

/*
 * The same, but bounded by a limiter of the caller's instead of `threads`: it waits for a token,
 * and gives that back when `fn` has returned. For work that shall not take the threads from
 * others, or may not run so often at a time. Further errors: -ENOMEM. May suspend.
 */
CADRE_API CADRE_MUST_CHECK int cadre_to_thread_limited(struct cadre_limiter *limiter,
                                                       int (*fn)(void *arg), void *arg);

/*
 * The same for work that gives something back: closes, commits, unlocks. It is not cancelled: a
 * request to end stays for the next call, and neither the wait for a thread nor the work is cut
 * short. When all `threads` are busy it gets one of CADRE_THREAD_RESERVED more, and it comes
 * before all other work: so those who hold the threads and wait for what this one is to give back
 * cannot keep it from that. May suspend; never returns -ECANCELED of its own.
 */
CADRE_API CADRE_MUST_CHECK int cadre_to_thread_cleanup(int (*fn)(void *arg), void *arg);

/* Threads on top of `threads`, for cleanup alone. */
#define CADRE_THREAD_RESERVED 4

/*
 * The same as cadre_to_thread(), or, with a limiter, as cadre_to_thread_limited(), but a caller
 * that was asked to end while `fn` runs gets -ECANCELED at once; the thread runs on, keeps its
 * place or token until it ends, and its result is thrown away. So `arg` is taken: `free_arg`, where
 * given, is called with it once, on the loop, whatever comes of the call, when no thread uses it
 * any more; it never suspends. `arg` refers to nothing of the caller's, nor of a request's. May
 * suspend. Further errors: -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_to_thread_abandon(struct cadre_limiter *limiter,
                                                       int (*fn)(void *arg), void *arg,
                                                       void (*free_arg)(void *arg));

/*
 * For a function that one of these calls runs in a thread: runs fn(arg) in a coroutine on the
 * loop, where it may suspend, blocks this thread until it has returned, and returns what it
 * returned. `arg` stays the caller's. When the call that the thread works for is cancelled, that
 * coroutine is asked to end as well; where it has not begun, `fn` does not run and -ECANCELED comes
 * back, as it does when the loop ends. An abandoned thread gets -ECANCELED too. Errors of its own:
 * -EPERM (not such a thread), -EDEADLK (on the loop's own thread), -EAGAIN and -ENOMEM (no
 * coroutine can be started).
 */
CADRE_API CADRE_MUST_CHECK int cadre_from_thread(int (*fn)(void *arg), void *arg);

/*
 * Was the call that this thread works for asked to end, or abandoned? Returns 0 or -ECANCELED;
 * -EPERM off such a thread. cadre_cancelled() tells the same as a question. Never suspends, costs
 * a load.
 */
CADRE_API CADRE_MUST_CHECK int cadre_from_thread_check_cancelled(void);

struct cadre_thread_statistics {
    unsigned limit;         /* jobs at a time, but for those with a limiter of their own */
    unsigned threads;       /* alive */
    unsigned idle;          /* of these, without work */
    unsigned running;       /* jobs that threads are at */
    unsigned queued;        /* jobs that wait for a thread */
    unsigned queued_max;    /* most that have ever waited at a time */
    unsigned abandoned;     /* running ones whose caller has gone */
    uint64_t started;       /* jobs that threads have begun, ever */
    uint64_t waited_ns;     /* how long these have waited for a thread, in all */
    uint64_t waited_max_ns; /* the longest of these waits */
    uint64_t refused;       /* threads that the system refused to start */
};

/* Tells about the threads of the calling thread's loop. Off any loop all is 0. Never suspends. */
CADRE_API void cadre_thread_get_statistics(struct cadre_thread_statistics *ret);

/*
 * Changes how many jobs run at a time, `threads` until then. More: those who wait are served at
 * once. Fewer: what runs runs on. Never suspends. Returns 0; -EINVAL where `limit` is 0 or off any
 * loop.
 */
CADRE_API CADRE_MUST_CHECK int cadre_thread_set_limit(unsigned limit);

CADRE_END_DECLS

#endif
