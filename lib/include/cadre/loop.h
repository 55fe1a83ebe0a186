/* SPDX-License-Identifier: MIT */
/*
 * <cadre/loop.h>: the loop by itself: running one, callbacks, time, descriptors.
 *
 * A worker has one loop, which it runs; a program of its own, or a test, runs one with cadre_run().
 * A loop belongs to one thread. Callbacks run on it, off any coroutine: they must not block and can
 * call nothing that may suspend. One that returns an error is reported (cadre_set_error_hook());
 * the loop goes on. No call here suspends but cadre_wait_fd().
 */
#ifndef CADRE_LOOP_H
#define CADRE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>
#include <cadre/task.h>

CADRE_BEGIN_DECLS

struct cadre_loop;

/*
 * Makes a loop for the calling thread, runs main_fn(arg) in a coroutine named "main" until it
 * returns, cancels what still runs, its tasks and detached ones, awaits that, joins the threads and
 * frees the loop. What ignores its cancel for 5 seconds after that is named in the log and
 * abandoned. Returns what `main_fn` returned. Errors of its own: -EBUSY (the thread has a loop
 * already), -ENOMEM, -EMFILE, others of the kernel's.
 */
CADRE_API CADRE_MUST_CHECK int cadre_run(int (*main_fn)(void *arg), void *arg);

/* The loop of the calling thread, or NULL. Any thread. */
CADRE_API struct cadre_loop *cadre_loop_current(void);

/* The time that deadlines count in: nanoseconds, monotonic, unrelated to the time of day. With a
 * test clock that clock's. Any thread. */
CADRE_API uint64_t cadre_time_ns(void);

/* --- callbacks --- */

/* A callback to come. The caller's memory, zeroed before its first use; private, and in place until
 * it ran or was cancelled. It may be used again then. */
struct cadre_call {
    uint64_t private_[16];
};

/*
 * Has fn(arg) called once, with the loop's next jobs: after those that wait already, before those
 * that come later, never within this call. Errors: -EPERM (not on a loop's thread), -EBUSY (`call`
 * waits already).
 */
CADRE_API CADRE_MUST_CHECK int cadre_call_soon(struct cadre_call *call, int (*fn)(void *arg),
                                               void *arg);

/* Has it called in `ms` milliseconds, never before and at most 1 ms after; CADRE_FOREVER: never.
 * Equal times: in order. Errors as above. */
CADRE_API CADRE_MUST_CHECK int cadre_call_later(struct cadre_call *call, uint64_t ms,
                                                int (*fn)(void *arg), void *arg);

/* The same at a moment of cadre_time_ns(). */
CADRE_API CADRE_MUST_CHECK int cadre_call_at(struct cadre_call *call, uint64_t at_ns,
                                             int (*fn)(void *arg), void *arg);

/* Takes it back: returns whether it waited; then it will not be called. The loop's thread. */
CADRE_API bool cadre_call_cancel(struct cadre_call *call);

/*
 * cadre_call_soon() from any thread: wakes `loop`, which must not end meanwhile. Calls of one
 * thread keep their order. `call` must not wait already; only the loop's thread may cancel it.
 */
CADRE_API void cadre_call_soon_threadsafe(struct cadre_loop *loop, struct cadre_call *call,
                                          int (*fn)(void *arg), void *arg);

/*
 * Runs fn(arg) in a coroutine of `loop`, which runs in another thread and must not end before, and
 * blocks the calling thread until it has returned. When `timeout_ms` are over it is cancelled, and
 * awaited all the same: `arg` may point into the caller's stack. Returns what `fn` returned.
 * Errors of its own: -ETIMEDOUT (it ended by that cancel), -EAGAIN, -ENOMEM (no room for it),
 * -EDEADLK (the calling thread is the loop's). A thread of cadre_to_thread() has
 * cadre_from_thread().
 */
CADRE_API CADRE_MUST_CHECK int cadre_run_threadsafe(struct cadre_loop *loop, int (*fn)(void *arg),
                                                    void *arg, uint64_t timeout_ms);

/* --- descriptors --- */

enum cadre_fd_events {
    CADRE_FD_READ = 1,  /* bytes, a connection to accept, the end, or an error */
    CADRE_FD_WRITE = 2, /* room for bytes, or an error */
};

/*
 * Waits until `fd` is ready for one of `events`, at most `timeout_ms`. May suspend. Returns what it
 * is ready for. Errors: -ETIMEDOUT, -ECANCELED, -EDEADLK, -EINVAL (no events), -EBADF (not open, or
 * closed meanwhile by cadre_fd_close(), <cadre/socket.h>; by nothing else, please), -EPERM (a
 * regular file is always ready), -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_wait_fd(int fd, unsigned events, uint64_t timeout_ms);

/* --- errors that nobody waits for --- */

struct cadre_error_context {
    const char *message; /* "callback failed", "task failed and nobody joined it", ... */
    const char *name;    /* of the task; "" where there is none */
    int error;           /* negative */
};

/*
 * Has fn(context, arg) called for an error that nobody else will see: of a callback, of a detached
 * task, of a task that nobody joined. In place of the log line at level error that is written
 * otherwise. NULL: that again. For the calling thread's loop.
 */
CADRE_API void cadre_set_error_hook(void (*fn)(const struct cadre_error_context *context,
                                               void *arg),
                                    void *arg);

CADRE_END_DECLS

#endif
