/* SPDX-License-Identifier: MIT */
/*
 * lib/async/loop.h: one loop: descriptors, time, jobs, coroutines, threads.
 *
 * A loop belongs to the thread that made it; only _post_from_thread may be called from others.
 * libevent watches the descriptors. Time is ours: all timers are in one wheel (base/timer.h), and
 * the kernel is told the next deadline alone.
 *
 * One turn: wait until something is ready; run the callbacks of what is ready; fire the timers
 * that are due; run the jobs posted up to then, in the order of posting. A job posted meanwhile
 * runs in the next round of jobs. Several rounds may pass before the next look at the descriptors,
 * yet boundedly many, so that jobs which post jobs starve nobody.
 *
 * With a test clock the loop never waits for time: when nothing is ready, and no thread is at
 * work, its clock jumps to the next deadline.
 */
#ifndef CADRE_ASYNC_LOOP_H
#define CADRE_ASYNC_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/timer.h"
#include <cadre/macros.h>

struct event_base;
struct cadre__loop;
struct cadre__stack_pool;
struct cadre__thread_pool;

struct cadre__loop_options {
    struct cadre__test_clock *test_clock; /* borrowed; NULL: the system's clock */
    size_t stack_bytes;                   /* of a coroutine; 0: 64 KiB; rounded up to whole pages */
    size_t coroutines_max;                /* live at a time; 0: 65,536 */
    unsigned threads;                     /* of the pool, at most; 0: 40 */
    uint64_t thread_idle_ns;              /* an idle thread ends after so long; 0: 10 s */
    uint64_t end_ns;                      /* what coroutines get to end in, at the end; 0: 5 s */
};

/* A piece of work for the loop; embedded in whatever it is about. */
struct cadre__job {
    struct cadre__job *next;            /* the loop's while posted */
    struct cadre__job **link;           /* the pointer to it while it waits in the loop's list */
    void (*fn)(struct cadre__job *job); /* set by the owner; called on the loop, once a post */
};

/*
 * Calls at the two ends of a turn, for the scoreboard; either may be NULL. Both are lean, and
 * neither suspends, posts or starts anything.
 */
struct cadre__loop_hooks {
    void (*waking)(void *arg, uint64_t now_ns);  /* a turn begins; before any of its callbacks */
    void (*waiting)(void *arg, uint64_t now_ns); /* about to wait, no work left; not before a mere
                                                    look. `now_ns`: of the turn's beginning */
};

/*
 * Makes a loop for the calling thread and makes it current there. `options` may be NULL. Errors:
 * -ENOMEM, -EMFILE, -EBUSY (the thread has a loop already), others of the kernel's.
 */
CADRE_MUST_CHECK int cadre__loop_new(const struct cadre__loop_options *options,
                                     struct cadre__loop **ret);

/*
 * Ends a loop that does not run: cancels the live coroutines and runs until they have ended, joins
 * the threads, frees all. A coroutine that goes on for `end_ns` in spite of being cancelled is
 * named in the log and abandoned. Whoever embeds a timer, io or job has stopped it before. NULL is
 * taken.
 */
void cadre__loop_free(struct cadre__loop *loop);

/*
 * Runs until cadre__loop_stop(). Not from a coroutine. Returns 0, or the negative errno with which
 * the wait for descriptors failed.
 */
CADRE_MUST_CHECK int cadre__loop_run(struct cadre__loop *loop);

/* Has cadre__loop_run() return at the end of the current turn, or at once where it has yet to
 * begin. */
void cadre__loop_stop(struct cadre__loop *loop);

/*
 * Runs main(arg) in a coroutine named "main", and the loop until it has ended. Returns what it
 * returned, or -EAGAIN or -ENOMEM when it could not start. Not from a coroutine.
 */
CADRE_MUST_CHECK int cadre__loop_run_main(struct cadre__loop *loop, int (*main_fn)(void *arg),
                                          void *arg);

/*
 * Makes a loop by `options`, runs main(arg) as above, and frees the loop with all that is left.
 * Returns what it returned, or an error of cadre__loop_new() or cadre__loop_run_main().
 */
CADRE_MUST_CHECK int cadre__run(const struct cadre__loop_options *options,
                                int (*main_fn)(void *arg), void *arg);

/* Passes an error that nobody waits for to the hook, or else to the log. `name` may be "". */
void cadre__loop_report(struct cadre__loop *loop, const char *message, const char *name, int error);

/* The loop of the calling thread, or NULL. Any thread. */
struct cadre__loop *cadre__loop_current(void);

/* Time in ns as of the beginning of this turn. Costs a load. */
uint64_t cadre__loop_now(const struct cadre__loop *loop);

/* Time in ns as the clock says, now. */
uint64_t cadre__loop_clock(const struct cadre__loop *loop);

/* The wheel. A deadline in it counts on the loop's clock. */
struct cadre__timers *cadre__loop_timers(struct cadre__loop *loop);

/*
 * Arms `timer` for `after_ns` from the beginning of this turn, anew where it is armed. It fires at
 * most a tick late and never before that moment. Costs no system call.
 */
void cadre__loop_timer_start(struct cadre__loop *loop, struct cadre__timer *timer,
                             uint64_t after_ns);

/* Disarms `timer`; nothing happens where it is not armed. */
void cadre__loop_timer_stop(struct cadre__loop *loop, struct cadre__timer *timer);

/* Has job->fn called with the next round of jobs. A job is posted once at a time. */
void cadre__loop_post(struct cadre__loop *loop, struct cadre__job *job);

/*
 * Takes back a job that was posted and is not running yet, from a thread too. Returns whether there
 * was anything to take back. The loop's thread.
 */
bool cadre__loop_unpost(struct cadre__loop *loop, struct cadre__job *job);

/* Posts from any thread; wakes the loop. Jobs of one thread keep their order. */
void cadre__loop_post_from_thread(struct cadre__loop *loop, struct cadre__job *job);

/*
 * Has the loop look at its descriptors and timers before the next round of jobs: for a job that
 * posts itself for the sake of others.
 */
void cadre__loop_poll_soon(struct cadre__loop *loop);

/*
 * Tells a loop with a test clock that something outside it is at work, a thread for example, whose
 * end will come without time passing: while held, the clock does not jump. Each hold has its
 * release. Nothing else is different.
 */
void cadre__loop_hold(struct cadre__loop *loop);
void cadre__loop_release(struct cadre__loop *loop);

/*
 * With a test clock: the caller's next timer is to end a wait that takes too long, and is nothing
 * that anybody waits for: where there are no other timers, the clock does not jump to it, and the
 * loop is taken for one in which nothing can happen any more. Each has its _end, in any order.
 */
void cadre__loop_patience_begin(struct cadre__loop *loop);
void cadre__loop_patience_end(struct cadre__loop *loop);

/* Sets the calls at both ends of a wait; `hooks` is borrowed for the loop's life, or NULL. */
void cadre__loop_set_hooks(struct cadre__loop *loop, const struct cadre__loop_hooks *hooks,
                           void *arg);

/* For lib/async and what needs libevent itself; nothing is added with a time-out there. */
struct event_base *cadre__loop_base(struct cadre__loop *loop);

struct cadre__thread_pool *cadre__loop_threads(struct cadre__loop *loop);
struct cadre__stack_pool *cadre__loop_stacks(struct cadre__loop *loop);

#endif
