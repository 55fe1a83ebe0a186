/* SPDX-License-Identifier: MIT */
/*
 * lib/async/test_loop.h: the loop with a test clock that <cadre/test_clock.h> runs a function on,
 * for those who run several on it, one after another, and keep tasks alive in between.
 *
 * A thread has one at most, which is shared by counting: so two test clients have the same time.
 * All calls come from that thread, and off any coroutine.
 */
#ifndef CADRE_ASYNC_TEST_LOOP_H
#define CADRE_ASYNC_TEST_LOOP_H

#include <cadre/macros.h>
#include <cadre/test_clock.h>

struct cadre__loop;
struct cadre__test_loop;

/*
 * The test loop of this thread, made by `options` (may be NULL) where there is none. Each has its
 * unref. 0; -EBUSY: the thread has a loop of another kind; errors of cadre__loop_new().
 */
CADRE_MUST_CHECK int cadre__test_loop_ref(const struct cadre_test_options *options,
                                          struct cadre__test_loop **ret);

/* The last one frees the loop: what still runs is cancelled and joined. NULL is taken. */
void cadre__test_loop_unref(struct cadre__test_loop *run);

/*
 * Runs fn(arg) as a task until it has ended; other tasks run meanwhile, and stay. Returns what it
 * returned; -EDEADLK: nothing could happen any more, so the task was cancelled, and where that did
 * not help all others; errors of cadre__loop_run_main().
 */
CADRE_MUST_CHECK int cadre__test_loop_run(struct cadre__test_loop *run, int (*fn)(void *arg),
                                          void *arg);

/* The loop itself, borrowed. */
struct cadre__loop *cadre__test_loop_loop(struct cadre__test_loop *run);

#endif
