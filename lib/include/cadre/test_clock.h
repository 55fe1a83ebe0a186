/* SPDX-License-Identifier: MIT */
/*
 * <cadre/test_clock.h>: running code of the runtime in a test, with a clock that does not wait.
 *
 * cadre_test_run() runs a function like cadre_run() does, on a loop whose time jumps: as soon as
 * nothing is ready and no thread is at work, the clock stands at the next deadline. A test of an
 * hour of sleeping takes a moment, and its times are exact:
 *
 *     static int naps(void *arg)
 *     {
 *         int r = cadre_sleep(3600 * 1000);
 *
 *         assert(r == 0 && cadre_test_elapsed_ms() == 3600 * 1000);
 *         return 0;
 *     }
 *     ...
 *     assert(cadre_test_run(naps, NULL) == 0);
 *
 * Time does not pass while code computes; cadre_test_advance() says that it did. What the outside
 * does (a socket's peer, a child process) is not waited for where a deadline is there to jump to:
 * a test that speaks to another process has no deadlines, or uses cadre_run().
 *
 * What tests a module is <cadre/test.h>, which includes this.
 */
#ifndef CADRE_TEST_CLOCK_H
#define CADRE_TEST_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

/* What a test may want otherwise; a member that is 0 has its default. */
struct cadre_test_options {
    size_t stack_bytes;    /* of each task; 64 KiB */
    size_t coroutines_max; /* live at a time; 65,536 */
    unsigned threads;      /* of the pool, at most; 40 */
};

/*
 * Runs fn(arg) as the main task of a new loop with a test clock, which begins at 0 for
 * cadre_test_elapsed_ms(). When it has ended, whatever still runs is cancelled and joined and the
 * loop is gone. Returns what `fn` returned, or
 *   -EDEADLK  nothing can happen any more: all tasks wait for one another. The log names each and
 *             what it waits in; all were cancelled.
 *   -EBUSY    the thread has a loop already
 *   -ENOMEM, -EMFILE, -EAGAIN  no loop, or no task, could be made.
 */
CADRE_API CADRE_MUST_CHECK int cadre_test_run(int (*fn)(void *arg), void *arg);

/* The same, otherwise: `options` may be NULL. */
CADRE_API CADRE_MUST_CHECK int cadre_test_run_with(const struct cadre_test_options *options,
                                                   int (*fn)(void *arg), void *arg);

/* The time on the test clock since cadre_test_run() began, in whole ms; in ns. 0 elsewhere. */
CADRE_API uint64_t cadre_test_elapsed_ms(void);
CADRE_API uint64_t cadre_test_elapsed_ns(void);

/* Moves the clock on by `ms`, as if the caller had computed for so long. Deadlines that are passed
 * by this fire when the loop comes to them. Nothing happens without a test clock. */
CADRE_API void cadre_test_advance(uint64_t ms);

CADRE_END_DECLS

#endif
