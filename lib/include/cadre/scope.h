/* SPDX-License-Identifier: MIT */
/*
 * <cadre/scope.h>: cancel scopes: a piece of code that can be cancelled as a whole, by a deadline
 * for example.
 *
 *     struct cadre_scope scope;
 *     int r;
 *
 *     cadre_fail_after(&scope, 500);
 *     r = ask_upstream();
 *     r = cadre_scope_end(&scope, r);  // -ETIMEDOUT where the 500 ms were over before
 *
 * Once a scope is cancelled, every call inside it that may suspend returns -ECANCELED, until the
 * scope is left; so it does for the tasks spawned inside it. The error travels up by returning;
 * cadre_scope_end() of the scope that was cancelled takes it away, and only that: the cancel of a
 * scope further out, or a request to the task itself (cadre_task_cancel()), passes through.
 *
 * A shielded scope keeps out what comes from outside: scopes around it, and requests to its task.
 * Those wait, and fail the first call after it. It is for a cleanup that has to wait. A deadline of
 * its own works nevertheless.
 *
 * Scopes nest. The coroutine that began a scope ends it, before the one around it and on every way
 * out of the function: a coroutine that returns from inside a scope has left the loop with a
 * pointer into a dead stack; the process aborts, and the log says who. The struct is the caller's
 * memory; its members are private. After the end it can still be asked (cadre_scope_expired()). A
 * task that outlives the scope it was spawned in belongs to the scope around it then; where the
 * scope was cancelled, so is the task, with cadre_task_cancel().
 *
 * All calls come from the loop's thread. None suspends but cadre_timeout_call().
 */
#ifndef CADRE_SCOPE_H
#define CADRE_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

struct cadre_scope {
    uint64_t private_[24]; /* ours; set by the calls that begin it */
};

/* A deadline that never comes. */
#define CADRE_NO_DEADLINE UINT64_MAX

/*
 * Begins a scope without a deadline. Outside any coroutine that does nothing but say so in the log,
 * and the scope's end returns its `result`; so for all that begin one.
 */
CADRE_API void cadre_scope_begin(struct cadre_scope *scope);

/* Begins a scope that is cancelled in `ms` milliseconds (0: from the start; CADRE_FOREVER: never)
 * and whose end then returns -ETIMEDOUT. */
CADRE_API void cadre_fail_after(struct cadre_scope *scope, uint64_t ms);

/* The same with a moment of cadre_time_ns(). */
CADRE_API void cadre_fail_at(struct cadre_scope *scope, uint64_t deadline_ns);

/* Begins a scope that is cancelled in `ms` milliseconds and whose end then returns 0;
 * cadre_scope_cancelled_caught() tells. */
CADRE_API void cadre_move_on_after(struct cadre_scope *scope, uint64_t ms);

/* The same with a moment of cadre_time_ns(). */
CADRE_API void cadre_move_on_at(struct cadre_scope *scope, uint64_t deadline_ns);

/*
 * Leaves the scope. `result` is what the code inside came to. Returns
 *   - `result`, where the scope was not cancelled, or the code inside came to something else than
 *     -ECANCELED in spite of it;
 *   - where the scope's own cancel is behind the -ECANCELED: -ETIMEDOUT if its deadline was over
 * and cadre_fail_after() or _at() began it, else 0;
 *   - -ECANCELED, where a scope around it or its task was asked to end too.
 */
CADRE_API CADRE_MUST_CHECK int cadre_scope_end(struct cadre_scope *scope, int result);

/* Cancels all that is inside. From any coroutine or callback; nothing where it is cancelled or has
 * ended. */
CADRE_API void cadre_scope_cancel(struct cadre_scope *scope);

/* Sets whether cancels from outside are kept out. */
CADRE_API void cadre_scope_set_shield(struct cadre_scope *scope, bool shield);
CADRE_API bool cadre_scope_shield(const struct cadre_scope *scope);

/* Moves the deadline to `ms` milliseconds from now, or CADRE_FOREVER. A scope that was cancelled
 * stays so. */
CADRE_API void cadre_scope_reschedule(struct cadre_scope *scope, uint64_t ms);

/* Moves the deadline to a moment of cadre_time_ns(), or CADRE_NO_DEADLINE. */
CADRE_API void cadre_scope_set_deadline(struct cadre_scope *scope, uint64_t deadline_ns);

/* Its deadline, as a moment of cadre_time_ns(); CADRE_NO_DEADLINE without one. */
CADRE_API uint64_t cadre_scope_deadline(const struct cadre_scope *scope);

/* Was it cancelled, by a call or by its deadline? Cancels from outside do not count. */
CADRE_API bool cadre_scope_cancel_called(const struct cadre_scope *scope);

/* Did its end take the -ECANCELED away? */
CADRE_API bool cadre_scope_cancelled_caught(const struct cadre_scope *scope);

/* Was it cancelled by its deadline? Tells its -ETIMEDOUT from one that the code inside came to. */
CADRE_API bool cadre_scope_expired(const struct cadre_scope *scope);

/* The nearest deadline that holds for the caller, of all scopes up to the first shield;
 * CADRE_NO_DEADLINE without any. 0 where one is cancelled already. */
CADRE_API uint64_t cadre_current_deadline(void);

/*
 * Runs fn(arg) in a scope with a deadline `ms` milliseconds from now: cadre_fail_after(), fn,
 * cadre_scope_end(). Suspends where `fn` does. Returns what `fn` returned, or -ETIMEDOUT.
 */
CADRE_API CADRE_MUST_CHECK int cadre_timeout_call(uint64_t ms, int (*fn)(void *arg), void *arg);

CADRE_END_DECLS

#endif
