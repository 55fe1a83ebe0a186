/* SPDX-License-Identifier: MIT */
/*
 * <cadre/task.h>: tasks: what runs beside the caller on the same loop.
 *
 * A handler, a lifespan and whatever they call run in a coroutine. A call marked "may suspend"
 * parks that coroutine while others run on the same loop, and returns when its matter is done; to
 * its caller it looks like any blocking call. A task is a function in a coroutine of its own.
 *
 * Tasks are structured. A task belongs to the request, task or other coroutine that spawned it, its
 * owner: when the owner's function returns, what still runs is cancelled and awaited before the
 * owner's memory goes: that of its request, or of cadre_task_alloc(). So no task is ever lost. (The
 * variables of the function that returns are gone by then, as always in C: a task that uses one is
 * joined on every way out, or spawned in a group, <cadre/group.h>.) What is to outlive its creator
 * is spawned detached, with an argument that it owns.
 *
 * Cancelling a task makes the call it is suspended in return -ECANCELED, or else the next one that
 * may suspend; the task then gives back what it holds and returns. One request to end makes one
 * call fail: whoever cleans up may wait as usual. (A cancel scope, <cadre/scope.h>, makes every
 * call inside it fail until it is left.) A task that was cancelled before its first step never
 * runs.
 *
 * Two errors are common to all calls that may suspend:
 *   -ECANCELED  the coroutine was asked to end, or a scope around the call was cancelled: give back
 *               what you hold and return
 *   -EDEADLK    the caller is not in a coroutine, a sync handler for example; the call names itself
 *               in the log
 * Time-outs are in milliseconds; 0 is over at once, CADRE_FOREVER never.
 *
 * All calls come from the loop's thread but where "any thread" is said.
 */
#ifndef CADRE_TASK_H
#define CADRE_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

struct cadre_task;

/* A time-out that is never over. */
#define CADRE_FOREVER UINT64_MAX

/* --- time --- */

/*
 * Sleeps for at least `ms` milliseconds; 0 is cadre_yield(). May suspend.
 * Returns 0, -ECANCELED or -EDEADLK.
 */
CADRE_API CADRE_MUST_CHECK int cadre_sleep(uint64_t ms);

/*
 * Lets all that is ready run, descriptors too, then goes on. A long computation on the loop calls
 * it now and then. May suspend. Returns 0, -ECANCELED or -EDEADLK.
 */
CADRE_API CADRE_MUST_CHECK int cadre_yield(void);

/* --- spawning --- */

/*
 * Spawns a task that runs fn(arg), under the name of `fn`. It begins when the caller next suspends,
 * in order of the spawns. The task belongs to the calling coroutine, is inside the caller's
 * innermost cancel scope and inherits its task-local values. Never suspends.
 *
 * `fn` returns 0 or more for success, a negative error else. `arg` is borrowed: it must live until
 * the task has ended, as the owner's memory does (see above).
 *
 * Returns the task, valid until the owner's function has returned (or cadre_task_release()).
 * NULL when there is no room for it (coroutines_max, memory; in the log), or outside any coroutine:
 * cadre_gather(), cadre_task_join() and the like take that for a task that failed with -EAGAIN, so
 * it need not be looked at.
 */
#define cadre_spawn(fn, arg) cadre_spawn_named(fn, arg, #fn)

/* The same with a name of the caller's, which is copied; at most 47 bytes of it are kept. */
CADRE_API struct cadre_task *cadre_spawn_named(int (*fn)(void *arg), void *arg, const char *name);

/*
 * Spawns a task that nobody waits for and that outlives its creator. It owns `arg`: when the task
 * has ended, and also when this call fails, free_arg(arg) is called where `free_arg` is given.
 * Nothing of a request may be reachable from `arg`. The task is inside no scope; of the task-local
 * values it inherits those that can be detached (<cadre/local.h>). When the loop ends it is
 * cancelled and awaited. When it fails, the error goes to the log. From a loop's callback too.
 * Never suspends. Returns 0, -EAGAIN or -ENOMEM (no room for it; in the log), -EDEADLK (not on a
 * loop).
 */
#define cadre_spawn_detached(fn, arg, free_arg) cadre_spawn_detached_named(fn, arg, free_arg, #fn)
CADRE_API CADRE_MUST_CHECK int cadre_spawn_detached_named(int (*fn)(void *arg), void *arg,
                                                          void (*free_arg)(void *arg),
                                                          const char *name);

/* --- waiting for a task --- */

/*
 * Waits until `task` has ended. Any number of coroutines may join it, any number of times. May
 * suspend. Returns what its function returned: -ECANCELED also when it was cancelled before it ran.
 *
 * A caller that is cancelled meanwhile passes that on: the task is cancelled, the caller waits on,
 * and gets what the task returns then. Where that is not -ECANCELED, since the task was about to
 * end or would not be cancelled, the caller gets the task's result now and its own -ECANCELED from
 * its next call. See cadre_shield() for a wait that leaves the task alone.
 *
 * Errors of its own: -EAGAIN (`task` is NULL), -EDEADLK (a task joins itself; no coroutine).
 */
