/* SPDX-License-Identifier: MIT */
/*
 * lib/async/coroutine.h: a function that can stop in its midst and go on later.
 *
 * A coroutine has a stack of its own from the loop's pool (async/stack.h). It belongs to one loop
 * and runs on that loop's thread only; none of these calls may come from another thread. It is
 * resumed from a callback of the loop, or from another coroutine, which then waits until this one
 * suspends or ends.
 *
 * The life of a coroutine:
 *
 *     start ──> RUNNING ──suspend──> SUSPENDED ──wake, cancel──> WAKING ──(next turn)──> RUNNING
 *                  │                     └────────resume──────────────────────────────────^
 *                  └──its function returns──> gone; its stack serves the next one
 *
 * What a suspended coroutine waits for, it has armed itself (a timer, a descriptor, a place in a
 * list), with itself as the argument; whatever happens first resumes or wakes it. Of several that
 * happen, only the first counts: the others are told so by `false`. When suspend returns, the
 * coroutine disarms what did not happen. So nothing wakes it twice, and nothing wakes it after it
 * has gone. It arms right before it suspends: a wake-up of a running coroutine is lost.
 *
 * Cancelling never throws a stack away: the suspending call returns -ECANCELED and the coroutine
 * unwinds by returning.
 */
#ifndef CADRE_ASYNC_COROUTINE_H
#define CADRE_ASYNC_COROUTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

struct cadre__coroutine;
struct cadre__loop;

enum cadre__coroutine_state {
    CADRE__COROUTINE_RUNNING,   /* on the processor, or waiting for one that it resumed */
    CADRE__COROUTINE_SUSPENDED, /* waits for whatever it armed */
    CADRE__COROUTINE_WAKING,    /* that has happened; it runs with the loop's next jobs */
};

/*
 * Starts fn(arg) in a coroutine of its own; it runs at once, until its first suspension. Never
 * suspends the caller. `name` is borrowed until the coroutine has gone; it is what a log line, a
 * crash report and a list of tasks call it. `*ret`, where `ret` is given, is the coroutine, or
 * NULL when it has ended already. It is valid until `fn` returns.
 * Errors: -EAGAIN (coroutines_max live ones, or no room for more guarded stacks),
 * -ENOMEM. Both are logged, at most once a minute, with the setting that is in the way.
 */
CADRE_MUST_CHECK int cadre__coroutine_start(struct cadre__loop *loop, void (*fn)(void *arg),
                                            void *arg, const char *name,
                                            struct cadre__coroutine **ret);

/*
 * The same, but it runs with the loop's next jobs, and this call fails no more once it has returned
 * 0: the coroutine has its stack. `*ret` is valid until `fn` returns.
 */
CADRE_MUST_CHECK int cadre__coroutine_start_soon(struct cadre__loop *loop, void (*fn)(void *arg),
                                                 void *arg, const char *name,
                                                 struct cadre__coroutine **ret);

/*
 * Ends what the calling coroutine has begun and not ended: cancels and awaits its tasks, frees its
 * memory, drops its task-local values. Done anyway when its `fn` returns; for an `fn` that says
 * before it returns that it has ended. Aborts, with a line in the log, where a cancel scope is
 * still open. May suspend, and cannot be cancelled.
 */
void cadre__coroutine_unwind(void);

/* The coroutine that calls, or NULL off any. Any thread. */
struct cadre__coroutine *cadre__coroutine_current(void);

/*
 * May the caller suspend now? Each call that suspends asks first, before it arms anything.
 * Returns 0; -EDEADLK off any coroutine, after a log line that names `call`; -ECANCELED where a
 * request to end was waiting, which this consumes, and inside a scope that was cancelled. One that
 * tries again and again in such a scope is suspended now and then, so that others can run.
 */
CADRE_MUST_CHECK int cadre__coroutine_check(const char *call);

/*
 * Suspends the calling coroutine until it is resumed, woken or cancelled. `call` is the name of
 * the public call on whose behalf, a literal: it is what a list of tasks shows as "where".
 * Returns what the resume passed; -ECANCELED when cancelled, at once where a request to end was
 * waiting; -EDEADLK off any coroutine, after a log line that names `call`. May suspend.
 */
CADRE_MUST_CHECK int cadre__coroutine_suspend(const char *call);

/*
 * The same for at most `timeout_ns`, from now on the clock: -ETIMEDOUT then. 0 is over with the
 * loop's next timers; CADRE__NEVER is no limit. May suspend.
 */
CADRE_MUST_CHECK int cadre__coroutine_suspend_for(const char *call, uint64_t timeout_ns);

/*
 * The same, but for a wait that must not be cut short (the thread that uses the caller's stack
 * runs on): a cancel does not end it, and stays for the next call. May suspend.
 */
int cadre__coroutine_suspend_shielded(const char *call);

/*
 * Suspends until the loop has looked at its descriptors and timers and comes to its next jobs.
 * Returns 0, or as cadre__coroutine_suspend() does. May suspend.
 */
CADRE_MUST_CHECK int cadre__coroutine_yield(const char *call);

