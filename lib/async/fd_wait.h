/* SPDX-License-Identifier: MIT */
/*
 * lib/async/fd_wait.h: a coroutine that waits for a descriptor.
 *
 * The lowest part of all calls on descriptors. Who waits on which descriptor is known, so that a
 * close by another coroutine ends those waits at once: a closed descriptor would never be ready,
 * and its number may be another's soon. The loop's thread only.
 */
#ifndef CADRE_ASYNC_FD_WAIT_H
#define CADRE_ASYNC_FD_WAIT_H

#include <stdint.h>

#include "async/io.h"
#include "base/clock.h"
#include <cadre/macros.h>

/*
 * For the beginning of each call on a descriptor: 0, -ECANCELED or -EDEADLK as of
 * cadre__coroutine_check(). A caller that never has to wait is made to yield now and then, before
 * it has taken anything. May suspend.
 */
CADRE_MUST_CHECK int cadre__fd_enter(const char *call);

/*
 * Waits until `fd` is ready for one of `events` (CADRE__IO_*). Returns which (> 0); -ETIMEDOUT:
 * the loop's clock is at `deadline_ns` (CADRE__NEVER: none); -ECANCELED; -EBADF: it was closed by
 * cadre_fd_close(), or is not open; -EPERM: it cannot be polled; -ENOMEM; -EDEADLK. `call` is a
 * literal, the public call on whose behalf. May suspend.
 */
CADRE_MUST_CHECK int cadre__fd_wait(int fd, int events, uint64_t deadline_ns, const char *call);

/*
 * cadre__coroutine_suspend(), for as long as the loop's clock is before `deadline_ns`
 * (CADRE__NEVER: for ever): -ETIMEDOUT then. May suspend.
 */
CADRE_MUST_CHECK int cadre__suspend_until(const char *call, uint64_t deadline_ns);

/* Ends all waits on `fd` with -EBADF; right before it is closed. Never suspends. */
void cadre__fd_forget(int fd);

/* The loop's time after `timeout_ms`, for a deadline; UINT64_MAX: never. In a coroutine. */
uint64_t cadre__fd_deadline(uint64_t timeout_ms);

#endif
