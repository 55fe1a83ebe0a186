/* SPDX-License-Identifier: MIT */
/*
 * lib/async/thread.h: what the layers above ask of <cadre/thread.h> and modules do not.
 */
#ifndef CADRE_ASYNC_THREAD_H
#define CADRE_ASYNC_THREAD_H

#include <cadre/macros.h>
#include <stdint.h>

/*
 * cadre_to_thread() that does not wait for a thread longer than `queue_ns`, CADRE__NEVER: as long
 * as it takes. One more error: -ETIMEDOUT, `fn` has not run; from `fn` itself that comes too.
 * May suspend.
 */
CADRE_MUST_CHECK int cadre__to_thread_within(int (*fn)(void *arg), void *arg, uint64_t queue_ns);

#endif