CADRE_API CADRE_MUST_CHECK int cadre_task_join(struct cadre_task *task);

/*
 * The same, but a caller that is cancelled gets -ECANCELED at once, and the task goes on; it still
 * belongs to its owner. May suspend.
 */
CADRE_API CADRE_MUST_CHECK int cadre_shield(struct cadre_task *task);

/*
 * Joins with a limit. When `timeout_ms` are over, cancels the task, waits until it has ended (so
 * this may take longer), and returns -ETIMEDOUT; or the task's result, where it did not end by that
 * cancel. 0: -ETIMEDOUT unless the task has ended already. Else as cadre_task_join(). May suspend.
 */
CADRE_API CADRE_MUST_CHECK int cadre_join_timeout(struct cadre_task *task, uint64_t timeout_ms);

/* --- about a task --- */

/* Has it ended? True for NULL. */
CADRE_API bool cadre_task_is_done(const struct cadre_task *task);

/* What its function returned; -EINPROGRESS while it has not ended, -EAGAIN for NULL. The error of
 * a task that failed counts as seen. */
CADRE_API CADRE_MUST_CHECK int cadre_task_result(struct cadre_task *task);

/*
 * Asks the task to end; see above. Returns false, and does nothing, when it has ended or is NULL. A
 * task may cancel itself. Requests are counted (cadre_task_cancelling()); several before a call
 * fails are one failure. Inside a shielded scope of its own (<cadre/scope.h>) the task goes on, and
 * the request stays until that is left. Never suspends.
 */
CADRE_API bool cadre_task_cancel(struct cadre_task *task);

/* Has it ended by returning -ECANCELED, or before its first step? False while it runs. */
CADRE_API bool cadre_task_cancelled(const struct cadre_task *task);

/* How many requests to end has it had, less those taken back? 0 for NULL. */
CADRE_API unsigned cadre_task_cancelling(const struct cadre_task *task);

/* Its name, alive as long as the task; "" for NULL. */
CADRE_API const char *cadre_task_name(const struct cadre_task *task);

/* Names it anew; the name is copied, at most 47 bytes of it. */
CADRE_API void cadre_task_set_name(struct cadre_task *task, const char *name);

/*
 * Calls fn(task, arg) on the loop, off any coroutine, once the task has ended: never from within
 * this call or the task, and in order of adding. For a task that has ended already, soon. The owner
 * does not go before its tasks' callbacks were called. Returns 0, -ENOMEM, -EAGAIN (NULL).
 */
CADRE_API CADRE_MUST_CHECK int cadre_task_add_done_callback(
    struct cadre_task *task, void (*fn)(struct cadre_task *task, void *arg), void *arg);

/* Takes back the callbacks with this `fn` and `arg` that are not due yet. Returns how many. */
CADRE_API size_t cadre_task_remove_done_callback(struct cadre_task *task,
                                                 void (*fn)(struct cadre_task *task, void *arg),
                                                 const void *arg);

/*
 * Says that the owner needs the handle no more: it is not valid any longer, and its memory goes as
 * soon as the task has ended, not with the owner. For an owner that lives long and spawns much. The
 * task belongs to the owner as before. An error that nobody joined for is logged. NULL is taken.
 */
CADRE_API void cadre_task_release(struct cadre_task *task);

/* --- about the caller --- */

/* The task that calls; NULL in a coroutine that was not spawned (a handler's own, main) and off
 * any. That of a detached task, or of one in a group, is valid until it ends. Any thread. */
CADRE_API struct cadre_task *cadre_task_current(void);

/*
 * Was the caller asked to end? In a coroutine: its next call that may suspend would fail. In a
 * function that cadre_to_thread() runs: whoever waits for it was asked to end, so that its result
 * goes nowhere. False elsewhere. Never suspends; any thread.
 */
CADRE_API bool cadre_cancelled(void);

/* How many requests to end has the calling coroutine had, less those taken back? */
CADRE_API unsigned cadre_cancelling(void);

/*
 * Takes one request to end of the calling coroutine back: for code that got -ECANCELED and decides
 * to go on. With the last one goes the failure that no call has reported. Returns how many are
 * left. Whoever goes on without this makes scopes outside it believe that it is still to end.
 */
CADRE_API unsigned cadre_uncancel(void);

/*
 * Memory of the calling coroutine: aligned for anything, not zeroed, gone when its function has
 * returned and its tasks have ended. NULL when memory is out, or off any coroutine. Never suspends.
 */
CADRE_API void *cadre_task_alloc(size_t size) __attribute__((__alloc_size__(1)));

/* Calls fn(arg) when that memory goes, the last one first; `fn` may not suspend. 0, -ENOMEM or
 * -EDEADLK (off any coroutine), and then `fn` is not called. */
CADRE_API CADRE_MUST_CHECK int cadre_task_defer(void (*fn)(void *arg), void *arg);

CADRE_END_DECLS

#endif
