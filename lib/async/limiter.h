/* SPDX-License-Identifier: MIT */
/*
 * lib/async/limiter.h: what threads need of a limiter beyond <cadre/sync.h>: to hold it for as long
 * as abandoned work has a token of it, and to wait for one that must be had.
 */
#ifndef CADRE_ASYNC_LIMITER_H
#define CADRE_ASYNC_LIMITER_H

#include <cadre/macros.h>
#include <cadre/sync.h>

/* Another part in it, given up by cadre_limiter_free(). */
void cadre__limiter_ref(struct cadre_limiter *limiter);

/* cadre_limiter_acquire_for() on behalf of the public call `call`. May suspend. */
CADRE_MUST_CHECK int cadre__limiter_acquire(struct cadre_limiter *limiter, const void *borrower,
                                            const char *call);

#endif
