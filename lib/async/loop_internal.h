/* SPDX-License-Identifier: MIT */
/*
 * lib/async/loop_internal.h: the inside of a loop, for the files of lib/async alone. Others use
 * loop.h. See loop.c for how a turn goes.
 */
#ifndef CADRE_ASYNC_LOOP_INTERNAL_H
#define CADRE_ASYNC_LOOP_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "async/coroutine_internal.h"
#include "async/io.h"
#include "async/loop.h"
#include "base/arena.h"
#include "base/list.h"

struct cadre_error_context;
struct cadre_task;

struct cadre__loop {
    /* each callback */
    uint64_t now_ns;                  /* the clock at the beginning of this turn */
    bool looking;                     /* in libevent, and no callback has been called yet */
    bool stopping;                    /* leave cadre__loop_run() at the end of this turn */
    bool poll_soon;                   /* look at the descriptors before the next round of jobs */
    _Atomic uint32_t steps;           /* callbacks and coroutine steps so far; see watchdog.h */
    struct cadre__coroutine *running; /* who has the processor; &root off any coroutine */
    struct cadre__job *jobs;          /* posted here, the oldest first */
    struct cadre__job **jobs_end;     /* where the next one goes */
    struct cadre__job *round;         /* those of this round that have yet to run */
    struct cadre__stack_pool *stacks;
    struct cadre_task *free_tasks; /* for the next spawns, linked by their next_free */
    unsigned n_free_tasks;

    /* each turn */
    uint64_t read_ns;     /* what the clock said when it was read last for a deadline, */
    uint64_t read_cycles; /* and the processor's counter then; cadre__loop_clock_about() */
    struct event_base *base;
    const struct cadre__clock *clock;
    struct cadre__test_clock *test_clock;  /* or NULL */
    const struct cadre__loop_hooks *hooks; /* or NULL */
    void *hooks_arg;
    uint64_t alarm_ns; /* what the timerfd is set to, CADRE__NEVER: nothing */
    unsigned holds;    /* work outside that a test clock waits for */
    unsigned patience; /* timers that a test clock does not jump to */

    /* seldom */
    uint64_t limit_logged_ns; /* when coroutines_max was last complained of */
    uint64_t end_ns;          /* time for coroutines to end in at the end */
    struct cadre__thread_pool *threads;
    struct cadre__watchdog *watchdog; /* or NULL */
    struct cadre__io alarm;           /* the timerfd: the next deadline */
    struct cadre__io bell;            /* the eventfd: a thread has posted */
    struct cadre__coroutine root;     /* the thread's own stack */
    struct cadre__list tasks;         /* all that are not free; task.c */
    struct cadre__arena_pool arenas;  /* chunks for cadre_task_alloc() */
    void (*error_hook)(const struct cadre_error_context *context, void *arg);
    void *error_hook_arg;

    /* shared with other threads */
    _Alignas(64) _Atomic(struct cadre__job *) posted; /* by them, the newest first */
    atomic_bool asleep;                               /* they must ring the bell */
    atomic_bool watchdog_dozes;                       /* the turn that begins wakes it */

    _Alignas(64) struct cadre__timers timers;
};

/* The loop of the calling thread, or NULL; initial-exec, since a crash report reads it in signal
 * context, where nothing may be allocated. */
extern _Thread_local struct cadre__loop *cadre__loop_here
    __attribute__((tls_model("initial-exec")));

/* Whether there is a deadline to which a test clock jumps, and which one is next. */
static inline bool cadre__loop_next_jump(const struct cadre__loop *loop, uint64_t *ret_ns)
{
    return cadre__timers_count(&loop->timers) > loop->patience &&
           cadre__timers_next(&loop->timers, ret_ns);
}

/* cadre__coroutine_current(), without a call. */
static inline struct cadre__coroutine *cadre__coroutine_here(void)
{
    struct cadre__loop *loop = cadre__loop_here;

    return loop && loop->running != &loop->root ? loop->running : NULL;
}

/* A counter of the processor that runs at 500 MHz or faster, or 0 where there is none. */
static inline uint64_t cadre__cycles(void)
{
#ifdef __x86_64__
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
}

/* Reads the clock for cadre__loop_clock_about(). */
uint64_t cadre__loop_read_clock(struct cadre__loop *loop);

/*
 * The time that the clock says, or up to 100 us later, never earlier: for the deadline of a scope,
 * most of which are taken back. Half the price of the clock: a time that was read within the last
 * 50,000 cycles, which is at most 100 us, will do.
 */
static inline uint64_t cadre__loop_clock_about(struct cadre__loop *loop)
{
    uint64_t cycles = cadre__cycles();

    if (loop->read_cycles == 0 || cycles - loop->read_cycles >= 50000)
        return cadre__loop_read_clock(loop);
    return loop->read_ns + 100 * CADRE__NSEC_PER_USEC;
}

/* For every callback from libevent, before anything else: the first one begins the turn. */
void cadre__loop_begin_turn(struct cadre__loop *loop);

/* Another callback or coroutine gets the processor. Only the loop's thread writes the number. */
static inline void cadre__loop_step(struct cadre__loop *loop)
{
    uint32_t steps = atomic_load_explicit(&loop->steps, memory_order_relaxed);

    atomic_store_explicit(&loop->steps, steps + 1, memory_order_relaxed);
}

static inline void cadre__loop_note_callback(struct cadre__loop *loop)
{
    cadre__loop_step(loop);
    if (loop->looking)
        cadre__loop_begin_turn(loop);
}

/* One turn, from the loop's root. Returns 0, or the errno with which the wait failed. */
CADRE_MUST_CHECK int cadre__loop_turn(struct cadre__loop *loop);

#endif
