/* SPDX-License-Identifier: MIT */
/*
 * lib/async/watchdog.h: a thread that notices who holds the loop for too long.
 *
 * A step is what runs on the loop without a break: a callback, or a coroutine from where it is
 * resumed to where it suspends. The loop counts its steps, which costs a load and a store each and
 * no system call. The watchdog looks at that number from time to time: one that stays while the
 * loop does not wait is a step that goes on. When it has gone on for `slow_ns`, it is reported
 * while it hangs: the name of the coroutine, and where it is, by a signal (SIGURG) that has the
 * loop's thread note its own frames. When it ends it is reported once more, with what it took in
 * all.
 *
 * While the loop waits for more than a second, the watchdog sleeps without a time-out, and the
 * turn that begins next wakes it: at most one futex call a second, and none under load.
 *
 * The signal interrupts what the step is in: system calls that are restarted (SA_RESTART) do not
 * show it, others (nanosleep, poll) return EINTR, once a report. Times are those of the system's
 * clock, also for a loop with a test clock, and up to a quarter of `slow_ns` short.
 */
#ifndef CADRE_ASYNC_WATCHDOG_H
#define CADRE_ASYNC_WATCHDOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

struct cadre__loop;
struct cadre__watchdog;

enum {
    CADRE__WATCHDOG_FRAMES = 32,    /* of the stack, at most */
    CADRE__WATCHDOG_NAME_SIZE = 96, /* of a name, its NUL included */
};

struct cadre__watchdog_report {
    const char *name;    /* of the coroutine; "" for a callback of the loop, or unknown */
    const char *handler; /* that it runs or was spawned for; "": none, or unknown */
    uint64_t held_ns;    /* so far, or in all */
    bool ended;          /* the step is over, and was reported before where it could be */
    void *const *frames; /* where it is, the innermost first; addresses of code */
    size_t n_frames;     /* 0 when it has ended, or did not take the signal */
};

struct cadre__watchdog_options {
    struct cadre__loop *loop; /* which it watches; one watchdog a loop */
    uint64_t slow_ns;         /* a step of so long is reported; at least 1 ms */

    /* Called in the watchdog's thread, with what is valid during the call. May block and log; it
     * touches nothing of the loop. */
    void (*on_slow)(const struct cadre__watchdog_report *report, void *arg);
    void *arg;
};

/*
 * Starts the watchdog of a loop, from that loop's thread. Gives the thread an alternate stack for
 * signals where it has none. Errors: -EAGAIN, -ENOMEM, -EBUSY (the loop has one).
 */
CADRE_MUST_CHECK int cadre__watchdog_start(const struct cadre__watchdog_options *options,
                                           struct cadre__watchdog **ret);

/* Ends it, before its loop goes, from the loop's thread: waits for its thread, which may be in
 * on_slow. NULL is taken. */
void cadre__watchdog_stop(struct cadre__watchdog *watchdog);

/* How many steps were too long so far. Any thread. */
uint64_t cadre__watchdog_count(const struct cadre__watchdog *watchdog);

/* How many times did it go to sleep until the loop has a turn? For tests; any thread. */
uint64_t cadre__watchdog_sleeps(const struct cadre__watchdog *watchdog);

/* For the loop alone, in the turn that finds watchdog_dozes set. */
void cadre__watchdog_wake(struct cadre__watchdog *watchdog);

/*
 * Writes frames as "probe.so+0x1a2e libc.so.6+0x3de0": the object, and the address within it as
 * addr2line and the like take it. Cut where `size` ends; returns the length. Allocates nothing;
 * does not wait for a thread that loads a library, where the C library can do without (glibc 2.35).
 */
size_t cadre__frames_format(void *const *frames, size_t n, char *buf, size_t size);

#endif
