/* SPDX-License-Identifier: MIT */
/*
 * <cadre/task.h>: what a coroutine may do with time.
 *
 * A handler, a lifespan and whatever they call run in a coroutine. A call marked "may suspend"
 * parks that coroutine while others run on the same loop, and returns when its matter is done; to
 * its caller it looks like any blocking call.
 *
 * Two errors are common to all calls that may suspend:
 *   -ECANCELED  the coroutine was asked to end: give back what you hold and return. One request
 *               to end makes one call fail, the present or the next one.
 *   -EDEADLK    the caller is not in a coroutine, a sync handler for example. The call names
 *               itself in the log.
 */
#ifndef CADRE_TASK_H
#define CADRE_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

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

/*
 * Was the caller asked to end? In a coroutine: a request that no call has reported yet. In a
 * function that cadre_to_thread() runs: whoever waits for it was asked to end, so that its result
 * goes nowhere. False elsewhere. Never suspends; any thread.
 */
CADRE_API bool cadre_cancelled(void);

CADRE_END_DECLS

#endif
