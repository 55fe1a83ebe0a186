/* SPDX-License-Identifier: MIT */
/*
 * <cadre/thread.h>: blocking work, off the loop.
 *
 * A worker has one loop; a call that blocks would hold up every request on it. Such a call goes
 * to a thread of the worker's pool, which has at most `threads` of them (a directive of the conf).
 */
#ifndef CADRE_THREAD_H
#define CADRE_THREAD_H

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

/*
 * Runs fn(arg) in a thread and returns what it returned. May suspend: the coroutine waits, the
 * loop goes on. When all threads are busy the call waits for one, first come first served.
 *
 * `fn` may block, may take long and may log; it may not call anything that suspends. `arg` stays
 * the caller's; it may point into the caller's stack, because this call never returns while `fn`
 * runs. So a caller that was asked to end while `fn` runs waits for it (cadre_cancelled() tells
 * `fn`) and then gets -ECANCELED in place of the result; one whose `fn` has not begun gets
 * -ECANCELED at once, and `fn` never runs.
 *
 * Errors of its own: -ECANCELED, -EDEADLK (not in a coroutine), -EAGAIN (no thread can be had,
 * and there is none yet).
 */
CADRE_API CADRE_MUST_CHECK int cadre_to_thread(int (*fn)(void *arg), void *arg);

CADRE_END_DECLS

#endif