/*
 * Runs `co` now, with `result` as what its suspend returns; comes back when it suspends again or
 * has ended, in which case `co` is no longer valid. Returns whether it ran: not when it was woken,
 * resumed or cancelled before. Never suspends the caller.
 */
bool cadre__coroutine_resume(struct cadre__coroutine *co, int result);

/*
 * Has `co` resumed with the loop's next jobs, in order of the calls. Returns whether this is the
 * wake-up it gets: not when it was woken, resumed or cancelled before. Never suspends.
 */
bool cadre__coroutine_wake(struct cadre__coroutine *co, int result);

/*
 * Asks `co` to end: its current suspending call, or else its next one, returns -ECANCELED. A
 * coroutine whose current call has been woken already gets that call's result, and -ECANCELED
 * from the next: a wake-up is never lost. Requests are counted; several before a call makes one
 * fail are one failure. Never suspends; `co` may be the caller.
 */
void cadre__coroutine_cancel(struct cadre__coroutine *co);

/* How many requests to end has `co` had, less those taken back by _uncancel? */
unsigned cadre__coroutine_cancels(const struct cadre__coroutine *co);

/* Takes one request to end back; with the last one goes the failure that no call has reported. */
void cadre__coroutine_uncancel(struct cadre__coroutine *co);

/* Would its next call fail: for a request to end that no call has reported and that no shield keeps
 * out, or for a scope that was cancelled? */
bool cadre__coroutine_is_cancelled(const struct cadre__coroutine *co);

/* The same; consumes such a request, as a call does that reports it. */
bool cadre__coroutine_take_cancel(struct cadre__coroutine *co);

/* Is it inside a scope that was cancelled, so that every call fails? */
bool cadre__coroutine_is_in_cancelled_scope(const struct cadre__coroutine *co);

/*
 * For a call that got -ECANCELED from its suspension and has a result nevertheless: where a request
 * to end was behind it, the next call reports that.
 */
void cadre__coroutine_put_back_cancel(struct cadre__coroutine *co);

/* Its name, borrowed from whoever started it. */
const char *cadre__coroutine_name(const struct cadre__coroutine *co);

/* Gives it another name, borrowed until it has gone. */
void cadre__coroutine_set_name(struct cadre__coroutine *co, const char *name);

/*
 * The handler that it runs, or was spawned for: tasks inherit it. NULL: none. Borrowed for the
 * loop's life.
 */
const char *cadre__coroutine_handler(const struct cadre__coroutine *co);
void cadre__coroutine_set_handler(struct cadre__coroutine *co, const char *handler);

/*
 * Of the coroutine that calls: gives back the memory of its stack that deeper calls have touched
 * before, for one that is about to wait for long. One system call, and a page fault where it goes
 * as deep again: not to be called often. Nothing off any coroutine.
 */
void cadre__coroutine_trim_stack(void);

/* A pointer that its starter keeps with it: the request it serves, for example. */
void *cadre__coroutine_data(const struct cadre__coroutine *co);
void cadre__coroutine_set_data(struct cadre__coroutine *co, void *data);

/* The loop that it belongs to. */
struct cadre__loop *cadre__coroutine_loop(const struct cadre__coroutine *co);

/* What is known of a live coroutine. */
struct cadre__coroutine_info {
    const char *name; /* of its starter */
    enum cadre__coroutine_state state;
    const char *where;   /* the call it is suspended in, or NULL */
    uint64_t since_ns;   /* the loop's time when it suspended */
    uint64_t born_ns;    /* the loop's time when it was started */
    unsigned cancels;    /* requests to end so far */
    const char *handler; /* that it runs or was spawned for; NULL: none */
    void *data;          /* of its starter */
};

/* Calls `fn` for each live coroutine of the loop, the newest first; `fn` starts and ends none. */
void cadre__coroutine_each(const struct cadre__loop *loop,
                           void (*fn)(const struct cadre__coroutine_info *, void *arg), void *arg);

/* The same from the other end, the oldest about first, for as long as `fn` returns true. */
void cadre__coroutine_oldest(const struct cadre__loop *loop,
                             bool (*fn)(const struct cadre__coroutine_info *, void *arg),
                             void *arg);

/* How many are live. */
size_t cadre__coroutine_count(const struct cadre__loop *loop);

/* Whose stack is it? */
struct cadre__stack_owner {
    const char *name;    /* of the coroutine, borrowed; NULL when none uses that stack now */
    const char *handler; /* that it runs or was spawned for, borrowed; NULL: none */
    void *data;          /* its cadre__coroutine_data() */
    const char *base;    /* the lowest usable byte of the stack */
    size_t size;         /* usable bytes */
    bool overflow;       /* the address is in the guard below: the stack was too small */
};

/*
 * Finds the stack of the calling thread's loop that holds `addr`, its guard included. For a crash
 * report, with the address of the fault or the stack pointer: async-signal-safe, takes no lock,
 * allocates nothing. The handler needs a stack of its own (sigaltstack). Returns whether there is
 * one.
 */
bool cadre__stack_owner(const void *addr, struct cadre__stack_owner *ret);

#endif
